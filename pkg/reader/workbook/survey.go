package workbook

import (
	"encoding/xml"
	"slices"
	"strconv"
	"strings"
)

// Survey is what is known of a sheet once all of it has been read: much of it
// comes after the rows that it is about.
type Survey struct {
	Width       int // columns up to the last one that holds something
	Hidden      int // hidden rows that hold something, from the first row asked for on
	FirstHidden int // the number of the first of them
	hiddenCols  []area
	links       map[uint64]string // by place
	merged      merged
}

// Survey reads a whole sheet. Hidden rows count from row first on.
func (b *Book) Survey(sheet Sheet, first int) (*Survey, error) {
	relations, err := b.parts.relations(sheet.part)
	if err != nil {
		return nil, err
	}
	r, err := b.Rows(sheet, nil)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	v := &Survey{links: make(map[uint64]string)}
	r.other = func(e xml.StartElement) error {
		switch e.Name.Local {
		case "cols":
			return r.xml.each(v.column)
		case "mergeCells":
			return r.xml.each(func(e xml.StartElement) error { return v.merge(b.parts, e) })
		case "hyperlinks":
			return r.xml.each(func(e xml.StartElement) error { return v.link(b.parts, e, relations) })
		}
		return nil
	}
	err = r.drain(func(row Row) {
		if len(row.Cells) == 0 && !row.TooLong {
			return
		}
		if n := len(row.Cells); n > 0 {
			v.Width = max(v.Width, row.Cells[n-1].Column+1)
		}
		if row.Hidden && row.Number >= first {
			if v.Hidden++; v.FirstHidden == 0 {
				v.FirstHidden = row.Number
			}
		}
	})
	v.merged.sort()
	return v, err
}

// HiddenColumn reports whether a column, 0-based, is hidden.
func (v *Survey) HiddenColumn(column int) bool {
	return slices.ContainsFunc(v.hiddenCols, func(a area) bool { return a.left <= column && column <= a.right })
}

func (v *Survey) column(e xml.StartElement) error {
	width, err := strconv.ParseFloat(attribute(e, "width"), 64)
	if !isTrue(attribute(e, "hidden")) && (err != nil || width > 0) {
		return nil
	}
	first, err := strconv.Atoi(attribute(e, "min"))
	last, err2 := strconv.Atoi(attribute(e, "max"))
	if err != nil || err2 != nil || len(v.hiddenCols) == maxColumns {
		return damaged("it says of a column that it does not name that it is hidden")
	}
	v.hiddenCols = append(v.hiddenCols, area{left: first - 1, right: last - 1})
	return nil
}

func (v *Survey) merge(p *parts, e xml.StartElement) error {
	a, ok := parseArea(attribute(e, "ref"))
	if !ok {
		return damaged("it has merged cells %q", cut(attribute(e, "ref")))
	}
	if v.merged.columns += a.right - a.left + 1; v.merged.columns > maxMerged {
		return tooLarge("its merged cells are too many")
	}
	v.merged.areas = append(v.merged.areas, a)
	return p.keep(40)
}

// maxMerged bounds the columns of all merged cells together.
const maxMerged = 64 << 20

// maxLinked bounds how many cells one link may span.
const maxLinked = 1000

func (v *Survey) link(p *parts, e xml.StartElement, relations map[string]relation) error {
	target := relations[attribute(e, "id")].target
	a, ok := parseArea(attribute(e, "ref"))
	if !ok || !telling(target) || (a.bottom-a.top+1)*(a.right-a.left+1) > maxLinked {
		return nil // the cells keep their text, and are refused if that is not an identifier
	}
	for row := a.top; row <= a.bottom; row++ {
		for column := a.left; column <= a.right; column++ {
			v.links[at(row, column)] = target
			if err := p.keep(64); err != nil {
				return err
			}
		}
	}
	return nil
}

// telling reports whether a target could be an identifier.
func telling(target string) bool {
	lower := strings.ToLower(target)
	return strings.HasPrefix(lower, "mailto:") || strings.HasPrefix(lower, "tel:") || strings.Contains(lower, "linkedin.")
}

func at(row, column int) uint64 { return uint64(row)*maxColumns + uint64(column) }

// apply returns the cells of a row that can be seen, with their links.
func (v *Survey) apply(row Row) []Cell {
	v.merged.enter(row.Number)
	cells := row.Cells[:0]
	for _, c := range row.Cells {
		if v.merged.covers(row.Number, c.Column) {
			continue
		}
		if len(v.links) > 0 {
			c.Link = v.links[at(row.Number, c.Column)]
		}
		cells = append(cells, c)
	}
	return cells
}

// merged knows which cells are covered by a merged one. Its value is that of the
// first; what the others may hold is not shown.
type merged struct {
	areas   []area // by their first row
	columns int    // of all areas together
	taken   int
	until   [maxColumns]int // by column: the last row that an area covers
	first   [maxColumns]int // by column: the row in which an area begins there
}

func (m *merged) sort() {
	slices.SortFunc(m.areas, func(a, b area) int { return a.top - b.top })
}

func (m *merged) rewind() {
	m.taken = 0
	clear(m.until[:])
	clear(m.first[:])
}

// enter takes the areas that begin in that row or above.
func (m *merged) enter(row int) {
	for ; m.taken < len(m.areas) && m.areas[m.taken].top <= row; m.taken++ {
		a := m.areas[m.taken]
		m.first[a.left] = a.top
		for column := a.left; column <= a.right; column++ {
			m.until[column] = max(m.until[column], a.bottom)
		}
	}
}

func (m *merged) covers(row, column int) bool {
	return row <= m.until[column] && row != m.first[column]
}
