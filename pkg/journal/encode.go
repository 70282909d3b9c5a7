package journal

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"altadnc-bulk/pkg/api"
)

// timeLayout is how records spell a time: UTC, milliseconds, always 24 bytes.
const timeLayout = "2006-01-02T15:04:05.000Z"

// minYear is the first year that a record can tell. Any will do that no clock
// shows and that keeps the zero time, which stands for now, out of the file.
const minYear = 1000

// record is a record before it has its place in the file: its fields from
// "kind" on, and what it does to the index.
type record struct {
	body   []byte
	change change
}

// fields spells the fields of a record one after the other.
type fields struct {
	b   []byte
	err error
}

func newFields(k kind) fields {
	f := fields{b: make([]byte, 0, 256)}
	f.b = append(f.b, `"kind":"`...)
	f.b = append(f.b, k.String()...)
	f.b = append(f.b, '"')
	return f
}

func (f *fields) name(name string) {
	f.b = append(f.b, ',', '"')
	f.b = append(f.b, name...)
	f.b = append(f.b, '"', ':')
}

// exact adds a text that must be read back as it is.
func (f *fields) exact(name, s string) {
	if !utf8.ValidString(s) && f.err == nil {
		f.err = fmt.Errorf("record %s %q: not valid UTF-8", name, s)
	}
	f.name(name)
	f.b = append(appendText(append(f.b, '"'), s), '"')
}

// text adds a text for people, in which U+FFFD stands for what is not UTF-8.
func (f *fields) text(name, s string) { f.exact(name, strings.ToValidUTF8(s, "\uFFFD")) }

func (f *fields) optional(name, s string) {
	if s != "" {
		f.text(name, s)
	}
}

func (f *fields) number(name string, n int64) {
	if (n < 0 || n > maxNumber) && f.err == nil {
		f.err = fmt.Errorf("record %s %d: outside 0 to %d", name, n, int64(maxNumber))
	}
	f.name(name)
	f.b = strconv.AppendInt(f.b, n, 10)
}

func (f *fields) flag(name string, on bool) {
	f.name(name)
	f.b = strconv.AppendBool(f.b, on)
}

// time adds t, or what the clock says now.
func (f *fields) time(t time.Time) {
	if t.IsZero() {
		t = time.Now()
	}
	t = t.UTC()
	if y := t.Year(); (y < minYear || y > 9999) && f.err == nil {
		f.err = fmt.Errorf("record time %v: year outside %d to 9999", t, minYear)
	}
	f.name("time")
	f.b = append(t.AppendFormat(append(f.b, '"'), timeLayout), '"')
}

func (f *fields) identifier(id api.Identifier, sent string) {
	if _, err := api.ParseIdentifierType(string(id.Type)); err != nil && f.err == nil {
		f.err = fmt.Errorf("record identifier: %w", err)
	}
	if id.Value == "" && f.err == nil {
		f.err = errors.New("record identifier: empty")
	}
	f.exact("type", string(id.Type))
	f.exact("identifier", id.Value)
	if sent != "" && sent != id.Value {
		f.exact("sent", sent)
	}
}

func (f *fields) record(c change) (record, error) {
	if len(f.b) > maxLine-envelopeSize && f.err == nil {
		f.err = fmt.Errorf("record of %d bytes: longer than %d", len(f.b), maxLine-envelopeSize)
	}
	return record{f.b, c}, f.err
}

func headerRecord(journalID string, id Identity) (record, error) {
	f := newFields(kindJournal)
	f.number("format", formatVersion)
	f.time(time.Time{})
	f.exact("id", journalID)
	f.belongs(id)
	return f.record(change{kind: kindJournal})
}

func (f *fields) belongs(id Identity) {
	f.exact("baseUrl", id.BaseURL)
	if id.AccountID != "" {
		f.exact("accountId", id.AccountID)
	}
}

func (r Run) record(id Identity) (record, error) {
	f := newFields(kindRun)
	f.time(r.Time)
	f.text("version", r.Version)
	f.text("list", r.List)
	f.text("listSha256", r.ListSHA256)
	f.belongs(id)
	return f.record(change{kind: kindRun})
}

func (e End) record() (record, error) {
	f := newFields(kindEnd)
	f.time(e.Time)
	f.text("reason", e.Reason)
	for i, n := range e.Counts.figures() {
		f.number(countNames()[i], *n)
	}
	return f.record(change{kind: kindEnd})
}

// countNames are the fields of an end record, in the order of figures.
func countNames() [11]string {
	return [11]string{"entries", "removed", "notFound", "failed", "duplicate", "skipped",
		"protected", "open", "restored", "unsure", "requests"}
}

