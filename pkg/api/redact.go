package api

import (
	"strings"
	"unicode"
)

// textLimit bounds, in runes, what is kept of a text from an answer.
const textLimit = 300

// maskIn masks in s the identifiers that a request named: servers repeat them
// in their messages. Very short ones stay, they would tear words apart.
func maskIn(s string, ids []Identifier) string {
	for _, id := range ids {
		if len(id.Value) >= 4 {
			s = strings.ReplaceAll(s, id.Value, id.Masked())
		}
	}
	return s
}

// printable returns s without what a terminal could obey (control characters,
// those that reverse the direction of writing), on one line, cut after
// textLimit runes.
func printable(s string) string {
	var b strings.Builder
	n := 0
	for _, r := range strings.TrimSpace(s) {
		if unicode.IsSpace(r) {
			r = ' '
		}
		if !unicode.IsPrint(r) {
			continue
		}
		if n++; n > textLimit {
			return b.String() + "…"
		}
		b.WriteRune(r)
	}
	return b.String()
}
