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
		if filepath.Ext(path) == ".want" {
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
			return layoutLine(l.Layout()) + b.String()
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
	return fmt.Sprintf("unreadable: %v\n", err)
}

func layoutLine(l Layout) string {
	var b strings.Builder
	fmt.Fprintf(&b, "layout %v %s declared=%t gzip=%t delimiter=%q %v header line %d:", l.Format, l.Encoding, l.Declared, l.Gzip, l.Delimiter, l.Form, l.Line)
	for _, c := range l.Columns {
		fmt.Fprintf(&b, " %q=%v", c.Name, c.Role)
		if c.Type != "" {
			fmt.Fprintf(&b, "/%s", c.Type)
		}
	}
	return b.String() + "\n"
}

// parseOptions reads words of the form name=value; _ stands for a space.
func parseOptions(t *testing.T, line string) Options {
	var o Options
	for _, word := range strings.Fields(line) {
		name, value, _ := strings.Cut(word, "=")
		value = strings.ReplaceAll(value, "_", " ")
		switch name {
		case "encoding":
			o.Encoding = value
		case "identifier":
			o.IdentifierColumn = value
		case "type_column":
			o.TypeColumn = value
		case "type":
			o.Type = api.IdentifierType(strings.ReplaceAll(value, " ", "_"))
		case "region":
			o.DefaultRegion = value
		case "delimiter":
			o.Delimiter = rune(value[0])
		case "as_is":
			o.AsIs = true
		default:
			t.Fatalf("unknown option %q", word)
		}
	}
	return o
}
