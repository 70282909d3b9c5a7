package journal

// change is what one record does to the index.
type change struct {
	kind    kind
	key     Key
	offset  int64
	status  Status // of an outcome
	unsure  bool   // of an outcome, or of a release without an answer
	restore bool   // an intent to put back
}

// apply makes a change. Records are applied in the order of the file, both on
// loading and, once they are durable, while a run goes on.
func (x *Index) apply(c change) {
	switch c.kind {
	case kindIntent, kindOutcome, kindReleased, kindReopen, kindRestored:
		sh := x.shard(c.key)
		sh.mu.Lock()
		sh.put(c.key, x.known(sh.slots[c.key]).after(c))
		sh.mu.Unlock()
	case kindRepair:
		if c.unsure {
			x.distrust()
		}
	}
}

// after returns the slot of a key once the record that c describes is in.
func (s slot) after(c change) slot {
	switch c.kind {
	case kindIntent:
		return s.intended(c).with(slotIntent, true)
	case kindOutcome:
		return s.decided(c.status, c.offset).with(slotIntent, false).with(slotUnsure, c.unsure)
	case kindReleased:
		return s.released(c)
	case kindReopen:
		// What a run removed, a later one does not find: no proof of anything.
		return s.with(slotUnsure, s.has(slotUnsure) || s.status() == Removed).decided(Pending, c.offset).with(slotReopened, true)
	case kindRestored:
		return s.decided(Restored, c.offset).with(slotIntent, false).with(slotUnsure, false)
	}
	return s
}

// intended decides only what nothing decided before: a failure stands until
// there is another outcome, a reopening keeps its place, and what is about to
// be put back stays removed. An intent that is outstanding already leaves its
// mark: what became of its request stays unknown, whatever becomes of this one.
func (s slot) intended(c change) slot {
	if s.has(slotIntent) && !c.restore {
		s = s.with(slotUnsure, true)
	}
	status := s.status()
	if status == None || status.Finished() && !c.restore {
		return s.decided(Pending, c.offset)
	}
	return s
}

// released ends an intent. Only a release that knows of no answer leaves a
// mark; one of an attempt that certainly was not applied says nothing about
// the attempts before it.
func (s slot) released(c change) slot {
	if s.status() == None {
		s = s.decided(Pending, c.offset)
	}
	return s.with(slotIntent, false).with(slotUnsure, s.has(slotUnsure) || c.unsure)
}

// distrust marks every key without a finished outcome: the records that a
// repair could not save may have told of requests for any of them.
func (x *Index) distrust() {
	x.doubt.Store(true)
	for i := range x.shards {
		sh := &x.shards[i]
		sh.mu.Lock()
		for k, s := range sh.slots {
			if s.status() == Pending || s.status() == Failed {
				sh.slots[k] = s | slotUnsure
			}
		}
		sh.mu.Unlock()
	}
}
