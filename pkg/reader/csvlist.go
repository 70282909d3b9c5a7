package reader

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"slices"

	"altadnc-bulk/pkg/api"
	"altadnc-bulk/pkg/reader/canonical"
)

// csvList reads the rows behind a resolved header.
type csvList struct {
	framer  framer
	rows    *rows
	choice  choice
	names   []string
	width   int   // cells that a record may have
	settled bool  // the first row has decided about width
	order   []int // FormWide: wideIndex of the columns in file order
}

// maxColumns is how many columns a list may have, the bound of spreadsheets.
const maxColumns = 16384

// openCSV reads the header, behind a line sep=; if there is one.
func (l *Reader) openCSV() error {
	l.csv = &csvList{framer: framer{lines: l.lines}}
	given := l.opts.Delimiter
	first, err := l.csv.header(given)
	if err != nil {
		return l.noHeader(err)
	}
	if sep := sepLine(first.text); sep != 0 {
		given = cmp.Or(given, sep)
		if first, err = l.csv.header(given); err != nil {
			return l.noHeader(err)
		}
	}
	r, err := l.valid(first.text, first.line)
	if err != nil {
		return err
	}
	if r = cmp.Or(r, first.refusal); r != nil {
		return l.refused(first.line, problem{reason: "the header " + r.Reason, hint: "save the list anew as CSV UTF-8"})
	}
	h, p := chooseHeading(first.text, newMatcher(l.opts), given)
	if p = l.unusable(h, p); p != nil {
		return l.refused(first.line, *p)
	}
	return l.startRows(first, h)
}

// unusable returns why rows cannot be read under a heading; p is why its columns
// cannot be resolved, if they cannot.
func (l *Reader) unusable(h heading, p *problem) *problem {
	switch {
	case headless(h.names): // first: its names would be values, and must not be shown
		return &problem{reason: "the first row looks like data, not like column names", hint: "add a header row above it, such as identifier,identifierType"}
	case len(h.names) > maxColumns:
		return &problem{reason: fmt.Sprintf("it has more than %d columns", maxColumns), hint: "give another --delimiter"}
	case p != nil:
		return &problem{reason: p.reason + " (columns found: " + listed(h.names) + ")", hint: l.hinted(p.hint, h.names)}
	}
	return nil
}

// header returns the first record. Which delimiter parts it is not known yet, so
// it is framed by the first one that its quotes go together with.
func (c *csvList) header(given rune) (frame, error) {
	for _, d := range candidates(given) {
		c.framer.delimiter = byte(d)
		if f, err := c.framer.peek(); err == nil && f.refusal == nil {
			break
		}
	}
	f, err := c.framer.peek()
	c.framer.lines.advance(f.next, f.ends)
	return f, err
}

func (l *Reader) noHeader(err error) error {
	switch err {
	case errLong:
		return l.refused(l.lines.line, problem{reason: "the header is longer than 1 MiB", hint: "check that it is a CSV list, with a line end behind the column names"})
	case io.EOF:
		return l.refused(0, problem{reason: "it is empty", hint: "it needs a header row, such as identifier,identifierType"})
	}
	return err
}

// startRows begins with the rows under a resolved header.
func (l *Reader) startRows(header frame, h heading) error {
	c := l.csv
	c.framer.delimiter = byte(h.delimiter)
	c.choice, c.names, c.width = h.choice, h.names, len(h.names)
	var err error
	if c.rows, err = newRows(header.text, h.delimiter, h.choice); err != nil {
		return err
	}
	c.order = h.choice.order()
	l.layout.Delimiter, l.layout.Line, l.layout.Header, l.layout.Form = h.delimiter, header.line, h.names, h.choice.form
	l.layout.Columns = h.choice.columns(h.names)
	return nil
}

// order returns the wideIndex of the columns of the wide form, in file order.
func (c choice) order() []int {
	order := make([]int, 0, len(c.wide))
	for i, at := range c.wide {
		if c.form == FormWide && at >= 0 {
			order = append(order, i)
		}
	}
	slices.SortFunc(order, func(a, b int) int { return c.wide[a] - c.wide[b] })
	return order
}

