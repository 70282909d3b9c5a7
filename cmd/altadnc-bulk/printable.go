package main

import (
	"fmt"
	"strings"
	"unicode"
)

// printable returns s with everything that could move a terminal's cursor, ring
// its bell or turn its text around shown as an escape. Line feeds and tabs stay.
func printable(s string) string {
	clean := func(r rune) bool {
		return r == '\n' || r == '\t' || (unicode.IsPrint(r) && r != unicode.ReplacementChar)
	}
	if strings.IndexFunc(s, func(r rune) bool { return !clean(r) }) < 0 {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		switch {
		case clean(r):
			b.WriteRune(r)
		case r < 0x80:
			fmt.Fprintf(&b, `\x%02x`, r)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	return b.String()
}
