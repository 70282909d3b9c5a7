package canonical

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"altadnc-bulk/pkg/api"
)

// clean takes off what surrounds a value without being part of it: white space
// and invisible characters, the apostrophe that makes a spreadsheet show a cell
// as text, and the scheme of a link (mailto:, tel:).
func clean(s string, t api.IdentifierType) string {
	k, _ := kindOf(t)
	for {
		s = Trim(s)
		switch {
		case strings.HasPrefix(s, "'"):
			s = s[1:]
		case k.schemes != "" && len(s) >= len(k.schemes) && strings.EqualFold(s[:len(k.schemes)], k.schemes):
			s = s[len(k.schemes):]
		default:
			return s
		}
	}
}

// Trim takes white space and invisible characters off both ends.
func Trim(s string) string {
	if s == "" || visible(s[0]) && visible(s[len(s)-1]) {
		return s
	}
	return strings.TrimFunc(s, func(r rune) bool { return unicode.IsSpace(r) || Invisible(r) })
}

// visible tells whether b is an ASCII character that prints.
func visible(b byte) bool { return b > ' ' && b < 0x7f }

// Invisible tells whether r takes no room or shows nothing where people paste
// it: soft hyphens, zero-width and direction marks, byte order marks, fillers.
func Invisible(r rune) bool {
	if r < 0x80 {
		return false
	}
	switch r {
	case '\u115f', '\u1160', '\u2800', '\u3164', '\uffa0':
		return true
	}
	return unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Variation_Selector, r)
}

// uncontrolled returns why s holds a character that no identifier can hold, or
// nil. s is a cleaned value: white space and marks at its ends are gone.
func uncontrolled(s string) *Refusal {
	if printable(s) {
		return nil
	}
	if !utf8.ValidString(s) {
		return Refuse("invalid-encoding", "holds bytes that are not valid UTF-8")
	}
	for _, r := range s {
		switch {
		case r == 0:
			return Refuse("nul", "holds a NUL character")
		case r == '\n' || r == '\r' || r == '\u2028' || r == '\u2029':
			return Refuse("line-break", "holds a line break: one identifier a cell")
		case unicode.IsControl(r):
			return Refuse("control-character", "holds a control character")
		case r == utf8.RuneError:
			return Refuse("replacement-character", "holds the character that stands for one lost in an earlier conversion (U+FFFD)")
		case unicode.Is(unicode.Co, r):
			return Refuse("control-character", "holds a private-use character")
		}
	}
	return nil
}

// printable tells whether s is printing ASCII and spaces alone.
func printable(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] >= 0x7f {
			return false
		}
	}
	return true
}

// hidden tells whether an invisible character stands inside s.
func hidden(s string) bool {
	return !printable(s) && strings.ContainsFunc(s, Invisible)
}

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
