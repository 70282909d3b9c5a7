package reader

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"altadnc-bulk/pkg/api"
	"altadnc-bulk/pkg/reader/columns"
)

// The corpus is testdata/lists: each list has a file beside it, named .want,
// that states the options it is read with, what is found out about it and every
// entry or error that reading it gives.

var update = flag.Bool("update", false, "write what is read as what is wanted; read the diff")

func TestCorpus(t *testing.T) {
	paths, err := filepath.Glob("../../testdata/lists/*")
	if err != nil {
		t.Fatal(err)
	}
	lists := 0
	for _, path := range paths {
		if ext := filepath.Ext(path); ext == ".want" || ext == ".md" {
			continue
		}
		lists++
		t.Run(filepath.Base(path), func(t *testing.T) { compare(t, path) })
	}
	if lists < 50 {
		t.Errorf("%d lists in the corpus, want at least 50", lists)
	}
}

func compare(t *testing.T, path string) {
	want, err := os.ReadFile(path + ".want")
	if err != nil && !*update {
		t.Fatal(err)
	}
	first, _, _ := strings.Cut(string(want), "\n")
	opts := parseOptions(t, strings.TrimPrefix(first, "options"))
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	got := "options" + strings.TrimRight(" "+strings.TrimSpace(strings.TrimPrefix(first, "options")), " ") + "\n" +
		transcript(bytes.NewReader(data), filepath.Base(path), opts)
	if *update {
		if err := os.WriteFile(path+".want", []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if got != string(want) {
		t.Errorf("read:\n%s\nwant:\n%s", got, want)
	}
	if again := transcript(halting{bytes.NewReader(data)}, filepath.Base(path), opts); !strings.HasSuffix(got, again) {
		t.Errorf("read byte by byte:\n%s\nwant:\n%s", again, got)
	}
}

// halting is a reader that gives one byte at a time.
type halting struct{ r io.Reader }

func (h halting) Read(p []byte) (int, error) { return h.r.Read(p[:min(1, len(p))]) }

// transcript reads a list and writes down all that comes of it.
func transcript(r io.Reader, name string, opts Options) string {
	var b strings.Builder
	l, err := New(r, name, opts)
	if err != nil {
		return describe(err)
	}
	for {
		e, err := l.Read()
		if err == io.EOF {
			return layoutLine(l.Layout()) + b.String() + rowsLine(l.Rows())
		}
		if err != nil {
			return layoutLine(l.Layout()) + b.String() + describe(err)
		}
		fmt.Fprintf(&b, "%d %q ", e.Line, e.Column)
		if e.Refusal != nil {
			fmt.Fprintf(&b, "%s refused %s: %q %s\n", e.Identifier.Type, e.Refusal.Code, e.Raw, e.Refusal.Reason)
			continue
		}
		fmt.Fprintf(&b, "%s %q\n", e.Identifier.Type, e.Identifier.Value)
	}
}

func describe(err error) string {
	var list *ListError
	if !errors.As(err, &list) {
		return fmt.Sprintf("another error: %v\n", err)
	}
	text := fmt.Sprintf("unreadable: %v\n", err)
	for _, flags := range list.Flags {
		text += fmt.Sprintf("  %q\n", flags)
	}
	return text
}

func layoutLine(l Layout) string {
	var b strings.Builder
	fmt.Fprintf(&b, "layout %v %s gzip=%t delimiter=%q:", l.Format, l.Encoding, l.Gzip, l.Delimiter)
	if l.Sheet != "" {
		fmt.Fprintf(&b, " sheet %q, others %q:", l.Sheet, l.OtherSheets)
	}
	for _, c := range l.Columns {
		fmt.Fprintf(&b, " %q=%s", c.Name, [...]string{"other", "identifier", "type", "outcome"}[c.Role])
		for _, t := range append(c.Types, c.Unread...) {
			fmt.Fprintf(&b, "/%s", t)
		}
		if c.Somebody {
			b.WriteString("/somebody")
		}
		if c.Unread != nil {
			b.WriteString("/unread")
		}
		if c.Hidden {
			b.WriteString("/hidden")
		}
	}
	return b.String() + "\n"
}

func rowsLine(r Rows) string {
	line := fmt.Sprintf("rows %d: %d with entries, %d without an identifier, %d blank, %d headers", r.Total(), r.Entries, r.None, r.Blank, r.Headers)
	if r.Hidden > 0 {
		line += fmt.Sprintf(", %d hidden", r.Hidden)
	}
	return line + "\n"
}

// parseOptions reads words of the form name=value; _ means a space.
func parseOptions(t *testing.T, line string) Options {
	var o Options
	for _, word := range strings.Fields(line) {
		name, value, _ := strings.Cut(word, "=")
		value = strings.ReplaceAll(value, "_", " ")
		switch name {
		case "encoding":
			o.Encoding = value
		case "identifier":
			o.Columns.Identifier = value
		case "type_column":
			o.Columns.Type = value
		case "type":
			for _, typ := range strings.Split(strings.ReplaceAll(value, " ", "_"), ",") {
				o.Columns.Types = append(o.Columns.Types, api.IdentifierType(typ))
			}
		case "column":
			selection, err := columns.ParseSelection(value)
			if err != nil {
				t.Fatal(err)
			}
			o.Columns.Columns = append(o.Columns.Columns, selection)
		case "ignore":
			o.Columns.Ignore = append(o.Columns.Ignore, value)
		case "no_header":
			o.Columns.NoHeader = true
		case "header_line":
			fmt.Sscan(value, &o.HeaderLine)
		case "region":
			o.Values.Region = value
		case "international":
			o.Values.International = true
		case "sheet":
			o.Sheet = value
		case "hidden":
			o.HiddenRows, _ = ParseHiddenRows(value)
		case "delimiter":
			o.Delimiter = rune(value[0])
		case "as_is":
			o.Values.AsIs = true
		default:
			t.Fatalf("unknown option %q", word)
		}
	}
	return o
}
