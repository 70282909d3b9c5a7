package reader

import (
	"bytes"
	"slices"
	"strings"

	"altadnc-bulk/pkg/api"
	"altadnc-bulk/pkg/reader/canonical"
	"altadnc-bulk/pkg/reader/columns"
)

// Lists that were joined have a header in their middle. The same header once
// more is passed over; any other ends the reading, since what follows it would
// be read under the wrong names.

// headerAgain reports whether a row as wide as the header, whose entries are
// queued, is itself a header with the same columns. The error is for one with
// other columns.
func (t table) headerAgain(l *Reader, line int, record Record) (bool, error) {
	if !t.headed || !t.nameAmong(l) {
		return false, nil
	}
	choice, ok := t.asHeader(l, record.Cells())
	if !ok {
		return false, nil
	}
	if !sameColumns(choice, t.Choice) {
		return false, l.anotherHeader(line)
	}
	if slices.ContainsFunc(record.Cells(), func(cell string) bool { return canonical.Trim(cell) != "" && !t.named(l, cell) }) {
		return false, nil // a row with a name in it
	}
	l.queue = l.queue[:0]
	return true, nil
}

// nameAmong reports whether an entry of the row could be the name of a column: one
// that was refused, or is of a type that accepts anything.
func (t table) nameAmong(l *Reader) bool {
	for i := range l.queue {
		e := &l.queue[i]
		if (e.Refusal != nil || e.Identifier.Type == api.WebChat || l.rules.AsIs) && t.named(l, canonical.Trim(e.Raw)) {
			return true
		}
	}
	return false
}

// otherHeader returns an error if a row that has not as many cells as the header
// is a header, or ends with one that was appended to an unfinished last line.
func (c *csvList) otherHeader(l *Reader, f frame, cells []string) error {
	if !c.table.headed {
		return nil
	}
	if width := len(c.table.Columns); len(cells) > width && c.endsInName(cells[width-1]) &&
		!slices.ContainsFunc(cells[width:], func(cell string) bool { return !c.table.named(l, cell) }) &&
		!slices.EqualFunc(cells[width:], c.table.Columns[1:], sameName) {
		return l.anotherHeader(f.line)
	}
	if _, ok := c.table.asHeader(l, cells); ok && len(cells) > 1 {
		return l.anotherHeader(f.line)
	}
	return nil
}

// namesInside reports whether a record whose quotes are broken holds the names of
// this list's columns in another order: a header that was appended to a last line
// without an end.
func (c *csvList) namesInside(text []byte) bool {
	found, last, ordered := 0, -1, true
	for _, column := range c.table.Columns {
		at := bytes.LastIndex(text, []byte(column.Name))
		if column.Name == "" || at < 0 {
			continue
		}
		found, last, ordered = found+1, at, ordered && at > last
	}
	return c.table.headed && found > 1 && found == len(c.table.Columns) && !ordered
}

func (c *csvList) endsInName(cell string) bool {
	return slices.ContainsFunc(c.table.Columns, func(column columns.Column) bool {
		return column.Name != "" && strings.HasSuffix(cell, column.Name)
	})
}

// named reports whether a cell is the name of a column, of this list or any; other
// names with digits could be values ("Visitor 1").
func (t table) named(l *Reader, cell string) bool {
	return !strings.ContainsAny(cell, "0123456789") && l.names.Known(cell) || slices.ContainsFunc(t.Columns, func(column columns.Column) bool { return sameName(cell, column) })
}

func sameName(cell string, c columns.Column) bool {
	return columns.Fold(cell) == columns.Fold(c.Name)
}

// asHeader returns what would be read under cells as a header; ok is false if
// they are not one: if an identifier is among them, if fewer than half are names
// of columns, or if one is the type of the row.
func (t table) asHeader(l *Reader, cells []string) (choice columns.Choice, ok bool) {
	filled, known := 0, 0
	for at, cell := range cells {
		if canonical.Trim(cell) == "" {
			continue
		}
		if _, isType := l.names.ParseType(cell); canonical.InSight(cell) || isType && at == t.Choice.Type {
			return columns.Choice{}, false
		}
		if filled++; t.named(l, cell) {
			known++
		}
	}
	if 2*known < filled || known == 0 {
		return columns.Choice{}, false
	}
	names := trimmed(cells)
	choice, problem := l.names.Choose(names, l.opts.Columns)
	if problem != nil { // under the flags for the first list; perhaps it is a header of its own
		choice, problem = l.names.Choose(names, columns.Options{})
	}
	return choice, problem == nil
}

// sameColumns reports whether two headers have the columns that are read in the
// same places.
func sameColumns(a, b columns.Choice) bool {
	return a.Identifier == b.Identifier && a.Type == b.Type && slices.EqualFunc(a.Columns, b.Columns, func(a, b columns.Column) bool {
		return a.Role == b.Role && slices.Equal(a.Types, b.Types)
	})
}

// anotherHeader ends the reading. What is above may be a title, as long as
// nothing was read from it: otherwise it is a list, and must not be skipped.
func (l *Reader) anotherHeader(line int) *unreadable {
	l.queue = l.queue[:0]
	u := &unreadable{line: line, reason: "another header with other columns begins here: what follows would be read under the wrong names",
		hint: "lists were joined here: split them again, and remove each on its own"}
	if l.rows.Entries == 0 {
		u.hint, u.flags = "if what is above is a title, begin here", [][]string{headerLine(line)}
	}
	return u
}
