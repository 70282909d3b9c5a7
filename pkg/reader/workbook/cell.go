package workbook

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// Kind is what a cell holds.
type Kind uint8

// The kinds. Only a Text and a Number are what they look like.
const (
	Text         Kind = iota
	Number            // of at most 15 digits before the point
	Date              // a number that is shown as a date or a time
	Bool              // TRUE or FALSE
	ErrorValue        // #N/A, #REF! and the like
	Rounded           // a number of more than 15 digits: spreadsheets keep no more
	Uncalculated      // a formula whose result is not in the workbook
	Escaped           // a text that spreadsheets read differently than it is written
)

// String names the kind in one word.
func (k Kind) String() string {
	return [...]string{"text", "number", "date", "boolean", "error", "rounded", "uncalculated", "escaped"}[k]
}

// Cell is one cell that holds something.
type Cell struct {
	Column int // 0-based
	Kind   Kind
	Text   string // the value in plain text; of an Uncalculated cell the formula
	Link   string // where the cell's link leads, if that is a mail address, a number or a profile
}

// stored is a cell as the sheet stores it.
type stored struct {
	kind, value string // of the value (18.18.11)
	inline      text   // in the cell itself
	style       string
	formula     bool
	code        string // of the formula
}

// cell returns what a stored cell holds; ok is false for one that holds nothing.
func (b *Book) cell(s stored) (c Cell, ok bool, err error) {
	switch {
	case s.kind == "inlineStr":
		return s.inline.cell(), s.inline.value != "", nil
	case s.formula && s.value == "" && s.kind != "str":
		return Cell{Kind: Uncalculated, Text: "=" + s.code}, true, nil
	case s.value == "":
		return Cell{}, false, nil
	}
	switch s.kind {
	case "s":
		text, known := b.strings.get(s.value)
		if !known {
			return Cell{}, false, damaged("a cell names a text that is not in it")
		}
		return text.cell(), text.value != "", nil
	case "str":
		return unescape(s.value).cell(), true, nil
	case "b":
		return Cell{Kind: Bool, Text: map[bool]string{true: "TRUE", false: "FALSE"}[isTrue(s.value)]}, true, nil
	case "e":
		return Cell{Kind: ErrorValue, Text: s.value}, true, nil
	case "d":
		return Cell{Kind: Date, Text: s.value}, true, nil
	case "", "n":
		return b.number(s), true, nil
	}
	return Cell{}, false, damaged("a cell is of a kind %q that is not known", s.kind)
}

// maxExact is what every number of at most 15 digits is below. Spreadsheets keep
// 15 digits and write zeros for the others.
const maxExact = 1e15

func (b *Book) number(s stored) Cell {
	value := strings.TrimSpace(s.value)
	n, err := strconv.ParseFloat(value, 64)
	switch style, badStyle := strconv.Atoi(s.style); {
	case err != nil || math.IsNaN(n) || math.IsInf(n, 0):
		return Cell{Kind: ErrorValue, Text: value}
	case badStyle == nil && style >= 0 && style < len(b.dates) && b.dates[style]:
		return Cell{Kind: Date, Text: b.date(n)}
	case math.Abs(n) >= maxExact:
		return Cell{Kind: Rounded, Text: value}
	}
	return Cell{Kind: Number, Text: strconv.FormatFloat(n, 'f', -1, 64)}
}

// date writes out a count of days, the way it is stored if it is none of these
// times.
func (b *Book) date(days float64) string {
	const last = 2958466 // the first day of the year 10000
	if days < 0 || days >= last {
		return strconv.FormatFloat(days, 'f', -1, 64)
	}
	first := time.Date(1899, time.December, 30, 0, 0, 0, 0, time.UTC)
	switch {
	case b.from1904:
		first = time.Date(1904, time.January, 1, 0, 0, 0, 0, time.UTC)
	case days < 60: // before a 29 February 1900 that never was
		first = first.AddDate(0, 0, 1)
	}
	whole, part := math.Modf(days)
	t := first.AddDate(0, 0, int(whole)).Add(time.Duration(math.Round(part*86400)) * time.Second)
	switch {
	case days < 1:
		return t.Format(time.TimeOnly)
	case part == 0:
		return t.Format(time.DateOnly)
	}
	return t.Format(time.DateTime)
}
