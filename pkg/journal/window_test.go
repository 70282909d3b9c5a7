package journal

import (
	"errors"
	"io"
	"strings"
	"testing"
)

// Lines of every size around that of the window, in every order in which a
// caller may ask for them, and a last one without its end.
func TestWindow(t *testing.T) {
	lines := []string{
		"first", strings.Repeat("a", windowSize-10), "across the end of the window", strings.Repeat("b", windowSize),
		"", strings.Repeat("c", 5*windowSize), "between", "cut o",
	}
	text := strings.Join(lines, "\n")
	var w window
	ask := func(i int) {
		t.Helper()
		offset := len(strings.Join(append(lines[:i:i], ""), "\n"))
		got, err := w.lineAt(strings.NewReader(text), int64(offset))
		if err != nil || string(got) != lines[i] {
			t.Errorf("line %d: %.20q of %d bytes, %v; want %.20q of %d", i, got, len(got), err, lines[i], len(lines[i]))
		}
	}
	for first := range lines {
		for second := range lines {
			ask(first)
			ask(second)
		}
	}
	if _, err := w.lineAt(strings.NewReader(text), int64(len(text))); !errors.Is(err, io.EOF) {
		t.Errorf("behind the end: %v, want EOF", err)
	}
	if _, err := w.lineAt(strings.NewReader(strings.Repeat("x", maxLine+1)), 0); !errors.Is(err, errShape) {
		t.Errorf("a line that is too long: %v", err)
	}
}
