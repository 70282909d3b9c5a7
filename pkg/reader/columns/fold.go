package columns

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Fold reduces a name to the letters and digits that it is compared by: without
// case, diacritics and width, white space, invisible characters and punctuation.
// Characters that part cells stay, so that a header split at the wrong one never
// matches.
func Fold(name string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsLetter(r), unicode.IsDigit(r), strings.ContainsRune(",;|=", r):
			return unicode.ToLower(r)
		}
		return -1
	}, norm.NFKD.String(name))
}
