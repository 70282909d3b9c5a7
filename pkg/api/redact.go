package api

import (
	"net/url"
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
			s = id.MaskIn(s)
		}
	}
	return s
}

// MaskIn returns s with the identifier masked wherever s has it, whatever the case of
// its letters, and also percent-encoded. Other spellings of it are masked as well.
// Those of less than three bytes stay: they would tear words apart.
func (id Identifier) MaskIn(s string, spellings ...string) string {
	mask := id.Masked()
	for _, value := range append(spellings, id.Value) {
		for _, spelled := range []string{value, url.QueryEscape(value), url.PathEscape(value), strings.TrimPrefix(value, "+")} {
			s = replaceFold(s, spelled, mask)
		}
	}
	return s
}

// replaceFold is strings.ReplaceAll whatever the case of ASCII letters, but of very
// short texts.
func replaceFold(s, old, with string) string {
	if len(old) < 3 {
		return s
	}
	var b strings.Builder
	low, find := lowerASCII(s), lowerASCII(old)
	for {
		at := strings.Index(low, find)
		if at < 0 {
			return b.String() + s
		}
		b.WriteString(s[:at] + with)
		s, low = s[at+len(old):], low[at+len(old):]
	}
}

// lowerASCII is strings.ToLower for letters whose length stays as it is.
func lowerASCII(s string) string {
	b := []byte(s)
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			b[i] = c | 0x20
		}
	}
	return string(b)
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
