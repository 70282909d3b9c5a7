package workbook

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// made is the smallest workbook that has all parts, by name. Tests change parts.
func made(rows string) map[string]string {
	const ns = `xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"`
	const rel = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
	return map[string]string{
		"[Content_Types].xml": `<Types/>`,
		"_rels/.rels":         `<Relationships><Relationship Id="rId1" Type="` + rel + `/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
		"xl/workbook.xml":     `<workbook ` + ns + `><sheets><sheet name="One" sheetId="1" r:id="rId1"/></sheets></workbook>`,
		"xl/_rels/workbook.xml.rels": `<Relationships><Relationship Id="rId1" Type="` + rel + `/worksheet" Target="worksheets/sheet1.xml"/>` +
			`<Relationship Id="rId2" Type="` + rel + `/sharedStrings" Target="/xl/sharedStrings.xml"/>` +
			`<Relationship Id="rId3" Type="` + rel + `/styles" Target="styles.xml"/></Relationships>`,
		"xl/sharedStrings.xml":     `<sst ` + ns + `><si><t>shared</t></si><si><r><rPr><b/></rPr><t>ri</t></r><r><t>ch</t></r><rPh sb="0" eb="1"><t>reading</t></rPh></si></sst>`,
		"xl/styles.xml":            `<styleSheet ` + ns + `><numFmts><numFmt numFmtId="164" formatCode="[Red]yyyy\-mm"/></numFmts><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/><xf numFmtId="49"/></cellXfs></styleSheet>`,
		"xl/worksheets/sheet1.xml": `<worksheet ` + ns + `><sheetData>` + rows + `</sheetData></worksheet>`,
	}
}

func packed(t testing.TB, parts map[string]string) []byte {
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
	return b.Bytes()
}

// outline opens a workbook and writes down the rows of its first sheet.
func outline(data []byte) (string, error) {
	b, err := Open(data)
	if err != nil {
		return "", err
	}
	if len(b.Sheets()) == 0 {
		return "no sheet", nil
	}
	v, err := b.Survey(b.Sheets()[0], 0)
	if err != nil {
		return "", err
	}
	r, err := b.Rows(b.Sheets()[0], v)
	if err != nil {
		return "", err
	}
	defer r.Close()
	var out strings.Builder
	err = r.drain(func(row Row) {
		fmt.Fprintf(&out, "%d", row.Number)
		if row.Hidden {
			out.WriteString(" hidden")
		}
		for _, c := range row.Cells {
			fmt.Fprintf(&out, " %d=%s:%q", c.Column, c.Kind, c.Text)
			if c.Link != "" {
				fmt.Fprintf(&out, "->%s", c.Link)
			}
		}
		out.WriteString("\n")
	})
	return out.String(), err
}

// TestCells reads every kind of cell in the spellings that the standard allows.
func TestCells(t *testing.T) {
	for _, c := range []struct{ name, row, want string }{
		{"shared", `<c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v> 1 </v></c>`, `0=text:"shared" 1=text:"rich"`},
		{"inline", `<c r="A1" t="inlineStr"><is><t xml:space="preserve"> a </t></is></c><c t="inlineStr"><is><r><t>b</t></r><r><t>c</t></r></is></c>`, `0=text:" a " 1=text:"bc"`},
		{"places left out", `<c><v>1</v></c><c r="D1"><v>2</v></c><c><v>3</v></c>`, `0=number:"1" 3=number:"2" 4=number:"3"`},
		{"formulas", `<c t="str"><f>A1</f><v>x</v></c><c t="str"><f>A1</f><v></v></c><c><f>SUM(1)</f><v>14155550132</v></c><c><f>A2</f></c><c><f>A3</f><v/></c>`,
			`0=text:"x" 2=number:"14155550132" 3=uncalculated:"=A2" 4=uncalculated:"=A3"`},
		{"numbers", `<c><v>4.47911123456E11</v></c><c><v>447911123456.0</v></c><c><v>-5</v></c><c><v>0.5</v></c><c><v>999999999999999</v></c><c><v>1000000000000000</v></c><c><v>4.4E+16</v></c><c><v>NaN</v></c>`,
			`0=number:"447911123456" 1=number:"447911123456" 2=number:"-5" 3=number:"0.5" 4=number:"999999999999999" 5=rounded:"1000000000000000" 6=rounded:"4.4E+16" 7=error:"NaN"`},
		{"dates", `<c s="1"><v>45306</v></c><c s="2"><v>45306.4375</v></c><c s="1"><v>0.5</v></c><c t="d"><v>2024-01-15</v></c><c s="3"><v>45306</v></c><c s="1"><v>59</v></c><c s="1"><v>1E9</v></c>`,
			`0=date:"2024-01-15" 1=date:"2024-01-15 10:30:00" 2=date:"12:00:00" 3=date:"2024-01-15" 4=number:"45306" 5=date:"1900-02-28" 6=date:"1000000000"`},
		{"others", `<c t="b"><v>1</v></c><c t="b"><v>0</v></c><c t="e"><v>#N/A</v></c><c s="1"/><c t="s"/>`, `0=boolean:"TRUE" 1=boolean:"FALSE" 2=error:"#N/A"`},
		{"escapes", `<c t="str"><v>a_x000D_b_x005F_x0041_ _xD83D__xDE00_</v></c><c t="str"><v>a_x0041_</v></c><c t="str"><v>_xZZZZ__x</v></c>`, `0=text:"a\rb_x0041_ 😀" 1=escaped:"aA" 2=text:"_xZZZZ__x"`},
		{"entities", `<c t="str"><v>&lt;&amp;&#x41;<![CDATA[<b>]]><!-- no --></v></c>`, `0=text:"<&A<b>"`},
		{"extensions", `<c><extLst><ext><v>9</v></ext></extLst><v>1</v></c>`, `0=number:"1"`},
	} {
		got, err := outline(packed(t, made(`<row r="1">`+c.row+`</row>`)))
		if want := "1 " + c.want + "\n"; err != nil || got != want {
			t.Errorf("%s: %v\n got %s\nwant %s", c.name, err, got, want)
		}
	}
}