// columns tells the role of every column.
func (c choice) columns(names []string) []Column {
	columns := make([]Column, len(names))
	for i, name := range names {
		columns[i].Name = name
		if isOutcome(name) {
			columns[i].Role = RoleOutcome
		}
	}
	switch c.form {
	case FormWide:
		for i, at := range c.wide {
			if at >= 0 {
				columns[at].Role, columns[at].Type = RoleIdentifier, wideType(i)
			}
		}
	case FormLong:
		columns[c.identifier].Role = RoleIdentifier
		columns[c.typ].Role = RoleType
	case FormSingle:
		columns[c.identifier].Role, columns[c.identifier].Type = RoleIdentifier, c.only
	}
	return columns
}

// nextRow queues the entries of the next row.
func (l *Reader) nextRow() error {
	f, err := l.csv.framer.next()
	if err != nil {
		return err
	}
	if f.refusal == nil && len(bytes.Trim(f.text, string(l.layout.Delimiter))) == 0 {
		return nil // a blank row, of however many cells
	}
	r, err := l.valid(f.text, f.line)
	if err != nil {
		return err
	}
	if r = cmp.Or(r, f.refusal); r != nil {
		l.whole(f.line, f.text, r)
		return nil
	}
	if r = l.csv.fits(f); r != nil {
		l.whole(f.line, f.text, r)
		l.queue[0].Record.delimiter = l.layout.Delimiter // its cells can be told apart
		return nil
	}
	return l.row(f)
}

// fits refuses a record with more cells than the header has: an unquoted
// delimiter has probably moved its cells to the wrong columns. Trailing empty
// cells are allowed where the first row already has them.
func (c *csvList) fits(f frame) *canonical.Refusal {
	extra := f.cells - len(c.names)
	if !c.settled {
		c.settled = true
		if extra > 0 && bytes.HasSuffix(f.text, bytes.Repeat([]byte{c.framer.delimiter}, extra)) {
			c.width = f.cells
		}
	}
	if extra <= 0 || f.cells <= c.width && bytes.HasSuffix(f.text, bytes.Repeat([]byte{c.framer.delimiter}, extra)) {
		return nil
	}
	return canonical.Refuse("too-many-cells", fmt.Sprintf("has %d cells where the header has %d: a cell that holds the delimiter must be quoted", f.cells, len(c.names)))
}

// row queues the entries of a sound record.
func (l *Reader) row(f frame) error {
	got, err := l.csv.rows.decode(f.text)
	if err != nil {
		return fmt.Errorf("%w (%v)", errStep, err)
	}
	switch got := got.(type) {
	case *wideRow:
		l.wide(f, got)
	case *longRow:
		l.long(f, got)
	}
	return nil
}

// wide queues an entry for each filled cell.
func (l *Reader) wide(f frame, got *wideRow) {
	for _, i := range l.csv.order {
		if raw := got.cell(i); canonical.Trim(raw) != "" {
			l.cell(f, l.csv.choice.wide[i], wideType(i), raw, nil)
		}
	}
}

// long queues the entry of a record with one identifier cell, unless it is blank.
func (l *Reader) long(f frame, got *longRow) {
	if canonical.Trim(got.Identifier) == "" && l.csv.blank(f) {
		return
	}
	t, r := l.csv.choice.only, (*canonical.Refusal)(nil)
	if l.csv.choice.form == FormLong {
		t, r = typed(got.Type)
	}
	l.cell(f, l.csv.choice.identifier, t, got.Identifier, r)
}

// blank tells whether nothing stands in any cell of a record.
func (c *csvList) blank(f frame) bool {
	for _, cell := range c.record(f, -1).Cells() {
		if canonical.Trim(cell) != "" {
			return false
		}
	}
	return true
}

func (c *csvList) record(f frame, cell int) Record {
	return Record{Cell: cell, Text: f.text, delimiter: rune(c.framer.delimiter)}
}

// cell queues the entry of one identifier cell. r is what its type cell is
// refused for.
func (l *Reader) cell(f frame, at int, t api.IdentifierType, raw string, r *canonical.Refusal) {
	e := l.entry(f.line, l.csv.names[at], t, raw, len(f.text))
	e.untyped(r)
	e.Record = l.csv.record(f, at)
	l.queue = append(l.queue, e)
}
