package reader

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"

	"altadnc-bulk/pkg/api"
	"altadnc-bulk/pkg/reader/canonical"
	"altadnc-bulk/pkg/reader/workbook"
)

// tab is a sheet of a workbook of these tests. Cells are texts, except for those
// that begin with "<c", which are XML.
type tab struct {
	name, state string
	rows        [][]string
	links       map[string]string // by cell
}

// bookOf writes a workbook of sheets.
func bookOf(t testing.TB, tabs ...tab) io.Reader {
	const kind = `Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/`
	parts := map[string]string{"[Content_Types].xml": "<Types/>"}
	var sheets, relations strings.Builder
	for i, s := range tabs {
		fmt.Fprintf(&sheets, `<sheet name=%q state=%q id="r%d"/>`, s.name, s.state, i)
		fmt.Fprintf(&relations, `<Relationship Id="r%d" %sworksheet" Target="sheet%d.xml"/>`, i, kind, i)
		var xml strings.Builder
		for _, row := range s.rows {
			xml.WriteString("<row>")
			for _, cell := range row {
				if strings.HasPrefix(cell, "<c") {
					xml.WriteString(cell)
					continue
				}
				fmt.Fprintf(&xml, `<c t="inlineStr"><is><t xml:space="preserve">%s</t></is></c>`, cell)
			}
			xml.WriteString("</row>")
		}
		var links, targets strings.Builder
		for cell, target := range s.links {
			fmt.Fprintf(&links, `<hyperlink ref=%q id="l%s"/>`, cell, cell)
			fmt.Fprintf(&targets, `<Relationship Id="l%s" %shyperlink" Target=%q TargetMode="External"/>`, cell, kind, target)
		}
		parts[fmt.Sprintf("xl/sheet%d.xml", i)] = "<worksheet><sheetData>" + xml.String() + "</sheetData><hyperlinks>" + links.String() + "</hyperlinks></worksheet>"
		parts[fmt.Sprintf("xl/_rels/sheet%d.xml.rels", i)] = "<Relationships>" + targets.String() + "</Relationships>"
	}
	fmt.Fprintf(&relations, `<Relationship Id="styles" %sstyles" Target="styles.xml"/>`, kind)
	parts["xl/styles.xml"] = `<styleSheet><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>`
	parts["xl/workbook.xml"] = "<workbook><sheets>" + sheets.String() + "</sheets></workbook>"
	parts["xl/_rels/workbook.xml.rels"] = "<Relationships>" + relations.String() + "</Relationships>"
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, text := range parts {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		io.WriteString(w, text)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return &b
}

// TestSheetChoice reads the one visible sheet that is a list, and asks where
// there are several.
func TestSheetChoice(t *testing.T) {
	list := [][]string{{"Email"}, {"ada@example.com"}}
	notes := [][]string{{"About this file"}, {"Made in May"}}
	one := tab{name: "List", rows: list}
	for _, c := range []struct {
		name string
		tabs []tab
		opts Options
		want string
	}{
		{"beside notes", []tab{{name: "Notes", rows: notes}, one, {name: "Empty"}}, Options{}, "ada@example.com EOF"},
		{"beside a hidden list", []tab{{name: "Old", state: "hidden", rows: list}, {name: "Older", state: "veryHidden", rows: list}, one}, Options{}, "ada@example.com EOF"},
		{"two lists", []tab{one, {name: "Other", rows: list}}, Options{}, `list: several of its sheets are lists: "List", "Other"; say which one to read`},
		{"one of two", []tab{{name: "Other", rows: [][]string{{"Email"}, {"ben@example.com"}}}, one}, Options{Sheet: " list "}, "ada@example.com EOF"},
		{"a hidden one", []tab{{name: "Old", state: "hidden", rows: list}, one}, Options{Sheet: "Old"}, `list: its sheet "Old" is hidden, and hidden sheets are never read; show it in the workbook if it is the list`},
		{"one that is not there", []tab{{name: "Old", state: "hidden", rows: list}, one}, Options{Sheet: "New"}, `list: it has no sheet "New"; give one that it has`},
		{"an empty one", []tab{one, {name: "Empty"}}, Options{Sheet: "Empty"}, "list!Empty: it is empty; it needs a header row such as identifier,identifierType, or one JSON object per line"},
		{"nothing visible", []tab{{name: "Old", state: "hidden", rows: list}, {name: "Empty", rows: [][]string{{" "}}}}, Options{}, "list: none of its visible sheets holds anything; hidden sheets are never read: show the one that is the list"},
		{"no list", []tab{{name: "Data", rows: [][]string{{"a", "b"}, {"c", "d"}}}}, Options{}, `list!Data:1: no column is known to hold identifiers (columns found: "a", "b"); call the columns`},
		{"two that are no lists", []tab{{name: "Notes", rows: notes}, {name: "Titled", rows: append([][]string{{"Title"}}, list...)}}, Options{}, `list: none of its sheets "Notes", "Titled" has a header with columns that can be recognised; in the first, no column`},
		{"a title", []tab{{name: "Titled", rows: append([][]string{{"Title"}, {}}, list...)}}, Options{}, "list!Titled:1: no column is known to hold identifiers (columns found: \"Title\"); line 3 looks like the header"},
		{"a title that is passed over", []tab{{name: "Titled", rows: append([][]string{{"Title"}, {}}, list...)}}, Options{HeaderLine: 3}, "ada@example.com EOF"},
		{"data alone", []tab{{name: "Data", rows: [][]string{{"ada@example.com", "x"}}}}, Options{}, "list!Data:1: the first row looks like data"},
		{"another format told", []tab{one}, Options{Format: FormatCSV}, "list: it is a workbook or another zip archive, and --format says csv; leave --format out"},
		{"this format told", []tab{one}, Options{Format: FormatXLSX}, "ada@example.com EOF"},
		{"lists joined", []tab{{name: "List", rows: [][]string{{"Email", "Owner"}, {"ada@example.com", "x"}, {"Owner", "Email"}, {"x", "ben@example.com"}}}}, Options{}, "ada@example.com list!List:3: another header with other columns begins here"},
		{"beside its column", []tab{{name: "List", rows: [][]string{{"Email", "Name"}, {"", "ada@example.com"}, {"", "", "ben@example.com"}}}}, Options{}, "identifier-elsewhere identifier-elsewhere EOF"},
	} {
		if got := outline(bookOf(t, c.tabs...), c.opts); !strings.HasPrefix(got, c.want) {
			t.Errorf("%s:\n got %s\nwant %s", c.name, got, c.want)
		}
	}
	csv := strings.NewReader("Email\nada@example.com\n")
	if got := outline(csv, Options{Format: FormatXLSX}); got != "list: it is not an .xlsx workbook, and --format says so; leave --format out" {
		t.Error(got)
	}
}

// TestSheetLinks reads where a link leads only in the place of a text that is
// there, and is not an identifier.
func TestSheetLinks(t *testing.T) {
	links := tab{name: "List", rows: [][]string{{"Email", "Web chat"}, {"write", "visitor"}, {" ", "x1"}, {"-", "x2"}, {"<c><v>5</v></c>", "x3"}, {"ada@example.com", "x4"}, {"percent", "x5"}, {"other", "x6"}}, links: map[string]string{
		"A2": "MAILTO:ben%2Bx@example.com?cc=cy@example.com", "B2": "mailto:dee@example.com", "A3": "mailto:eve@example.com", "A4": "mailto:eve@example.com", "A5": "mailto:eve@example.com", "A6": "mailto:eve@example.com",
		"A7": "mailto:eve%zz@example.com", "A8": "tel:+14155550132"}}
	want := "ben+x@example.com visitor x1 x2 email-no-at x3 ada@example.com x4 email-no-at x5 email-no-at x6 EOF"
	if got := outline(bookOf(t, links), Options{}); got != want {
		t.Errorf("\n got %s\nwant %s", got, want)
	}
}

// TestSheetSize refuses a workbook that is too large to be taken into memory.
func TestSheetSize(t *testing.T) {
	list := &endless{"PK\x03\x04", "x", workbook.MaxSize + 1, 0}
	if got := outline(list, Options{}); !strings.HasPrefix(got, "list: it is a workbook or another container of more than 128 MiB") {
		t.Error(got)
	}
}

// TestSheetReport reads what a report has of cells that are not text according to
// the sheet: none may be read there that was refused here, or be skipped.
func TestSheetReport(t *testing.T) {
	rows := [][]string{{"Web chat", "Email"}}
	for _, cell := range []string{`<c s="1"><v>45306</v></c>`, `<c t="b"><v>0</v></c>`, `<c t="e"><v>#N/A</v></c>`, `<c><v>1234567890123456</v></c>`, `<c t="str"><v>a_x0041_</v></c>`,
		`<c><f>"x"</f></c>`, `<c><f>A1</f></c>`} {
		rows = append(rows, []string{cell, `<c t="str"><f>A1</f><v>a_x0041_@example.com</v></c>`})
	}
	l, err := New(bookOf(t, tab{name: "List", rows: rows}), "list.xlsx", Options{})
	if err != nil {
		t.Fatal(err)
	}
	entries := 0
	for {
		e, err := l.Read()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if entries++; e.Refusal == nil {
			t.Errorf("line %d: %q is read", e.Line, e.Raw)
		}
		again, err := New(strings.NewReader("Web chat,Email\n"+string(e.Record.Text)+"\n"), "report.csv", Options{})
		if err != nil {
			t.Fatal(err)
		}
		for n := range 2 {
			if a, err := again.Read(); err != nil || a.Refusal == nil {
				t.Errorf("line %d, entry %d of its report %q: %+v, %v", e.Line, n, e.Record.Text, a.Identifier, err)
			}
		}
	}
	if entries != 14 {
		t.Errorf("%d entries", entries)
	}
}

// TestSameKeys reads a workbook, and the CSV that LibreOffice makes of it: what
// that has not lost are the same identifiers.
func TestSameKeys(t *testing.T) {
	keys := func(name string) map[api.Identifier]bool {
		data, err := os.ReadFile("../../testdata/lists/" + name)
		if err != nil {
			t.Fatal(err)
		}
		l, err := New(bytes.NewReader(data), name, Options{Values: canonical.Rules{International: true}})
		if err != nil {
			t.Fatal(err)
		}
		found := make(map[api.Identifier]bool)
		for {
			e, err := l.Read()
			if err == io.EOF {
				return found
			}
			if err != nil {
				t.Fatal(err)
			}
			if e.Refusal == nil {
				found[e.Identifier] = true
			}
		}
	}
	book, csv := keys("every-cell-exceljs.xlsx"), keys("every-cell-libreoffice.csv")
	if len(csv) < 20 || len(book) < len(csv) {
		t.Errorf("%d in the workbook, %d in its CSV", len(book), len(csv))
	}
	jon := api.Identifier{Type: api.Email, Value: "jon@example.com"} // a formula that LibreOffice has calculated
	for key := range csv {
		if !book[key] && key != jon {
			t.Errorf("%v is in the CSV alone", key)
		}
	}
}
