package journal

// Status says how a key stands. The zero value is None.
type Status uint8

// The statuses of a key. Removed, NotFound, Protected and Restored are
// finished: a rerun skips them. Failed is tried again unless the user says
// otherwise, Pending and None are work to do.
const (
	None      Status = iota // the journal has no record of the key
	Pending                 // begun or reopened, and no outcome yet
	Removed                 // the API confirmed the removal
	NotFound                // the API said that it is not on the list
	Failed                  // refused by the reader or by the API, or out of attempts
	Protected               // left on the list on purpose
	Restored                // removed, and put back since
)

// String returns the status as records spell it.
func (s Status) String() string {
	switch s {
	case Pending:
		return "open"
	case Removed:
		return "removed"
	case NotFound:
		return "not_found"
	case Failed:
		return "failed"
	case Protected:
		return "protected"
	case Restored:
		return "restored"
	}
	return "none"
}

// Finished tells whether a rerun skips keys of this status.
func (s Status) Finished() bool {
	return s == Removed || s == NotFound || s == Protected || s == Restored
}

// outcomeStatus returns the status that an outcome record may have under name,
// None for any other word.
func outcomeStatus(name []byte) Status {
	switch string(name) {
	case "removed":
		return Removed
	case "not_found":
		return NotFound
	case "failed":
		return Failed
	case "protected":
		return Protected
	}
	return None
}
