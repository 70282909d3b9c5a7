package main

import (
	"cmp"
	"encoding/csv"
	"io"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"altadnc-bulk/pkg/reader"
	"altadnc-bulk/pkg/reader/columns"
)

// reportWriter writes entries with what was found about them.
type reportWriter interface {
	write(reader.Entry, finding) error
	flush() error
}

// newReportWriter returns one for the list that in reads. excel is for CSV.
func newReportWriter(w io.Writer, in *reader.Reader, excel bool) (reportWriter, error) {
	layout := in.Layout()
	switch {
	case layout.Format == reader.FormatJSONL && excel:
		return nil, errExcel()
	case layout.Format == reader.FormatJSONL:
		return &jsonlReport{out: jsontext.NewEncoder(w, jsontext.AllowInvalidUTF8(true)), in: in}, nil
	case excel:
		if err := beginExcel(w); err != nil {
			return nil, err
		}
	}
	r := &csvReport{out: csv.NewWriter(w), columns: layout.Columns, cells: cells{excel}}
	r.out.Comma = cmp.Or(layout.Delimiter, ',')
	return r, nil
}

// findingColumn is a column that a report adds: what is not known is null in
// JSON and an empty cell in CSV.
type findingColumn struct {
	name  string
	value jsontext.Token
}

func (c findingColumn) cell() string {
	if c.value.Kind() == 'n' {
		return ""
	}
	return c.value.String()
}

// columns returns what a report says of an entry, in the order of its columns.
func (f finding) columns() []findingColumn {
	known := func(is bool, value jsontext.Token) jsontext.Token {
		if is {
			return value
		}
		return jsontext.Null
	}
	return []findingColumn{
		{"dnc_line", jsontext.Int(int64(f.line))},
		{"dnc_type", known(f.typ != "", jsontext.String(f.typ))},
		{"dnc_sent", known(f.sent != "", jsontext.String(f.sent))},
		{"dnc_outcome", jsontext.String(f.outcome)},
		{"dnc_raw", known(f.raw != "", jsontext.String(f.raw))},
		{"dnc_reason", jsontext.String(f.reason)},
		{"dnc_status", known(f.status > 0, jsontext.Int(int64(f.status)))},
		{"dnc_attempts", jsontext.Int(int64(f.attempts))},
		{"dnc_unsure", jsontext.Bool(f.unsure)},
		{"dnc_time", known(!f.time.IsZero(), jsontext.String(f.time.UTC().Format(time.RFC3339)))},
		{"dnc_verified", known(f.verified.Found != 0, jsontext.String(f.verified.Found.String()+" "+f.verified.Time.UTC().Format(time.RFC3339)))},
	}
}

// csvReport writes the list's own columns, without those of an earlier report,
// then the findings.
type csvReport struct {
	out     *csv.Writer
	columns []columns.Column
	cells   cells
	row     []string
	begun   bool
}

func (r *csvReport) header() error {
	for _, c := range r.columns {
		if c.Role != columns.Outcome {
			r.row = append(r.row, r.cells.plain(c.Name))
		}
	}
	for _, c := range (finding{}).columns() {
		r.row = append(r.row, c.name)
	}
	r.begun = true
	return r.out.Write(r.row)
}

func (r *csvReport) write(e reader.Entry, f finding) error {
	if !r.begun {
		if err := r.header(); err != nil {
			return err
		}
	}
	var cells []string // of a record refused as a whole it is unknown which cell is which
	if f.raw == "" {
		cells = e.Record.Cells()
	}
	r.row = r.row[:0]
	for i, c := range r.columns {
		switch {
		case c.Role == columns.Outcome:
		case i == e.Record.Cell && e.Part:
			r.row = append(r.row, r.cells.identifier(e.Raw))
		case i >= len(cells) || c.Role == columns.Identifier && i != e.Record.Cell:
			r.row = append(r.row, "")
		case c.Role == columns.Identifier:
			r.row = append(r.row, r.cells.identifier(cells[i]))
		default:
			r.row = append(r.row, r.cells.plain(cells[i]))
		}
	}
	for _, c := range f.columns() {
		r.row = append(r.row, r.cells.plain(c.cell()))
	}
	return r.out.Write(r.row)
}

func (r *csvReport) flush() error {
	if !r.begun {
		if err := r.header(); err != nil {
			return err
		}
	}
	r.out.Flush()
	return r.out.Error()
}

// disarm keeps a spreadsheet from running a cell as a formula, by the apostrophe
// that spreadsheets themselves use for text. A phone number in international
// form stays as it is. See https://owasp.org/www-community/attacks/CSV_Injection.
func disarm(cell string) string {
	if cell == "" || !strings.ContainsRune("=+-@\t\r", rune(cell[0])) {
		return cell
	}
	if cell[0] == '+' && len(cell) > 1 && strings.Trim(cell[1:], "0123456789") == "" {
		return cell
	}
	return "'" + cell
}

// jsonlReport writes the list's own objects with their unknown members, then
// the findings.
type jsonlReport struct {
	out *jsontext.Encoder
	in  *reader.Reader
}

func (r *jsonlReport) write(e reader.Entry, f finding) error {
	if err := r.out.WriteToken(jsontext.BeginObject); err != nil {
		return err
	}
	members := r.members(e)
	if f.raw != "" {
		members = nil
	}
	for _, m := range members {
		if err := r.out.WriteToken(jsontext.String(m.name)); err != nil {
			return err
		}
		if err := r.out.WriteValue(m.value); err != nil {
			return err
		}
	}
	for _, c := range f.columns() {
		if err := r.out.WriteToken(jsontext.String(c.name)); err != nil {
			return err
		}
		if err := r.out.WriteToken(c.value); err != nil {
			return err
		}
	}
	return r.out.WriteToken(jsontext.EndObject)
}

func (r *jsonlReport) flush() error { return nil }

type member struct {
	name  string
	value jsontext.Value
}

// members returns the members of the entry's object that the report repeats: all
// but the findings of an earlier report and the identifiers of the object's
// other entries. A line that is not an object has none.
func (r *jsonlReport) members(e reader.Entry) []member {
	roles := map[string]columns.Role{}
	for _, c := range r.in.Layout().Columns {
		roles[c.Name] = c.Role
	}
	dec := jsontext.NewDecoder(strings.NewReader(string(e.Record.Text)))
	if token, err := dec.ReadToken(); err != nil || token.Kind() != '{' {
		return nil
	}
	var members []member
	for dec.PeekKind() == '"' {
		name, err := dec.ReadToken()
		if err != nil {
			return nil
		}
		key := name.String()
		value, err := dec.ReadValue()
		if err != nil {
			return nil
		}
		foreign := roles[key] == columns.Identifier && e.Column != "" && key != e.Column
		if foreign || strings.HasPrefix(strings.ToLower(key), "dnc_") {
			continue
		}
		if value = value.Clone(); key == e.Column && e.Part {
			value, _ = jsontext.AppendQuote(nil, e.Raw) // is valid UTF-8
		}
		members = append(members, member{key, value})
	}
	return members
}
