package reader

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"altadnc-bulk/pkg/api"
	"altadnc-bulk/pkg/reader/canonical"
)

// A row with more or fewer cells than the header has lost or gained a delimiter
// somewhere, and which of its cells have moved is not known. A line break that
// should not be there makes two rows of one. Whatever could be read in two ways
// that name different identifiers is refused.

// ragged returns the refusal of a row that has not as many cells as the header.
func (c *csvList) ragged(f frame) *canonical.Refusal {
	code, width := "too-few-cells", len(c.table.Columns)
	what := "a delimiter is missing, so it is uncertain which cell belongs to which column"
	switch {
	case f.cells == 1:
		what = "its cells may be separated by another character, or be quoted as one"
	case f.cells > width && bytes.Contains(f.text, []byte{'\\', c.framer.delimiter}):
		code, what = "too-many-cells", "a backslash does not protect a delimiter in CSV, quotes around the cell do"
	case f.cells > width:
		code, what = "too-many-cells", "a cell that holds the delimiter or a line break must be quoted"
	}
	return canonical.Refuse(code, fmt.Sprintf("has %s where the header has %d: %s", plural(f.cells, "cell"), width, what))
}

// mismatch returns why a list cannot be read at all if its header is wider or
// narrower than all rows of its block, so that each would be refused.
func (c *csvList) mismatch(l *Reader, h heading) *unreadable {
	width, n, rows := len(c.table.Columns), 0, 0
	for i := range blockRows - 1 {
		f, err := c.blocks.peek(i)
		if err != nil {
			break
		}
		cells := Record{Text: f.text, delimiter: h.delimiter}.Cells()
		if blank(cells) {
			continue
		}
		if rows++; f.refusal != nil || len(cells) == width || rows > 1 && len(cells) != n || !c.table.shifted(l, cells) {
			return nil
		}
		n = len(cells)
	}
	switch {
	case rows < 3:
		return nil
	case n == width+1:
		return &unreadable{line: h.line, reason: fmt.Sprintf("the rows have %d cells and the header has %d, so every cell could belong to the column next to its own", n, width),
			hint: "if the first column is an index without a name, name it in the header; if a column's name holds the delimiter, quote it"}
	}
	return &unreadable{line: h.line, reason: fmt.Sprintf("the rows have %s and the header has %d, so it is uncertain which cell belongs to which column", plural(n, "cell"), width),
		hint: "look for a missing delimiter or line end, or for the delimiter in a column's name, which must be quoted"}
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// shifted reports whether the cells of a row that has not as many as the header
// could be read in two ways that name different identifiers: whether a shift by
// the missing or extra cells puts what could be an identifier into a column that
// is read, or takes it out of one.
func (t table) shifted(l *Reader, cells []string) bool {
	if t.typ >= 0 {
		return t.shiftedLong(l, cells)
	}
	if len(cells) < len(t.Columns) {
		return t.short(cells)
	}
	if slices.ContainsFunc(cells[1:], canonical.InSight) {
		return true // it is unknown whose it is
	}
	extra := len(cells) - len(t.Columns)
	for i, at := range t.reads {
		if i == t.raw {
			continue
		}
		for _, typ := range t.Columns[at].Types {
			// Cells move to the left where a delimiter was added before them. The first
			// cell cannot, but it may have been torn.
			from := at
			if at == 0 {
				from = 1
				if canonical.CouldBe(cells[0], typ) && l.rules.Joins(cells[0], cells[1], typ) {
					return true
				}
			}
			for _, cell := range cells[from : at+extra+1] {
				if canonical.CouldBe(cell, typ) {
					return true
				}
			}
		}
	}
	return false
}

// short is shifted for a row with fewer cells than the header: cells move to the
// right where a delimiter was lost before them.
func (t table) short(cells []string) bool {
	missing := len(t.Columns) - len(cells)
	for at, cell := range cells {
		if canonical.InSight(cell) {
			return true
		}
		for i, to := range t.reads {
			if i == t.raw || to < at || to > at+missing {
				continue
			}
			for _, typ := range t.Columns[to].Types {
				if canonical.CouldBe(cell, typ) {
					return true
				}
			}
		}
	}
	return false
}

// shiftedLong is shifted for lists with a type column. A row without a word for
// a type anywhere gives no identifier, however it is read. One whose first cell
// is the identifier keeps it if nothing else in it could be one, or be its type.
func (t table) shiftedLong(l *Reader, cells []string) bool {
	words, at := 0, -1
	var typ api.IdentifierType
	for i, cell := range cells {
		if parsed, ok := l.names.ParseType(cell); ok {
			words, at, typ = words+1, i, parsed
		}
	}
	first := len(cells) > len(t.Columns) && t.Identifier == 0 && words == 1 && at == t.Type &&
		typ != api.WebChat && !l.rules.Joins(cells[0], cells[1], typ)
	for i, cell := range cells {
		if (i > 0 || !first) && canonical.InSight(cell) {
			return true
		}
	}
	return words > 0 && !first
}

// remember keeps what the next row could be the other half of, if a line break
// tore a cell in two: a row of one cell alone, and no whole identifier.
func (c *csvList) remember(l *Reader, f frame) {
	c.before = ""
	if f.cells == 1 && (len(c.table.Columns) > 1 || !slices.ContainsFunc(l.queue, sound)) && bytes.IndexByte(f.text, '"') < 0 {
		c.before = string(f.text)
	}
}

func sound(e Entry) bool { return e.Refusal == nil }

// doubt refuses those entries of a row as wide as the header that may be less
// than what the list once held: the first or last cell torn by a line break, and
// the last of a file that was cut off.
func (c *csvList) doubt(l *Reader, f frame) {
	width := len(c.table.Columns)
	if f.cells != width {
		return
	}
	for i := range l.queue {
		e := &l.queue[i]
		if e.Refusal != nil {
			continue
		}
		first, last := e.Record.Cell == 0, e.Record.Cell == width-1 && !bytes.HasSuffix(f.text, []byte{'"'})
		switch t := e.Identifier.Type; {
		case first && c.before != "" && c.halves(l, c.before, e.Raw, t):
			c.refuse(e, "torn", "may be the second half of an identifier split by a line break: the line above could be the first")
		case last && c.alone(f.ahead) && c.halves(l, e.Raw, string(f.ahead), t):
			c.refuse(e, "torn", "may be the first half of an identifier split by a line break: the line below could be the second")
		case last && f.cut && l.rules.GoesOn(e.Raw, t):
			c.refuse(e, "cut-off", "is at the very end of a list whose last line has no line end, and may be cut off: add a line end if it is whole")
		case e.Column == strings.TrimSpace(e.Raw):
			c.refuse(e, "column-name", "is the name of its column, not an identifier")
		case width == 1 && c.glued(l, e):
			c.refuse(e, "glued", "has the name of the column at its end: the first line of another list was appended to it")
		}
	}
}

func (c *csvList) refuse(e *Entry, code, reason string) {
	e.Refusal, e.Identifier.Value = canonical.Refuse(code, reason), ""
}

// alone reports whether a line is a single cell without quotes.
func (c *csvList) alone(line []byte) bool {
	return len(bytes.TrimSpace(line)) > 0 && bytes.IndexByte(line, c.framer.delimiter) < 0 && bytes.IndexByte(line, '"') < 0
}

// halves reports whether a and b could be the halves of one identifier. In a list
// of one column two whole identifiers are not, and of web chat nothing is known.
func (c *csvList) halves(l *Reader, a, b string, t api.IdentifierType) bool {
	if !l.rules.Joins(a, b, t) {
		return false
	}
	return len(c.table.Columns) > 1 || t != api.WebChat && !(l.identifies(a, t) && l.identifies(b, t))
}

func (l *Reader) identifies(s string, t api.IdentifierType) bool {
	_, refusal := l.rules.Cell(nil, s, t)
	return refusal == nil
}

// glued reports whether the cell of a list of one column is an identifier
// followed by the column's name: two lists were joined, and the first one's last
// line had no end.
func (c *csvList) glued(l *Reader, e *Entry) bool {
	before, ok := strings.CutSuffix(e.Raw, string(c.header))
	return ok && c.header != nil && e.Identifier.Type != api.WebChat && l.identifies(before, e.Identifier.Type)
}