func (c *Counts) figures() [11]*int64 {
	return [11]*int64{&c.Entries, &c.Removed, &c.NotFound, &c.Failed, &c.Duplicate, &c.Skipped,
		&c.Protected, &c.Open, &c.Restored, &c.Unsure, &c.Requests}
}

func (i Intent) record() (record, error) {
	f := newFields(kindIntent)
	f.time(time.Time{})
	f.number("line", int64(i.Line))
	f.identifier(i.Identifier, i.Sent)
	return f.record(change{kind: kindIntent, key: KeyOf(i.Identifier)})
}

func (o *Outcome) record() (record, error) {
	f := newFields(kindOutcome)
	f.time(o.Time)
	f.number("line", int64(o.Line))
	if o.Refused {
		f.refused(o)
	} else {
		f.identifier(o.Identifier, o.Sent)
	}
	if outcomeStatus([]byte(o.Result.String())) == None && f.err == nil {
		f.err = fmt.Errorf("outcome %q: not one that can be recorded", o.Result)
	}
	f.exact("outcome", o.Result.String())
	f.text("reason", o.Reason)
	f.number("status", int64(o.HTTPStatus))
	f.number("attempts", int64(o.Attempts))
	f.flag("unsure", o.Unsure)
	f.stored(o.Stored)
	return f.record(change{kind: kindOutcome, key: o.Key(), status: o.Result, unsure: o.Unsure})
}

// refused adds the key of a refused entry beside what it was made of: the cell
// may hold bytes that a record cannot.
func (f *fields) refused(o *Outcome) {
	if o.Result != Failed || o.Attempts != 0 || o.Unsure || o.HTTPStatus != 0 || o.Identifier.Value != "" {
		f.err = fmt.Errorf("refused entry of line %d: it has no identifier, no attempts, and failed", o.Line)
	}
	f.exact("refused", o.Key().String())
	if t := o.Identifier.Type; t != "" {
		if _, err := api.ParseIdentifierType(string(t)); err != nil && f.err == nil {
			f.err = fmt.Errorf("refused entry of line %d: %w", o.Line, err)
		}
		f.exact("type", string(t))
	}
	f.optional("column", o.Column)
	f.optional("raw", o.Raw)
}

func (f *fields) stored(entries []Stored) {
	if len(entries) == 0 {
		return
	}
	f.name("stored")
	f.b = append(f.b, '[')
	for i, s := range entries {
		if i > 0 {
			f.b = append(f.b, ',')
		}
		f.b = append(f.b, '{')
		start := len(f.b)
		f.exact("identifier", s.Value)
		f.optional("label", s.Label)
		if s.Manual != nil {
			f.flag("manual", *s.Manual)
		}
		f.optional("createdAt", s.CreatedAt)
		f.optional("updatedAt", s.UpdatedAt)
		f.b = append(f.b[:start], f.b[start+1:]...) // the comma before the first field
		f.b = append(f.b, '}')
	}
	f.b = append(f.b, ']')
}

func (r Release) record() (record, error) {
	f := newFields(kindReleased)
	f.time(time.Time{})
	f.number("line", int64(r.Line))
	f.identifier(r.Identifier, "")
	f.text("reason", r.Reason)
	f.number("status", int64(r.HTTPStatus))
	return f.record(change{kind: kindReleased, key: KeyOf(r.Identifier)})
}

func releasedKeyRecord(k Key, reason string) (record, error) {
	f := newFields(kindReleased)
	f.time(time.Time{})
	f.exact("key", k.String())
	f.text("reason", reason)
	return f.record(change{kind: kindReleased, key: k, unsure: true})
}

func reopenRecord(id api.Identifier) (record, error) {
	f := newFields(kindReopen)
	f.time(time.Time{})
	f.identifier(id, "")
	return f.record(change{kind: kindReopen, key: KeyOf(id)})
}

func (r Restore) intentRecord() (record, error) {
	f := newFields(kindIntent)
	f.time(time.Time{})
	f.number("line", int64(r.Line))
	f.identifier(r.Identifier, r.Sent)
	f.flag("restore", true)
	return f.record(change{kind: kindIntent, key: KeyOf(r.Identifier), restore: true})
}

func (r Restore) restoredRecord() (record, error) {
	f := newFields(kindRestored)
	f.time(time.Time{})
	f.number("line", int64(r.Line))
	f.identifier(r.Identifier, r.Sent)
	f.number("status", int64(r.HTTPStatus))
	return f.record(change{kind: kindRestored, key: KeyOf(r.Identifier)})
}
