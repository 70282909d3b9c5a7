package main

import (
	"strings"
	"testing"

	"github.com/rivo/uniseg"
	"pgregory.net/rapid"
)

func TestWrap(t *testing.T) {
	for _, tt := range []struct {
		name   string
		text   string
		width  int
		indent int
		want   string
	}{
		{"no terminal", "one two three four", 0, 4, "one two three four"},
		{"fits to the column", "one two three", 13, 4, "one two three"},
		{"one column less", "one two three", 12, 2, "one two\n  three"},
		{"its own indentation stays", "  a    b c", 8, 2, "  a    b\n  c"},
		{"every line by itself", "one two\nthree four", 8, 1, "one two\nthree\n four"},
		{"a word that is too wide", "see /a/very/long/path now", 12, 2, "see\n  /a/very/long/path\n  now"},
		{"nothing before it", "/a/very/long/path", 5, 2, "/a/very/long/path"},
		{"wide characters", "日本語 日本語", 12, 0, "日本語\n日本語"},
		{"combining characters", "cafe\u0301 cafe\u0301", 9, 0, "cafe\u0301 cafe\u0301"},
		{"a command", "Go on with: altadnc-bulk remove --yes list.csv", 30, 4, "Go on with:\n    altadnc-bulk remove --yes list.csv"},
		{"the program itself", "altadnc-bulk: list.csv: no such file", 24, 4, "altadnc-bulk: list.csv:\n    no such file"},
		{"a value in quotes", "add --column 'Alt Phone=phone' to it", 25, 2, "add --column\n  'Alt Phone=phone' to it"},
		{"a name in quotes", `read "Email Address", "Mobile Phone"`, 26, 2, "read \"Email Address\",\n  \"Mobile Phone\""},
		{"a quote alone", "a leading ' that stays", 12, 2, "a leading '\n  that stays"},
		{"a narrow terminal", "  name         one two three", 24, 15, "  name         one two\n    three"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := wrap(tt.text, tt.width, tt.indent); got != tt.want {
				t.Errorf("got\n%s\nwant\n%s", got, tt.want)
			}
		})
	}
}

// TestWrapLosesNothing: a break takes the place of spaces, and no line is wider
// than the terminal unless it is a single word.
func TestWrapLosesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOf(rapid.StringMatching(`[a-z0-9日é:]{1,12}`)).Draw(t, "words"), " ")
		width, indent := rapid.IntRange(1, 90).Draw(t, "width"), rapid.IntRange(0, 30).Draw(t, "indent")
		got := wrap(text, width, indent)
		if strings.Join(strings.Fields(got), " ") != text {
			t.Fatalf("%q became %q", text, got)
		}
		for _, line := range strings.Split(got, "\n") {
			if uniseg.StringWidth(line) > width && strings.Contains(strings.TrimLeft(line, " "), " ") {
				t.Fatalf("%q is wider than %d columns", line, width)
			}
		}
	})
}
