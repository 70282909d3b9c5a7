package journal

import (
	"errors"
	"strings"
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
	Reading    []string  // how the list was read, in the words of the program: nil for as it comes
}

// End ends a run. The journal stores its figures and adds nothing up.
type End struct {
	Time     time.Time // zero: now
	Reason   string
	Entries  int64  // of the list
	Counts   Counts // of these, by outcome
	Unsure   int64  // of these, those that carry the mark
	Requests int64  // HTTP requests, retries included
}

// Intent says that a request for the key is about to leave.
type Intent struct {
	Line       int // of the list, 1-based; 0: none
	Identifier api.Identifier
	Sent       string   // what is sent, if it differs from Identifier.Value
	Stored     []Stored // see [Outcome]
}

// Outcome is the outcome of an entry.
type Outcome struct {
	Line       int // of the list, 1-based; 0: none
	Identifier api.Identifier
	Sent       string // what was sent, if it differs from Identifier.Value
	Result     Status // Removed, NotFound, Failed, Protected or Partial
	Reason     string
	HTTPStatus int // what the API answered last; 0: no answer, or no request
	Attempts   int
	Unsure     bool
	Time       time.Time // zero: now; stored in milliseconds, UTC

	// Refused says that the entry was refused when the list was read: nothing
	// was sent. Its key is RefusedKey of Line, Column and Raw; its identifier
	// has no value, and a type only if one is known. The result is Failed.
	Refused     bool
	Column, Raw string

	// Stored is what is known of the identifier's entries on the Do Not Contact
	// list, which a restore needs. A record that has any has all that are known.
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
	Removed   bool // the API confirmed that this form is removed
}

// Release ends the intent of a key without an outcome: the fate of its attempts
// is known, and none of those since the intent was applied unless Stored says
// so.
type Release struct {
	Line       int // of the list, 1-based; 0: none
	Identifier api.Identifier
	Sent       string // what was sent, if it differs from Identifier.Value
	Reason     string
	HTTPStatus int      // 0: no answer
	Stored     []Stored // see [Outcome]

	// Restore says that the API refused to put the key back. It stays as it was, and
	// so does a removal's intent.
	Restore bool
}

// Reopening names a key that is to be open again.
type Reopening struct {
	Identifier api.Identifier
	Stored     []Stored // see [Outcome]
}

// Restore is an identifier that is put back on the Do Not Contact list.
type Restore struct {
	Line       int // of the list, 1-based; 0: none
	Identifier api.Identifier
	Sent       string // what is sent, if it differs from Identifier.Value
	HTTPStatus int    // of the answer; 0 before there is one
}

// about returns a record of an entry of the list.
func about(k Kind, line int, id api.Identifier, sent string) record {
	r := record{
		kind: k, time: spellTime(time.Time{}), line: int64(line), typ: []byte(id.Type), identifier: []byte(id.Value),
	}
	if sent != id.Value {
		r.sent = []byte(sent)
	}
	return r
}

// text is a text for people, in which U+FFFD replaces what is not UTF-8.
func text(s string) []byte { return []byte(strings.ToValidUTF8(s, "\uFFFD")) }

func (i Intent) record() record {
	r := about(KindIntent, i.Line, i.Identifier, i.Sent)
	r.forms = formsOf(i.Stored)
	return r
}

func (o *Outcome) record() record {
	r := about(KindOutcome, o.Line, o.Identifier, o.Sent)
	r.time, r.status, r.reason, r.forms = spellTime(o.Time), o.Result, text(o.Reason), formsOf(o.Stored)
	r.httpStatus, r.attempts, r.unsure = int64(o.HTTPStatus), int64(o.Attempts), o.Unsure
	if o.Refused {
		r.refused, r.key, r.column, r.raw = true, o.Key(), text(o.Column), text(o.Raw)
		if o.Identifier.Value == "" {
			r.identifier = nil
		}
	}
	return r
}

func (r Release) record() record {
	rec := about(KindReleased, r.Line, r.Identifier, r.Sent)
	rec.reason, rec.httpStatus, rec.forms, rec.restore = text(r.Reason), int64(r.HTTPStatus), formsOf(r.Stored), r.Restore
	return rec
}

func (r Reopening) record() record {
	rec := about(KindReopen, 0, r.Identifier, "")
	rec.sent, rec.forms = nil, formsOf(r.Stored)
	return rec
}

func (r Restore) record(k Kind) record {
	rec := about(k, r.Line, r.Identifier, r.Sent)
	rec.restore, rec.httpStatus = k == KindIntent, int64(r.HTTPStatus)
	return rec
}

func (r Run) record(id Identity) record {
	var reading [][]byte
	for _, word := range r.Reading {
		reading = append(reading, text(word))
	}
	return record{
		reading: reading, kind: KindRun, time: spellTime(r.Time), version: text(r.Version), list: text(r.List), sha256: text(r.ListSHA256),
		baseURL: []byte(id.BaseURL), account: []byte(id.AccountID),
	}
}

func (e End) record() record {
	return record{
		kind: KindEnd, time: spellTime(e.Time), reason: text(e.Reason),
		entries: e.Entries, counts: e.Counts, unsureEntries: e.Unsure, requests: e.Requests,
	}
}

func (r *record) end() End {
	return End{
		Time: parseTime(r.time), Reason: string(r.reason), Entries: r.entries, Counts: r.counts,
		Unsure: r.unsureEntries, Requests: r.requests,
	}
}

func headerRecord(id Identity) record {
	return record{
		kind: KindJournal, format: formatVersion, time: spellTime(time.Time{}), id: newJournalID(),
		baseURL: []byte(id.BaseURL), account: []byte(id.AccountID),
	}
}

func formsOf(all []Stored) []form {
	var forms []form
	for _, s := range all {
		f := form{
			value: []byte(s.Value), label: text(s.Label), created: text(s.CreatedAt), updated: text(s.UpdatedAt),
			told: s.Manual != nil, removed: s.Removed,
		}
		f.manual = f.told && *s.Manual
		forms = append(forms, f)
	}
	return forms
}

// outcome returns what a record that decides a key says.
func (r *record) outcome() (Outcome, error) {
	if r.identifier == nil && !r.refused {
		return Outcome{}, errors.New("the record decides no key")
	}
	o := Outcome{
		Line: int(r.line), Identifier: api.Identifier{Type: api.IdentifierType(r.typ), Value: string(r.identifier)},
		Sent: string(r.sent), Result: Pending, Reason: string(r.reason), HTTPStatus: int(r.httpStatus),
		Attempts: int(r.attempts), Time: parseTime(r.time),
		Refused: r.refused, Column: string(r.column), Raw: string(r.raw),
	}
	switch r.kind {
	case KindOutcome:
		o.Result = r.status
	case KindRestored:
		o.Result = Restored
	}
	for _, f := range r.forms {
		s := Stored{
			Value: string(f.value), Label: string(f.label), CreatedAt: string(f.created), UpdatedAt: string(f.updated),
			Removed: f.removed,
		}
		if f.told {
			s.Manual = &f.manual
		}
		o.Stored = append(o.Stored, s)
	}
	return o, nil
}

func (r *record) run() Run {
	run := Run{Time: parseTime(r.time), Version: string(r.version), List: string(r.list), ListSHA256: string(r.sha256)}
	for _, word := range r.reading {
		run.Reading = append(run.Reading, string(word))
	}
	return run
}

func (r *record) identity() Identity {
	return Identity{BaseURL: string(r.baseURL), AccountID: string(r.account)}
}
