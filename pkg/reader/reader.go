package reader

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"altadnc-bulk/pkg/api"
	"altadnc-bulk/pkg/reader/canonical"
	"altadnc-bulk/pkg/reader/columns"
)

// Reader reads the entries of one list. It is not safe for concurrent use.
type Reader struct {
	name   string
	opts   Options
	rules  canonical.Rules
	names  *columns.Names
	layout Layout
	list   list
	rows   Rows

	queue []Entry // the entries of the current record
	taken int     // how many of them Read has returned
	found []canonical.Found
	err   error // what Read keeps returning
}

// list is a list in one of the formats.
type list interface {
	// next reads one record, queues its entries, and says what kind of row it was.
	// The error is io.EOF after the last record, an [*unreadable] if nothing that
	// follows can be trusted, or else that of reading.
	next(*Reader) (row, error)
}

// row says how a record counts: as exactly one of these.
type row int

const (
	rowEntries row = iota // it gave entries
	rowNone               // no identifier in it
	rowBlank              // nothing in it
	rowHeader             // the header once more
	rowKinds
)

// Rows counts the records of a list after its header, each in one way.
type Rows struct {
	Entries int64 // records that gave entries; one that is refused as a whole gives one
	None    int64 // records with text, and no identifier in it
	Blank   int64 // empty lines, and records of empty cells
	Headers int64 // records that repeat the header: lists that were joined
	Hidden  int64 // rows that a spreadsheet hides, skipped as Options.HiddenRows says
}

// Total returns how many records there are.
func (r Rows) Total() int64 { return r.Entries + r.None + r.Blank + r.Headers + r.Hidden }

func (r *Rows) add(kind row) {
	*[rowKinds]*int64{&r.Entries, &r.None, &r.Blank, &r.Headers}[kind]++
}

// New starts reading a list. It looks at the first bytes to find compression,
// encoding, format, delimiter and columns. The name appears in errors.
//
// The error is a [*ListError] if the list as a whole cannot be read, wraps
// [ErrOptions] if opts cannot be, and is that of r otherwise.
func New(r io.Reader, name string, opts Options) (*Reader, error) {
	if err := opts.Validate(); err != nil {
		return nil, err
	}
	l := &Reader{name: name, opts: opts, rules: opts.Values, names: columns.New()}
	if err := l.open(r); err != nil {
		return nil, l.explain(err)
	}
	return l, nil
}

// open finds out all it can from the first bytes.
func (l *Reader) open(r io.Reader) error {
	unpacked, compressed, err := unpack(r)
	l.layout.Gzip = compressed
	if err != nil {
		return err
	}
	begun := bufio.NewReader(unpacked)
	if contained, err := contained(begun); err != nil {
		return err
	} else if contained {
		l.list, err = l.openXLSX(begun)
		return err
	}
	if l.opts.Format == FormatXLSX {
		return &unreadable{reason: "it is not an .xlsx workbook, and --format says so", hint: "leave --format out"}
	}
	if l.opts.HiddenRows == HiddenSkip {
		return &unreadable{reason: "only a workbook knows which rows are hidden: in text they look like all others", hint: "use the workbook itself, or leave --hidden-rows out"}
	}
	text, err := l.decode(begun)
	if err != nil {
		return err
	}
	sample := text.peek(sampleSize)
	if text.err != nil && text.err != io.EOF {
		return text.err
	}
	if binary(sample) {
		return &unreadable{reason: "it is a binary file, not a list", hint: "export the list as CSV UTF-8"}
	}
	if u := foreignText(sample); u != nil {
		return u
	}
	if len(bytes.TrimSpace(sample)) == 0 && len(sample) < sampleSize {
		return errEmpty()
	}
	text.cr = loneCR(sample)
	if l.layout.Format = l.opts.Format; l.layout.Format == FormatAuto {
		l.layout.Format = sniffFormat(sample)
	}
	l.list, err = formats()[l.layout.Format].open(l, text)
	return err
}

func errEmpty() *unreadable {
	return &unreadable{reason: "it is empty", hint: "it needs a header row such as identifier,identifierType, or one JSON object per line"}
}

// Layout returns what was found out about the list. In JSONL it grows while
// entries are read.
func (l *Reader) Layout() Layout { return l.layout.clone() }

// Rows returns how the records read so far count.
func (l *Reader) Rows() Rows { return l.rows }

