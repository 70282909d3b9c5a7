package journal

// Tally counts the keys of an index by how they stand. Unsure counts those of
// the others that carry the mark, Intents those whose last request has no
// answer.
type Tally struct {
	Open, Removed, NotFound, Failed, Protected, Restored int64
	Unsure, Intents                                      int64
}

// Tally counts all keys that the journal knows, whether on a list or not.
func (x *Index) Tally() Tally {
	var t Tally
	for _, s := range x.All() {
		t.count(s)
	}
	return t
}

func (t *Tally) count(s State) {
	switch s.Status {
	case None:
		return // only marked
	case Pending:
		t.Open++
	case Removed:
		t.Removed++
	case NotFound:
		t.NotFound++
	case Failed:
		t.Failed++
	case Protected:
		t.Protected++
	case Restored:
		t.Restored++
	}
	if s.Unsure {
		t.Unsure++
	}
	if s.Intent {
		t.Intents++
	}
}
