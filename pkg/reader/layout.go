package reader

import (
	"slices"

	"altadnc-bulk/pkg/reader/columns"
)

// Layout is what the reader found out about a list: what a plan shows before
// anything is sent, and what a report needs to write the list again.
type Layout struct {
	Format    Format // what FormatAuto was found to be
	Encoding  string // a label of the WHATWG Encoding Standard, in lower case, or a code page such as cp850
	Gzip      bool   // the list is compressed
	Delimiter rune   // of CSV; 0 in JSONL; the comma, for a report, in XLSX
	Sheet     string // of XLSX: the one that is read
	// OtherSheets are those of XLSX that are visible and hold something, and are not
	// read.
	OtherSheets []string
	// Columns are all columns of a CSV list or a sheet in file order. In JSONL they are the
	// members of the objects so far that are read or that people should know of, in
	// the order of their first appearance.
	Columns []columns.Column
}

func (l Layout) clone() Layout {
	l.Columns = slices.Clone(l.Columns)
	l.OtherSheets = slices.Clone(l.OtherSheets)
	return l
}
