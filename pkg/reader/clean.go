package reader

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"altadnc-bulk/pkg/api"
)

// clean takes off what surrounds a value without being part of it: white space
// and invisible characters, the apostrophe that makes a spreadsheet show a cell
// as text, and the scheme of a link (mailto:, tel:).
func clean(s string, t api.IdentifierType) string {
	scheme := schemeOf(t)
	for {
		s = trim(s)
		switch {
		case strings.HasPrefix(s, "'"):
			s = s[1:]
		case scheme != "" && len(s) >= len(scheme) && strings.EqualFold(s[:len(scheme)], scheme):
			s = s[len(scheme):]
		default:
			return s
		}
	}
}

func schemeOf(t api.IdentifierType) string {
	switch t {
	case api.Email:
		return "mailto:"
	case api.Phone, api.SMS, api.WhatsApp:
		return "tel:"
	}
	return ""
}

// trim takes white space and invisible characters off both ends.
func trim(s string) string {
	if s == "" || visible(s[0]) && visible(s[len(s)-1]) {
		return s
	}
	return strings.TrimFunc(s, func(r rune) bool { return unicode.IsSpace(r) || invisible(r) })
}

// visible tells whether b is an ASCII character that prints.
func visible(b byte) bool { return b > ' ' && b < 0x7f }

// invisible tells whether r takes no room or shows nothing where people paste
// it: soft hyphens, zero-width and direction marks, byte order marks, fillers.
func invisible(r rune) bool {
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
		return refuse("invalid-encoding", "holds bytes that are not valid UTF-8")
	}
	for _, r := range s {
		switch {
		case r == 0:
			return refuse("nul", "holds a NUL character")
		case r == '\n' || r == '\r' || r == '\u2028' || r == '\u2029':
			return refuse("line-break", "holds a line break: one identifier a cell")
		case unicode.IsControl(r):
			return refuse("control-character", "holds a control character")
		case r == utf8.RuneError:
			return refuse("replacement-character", "holds the character that stands for one lost in an earlier conversion (U+FFFD)")
		case unicode.Is(unicode.Co, r):
			return refuse("control-character", "holds a private-use character")
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
	return !printable(s) && strings.ContainsFunc(s, invisible)
}
