package journal

import (
	"time"

	"altadnc-bulk/pkg/api"
)

// Identity is what a journal belongs to: the API it was sent to and the
// account. Both are compared byte by byte; AccountID may be empty.
type Identity struct {
	BaseURL   string
	AccountID string
}

// Run begins a run.
type Run struct {
	Time       time.Time // zero: now
	Version    string    // of the program
	List       string    // name of the list
	ListSHA256 string    // of the list's bytes, hexadecimal
}

// End ends a run.
type End struct {
	Time   time.Time // zero: now
	Reason string
	Counts Counts
}

// Counts are the figures of a run, in entries of the list unless they say
// otherwise. The journal stores them and adds nothing up.
type Counts struct {
	Entries, Removed, NotFound, Failed, Duplicate, Skipped, Protected, Open int64

	Restored int64 // of a restore
	Unsure   int64 // of the entries above, those that carry the mark
	Requests int64 // HTTP requests, retries included
}

// Intent says that a request for the key is about to leave.
type Intent struct {
	Line       int // of the list, 1-based; 0: none
	Identifier api.Identifier
	Sent       string // what is sent, if it differs from Identifier.Value
}

// Outcome is what became of an entry.
type Outcome struct {
	Line       int // of the list, 1-based; 0: none
	Identifier api.Identifier
	Sent       string // what was sent, if it differs from Identifier.Value
	Result     Status // Removed, NotFound, Failed or Protected
	Reason     string
	HTTPStatus int // 0: no answer, or no request
	Attempts   int
	Unsure     bool
	Time       time.Time // zero: now; stored in milliseconds, UTC

	// Refused says that the entry was refused when the list was read: nothing
	// was sent. Its key is RefusedKey of Line, Column and Raw; its identifier
	// has no value, and a type only if one is known. The result is Failed.
	Refused     bool
	Column, Raw string

	// Stored is what a snapshot knew of the identifier, which a restore needs.
	Stored []Stored
}

// Key returns the key that the outcome decides.
func (o *Outcome) Key() Key {
	if o.Refused {
		return RefusedKey(o.Line, o.Column, o.Raw)
	}
	return KeyOf(o.Identifier)
}

// Stored is one entry of the Do Not Contact list as a snapshot found it.
type Stored struct {
	Value     string // the identifier in the form that the API keeps
	Label     string
	Manual    *bool  // isManuallyAdded; nil: the API did not say
	CreatedAt string // as the API spelled it
	UpdatedAt string
}

// Release ends the intent of a key whose attempts certainly were not applied.
type Release struct {
	Line       int // of the list, 1-based; 0: none
	Identifier api.Identifier
	Reason     string
	HTTPStatus int // 0: no answer
}

// Restore is an identifier that is put back on the Do Not Contact list.
type Restore struct {
	Line       int // of the list, 1-based; 0: none
	Identifier api.Identifier
	Sent       string // what is sent, if it differs from Identifier.Value
	HTTPStatus int    // of the answer; 0 before there is one
}
