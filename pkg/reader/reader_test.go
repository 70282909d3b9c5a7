package reader

import (
	"bytes"
	"errors"
	"io"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"

	"altadnc-bulk/pkg/api"
	"altadnc-bulk/pkg/reader/canonical"
	"altadnc-bulk/pkg/reader/columns"
)

func TestOptionsAreValidated(t *testing.T) {
	o := Options{Format: 9, Encoding: "utf-7", Delimiter: '"', HeaderLine: -1, Columns: columns.Options{Types: []api.IdentifierType{api.Phone}, Type: "x"}, Values: canonical.Rules{Region: "Germany"}}
	_, err := New(strings.NewReader("email\n"), "list", o)
	if !errors.Is(err, ErrOptions) {
		t.Fatal(err)
	}
	for _, want := range []string{"format 9", `"utf-7"`, "delimiter", "--header-line -1", "--type-column", `"Germany"`} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q does not speak of %s", err, want)
		}
	}
	if err := (Options{Values: canonical.Rules{Region: "DE"}, Encoding: "CP1252", Delimiter: '\t', Columns: columns.Options{Types: []api.IdentifierType{api.Phone}}}).Validate(); err != nil {
		t.Error(err)
	}
}

func TestParseFormat(t *testing.T) {
	for _, f := range []Format{FormatAuto, FormatCSV, FormatJSONL} {
		if got, err := ParseFormat(strings.ToUpper(f.String())); got != f || err != nil {
			t.Errorf("%v: %v, %v", f, got, err)
		}
	}
	if _, err := ParseFormat("xml"); err == nil {
		t.Error("xml is a format")
	}
}

// TestTrouble distinguishes the errors of a disk from those of a list.
func TestTrouble(t *testing.T) {
	disk := errors.New("input/output error")
	for _, c := range []struct{ name, before string }{
		{"at once", ""}, {"in the header", "ema"}, {"in a row", "email,note\nada@example.com,x\nben"},
		{"in quotes", "email,note\nada@example.com,\"x\nben"}, {"in an object", `{"email":"ada@example.com"}` + "\n{"},
		{"in a long line", "email\n" + strings.Repeat("x", 2*maxRecord)}, {"in compressed data", "\x1f\x8b\x08\x00\x00\x00"},
		{"in UTF-16", "\xff\xfee\x00m\x00"},
	} {
		t.Run(c.name, func(t *testing.T) {
			l, err := New(io.MultiReader(strings.NewReader(c.before), iotest.ErrReader(disk)), "list.csv", Options{})
			for err == nil {
				_, err = l.Read()
			}
			var list *ListError
			if !errors.Is(err, disk) || errors.As(err, &list) || !strings.Contains(err.Error(), "list.csv") {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestErrorIsFinal(t *testing.T) {
	l, err := New(strings.NewReader("email\nada@example.com\n\"ben"), "list.csv", Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := l.Read(); err != nil {
		t.Fatal(err)
	}
	_, first := l.Read()
	_, second := l.Read()
	var list *ListError
	if !errors.As(first, &list) || list.Line != 3 || first != second {
		t.Errorf("%v, then %v", first, second)
	}
}

func TestRecord(t *testing.T) {
	l, err := New(strings.NewReader("Name;Email;Phone;Note\n\"Lovell; Ada\";ada@example.com;+14155550123;\"two\nlines\"\nBen;ben@example.com;;x;y\n"), "list", Options{})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"Lovell; Ada", "ada@example.com", "+14155550123", "two\nlines"}
	for _, cell := range []int{1, 2} {
		e, err := l.Read()
		if err != nil || e.Record.Cell != cell || e.Line != 2 || !reflect.DeepEqual(e.Record.Cells(), want) {
			t.Errorf("%+v %q, %v", e, e.Record.Cells(), err)
		}
	}
	e, err := l.Read()
	if err != nil || e.Refusal.Code != "too-many-cells" || string(e.Record.Text) != "Ben;ben@example.com;;x;y" || e.Record.Cell != -1 || e.Line != 4 {
		t.Errorf("%+v, %v", e, err)
	}
}

func TestLayoutIsTheCallers(t *testing.T) {
	l, err := New(strings.NewReader("email\nada@example.com\n"), "list", Options{})
	if err != nil {
		t.Fatal(err)
	}
	got := l.Layout()
	got.Columns[0].Name = "x"
	if l.Layout().Columns[0].Name != "email" {
		t.Error("the layout was changed from outside")
	}
}

func TestKeptStringsDoNotKeepRecords(t *testing.T) {
	l, err := New(&endless{"email,note\n", "ada@example.com," + strings.Repeat("x", 500_000) + "\n", 40 << 20, 0}, "list", Options{})
	if err != nil {
		t.Fatal(err)
	}
	before := live()
	var kept []Entry
	for {
		e, err := l.Read()
		if err == io.EOF {
			break
		}
		e.Record = Record{}
		kept = append(kept, e)
	}
	if grown := live(); len(kept) < 70 || grown > before+4<<20 {
		t.Errorf("%d entries keep %d bytes", len(kept), grown-before)
	}
	runtime.KeepAlive(kept)
}

func TestExcerpt(t *testing.T) {
	for _, s := range []string{"", "ada", strings.Repeat("é", maxRaw), strings.Repeat("\xff", maxRaw), strings.Repeat("x", maxRaw-1) + "é"} {
		if got := excerpt(s); len(got) > maxRaw || !strings.HasPrefix(strings.ToValidUTF8(s, "\ufffd"), got[:min(3, len(got))]) {
			t.Errorf("%q became %q", s, got)
		}
	}
}

// TestReasonsHoldNoIdentifier: reasons are logged, identifiers must not be.
func TestReasonsHoldNoIdentifier(t *testing.T) {
	var list bytes.Buffer
	list.WriteString("identifier,identifierType\n")
	for _, typ := range []string{"email", "phone", "linkedin", "web_chat", "ada.secret", "secret123"} {
		for _, s := range []string{"secret", "secret@", "<secret@example.com>", "+1415secret", "https://secret.example.com/", "#secret", "=secret", "sec ret@example.com"} {
			list.WriteString(s + "," + typ + "\n")
		}
	}
	l, err := New(&list, "list", Options{})
	if err != nil {
		t.Fatal(err)
	}
	for {
		e, err := l.Read()
		if err == io.EOF {
			return
		}
		if e.Refusal != nil && strings.Contains(e.Refusal.Reason, "secret") {
			t.Errorf("%q", e.Refusal.Reason)
		}
	}
}

// TestStep: when framer and decoder disagree on where a record ends, nothing is read.
func TestStep(t *testing.T) {
	for _, record := range []string{"a,b\nc,d", "\"a", ""} {
		r, err := newRows([]byte("email,name"), ',', []int{0})
		if err != nil {
			t.Fatal(err)
		}
		if got, err := r.decode([]byte(record)); err == nil && record != "" {
			if again, err := r.decode([]byte("x,y")); err == nil {
				t.Errorf("%q was read as %v, then %v", record, got, again)
			}
		} else if record == "" && err == nil {
			t.Errorf("an empty record was read as %v", got)
		}
	}
}
