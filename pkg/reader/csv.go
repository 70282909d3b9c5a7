package reader

import "bytes"

// csvList reads the rows after a resolved header.
type csvList struct {
	framer *framer
	blocks blocks
	rows   *rows
	table  table
	header []byte // the header's text; nil without one
	before string // see [csvList.remember]
}

// openCSV finds the header and begins with the rows under it.
func (l *Reader) openCSV(text *lines) (list, error) {
	c := &csvList{framer: &framer{lines: text}}
	h, err := l.findHeader(c.framer)
	if err != nil {
		return nil, err
	}
	c.framer.delimiter = byte(h.delimiter)
	c.table = newTable(h.choice)
	c.blocks = blocks{framer: c.framer, width: len(h.choice.Columns)}
	c.blocks.begin(h.line)
	if l.opts.Columns.NoHeader {
		c.blocks.begin(h.line - 1)
	} else {
		c.header, c.table.headed = h.text, true
	}
	if c.rows, err = newRows(h.text, h.delimiter, c.table.reads); err != nil {
		return nil, err
	}
	c.table.suspect(l, c.framer.sample(len(c.table.Columns))) // first: it looks at the text ahead
	if u := c.mismatch(l, h); u != nil {
		return nil, u
	}
	l.layout.Delimiter, l.layout.Columns = h.delimiter, h.choice.Columns
	return c, nil
}

// next reads the next row.
func (c *csvList) next(l *Reader) (row, error) {
	f, err := c.blocks.next()
	if err != nil {
		return 0, err
	}
	if f.refusal == nil && len(bytes.Trim(f.text, string(c.framer.delimiter))) == 0 {
		c.before = ""
		return rowBlank, nil // of however many cells
	}
	refusal, err := c.framer.lines.valid(f.text, f.line)
	if err != nil {
		return 0, err
	}
	if refusal == nil {
		refusal = f.refusal
	}
	if refusal != nil {
		c.before = ""
		if c.namesInside(f.text) {
			return 0, l.anotherHeader(f.line)
		}
		return l.whole(f.line, f.text, refusal), nil
	}
	if c.header != nil && bytes.Equal(f.text, c.header) {
		c.blocks.begin(1)
		return rowHeader, nil
	}
	kind, err := c.sound(l, f)
	c.remember(l, f)
	return kind, err
}

// sound reads a record whose cells are certain.
func (c *csvList) sound(l *Reader, f frame) (row, error) {
	record := Record{Text: f.text, delimiter: rune(c.framer.delimiter)}
	if f.cells != len(c.table.Columns) {
		cells := record.Cells()
		if err := c.otherHeader(l, f, cells); err != nil {
			return 0, err
		}
		if !f.even && c.table.shifted(l, cells) {
			return l.whole(f.line, f.text, c.ragged(f)), nil
		}
	}
	cells, err := c.rows.decode(f.text)
	if err != nil {
		return 0, &unreadable{line: f.line, reason: err.Error(), hint: "save the list as plain CSV UTF-8"}
	}
	kind := c.table.row(l, f.line, record, cells, nil)
	if kind == rowNone {
		return c.table.without(l, f.line, f.text, record.Cells()), nil
	}
	if again, err := c.table.headerAgain(l, f.line, record); err != nil {
		return 0, err
	} else if again {
		c.blocks.begin(1)
		return rowHeader, nil
	}
	c.doubt(l, f)
	return kind, nil
}
