package journal

// replay fills an index from the records of a file, faster than one change
// after the other: nearly every intent is soon followed by the outcome of its
// key, which makes it irrelevant, so intents wait for that in a small map that
// stays in the processor's cache. Nobody else uses the index meanwhile.
type replay struct {
	index   *Index
	waiting map[Key]change // intents
}

// maxWaiting bounds the intents that wait; a run has one a worker outstanding.
const maxWaiting = 1024

func newReplay() replay { return replay{new(Index), make(map[Key]change)} }

func (r *replay) apply(c change) {
	switch c.kind {
	case kindIntent:
		r.wait(c)
	case kindOutcome:
		delete(r.waiting, c.key)
		r.index.replace(c)
	default:
		r.settle()
		r.index.apply(c)
	}
}

func (r *replay) wait(c change) {
	if _, twice := r.waiting[c.key]; twice || len(r.waiting) == maxWaiting {
		r.settle()
	}
	r.waiting[c.key] = c
}

// settle applies the intents that still wait.
func (r *replay) settle() {
	for _, c := range r.waiting {
		r.index.apply(c)
	}
	clear(r.waiting)
}

// replace is apply for an outcome of a key that has no marks: nothing of the
// slot outlives an outcome but these, so it need not be looked up.
func (x *Index) replace(c change) {
	sh := x.shard(c.key)
	sh.mu.Lock()
	sh.put(c.key, slot(0).after(c))
	sh.mu.Unlock()
}
