package canonical

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"altadnc-bulk/pkg/api"
)

// clean takes off what surrounds a value without being part of it: white space
// and invisible characters, a pair of quotes, what makes a spreadsheet show a
// cell as text (a leading apostrophe, or ="…"), and the scheme of a link.
func clean(s string, t api.IdentifierType) string {
	for {
		s = Trim(s)
		inner, ok := peeled(s, t)
		if !ok {
			return s
		}
		s = inner
	}
}

// peeled returns s without its outermost layer, if it has one.
func peeled(s string, t api.IdentifierType) (string, bool) {
	if s == "" {
		return s, false
	}
	switch s[0] {
	case '\'':
		return strings.TrimSuffix(s[1:], "'"), true
	case '"':
		return quoted(s)
	case '=':
		return quoted(s[1:])
	}
	return schemeless(s, t)
}

// quoted returns what is between a pair of quotes that holds no other.
func quoted(s string) (string, bool) {
	if len(s) < 2 || s[0] != '"' || strings.IndexByte(s[1:], '"') != len(s)-2 {
		return s, false
	}
	return s[1 : len(s)-1], true
}

// maxScheme bounds a scheme in bytes, with its colon.
const maxScheme = 10

// schemeless returns s without a scheme of its type: mailto:, tel: and the like.
func schemeless(s string, t api.IdentifierType) (string, bool) {
	colon := strings.IndexByte(s[:min(len(s), maxScheme)], ':')
	if colon < 0 {
		return s, false
	}
	k, _ := kindOf(t)
	for scheme := range strings.FieldsSeq(k.schemes) {
		if strings.EqualFold(s[:colon+1], scheme) {
			return strings.TrimPrefix(s[colon+1:], "//"), true
		}
	}
	return s, false
}

// Trim takes white space and invisible characters off both ends.
func Trim(s string) string {
	if s == "" || visible(s[0]) && visible(s[len(s)-1]) {
		return s
	}
	return strings.TrimFunc(s, func(r rune) bool { return unicode.IsSpace(r) || Invisible(r) })
}

// visible reports whether b is an ASCII character that prints.
func visible(b byte) bool { return b > ' ' && b < 0x7f }

// Invisible reports whether r takes no room or shows nothing where people paste
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

// hidden reports whether an invisible character is inside s.
func hidden(s string) bool {
	return !printable(s) && strings.ContainsFunc(s, Invisible)
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
			return Refuse("line-break", "holds a line break: put one identifier in each cell")
		case unicode.IsControl(r):
			return Refuse("control-character", "holds a control character")
		case r == utf8.RuneError:
			return Refuse("replacement-character", "holds the mark of a character that an earlier conversion lost (U+FFFD)")
		case unicode.Is(unicode.Co, r):
			return Refuse("control-character", "holds a private-use character")
		}
	}
	return nil
}

// printable reports whether s is printing ASCII and spaces alone.
func printable(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] >= 0x7f {
			return false
		}
	}
	return true
}
