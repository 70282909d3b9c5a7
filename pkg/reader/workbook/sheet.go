package workbook

import (
	"encoding/xml"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// The size of a sheet (Microsoft, "Excel specifications and limits").
const (
	maxRows    = 1048576
	maxColumns = 16384
)

// maxRow bounds the text of one row in bytes.
const maxRow = 1 << 20

// Row is one row of a sheet that has cells.
type Row struct {
	Number int // 1-based, as the sheet counts
	Hidden bool
	// Cells are those that hold something, from left to right. They are valid until
	// the next row is read.
	Cells []Cell
	// TooLong says that the cells hold more than 1 MiB of text, and are not here.
	TooLong bool
}

// Rows reads the rows of a sheet, from the first to the last.
type Rows struct {
	book   *Book
	survey *Survey // nil while it is made
	xml    *stream
	number int
	cells  []Cell
	inData bool
	other  func(xml.StartElement) error // takes the sheet's other elements
}

// Rows begins to read a sheet. With a survey of it, cells have their links, and
// those that a merged cell covers are left out.
func (b *Book) Rows(s Sheet, survey *Survey) (*Rows, error) {
	x, err := b.parts.open(s.part)
	if err != nil {
		return nil, err
	}
	if survey != nil {
		survey.merged.rewind()
	}
	return &Rows{book: b, survey: survey, xml: x}, nil
}

// Close ends the reading.
func (r *Rows) Close() { r.xml.close() }

// Next returns the next row that has an element in the sheet, even without
// cells; io.EOF after the last one. Any other error is an [*Error].
func (r *Rows) Next() (Row, error) {
	for {
		t, err := r.xml.next()
		if err != nil {
			return Row{}, err
		}
		switch t := t.(type) {
		case xml.StartElement:
			switch depth := r.xml.depth; {
			case depth == 2 && t.Name.Local == "sheetData":
				r.inData = true
			case depth == 3 && r.inData && t.Name.Local == "row":
				return r.row(t)
			case depth == 2 && r.other != nil:
				err = r.other(t)
				fallthrough
			case depth > 1:
				if err == nil {
					err = r.xml.leave(depth)
				}
				if err != nil {
					return Row{}, err
				}
			}
		case xml.EndElement:
			if r.xml.depth == 1 {
				r.inData = false
			}
		}
	}
}

func (r *Rows) row(e xml.StartElement) (Row, error) {
	row := Row{Number: r.number + 1}
	for _, a := range e.Attr {
		switch a.Name.Local {
		case "r":
			n, err := strconv.Atoi(a.Value)
			if err != nil || n <= r.number {
				return row, damaged("row %q comes after row %d", cut(a.Value), r.number)
			}
			row.Number = n
		case "hidden":
			row.Hidden = row.Hidden || isTrue(a.Value)
		case "ht":
			height, err := strconv.ParseFloat(a.Value, 64)
			row.Hidden = row.Hidden || err == nil && height == 0
		}
	}
	if row.Number > maxRows {
		return row, tooLarge(fmt.Sprintf("a sheet has more than %d rows", maxRows))
	}
	r.number, r.cells = row.Number, r.cells[:0]
	column, size := -1, 0
	err := r.xml.each(func(e xml.StartElement) error {
		if e.Name.Local != "c" {
			return nil
		}
		c, ok, err := r.cell(e, &column)
		if err != nil || !ok {
			return err
		}
		if size += len(c.Text); size > maxRow {
			row.TooLong, r.cells = true, r.cells[:0]
			return nil
		}
		r.cells = append(r.cells, c)
		return nil
	})
	row.Cells = r.cells
	if r.survey != nil && err == nil {
		row.Cells = r.survey.apply(row)
	}
	return row, err
}

// cell reads one cell. column is that of the last cell.
func (r *Rows) cell(e xml.StartElement, column *int) (Cell, bool, error) {
	var s stored
	at := *column + 1
	for _, a := range e.Attr {
		switch a.Name.Local {
		case "r":
			row, col, ok := parseCell(a.Value)
			if !ok || row != r.number || col < at {
				return Cell{}, false, damaged("cell %q is out of place in row %d", cut(a.Value), r.number)
			}
			at = col
		case "t":
			s.kind = a.Value
		case "s":
			s.style = a.Value
		}
	}
	if *column = at; at >= maxColumns {
		return Cell{}, false, tooLarge(fmt.Sprintf("a sheet has more than %d columns", maxColumns))
	}
	err := r.xml.each(func(e xml.StartElement) (err error) {
		switch e.Name.Local {
		case "v":
			s.value, err = r.xml.text()
		case "f":
			s.formula = true
			s.code, err = r.xml.text()
		case "is":
			s.inline, err = r.xml.rich()
		}
		return err
	})
	if err != nil {
		return Cell{}, false, err
	}
	c, ok, err := r.book.cell(s)
	c.Column = at
	return c, ok, err
}

// parseCell reads a place such as B17: its 1-based row and its 0-based column.
func parseCell(ref string) (row, column int, ok bool) {
	i := 0
	for ; i < len(ref) && i < 4 && ref[i]|0x20 >= 'a' && ref[i]|0x20 <= 'z'; i++ {
		column = 26*column + int(ref[i]|0x20-'a') + 1
	}
	row, err := strconv.Atoi(ref[i:])
	return row, column - 1, i > 0 && err == nil && row > 0 && row <= maxRows && ref[i] != '+'
}

// area is a rectangle of cells: rows 1-based, columns 0-based, all inclusive.
type area struct{ top, left, bottom, right int }

// parseArea reads places such as B17:C18, or B17 alone.
func parseArea(ref string) (a area, ok bool) {
	first, last, several := strings.Cut(ref, ":")
	if a.top, a.left, ok = parseCell(first); !ok {
		return a, false
	}
	if a.bottom, a.right = a.top, a.left; several {
		a.bottom, a.right, ok = parseCell(last)
	}
	return a, ok && a.top <= a.bottom && a.left <= a.right && a.right < maxColumns
}

// cut shortens what a message repeats of a workbook.
func cut(s string) string { return s[:min(len(s), 20)] }

// drain reads all rows to the end and calls f with each.
func (r *Rows) drain(f func(Row)) error {
	for {
		row, err := r.Next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		f(row)
	}
}