// TestRows reads rows as other writers write them.
func TestRows(t *testing.T) {
	cell := func(n int) string { return fmt.Sprintf("<c><v>%d</v></c>", n) }
	rows := `<row>` + cell(1) + `</row><row r="5" hidden="true">` + cell(2) + `</row><row ht="0">` + cell(3) + `</row><row r="9"/>`
	want := "1 0=number:\"1\"\n5 hidden 0=number:\"2\"\n6 hidden 0=number:\"3\"\n9\n"
	if got, err := outline(packed(t, made(rows))); err != nil || got != want {
		t.Errorf("%v\n%s", err, got)
	}
	prefixed := made(rows)
	sheet := prefixed["xl/worksheets/sheet1.xml"]
	for _, name := range []string{"worksheet", "sheetData", "row", "c", "v"} {
		for _, end := range []string{">", " ", "/"} {
			sheet = strings.ReplaceAll(sheet, "<"+name+end, "<x:"+name+end)
			sheet = strings.ReplaceAll(sheet, "</"+name+end, "</x:"+name+end)
		}
	}
	prefixed["xl/worksheets/sheet1.xml"] = strings.Replace(sheet, "xmlns=", "xmlns:x=", 1)
	if got, err := outline(packed(t, prefixed)); err != nil || got != want {
		t.Errorf("with prefixes: %v\n%s\n%s", err, got, prefixed["xl/worksheets/sheet1.xml"])
	}
	strict := made(rows)
	for name, text := range strict {
		strict[name] = strings.ReplaceAll(text, "http://schemas.openxmlformats.org/officeDocument/2006/relationships", "http://purl.oclc.org/ooxml/officeDocument/relationships")
	}
	if got, err := outline(packed(t, strict)); err != nil || got != want {
		t.Errorf("of the strict variant: %v\n%s", err, got)
	}
}

