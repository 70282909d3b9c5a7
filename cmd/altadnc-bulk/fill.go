package main

import (
	"cmp"
	"io"
	"strings"

	"github.com/rivo/uniseg"
)

// noBreak stands for a space at which no line may end, until the text is written.
const noBreak = "\u00a0"

// widest is how many columns of a terminal a text uses at most: longer lines are
// hard to read.
const widest = 100

// textWidth returns how wide a text for w may be: as wide as the terminal, 80
// columns where there is none.
func textWidth(w io.Writer) int { return min(cmp.Or(widthOf(w), 80), widest) }

// fill breaks a paragraph into lines of at most width columns. The first one begins with
// first, the others with rest. White space is where a line may end; a word that is
// wider than a line is broken at [noBreak], or sticks out. Unlike [wrap] it takes
// text as it flows, and keeps none of its lines.
func fill(text, first, rest string, width int) string {
	var b strings.Builder
	b.WriteString(first)
	column, begun := uniseg.StringWidth(first), false
	put := func(word string) {
		if begun && column+1+uniseg.StringWidth(word) > width {
			b.WriteString("\n" + rest)
			column, begun = uniseg.StringWidth(rest), false
		}
		if begun {
			b.WriteByte(' ')
			column++
		}
		b.WriteString(word)
		column, begun = column+uniseg.StringWidth(word), true
	}
	for _, word := range strings.FieldsFunc(text, func(r rune) bool { return r == ' ' || r == '\n' || r == '\t' }) {
		if uniseg.StringWidth(word) <= width-uniseg.StringWidth(rest) {
			put(strings.ReplaceAll(word, noBreak, " "))
			continue
		}
		for _, part := range strings.Split(word, noBreak) {
			put(part)
		}
	}
	return b.String() + "\n"
}
