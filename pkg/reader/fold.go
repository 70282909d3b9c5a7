package reader

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// lowered returns s in lower case and NFC. ok is false when a character of
// another script would become an ASCII letter on the way (U+212A KELVIN SIGN
// becomes k): that would name somebody else.
func lowered(s string) (lower string, ok bool) {
	if printable(s) {
		return strings.ToLower(s), true
	}
	for _, r := range s {
		if r >= 0x80 && strings.ContainsFunc(norm.NFC.String(string(unicode.ToLower(r))), ascii) {
			return "", false
		}
	}
	return norm.NFC.String(strings.ToLower(norm.NFC.String(s))), true
}

func ascii(r rune) bool { return r < 0x80 }