// TestSurvey finds what comes after the rows: merged cells, of which only the
// first is seen, and links.
func TestSurvey(t *testing.T) {
	parts := made(`<row r="1" hidden="1"><c r="A1"><v>1</v></c></row><row r="2"><c r="B2"><v>2</v></c><c r="C2"><v>3</v></c><c r="D2"><v>4</v></c></row>` +
		`<row r="3"><c r="B3"><v>5</v></c><c r="D3"><v>6</v></c></row><row r="4" hidden="1"><c r="B4"><v>7</v></c></row><row r="5" hidden="1"><c r="B5" s="1"/></row>`)
	const sheet = "xl/worksheets/sheet1.xml"
	parts[sheet] = strings.Replace(parts[sheet], "<sheetData>", `<cols><col min="1" max="1" width="9"/><col min="2" max="3" hidden="1"/></cols><sheetData>`, 1)
	parts[sheet] = strings.Replace(parts[sheet], "</worksheet>", `<mergeCells><mergeCell ref="B2:C3"/></mergeCells><hyperlinks><hyperlink ref="B2" r:id="l1"/><hyperlink ref="D2:D3" r:id="l2"/><hyperlink ref="A1" r:id="l3"/><hyperlink ref="A1" location="Two!A1"/></hyperlinks></worksheet>`, 1)
	parts["xl/worksheets/_rels/sheet1.xml.rels"] = `<Relationships><Relationship Id="l1" Type="x/hyperlink" Target="mailto:ada@example.com" TargetMode="External"/>` +
		`<Relationship Id="l2" Type="x/hyperlink" Target="tel:+14155550132" TargetMode="External"/><Relationship Id="l3" Type="x/hyperlink" Target="https://example.com/" TargetMode="External"/></Relationships>`
	data := packed(t, parts)
	got, err := outline(data)
	want := "1 hidden 0=number:\"1\"\n2 1=number:\"2\"->mailto:ada@example.com 3=number:\"4\"->tel:+14155550132\n3 3=number:\"6\"->tel:+14155550132\n4 hidden 1=number:\"7\"\n5 hidden\n"
	if err != nil || got != want {
		t.Errorf("%v\n got %s\nwant %s", err, got, want)
	}
	b, err := Open(data)
	if err != nil {
		t.Fatal(err)
	}
	v, err := b.Survey(b.Sheets()[0], 2)
	if err != nil || v.Hidden != 1 || v.FirstHidden != 4 || v.Width != 4 || v.HiddenColumn(0) || !v.HiddenColumn(2) || v.HiddenColumn(3) {
		t.Errorf("%v: %d hidden from row %d on, %d columns", err, v.Hidden, v.FirstHidden, v.Width)
	}
}

