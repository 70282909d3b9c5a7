package reader

import (
	"bytes"
	"iter"

	"altadnc-bulk/pkg/api"
	"altadnc-bulk/pkg/reader/canonical"
)

// evidence is what the cells of a column that is not read look like.
type evidence struct {
	filled int
	email  int // cells that are whole e-mail addresses
	phone  int
	linked int
}

// looksLike returns the type that most filled cells have, "" for none.
func (e evidence) looksLike() api.IdentifierType {
	switch most := e.filled / 2; {
	case e.email > most:
		return api.Email
	case e.phone > most:
		return api.Phone
	case e.linked > most:
		return api.LinkedIn
	}
	return ""
}

func (e *evidence) add(rules canonical.Rules, cell string) {
	e.filled++
	if !canonical.InSight(cell) {
		return
	}
	whole := func(t api.IdentifierType) bool {
		_, refusal := rules.Cell(nil, cell, t)
		return refusal == nil
	}
	switch {
	case whole(api.Email):
		e.email++
	case whole(api.Phone):
		e.phone++
	case whole(api.LinkedIn):
		e.linked++
	}
}

// sampleRows is how many rows are looked at for what columns hold.
const sampleRows = 30

// sample yields the first records ahead that lie on one line and have width cells:
// those of others may have moved.
func (f *framer) sample(width int) iter.Seq[[]string] {
	return func(yield func([]string) bool) {
		n := 0
		for line := range wholeLines(f.lines.peek(sampleSize), f.lines.cr) {
			if n++; n > sampleRows {
				return
			}
			cells := Record{Text: bytes.TrimRight(line, "\r\n"), delimiter: rune(f.delimiter)}.Cells()
			if len(cells) == width && !yield(cells) {
				return
			}
		}
	}
}

// suspect marks the columns that are not read although they hold identifiers in
// most of their filled cells, as far as the first rows show. That may be a
// column whose name is damaged or unusual.
func (t table) suspect(l *Reader, rows iter.Seq[[]string]) {
	seen := make([]evidence, len(t.Columns))
	for cells := range rows {
		for at, cell := range cells {
			if !t.expects(at) && canonical.Trim(cell) != "" {
				seen[at].add(l.rules, cell)
			}
		}
	}
	for at := range seen {
		if t.Columns[at].Unread == nil && seen[at].looksLike() != "" {
			t.Columns[at].Unread = []api.IdentifierType{seen[at].looksLike()}
		}
	}
}
