package journal

import (
	"errors"
	"fmt"
)

var errNotRegular = errors.New("not a regular file")

var (
	// ErrNotJournal: the file is not a journal of this program.
	ErrNotJournal = errors.New("not a journal of altadnc-bulk")

	// ErrNewer: a newer version of this program wrote the journal.
	ErrNewer = errors.New("journal of a newer format")

	// ErrClosed: the journal was used after Close.
	ErrClosed = errors.New("journal is closed")

	// ErrNotBegun: a record was to be written outside Begin and End.
	ErrNotBegun = errors.New("no run has begun in this journal")

	// ErrChanged: another program changed, replaced or removed the journal
	// while this one held it.
	ErrChanged = errors.New("another program changed, replaced or removed the journal during the run")

	// ErrSound: a journal was to be repaired in which nothing is damaged.
	ErrSound = errors.New("nothing to repair")
)

// DamageError says that a journal cannot be trusted from a place on: a record
// that was durable is not what was written. Nothing was changed.
type DamageError struct {
	Path   string
	Line   int64 // 1-based
	Offset int64 // of that line, in bytes
	Reason string
	Hint   string // what to do
}

func (e *DamageError) Error() string {
	return fmt.Sprintf("%s:%d (byte %d): %s; %s", e.Path, e.Line, e.Offset, e.Reason, e.Hint)
}

// MismatchError says that a journal belongs to another base URL or account.
// Want is what the caller asked for, Have what the journal says. Nothing was
// changed.
type MismatchError struct {
	Path       string
	Want, Have Identity
}

func (e *MismatchError) Error() string {
	if e.Want.BaseURL != e.Have.BaseURL {
		return fmt.Sprintf("%s: belongs to base URL %q, not %q; use another journal for another API",
			e.Path, e.Have.BaseURL, e.Want.BaseURL)
	}
	if e.Want.AccountID == "" {
		return fmt.Sprintf("%s: belongs to account %q, and no account was given; give it with --account-id", e.Path, e.Have.AccountID)
	}
	return fmt.Sprintf("%s: belongs to account %q, not %q; use another journal for another account",
		e.Path, e.Have.AccountID, e.Want.AccountID)
}

// LockedError says that another run holds the journal.
type LockedError struct {
	Path   string
	Holder HolderInfo // zero if the lock file does not say
}

func (e *LockedError) Error() string {
	return fmt.Sprintf("%s: in use by %s; wait for it to end", e.Path, e.Holder)
}

// mismatch compares what a caller asks for with what a journal says. A journal
// without an account takes the first that is given.
func mismatch(path string, want, have Identity) error {
	sameAccount := have.AccountID == "" || have.AccountID == want.AccountID
	if want.BaseURL == have.BaseURL && sameAccount {
		return nil
	}
	return &MismatchError{Path: path, Want: want, Have: have}
}
