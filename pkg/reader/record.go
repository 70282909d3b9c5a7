package reader

import (
	"bytes"
	"encoding/csv"
	"strings"
)

// Record is one record of the list, for a report that repeats it. The entries
// of one record share it. It is valid until the next Read.
type Record struct {
	// Cell is the index of the entry's identifier cell among Cells; -1 in JSONL
	// and in a record that is refused as a whole.
	Cell int
	// Text is the record as it stands in the list, decoded to UTF-8, without its
	// line end; of an over-long one the beginning. In JSONL it is the object.
	Text []byte

	delimiter rune // 0 when the text cannot be split into cells
}

// Cells returns the cells of a CSV record in file order, decoded anew at each
// call; nil for JSONL and for a record whose quotes or encoding are broken.
// The caller owns the slice.
func (r Record) Cells() []string {
	if r.delimiter == 0 {
		return nil
	}
	if bytes.IndexByte(r.Text, '"') < 0 {
		return strings.Split(string(r.Text), string(r.delimiter))
	}
	cells, err := newCSV(bytes.NewReader(r.Text), r.delimiter).Read()
	if err != nil {
		return nil
	}
	return cells
}

// newCSV returns a reader of RFC 4180 records that takes rows of any length.
func newCSV(r interface{ Read([]byte) (int, error) }, delimiter rune) *csv.Reader {
	cr := csv.NewReader(r)
	cr.Comma = delimiter
	cr.FieldsPerRecord = -1
	return cr
}
