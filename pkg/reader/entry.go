package reader

import (
	"bytes"
	"encoding/csv"
	"strings"
	"unicode/utf8"

	"altadnc-bulk/pkg/api"
	"altadnc-bulk/pkg/reader/canonical"
)

// Entry is the unit that everything is counted in: one identifier of a cell under
// one type (a wide record has several cells), one cell that is refused, or one
// record that is refused as a whole.
type Entry struct {
	// Line is the 1-based line of the decoded list where the record begins. The
	// entries of one record share it, and it never goes back.
	Line int
	// Column is the header or the member name of the identifier cell as it is in the
	// list, with the column's place (#3) where several have one name; "" for a
	// record that is refused as a whole.
	Column string
	// Identifier is what is sent and keyed: the canonical form, or with
	// [canonical.Rules] AsIs the cleaned cell. In a refused entry Value is "", and Type
	// is set if it is known.
	Identifier api.Identifier
	// Raw is the identifier cell as it is in the list, or the beginning of a record
	// that is refused as a whole: valid UTF-8 of at most 512 bytes.
	Raw string
	// Completed marks a phone number whose country came only from the Region of
	// [canonical.Rules].
	Completed bool
	// Part marks one of several identifiers in a cell: Raw is its part of the cell.
	Part bool
	// Refusal says why the entry must not be sent; nil if it may be.
	Refusal *canonical.Refusal
	// Record is the list's own record. It is valid until the next Read.
	Record Record
}

// maxRaw bounds Entry.Raw in bytes.
const maxRaw = 512

// excerpt returns the beginning of s as valid UTF-8 of at most maxRaw bytes.
func excerpt(s string) string {
	if len(s) > maxRaw {
		s = strings.Clone(cut(s, maxRaw))
	}
	if !utf8.ValidString(s) {
		s = cut(strings.ToValidUTF8(s, "\ufffd"), maxRaw)
	}
	return s
}

// cut returns at most n bytes of s and does not split a character.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

// Record is one record of the list, for a report that repeats it. The entries
// of one record share it. It is valid until the next Read.
type Record struct {
	// Cell is the index of the entry's identifier cell among Cells; -1 in JSONL
	// and in a record that is refused as a whole.
	Cell int
	// Text is the record as it is in the list, decoded to UTF-8, without its line
	// end; if it is too long, its beginning. In JSONL it is the object.
	Text []byte

	delimiter rune // 0 when the text cannot be split into cells
}

// Cells returns the cells of a CSV record in file order, decoded again at each
// call; nil for JSONL and for a record whose quotes or encoding are broken. The
// caller owns the slice.
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
