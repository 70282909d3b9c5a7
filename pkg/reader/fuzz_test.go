package reader

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"altadnc-bulk/pkg/api"
	"altadnc-bulk/pkg/reader/canonical"
	"altadnc-bulk/pkg/reader/columns"
)

// addLists seeds a fuzz target with the corpus.
func addLists(f *testing.F, pattern string) {
	paths, err := filepath.Glob("../../testdata/lists/" + pattern)
	if err != nil || len(paths) == 0 {
		f.Fatal("no seeds", err)
	}
	for _, path := range paths {
		if filepath.Ext(path) == ".want" {
			continue
		}
		data, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
}

// read returns all entries of data, with the cells of their records, and what
// ended the reading, nil for its end. It checks what holds for every list.
func read(t *testing.T, data []byte, opts Options) (entries []Entry, cells [][]string, end error) {
	l, err := New(bytes.NewReader(data), "list", opts)
	if err != nil {
		mustBeListError(t, err)
		return nil, nil, err
	}
	for line := 1; ; {
		e, err := l.Read()
		if err == io.EOF {
			addUp(t, l, entries)
			return entries, cells, nil
		}
		if err != nil {
			mustBeListError(t, err)
			if _, again := l.Read(); again != err {
				t.Fatalf("the error changed from %v to %v", err, again)
			}
			return entries, cells, err
		}
		if e.Line < line {
			t.Fatalf("line %d after line %d", e.Line, line)
		}
		line = e.Line
		checkEntry(t, e)
		entries, cells = append(entries, e), append(cells, e.Record.Cells())
		entries[len(entries)-1].Record.Text = bytes.Clone(e.Record.Text)
	}
}

// addUp requires that every row counts in one way.
func addUp(t *testing.T, l *Reader, entries []Entry) {
	lines := map[int]bool{}
	for _, e := range entries {
		lines[e.Line] = true
	}
	if r := l.Rows(); r.Entries != int64(len(lines)) || r.Total() != r.Entries+r.None+r.Blank+r.Headers {
		t.Fatalf("%+v, and %d lines gave entries", r, len(lines))
	}
}

func mustBeListError(t *testing.T, err error) {
	var list *ListError
	if !errors.As(err, &list) || list.Reason == "" {
		t.Fatalf("%v is not a ListError with a reason", err)
	}
}

func checkEntry(t *testing.T, e Entry) {
	switch {
	case (e.Refusal == nil) != (e.Identifier.Value != ""):
		t.Fatalf("neither or both of value and refusal: %+v", e)
	case len(e.Raw) > maxRaw || !utf8.ValidString(e.Raw):
		t.Fatalf("raw is not bounded valid text: %q", e.Raw)
	case e.Refusal != nil && (e.Refusal.Code == "" || e.Refusal.Reason == ""):
		t.Fatalf("a refusal says nothing: %+v", e)
	case e.Refusal == nil && e.Column == "":
		t.Fatalf("an entry without column: %+v", e)
	}
	if e.Refusal != nil {
		return
	}
	if cells := e.Record.Cells(); e.Record.Cell >= 0 && len(e.Raw) < maxRaw && (cells == nil || !strings.Contains(cells[e.Record.Cell], e.Raw) || !e.Part && cells[e.Record.Cell] != e.Raw) {
		t.Fatalf("%q does not stand in cell %d of %q", e.Raw, e.Record.Cell, cells)
	}
	again, r := canonical.Rules{}.Cell(nil, e.Raw, e.Identifier.Type)
	if len(e.Raw) < maxRaw && (r != nil || len(again) != 1 || again[0].Value != e.Identifier.Value) {
		t.Fatalf("%q was read as %v, and is %v (%v)", e.Raw, e.Identifier, again, r)
	}
}

// FuzzCSV compares with a strict decoder: whatever encoding/csv can read as a
// whole, is read in the same records and cells, and of anything else no record
// is read that is not in the file as it is.
func FuzzCSV(f *testing.F) {
	addLists(f, "*.csv")
	f.Fuzz(func(t *testing.T, data []byte) {
		entries, cells, end := read(t, data, Options{Format: FormatCSV})
		l, err := New(bytes.NewReader(data), "list", Options{Format: FormatCSV})
		if err != nil || l.Layout().Encoding != utf8Name || l.Layout().Gzip {
			return
		}
		if end != nil || bytes.Contains(data, []byte(`="`)) || bytes.Contains(data, []byte("\n\ufeff")) || bufferOf(l).cr || bytes.Contains(bytes.ReplaceAll(data, []byte("\r\n"), nil), []byte("\r")) {
			return
		}
		strict := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(data, []byte("\ufeff"))))
		strict.Comma, strict.FieldsPerRecord = l.Layout().Delimiter, -1
		want, err := strict.ReadAll()
		if err != nil {
			return
		}
		inOrder(t, l.Layout(), entries, cells, want)
	})
}

