package canonical

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/unicode/norm"
)

// lowered returns s in lower case and NFC, or why that would not be s any more.
// A letter of another script may become an ASCII one on the way (U+212A KELVIN
// SIGN becomes k, U+0130 becomes i, also where it is written as I and U+0307):
// that would name somebody else. So would a letter that was one of several of
// another encoding.
func lowered(s string) (string, *Refusal) {
	if printable(s) {
		return strings.ToLower(s), nil
	}
	composed := norm.NFC.String(s)
	switch {
	case mangled(composed):
		return "", Refuse("mojibake", "holds letters garbled by a wrong encoding: export the list again as UTF-8")
	case strings.ContainsFunc(s, lookalike), strings.ContainsFunc(composed, lookalike):
		return "", Refuse("lookalike", "holds a character that only looks like another, such as a full-width or raised letter")
	}
	return norm.NFC.String(strings.ToLower(composed)), nil
}

// lookalike reports whether r, which is not ASCII, becomes an ASCII letter in
// lower case and NFC, or is a variant of another character (NFKC).
func lookalike(r rune) bool {
	if ascii(r) {
		return false
	}
	low := norm.NFC.String(string(unicode.ToLower(r)))
	return strings.ContainsFunc(low, ascii) || !norm.NFKC.IsNormalString(low)
}

func ascii(r rune) bool { return r < utf8.RuneSelf }

// mangled reports whether s is UTF-8 that was read as if it were in an encoding
// with a byte for each character ("josÃ©" for "josé"), also if that was
// lower-cased since. It knows the encodings that make letters of it; what others
// make (box drawings, roots) is in no identifier anyway.
func mangled(s string) bool {
	if printable(s) {
		return false
	}
	for _, page := range []*charmap.Charmap{charmap.Windows1252, charmap.Windows1250, charmap.Windows1251, charmap.Windows1253,
		charmap.Windows1254, charmap.Windows1257, charmap.ISO8859_1, charmap.ISO8859_2} {
		if b, ok := encoded(page, s); ok && lettered(b) {
			return true
		}
	}
	for _, pair := range []string{"ãƒ", "ãš", "ãœ", "ãž", "ãÿ", "åƒ", "åš", "åœ", "åž", "åÿ", "äƒ", "äœ", "äÿ"} { // of Ã, Å and Ä
		if strings.Contains(s, pair) {
			return true
		}
	}
	return false
}

// lettered reports whether b is UTF-8 in which only letters are not ASCII.
func lettered(b []byte) bool {
	return utf8.Valid(b) && bytes.IndexFunc(b, func(r rune) bool { return r >= utf8.RuneSelf && !unicode.IsLetter(r) }) < 0
}

// encoded returns s in an encoding with a byte for each character.
func encoded(page *charmap.Charmap, s string) ([]byte, bool) {
	b := make([]byte, 0, len(s))
	for _, r := range s {
		c, ok := page.EncodeRune(r)
		if !ok {
			return nil, false
		}
		b = append(b, c)
	}
	return b, true
}

// letter reports whether r is a letter, a mark of one or a digit, of any script.
func letter(r rune) bool {
	return unicode.In(r, unicode.L, unicode.M, unicode.Nd)
}