// TestHostile refuses what is damaged, or made to exhaust or to mislead its
// reader, with an [*Error].
func TestHostile(t *testing.T) {
	row := `<row r="1"><c r="A1"><v>1</v></c></row>`
	const sheet = "xl/worksheets/sheet1.xml"
	change := func(part, old, new string) map[string]string {
		parts := made(row)
		if !strings.Contains(parts[part], old) {
			t.Fatalf("%q is not in %s", old, part)
		}
		parts[part] = strings.Replace(parts[part], old, new, 1)
		return parts
	}
	without := func(part string) map[string]string {
		parts := made(row)
		delete(parts, part)
		return parts
	}
	for name, parts := range map[string]map[string]string{
		"entities":           change(sheet, "<worksheet", `<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><worksheet`),
		"unknown entity":     change(sheet, "<v>1</v>", "<v>&a;</v>"),
		"depth":              change(sheet, "<v>1</v>", strings.Repeat("<v>", 1000)+strings.Repeat("</v>", 1000)),
		"a long text":        change(sheet, "<v>1</v>", "<v>"+strings.Repeat("1", 2<<20)+"</v>"),
		"a long tag":         change(sheet, "<v>", "<v a=\""+strings.Repeat("1", 2<<20)+"\">"),
		"a million columns":  change(sheet, `<c r="A1">`, `<c r="BDWGN1">`),
		"many columns":       made("<row>" + strings.Repeat("<c/>", 20000) + "</row>"),
		"a row too far":      change(sheet, `<row r="1">`, `<row r="2000000">`),
		"rows out of order":  made(`<row r="2"/><row r="1"/>`),
		"a row twice":        made(`<row r="2"/><row r="2"/>`),
		"cells out of order": made(`<row r="1"><c r="B1"/><c r="A1"/></row>`),
		"a cell twice":       made(`<row r="1"><c r="B1"><v>1</v></c><c r="B1"><v>2</v></c></row>`),
		"a foreign cell":     made(`<row r="1"><c r="B7"><v>1</v></c></row>`),
		"a missing text":     made(`<row r="1"><c t="s"><v>99</v></c></row>`),
		"a negative text":    made(`<row r="1"><c t="s"><v>-1</v></c></row>`),
		"an unknown kind":    made(`<row r="1"><c t="q"><v>1</v></c></row>`),
		"a cut part":         change(sheet, "</sheetData></worksheet>", ""),
		"wrong nesting":      change(sheet, "</sheetData></worksheet>", "</worksheet></sheetData>"),
		"another encoding":   change(sheet, "<worksheet", `<?xml version="1.0" encoding="utf-16"?><worksheet`),
		"a NUL":              change(sheet, "<v>1</v>", "<v>\x00</v>"),
		"invalid UTF-8":      change(sheet, "<v>1</v>", "<v>\xff</v>"),
		"no sheet part":      without(sheet),
		"no strings part":    without("xl/sharedStrings.xml"),
		"no workbook part":   without("xl/workbook.xml"),
		"merged nonsense":    change(sheet, "</worksheet>", `<mergeCells><mergeCell ref="B2:A1"/></mergeCells></worksheet>`),
		"many merged cells":  change(sheet, "</worksheet>", "<mergeCells>"+strings.Repeat(`<mergeCell ref="A1:XFD9"/>`, 5000)+"</mergeCells></worksheet>"),
		"two spellings":      func() map[string]string { p := made(row); p["XL/worksheets/SHEET1.xml"] = p[sheet]; return p }(),
	} {
		var known *Error
		if got, err := outline(packed(t, parts)); !errors.As(err, &known) {
			t.Errorf("%s: %v\n%s", name, err, got)
		}
	}
}

// TestBounds shrinks the bounds: gigabytes take too long for a test.
func TestBounds(t *testing.T) {
	data := packed(t, made(strings.Repeat(`<row><c t="s"><v>1</v></c></row>`, 10000)))
	for name, shrink := range map[string]func(*parts){
		"unpacked": func(p *parts) { p.left = 1 << 16 },
		"kept":     func(p *parts) { p.room = 10 },
	} {
		p, err := openParts(data)
		if err != nil {
			t.Fatal(err)
		}
		shrink(p)
		b := &Book{parts: p}
		err = b.open()
		if err == nil {
			_, err = b.Survey(b.Sheets()[0], 0)
		}
		var known *Error
		if !errors.As(err, &known) || !strings.Contains(known.Reason, "more than") {
			t.Errorf("%s: %v", name, err)
		}
	}
	p, err := openParts(data)
	if err != nil {
		t.Fatal(err)
	}
	s, err := p.open("xl/worksheets/sheet1.xml")
	if err != nil {
		t.Fatal(err)
	}
	s.left = 1 << 16
	if err := s.root(func(xml.StartElement) error { return nil }); err == nil || !strings.Contains(err.Error(), "a hundred times its size") {
		t.Errorf("a part that unpacks to too much: %v", err)
	}
	long := packed(t, made(`<row><c t="inlineStr"><is><t>`+strings.Repeat("x", 600000)+`</t></is></c><c t="inlineStr"><is><t>`+strings.Repeat("x", 600000)+`</t></is></c></row><row><c><v>1</v></c></row>`))
	if got, err := outline(long); err != nil || got != "1\n2 0=number:\"1\"\n" {
		t.Errorf("a row of more than 1 MiB: %v\n%.100s", err, got)
	}
	if _, err := Open(bytes.Repeat([]byte("PK\x01\x02"), maxParts+1)); err == nil || !strings.Contains(err.Error(), "65,535") {
		t.Error(err)
	}
}