// inOrder requires that the records of the entries are records of want, in
// order, and that none of want with a filled identifier cell was passed over.
func inOrder(t *testing.T, layout Layout, entries []Entry, cells [][]string, want [][]string) {
	next, line := 0, 0
	for next < len(want) && !isHeader(want[next], layout.Columns) {
		next++
	}
	next++
	for i, e := range entries {
		if cells[i] == nil {
			return // refused for its characters: its cells are not known
		}
		if e.Line == line {
			continue // another cell of the same record
		}
		for line = e.Line; next < len(want) && !reflect.DeepEqual(want[next], cells[i]); next++ {
			mustBeBlank(t, layout, want[next])
		}
		if next >= len(want) {
			t.Fatalf("line %d: record %q is not among what a strict decoder reads, or not in this place", e.Line, cells[i])
		}
		next++
	}
	for ; next < len(want); next++ {
		mustBeBlank(t, layout, want[next])
	}
}

func isHeader(record []string, header []columns.Column) bool {
	return slices.EqualFunc(record, header, func(a string, b columns.Column) bool { return sameName(canonical.Trim(a), b) })
}

func mustBeBlank(t *testing.T, layout Layout, record []string) {
	if isHeader(record, layout.Columns) {
		return
	}
	for i, cell := range record {
		if i < len(layout.Columns) && layout.Columns[i].Role == columns.Identifier && !canonical.Nothing(cell) && !sameName(cell, layout.Columns[i]) {
			t.Fatalf("record %q was passed over", record)
		}
	}
}

// FuzzCSVRecords writes a list of known cells and reads it back: a row each,
// none lost, none invented, whatever a note holds.
func FuzzCSVRecords(f *testing.F) {
	f.Add("a note", "with, \"quotes\"\nand lines", uint8(0))
	f.Add("ben@example.com", "\r\nben@example.com,email\r\n", uint8(5))
	f.Fuzz(func(t *testing.T, a, b string, style uint8) {
		if len(a)+len(b) > 1000 || !utf8.ValidString(a) || !utf8.ValidString(b) || binary([]byte(a+b)) || strings.Contains(a+b, "\x00") {
			return
		}
		var list bytes.Buffer
		w := csv.NewWriter(&list)
		w.Comma, w.UseCRLF = rune(delimiters[style%4]), style&4 != 0
		rows := [][]string{{"note", "identifier", "identifierType", "more"}, {a, "ada@example.com", "email", b}, {b, "ben@example.org", "email", a}, {"", "carla@example.net", "email", ""}}
		if err := w.WriteAll(rows); err != nil {
			t.Fatal(err)
		}
		entries, _, end := read(t, list.Bytes(), Options{Delimiter: w.Comma})
		if end != nil || len(entries) != 3 {
			t.Fatalf("%q: %d entries, %v", list.Bytes(), len(entries), end)
		}
		for i, e := range entries {
			if e.Refusal != nil || e.Identifier.Value != rows[i+1][1] {
				t.Fatalf("%q: entry %d is %+v", list.Bytes(), i, e)
			}
		}
	})
}

// FuzzJSONL compares with encoding/json: what is read from a line must be what
// it reads there, and every line that is not blank counts.
func FuzzJSONL(f *testing.F) {
	addLists(f, "*.json*")
	f.Fuzz(func(t *testing.T, data []byte) {
		entries, _, end := read(t, data, Options{Format: FormatJSONL})
		l, err := New(bytes.NewReader(data), "list", Options{Format: FormatJSONL})
		if err != nil || l.Layout().Encoding != utf8Name || l.Layout().Gzip || bufferOf(l).cr {
			return
		}
		lines := bytes.Split(bytes.TrimPrefix(data, []byte("\ufeff")), []byte("\n"))
		seen := make(map[int]bool)
		for _, e := range entries {
			seen[e.Line] = true
			line := bytes.TrimLeft(bytes.TrimRight(lines[e.Line-1], "\r"), "\ufeff")
			if !bytes.Equal(line, e.Record.Text) && len(line) <= maxRecord {
				t.Fatalf("line %d is %q, not %q", e.Line, line, e.Record.Text)
			}
			var object map[string]any
			if err := json.Unmarshal(line, &object); e.Refusal == nil && (err != nil || !strings.Contains(fmt.Sprint(object[e.Column]), e.Raw) && len(e.Raw) < maxRaw) {
				t.Fatalf("line %d: %q is not member %q of %q", e.Line, e.Raw, e.Column, line)
			}
		}
		for i, line := range lines {
			var object map[string]any
			if end == nil && !seen[i+1] && len(bytes.TrimSpace(bytes.TrimLeft(line, "\ufeff"))) > 0 && json.Unmarshal(line, &object) != nil {
				t.Fatalf("line %d, %q, is neither read nor refused", i+1, line)
			}
		}
	})
}

// FuzzBytes reads anything as anything: it ends, and says why.
func FuzzBytes(f *testing.F) {
	addLists(f, "*")
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, o := range []Options{{}, {Encoding: "windows-1252", Columns: columns.Options{Types: []api.IdentifierType{api.WebChat}}}, {Encoding: "utf-8", Format: FormatJSONL}, {Delimiter: '^', Values: canonical.Rules{AsIs: true}, Columns: columns.Options{NoHeader: true, Types: []api.IdentifierType{api.WebChat}}}} {
			l, err := New(bytes.NewReader(data), "list", o)
			for err == nil {
				_, err = l.Read()
			}
			if err != io.EOF {
				mustBeListError(t, err)
			}
		}
	})
}
