package main

import (
	"os"
	"strings"

	"github.com/rivo/uniseg"
	"golang.org/x/term"
)

// widthOf returns how wide the terminal is that a stream leads to; 0 for a file
// or a pipe. Their lines stay whole, whatever the width of some terminal: they
// are searched and compared line by line.
func widthOf(stream any) int {
	f, ok := stream.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return 0
	}
	if width, _, err := term.GetSize(int(f.Fd())); err == nil && width > 0 {
		return width
	}
	return 80
}

// wrap breaks the lines of text at spaces so that none is wider than width
// columns; 0 is no limit. What a break carries over is indented by indent
// columns. A word wider than that stays whole, and so does what is to be copied:
// names and values in quotes, and a command to type, from its name to the end of
// its line. The terminal folds those.
func wrap(text string, width, indent int) string {
	if width <= 0 {
		return text
	}
	if width-indent < 20 { // a narrow terminal has no room for both
		indent = min(indent, 4, width/4)
	}
	var b strings.Builder
	for i, line := range strings.Split(text, "\n") {
		if i > 0 {
			b.WriteByte('\n')
		}
		wrapLine(&b, line, width, indent)
	}
	return b.String()
}

func wrapLine(b *strings.Builder, line string, width, indent int) {
	at, begun := 0, false
	for line != "" {
		gap, word, rest := cutWord(line)
		line = rest
		wide := uniseg.StringWidth(word)
		if begun && at+len(gap)+wide > width {
			gap = strings.Repeat(" ", indent)
			b.WriteByte('\n')
			at = 0
		}
		b.WriteString(gap + word)
		at += len(gap) + wide
		begun = begun || word != ""
	}
}

// cutWord returns the spaces that a line begins with, the word after them, and
// the rest.
func cutWord(line string) (gap, word, rest string) {
	word = strings.TrimLeft(line, " ")
	gap = line[:len(line)-len(word)]
	if strings.HasPrefix(word, "altadnc-bulk ") || strings.HasPrefix(word, mover()+" ") {
		return gap, word, ""
	}
	end := quotedLen(word)
	if more := strings.IndexByte(word[end:], ' '); more >= 0 {
		return gap, word[:end+more], word[end+more:]
	}
	return gap, word, ""
}

// quotedLen returns the length of what s begins with in quotes, 0 without any.
func quotedLen(s string) int {
	if s == "" || s[0] != '\'' && s[0] != '"' {
		return 0
	}
	return strings.IndexByte(s[1:], s[0]) + 1
}