// TestCut cuts a workbook at every byte: none is read.
func TestCut(t *testing.T) {
	data := packed(t, made(`<row r="1"><c r="A1"><v>1</v></c></row>`))
	for n := range data {
		if got, err := outline(data[:n]); err == nil {
			t.Fatalf("cut at byte %d of %d it gives %q", n, len(data), got)
		}
	}
}

// TestDateFormats distinguishes formats of dates from those of numbers.
func TestDateFormats(t *testing.T) {
	for format, want := range map[string]bool{
		"General": false, "0": false, "#,##0.00": false, "0.00E+00": false, "@": false, `"Day "0`: false, `\d0`: false, "[Red]0": false,
		"_-* #,##0_-": false, "[$-409]0": false, "_d0": false, "": false, `"`: false, "[": false, `[$€-407]#,##0`: false, "GENERAL": false,
		"yyyy-mm-dd": true, "dd/mm/yy": true, "h:mm": true, "[h]:mm": true, "[ss]": true, "[$-409]d-mmm": true, "0;d": true, `General" "d`: true, "mmmm": true,
	} {
		if got := datelike(format); got != want {
			t.Errorf("%q: %t", format, got)
		}
	}
}

// FuzzWorkbook reads any file whole: it gives rows or an [*Error], and the same
// at every reading.
func FuzzWorkbook(f *testing.F) {
	paths, err := filepath.Glob("../../../testdata/lists/*.xls*")
	if err != nil || len(paths) == 0 {
		f.Fatal(err, paths)
	}
	for _, path := range paths {
		if data, err := os.ReadFile(path); err == nil {
			f.Add(data)
		}
	}
	f.Add(packed(f, made(`<row r="1"><c r="A1"><v>1</v></c></row>`)))
	f.Fuzz(func(t *testing.T, data []byte) { readable(t, data) })
}

// FuzzSheet reads any XML as a sheet.
func FuzzSheet(f *testing.F) {
	for _, row := range []string{
		`<row r="1"><c r="A1" t="s"><v>0</v></c></row>`, `<row><c t="inlineStr"><is><t>a</t></is></c><c s="1"><f>A1</f><v>45306</v></c></row>`,
		`<row r="3" hidden="1"><c r="XFD3" t="str"><v>_x000D_</v></c></row>`,
	} {
		f.Add(`<worksheet><sheetData>` + row + `</sheetData><mergeCells><mergeCell ref="A1:B2"/></mergeCells></worksheet>`)
	}
	parts := made("")
	f.Fuzz(func(t *testing.T, sheet string) {
		parts["xl/worksheets/sheet1.xml"] = sheet
		readable(t, packed(t, parts))
	})
}

func readable(t *testing.T, data []byte) {
	got, err := outline(data)
	var known *Error
	if err != nil && !errors.As(err, &known) && !errors.Is(err, ErrForeign) {
		t.Fatalf("an error of another kind: %v", err)
	}
	again, err2 := outline(data)
	if got != again || (err == nil) != (err2 == nil) {
		t.Fatalf("first %q, %v, then %q, %v", got, err, again, err2)
	}
}