// Read returns the next entry, and io.EOF after the last one. A bad record is an
// entry with a Refusal, and reading continues after it.
//
// Any other error is final and returned again by every later call: a
// [*ListError] if the list turns out to be unreadable, else that of the
// underlying reader, wrapped with the list's name.
func (l *Reader) Read() (Entry, error) {
	for l.taken == len(l.queue) {
		if l.err != nil {
			return Entry{}, l.err
		}
		l.queue, l.taken = l.queue[:0], 0
		kind, err := l.list.next(l)
		if err != nil {
			l.err = l.explain(err)
			continue
		}
		l.rows.add(kind)
	}
	l.taken++
	return l.queue[l.taken-1], nil
}

// explain makes of an internal error what New and Read return.
func (l *Reader) explain(err error) error {
	var u *unreadable
	switch {
	case err == io.EOF:
		return err
	case errors.As(err, &u):
		return &ListError{Name: l.place(), Line: u.line, Reason: u.reason, Hint: u.hint, Flags: u.flags}
	case l.layout.Gzip && broken(err) != "":
		return &ListError{Name: l.name, Reason: broken(err), Hint: "get the file again"}
	}
	return fmt.Errorf("read %s: %w", l.name, err)
}

// place returns where a line is: the list, and its sheet if it has several.
func (l *Reader) place() string {
	if l.layout.Sheet == "" {
		return l.name
	}
	return l.name + "!" + l.layout.Sheet
}

// whole queues the refusal of a record as a whole.
func (l *Reader) whole(line int, text []byte, r *canonical.Refusal) row {
	l.queue = append(l.queue[:0], Entry{Line: line, Raw: excerpt(string(text[:min(len(text), 2*maxRaw)])), Refusal: r, Record: Record{Cell: -1, Text: text}})
	return rowEntries
}

// cells queues the entries of one identifier cell: under each type one for each
// identifier in it, or once that it is refused. e has what they share.
func (l *Reader) cells(e *Entry, raw string, types []api.IdentifierType) {
	refused := false
	for _, t := range types {
		e.Identifier.Type = t
		refusal := l.cell(e, raw)
		if refusal != nil && !refused {
			refused = true
			l.refuse(e, raw, refusal)
		}
	}
}

// cell queues the entries of one identifier cell of one type, unless it is
// refused.
func (l *Reader) cell(e *Entry, raw string) (refusal *canonical.Refusal) {
	if l.found, refusal = l.rules.Cell(l.found[:0], raw, e.Identifier.Type); refusal != nil {
		return refusal
	}
	size := len(e.Record.Text)
	e.Part = len(l.found) > 1
	for _, found := range l.found {
		if !e.Part {
			found.Raw = raw
		}
		e.Completed = l.completed(found.Raw, e.Identifier.Type)
		e.Raw, e.Identifier.Value = excerpt(owned(found.Raw, size)), owned(found.Value, size)
		l.queue = append(l.queue, *e)
	}
	return nil
}

// completed reports whether a phone number that was read could not have been
// without the default region.
func (l *Reader) completed(raw string, t api.IdentifierType) bool {
	if l.rules.Region == "" || l.rules.AsIs {
		return false
	}
	_, refusal := canonical.Rules{International: l.rules.International}.Cell(nil, raw, t)
	return refusal != nil && refusal.Code == "phone-no-plus"
}

// typed queues the entries of an identifier cell whose type is in another.
func (l *Reader) typed(e *Entry, raw, word string) {
	t, ok := l.names.ParseType(word)
	switch word := canonical.Trim(word); {
	case ok:
		e.Identifier.Type = t
		if refusal := l.cell(e, raw); refusal != nil {
			l.refuse(e, raw, refusal)
		}
	case canonical.Trim(raw) == "":
		l.refuse(e, raw, canonical.Refuse("empty", "has no identifier"))
	case word == "":
		l.refuse(e, raw, canonical.Refuse("no-type", "has no type: it must be one of "+api.TypeNames()))
	default:
		l.refuse(e, raw, canonical.Refuse("unknown-type", "has an unknown type"+shown(word)+": it must be one of "+api.TypeNames()))
	}
}

// shown quotes a type cell for a reason if it is a word: a cell that shifted
// columns may hold an identifier, which reasons must not repeat.
func shown(cell string) string {
	if len(cell) > 24 || strings.Trim(strings.ToLower(cell), "abcdefghijklmnopqrstuvwxyz _-") != "" {
		return ""
	}
	return fmt.Sprintf(" %q", cell)
}

// refuse queues the entry of a cell that is refused.
func (l *Reader) refuse(e *Entry, raw string, r *canonical.Refusal) {
	refused := *e // the next cell, or the same one under another type, may be read
	refused.Raw, refused.Identifier.Value, refused.Refusal = excerpt(owned(raw, len(e.Record.Text))), "", r
	refused.Part, refused.Completed = false, false
	l.queue = append(l.queue, refused)
}
