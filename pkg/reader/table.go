package reader

import (
	"fmt"
	"slices"

	"altadnc-bulk/pkg/reader/canonical"
	"altadnc-bulk/pkg/reader/columns"
)

// table knows which cells of a row are read, for formats whose rows have cells.
type table struct {
	columns.Choice
	reads []int    // the columns that are read, in file order
	names []string // of reads, one for each: columns of the same name differ by their place
	// Where in reads the type column, its identifier column and the dnc_raw of a
	// report are; -1 for none.
	typ, id, raw int
	headed       bool // the list has a header
}

func newTable(c columns.Choice) table {
	t := table{Choice: c, typ: -1, id: -1, raw: -1}
	for at, column := range c.Columns {
		switch {
		case column.Role == columns.Identifier && at == c.Identifier:
			t.id = len(t.reads)
		case column.Role == columns.Identifier:
		case column.Role == columns.Type:
			t.typ = len(t.reads)
		case column.Role == columns.Outcome && columns.Fold(column.Name) == columns.Fold(rawColumn):
			t.raw = len(t.reads)
		default:
			continue
		}
		t.reads = append(t.reads, at)
		t.names = append(t.names, column.Name)
	}
	names := slices.Clone(t.names)
	for i, name := range names {
		if slices.Index(names, name) < i || slices.Contains(names[i+1:], name) {
			t.names[i] = fmt.Sprintf("%s #%d", name, t.reads[i]+1)
		}
	}
	return t
}

// rawColumn is the column of a report that holds the text of a record that was
// refused as a whole.
const rawColumn = "dnc_raw"

// row queues the entries of a row. cells are those of reads, in their order, and
// refusals why any of them is not readable text; nil if all are.
func (t table) row(l *Reader, line int, record Record, cells []string, refusals []*canonical.Refusal) row {
	if t.raw >= 0 && canonical.Trim(cells[t.raw]) != "" {
		return l.whole(line, record.Text, refusedBefore())
	}
	if t.typ >= 0 {
		record.Cell = t.Identifier
		e := &Entry{Line: line, Column: t.names[t.id], Record: record}
		if refusals != nil && refusals[t.id] != nil {
			e.Identifier.Type, _ = l.names.ParseType(cells[t.typ])
			l.refuse(e, cells[t.id], refusals[t.id])
			return rowEntries
		}
		l.typed(e, cells[t.id], cells[t.typ])
		return rowEntries
	}
	for i, at := range t.reads {
		if i == t.raw {
			continue
		}
		refused := refusals != nil && refusals[i] != nil
		if !refused && canonical.Nothing(cells[i]) {
			continue
		}
		record.Cell = at
		e := &Entry{Line: line, Column: t.names[i], Record: record}
		if refused {
			e.Identifier.Type = t.Columns[at].Types[0]
			l.refuse(e, cells[i], refusals[i])
			continue
		}
		l.cells(e, cells[i], t.Columns[at].Types)
	}
	if len(l.queue) == 0 {
		return rowNone
	}
	return rowEntries
}

// refusedBefore keeps refused what an earlier run refused: cut into the cells of
// a report its text could become readable.
func refusedBefore() *canonical.Refusal {
	return canonical.Refuse("refused-before", "was refused as a whole when this report was made: fix it in the list itself ("+rawColumn+" has its text)")
}

// expects reports whether an identifier in the column at is no surprise: the
// column is read, is known to be about somebody else, or is to be ignored. After
// the last column any identifier is a surprise.
func (t table) expects(at int) bool {
	if at >= len(t.Columns) {
		return false
	}
	c := t.Columns[at]
	return c.Role != columns.Other || c.Somebody || c.Ignored
}

// sighted returns the first cell that holds an identifier where none is
// expected, -1 if there is none.
func (t table) sighted(cells []string) int {
	for at, cell := range cells {
		if !t.expects(at) && canonical.InSight(cell) {
			return at
		}
	}
	return -1
}

// without takes a row that has text, but no identifier in the cells that are
// read. One visible elsewhere means that cells have moved: the person would be
// silently lost.
func (t table) without(l *Reader, line int, text []byte, cells []string) row {
	at := t.sighted(cells)
	switch {
	case at >= len(t.Columns):
		return l.whole(line, text, canonical.Refuse("identifier-elsewhere", "has no identifier in a column that is read, but one after the last column"))
	case at >= 0:
		return l.whole(line, text, canonical.Refuse("identifier-elsewhere", fmt.Sprintf("has no identifier in a column that is read, but one in column %q: "+
			"cells may have moved or be separated by another character", cut(t.Columns[at].Name, 40))))
	case blank(cells):
		return rowBlank
	}
	return rowNone
}

func blank(cells []string) bool {
	for _, cell := range cells {
		if canonical.Trim(cell) != "" {
			return false
		}
	}
	return true
}
