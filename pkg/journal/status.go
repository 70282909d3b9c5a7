package journal

// Status is the state of a key, or the outcome of an entry of a list. The zero
// value is None.
type Status uint8

// The statuses. Removed, NotFound, Protected and Restored are finished: a rerun
// skips them. Failed and Partial are tried again unless the user says otherwise,
// Pending and None are work to do. An entry can be a Duplicate or Skipped as well;
// a key never is.
const (
	None      Status = iota // the journal has no record of the key
	Pending                 // begun or reopened, and no outcome yet
	Removed                 // the API confirmed the removal
	NotFound                // the API said that it is not on the list
	Failed                  // refused by the reader or by the API, or out of attempts
	Protected               // left on the list on purpose
	Restored                // removed, and put back since
	Partial                 // some of its stored forms were removed, another one failed
	Duplicate               // a later entry of a key that the list has already
	Skipped                 // an entry whose key an earlier run finished
	statuses                // how many there are
)

// statusNames are the statuses as records and commands spell them.
var statusNames = [statuses]string{
	None: "none", Pending: "open", Removed: "removed", NotFound: "not_found", Failed: "failed", Protected: "protected",
	Restored: "restored", Partial: "partial", Duplicate: "duplicate", Skipped: "skipped",
}

// String returns the status as records spell it.
func (s Status) String() string { return statusNames[s] }

// Finished reports whether a rerun skips keys of this status.
func (s Status) Finished() bool {
	return s == Removed || s == NotFound || s == Protected || s == Restored
}

// Account returns the status under which an account of a list counts a key: one
// removed in part as failed, one that the journal does not know as open.
func (s Status) Account() Status {
	switch s {
	case Partial:
		return Failed
	case None:
		return Pending
	}
	return s
}

// outcome reports whether an outcome record can have this status.
func (s Status) outcome() bool {
	return s == Removed || s == NotFound || s == Failed || s == Protected || s == Partial
}

// Counts are numbers of keys or of entries by status.
type Counts [statuses]int64

// Total returns the sum of all counts.
func (c Counts) Total() int64 {
	var sum int64
	for _, n := range c {
		sum += n
	}
	return sum
}

// Finished returns how many need nothing more.
func (c Counts) Finished() int64 { return c[Removed] + c[NotFound] + c[Protected] + c[Restored] }

// Tally counts keys by their state.
type Tally struct {
	Counts
	Unsure     int64 // of all, those that carry the mark or are unanswered
	Unanswered int64 // of the open ones, those whose last request got no answer
}

// Add counts a key. One that the journal does not know is open.
func (t *Tally) Add(s State) {
	t.Counts[max(s.Status, Pending)]++
	if s.Unanswered() {
		t.Unanswered++
	}
	if s.Unsure || s.Unanswered() {
		t.Unsure++
	}
}

// Tally counts all keys that the journal knows, whether on a list or not.
func (x *Index) Tally() Tally {
	var t Tally
	for _, s := range x.All() {
		if s.Status != None { // else it is only marked
			t.Add(s)
		}
	}
	return t
}
