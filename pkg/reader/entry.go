package reader

import (
	"strings"
	"unicode/utf8"

	"altadnc-bulk/pkg/api"
	"altadnc-bulk/pkg/reader/canonical"
)

// Entry is the unit that everything is counted in: one identifier cell of a
// record (a wide record has several), or one record that is refused as a whole.
type Entry struct {
	// Line is the 1-based line of the decoded list where the record begins. The
	// entries of one record share it, and it never goes back.
	Line int
	// Column is the header or the member name of the identifier cell as it stands
	// in the list; "" for a record that is refused as a whole.
	Column string
	// Identifier is what is sent and keyed: the canonical form, or with
	// [Options.AsIs] the cleaned cell. In a refused entry Value is "", and Type
	// is set if it is known.
	Identifier api.Identifier
	// Raw is the identifier cell as it stands in the list, or the beginning of a
	// record that is refused as a whole: valid UTF-8 of at most 512 bytes.
	Raw string
	// Refusal tells why the entry must not be sent; nil for one that can be.
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
