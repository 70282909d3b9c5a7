package main

import (
	"encoding/csv"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"altadnc-bulk/pkg/reader"
)

// reportWriter writes entries with what was found about them.
type reportWriter interface {
	write(reader.Entry, finding) error
	flush() error
}

func newReportWriter(w io.Writer, in *reader.Reader) reportWriter {
	layout := in.Layout()
	if layout.Format == reader.FormatJSONL {
		return &jsonlReport{out: jsontext.NewEncoder(w, jsontext.AllowInvalidUTF8(true)), in: in}
	}
	r := &csvReport{out: csv.NewWriter(w), columns: layout.Columns}
	r.out.Comma = layout.Delimiter
	return r
}

// csvReport writes the list's own columns, without those of an earlier report,
// then the findings.
type csvReport struct {
	out     *csv.Writer
	columns []reader.Column
	row     []string
	begun   bool
}

func (r *csvReport) header() error {
	for _, c := range r.columns {
		if c.Role != reader.RoleOutcome {
			r.row = append(r.row, disarm(c.Name))
		}
	}
	r.begun = true
	return r.out.Write(append(r.row, findingColumns()...))
}

func (r *csvReport) write(e reader.Entry, f finding) error {
	if !r.begun {
		if err := r.header(); err != nil {
			return err
		}
	}
	cells := e.Record.Cells()
	r.row = r.row[:0]
	for i, c := range r.columns {
		if c.Role == reader.RoleOutcome {
			continue
		}
		foreign := c.Role == reader.RoleIdentifier && i != e.Record.Cell && e.Record.Cell >= 0
		if i >= len(cells) || foreign {
			r.row = append(r.row, "")
			continue
		}
		r.row = append(r.row, disarm(cells[i]))
	}
	return r.out.Write(append(r.row, f.cells()...))
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

func (f finding) cells() []string {
	status, when := "", ""
	if f.status > 0 {
		status = strconv.Itoa(f.status)
	}
	if !f.time.IsZero() {
		when = f.time.UTC().Format(time.RFC3339)
	}
	return []string{
		strconv.Itoa(f.line), f.typ, f.outcome, disarm(f.reason), status,
		strconv.Itoa(f.attempts), strconv.FormatBool(f.unsure), when,
	}
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
	for _, m := range r.members(e) {
		if err := r.out.WriteToken(jsontext.String(m.name)); err != nil {
			return err
		}
		if err := r.out.WriteValue(m.value); err != nil {
			return err
		}
	}
	for i, name := range findingColumns() {
		if err := r.out.WriteToken(jsontext.String(name)); err != nil {
			return err
		}
		if err := r.out.WriteToken(f.token(i)); err != nil {
			return err
		}
	}
	return r.out.WriteToken(jsontext.EndObject)
}

func (r *jsonlReport) flush() error { return nil }

// token returns the finding of a column as JSON; what is not known is null.
func (f finding) token(column int) jsontext.Token {
	switch findingColumns()[column] {
	case "dnc_line":
		return jsontext.Int(int64(f.line))
	case "dnc_attempts":
		return jsontext.Int(int64(f.attempts))
	case "dnc_unsure":
		return jsontext.Bool(f.unsure)
	}
	cell := f.cells()[column]
	switch {
	case findingColumns()[column] == "dnc_reason":
		return jsontext.String(f.reason)
	case findingColumns()[column] == "dnc_status" && f.status > 0:
		return jsontext.Int(int64(f.status))
	case cell == "":
		return jsontext.Null
	}
	return jsontext.String(cell)
}

type member struct {
	name  string
	value jsontext.Value
}

// members returns the members of the entry's object that the report repeats:
// all but the findings of an earlier report and the identifiers of the object's
// other entries. A line that is no object has none.
func (r *jsonlReport) members(e reader.Entry) []member {
	roles := map[string]reader.Role{}
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
		foreign := roles[key] == reader.RoleIdentifier && e.Column != "" && key != e.Column
		if foreign || strings.HasPrefix(strings.ToLower(key), "dnc_") {
			continue
		}
		members = append(members, member{key, value.Clone()})
	}
	return members
}
