package columns

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Fold reduces a name to the letters and digits that it is compared by: without
// case, diacritics and width, white space, invisible characters and punctuation.
// Characters that separate cells stay, so a header split at the wrong one never
// matches.
func Fold(name string) string { return squeezed(strings.ToLower(plain(name))) }

// squeezed returns s without its gaps.
func squeezed(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	for i, r := range s {
		if k := kindOf(r); k != gap && k != joint {
			b.WriteString(s[i : i+utf8.RuneLen(r)])
		}
	}
	return b.String()
}

// plain returns s without diacritics and width, in upper and lower case still.
func plain(s string) string {
	if ascii(s) {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	for _, r := range norm.NFKD.String(s) {
		switch {
		case r < utf8.RuneSelf:
			b.WriteByte(byte(r))
		case r == '\u3099', r == '\u309a': // the voicing marks of kana make other letters
			b.WriteRune(r)
		case unicode.Is(unicode.Mn, r):
		default:
			b.WriteString(spelled(r))
		}
	}
	return norm.NFC.String(b.String())
}

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

// spelled returns a letter, or what people type for it where Unicode does not
// decompose it.
func spelled(r rune) string {
	switch r {
	case 'ß':
		return "ss"
	case 'ø', 'Ø':
		return "o"
	case 'æ', 'Æ':
		return "ae"
	case 'œ', 'Œ':
		return "oe"
	case 'ł', 'Ł':
		return "l"
	case 'đ', 'Đ', 'ð':
		return "d"
	case 'ı':
		return "i"
	case '°':
		return "o"
	}
	return string(r)
}

// kind is what a character of a name is. A word ends where the kind changes.
type kind int

const (
	gap   kind = iota // white space, punctuation, what is invisible
	lower             // a letter of a script with spaces between words
	upper             // the same as a capital
	dense             // a letter of a script without spaces between words
	digit
	parts // what parts cells
	joint // joins two things: /, &, +
)

func kindOf(r rune) kind {
	switch {
	case 'a' <= r && r <= 'z':
		return lower
	case 'A' <= r && r <= 'Z':
		return upper
	case '0' <= r && r <= '9':
		return digit
	}
	switch r {
	case ',', ';', '|', '=', '\t':
		return parts
	case '/', '&', '+':
		return joint
	}
	switch {
	case r < 0x80:
		return gap
	case unicode.IsLower(r):
		return lower
	case unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul), r == 'ー':
		return dense
	case unicode.IsUpper(r):
		return upper
	case unicode.IsLetter(r):
		return lower
	case unicode.IsDigit(r):
		return digit
	}
	return gap
}

// token is a run of characters of one kind, in lower case.
type token struct {
	text string
	kind kind
}

// split parts a name into tokens: at gaps, where letters, digits and scripts
// change, and at the humps of camelCase.
func split(name string) []token {
	var tokens []token
	runes := []rune(plain(name))
	for start := 0; start < len(runes); {
		k := kindOf(runes[start])
		end := start + 1
		for end < len(runes) && together(runes, start, end) {
			end++
		}
		if k == upper {
			k = lower
		}
		if k != gap {
			tokens = append(tokens, token{strings.ToLower(string(runes[start:end])), k})
		}
		start = end
	}
	return tokens
}

// together reports whether the character at i belongs to the token that began at
// start.
func together(runes []rune, start, i int) bool {
	a, b := kindOf(runes[i-1]), kindOf(runes[i])
	switch {
	case a == upper && b == lower:
		return i-1 == start // Email; but EMAILAddress parts before its A
	case a == upper && b == upper:
		return i+1 == len(runes) || kindOf(runes[i+1]) != lower || plural(runes, i+1)
	}
	return a == b
}

// plural reports whether the letter at i is the s of a word in capitals: IDs, URLs.
func plural(runes []rune, i int) bool {
	return runes[i] == 's' && (i+1 == len(runes) || kindOf(runes[i+1]) != lower)
}
