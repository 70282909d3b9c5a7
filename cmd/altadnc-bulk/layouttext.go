package main

import (
	"fmt"
	"strings"

	"altadnc-bulk/pkg/api"
	"altadnc-bulk/pkg/reader"
	"altadnc-bulk/pkg/reader/columns"
)

// layout is how a list is read: what to check first when a plan looks odd.
type layout struct {
	Format    string   `json:"format"`
	Encoding  string   `json:"encoding"`
	Gzip      bool     `json:"gzip"`
	Delimiter string   `json:"delimiter,omitempty"`
	Sheet     string   `json:"sheet,omitempty"`
	Others    []string `json:"other_sheets,omitempty"`   // visible, and not read
	Hidden    []string `json:"hidden_columns,omitempty"` // read, although the sheet does not show them
	Columns   []column `json:"columns"`                  // those that are read
	Unread    []unread `json:"unread,omitempty"`         // those that look as if they should be

	others []string // columns that nothing is read from
}

type column struct {
	Name string `json:"name"`
	Role string `json:"role"`
	Type string `json:"type,omitempty"` // several are separated by commas
}

// unread is a column that is not read although it seems to hold identifiers.
type unread struct {
	Name string `json:"name"`
	Type string `json:"type"`
	Flag string `json:"flag"` // what reads it too
}

func newLayout(of reader.Layout) layout {
	l := layout{Format: of.Format.String(), Encoding: of.Encoding, Gzip: of.Gzip, Columns: []column{}}
	switch {
	case of.Format == reader.FormatXLSX:
		l.Sheet, l.Others = of.Sheet, of.OtherSheets
	case of.Delimiter != 0:
		l.Delimiter = string(of.Delimiter)
	}
	choice := columns.Choice{Columns: of.Columns}
	for i, c := range of.Columns {
		if c.Hidden && (c.Role == columns.Identifier || c.Role == columns.Type) {
			l.Hidden = append(l.Hidden, c.Name)
		}
		switch {
		case c.Role == columns.Identifier:
			l.Columns = append(l.Columns, column{c.Name, "identifier", words(c.Types)})
		case c.Role == columns.Type:
			l.Columns = append(l.Columns, column{c.Name, "type", ""})
		case c.Unread != nil:
			var flags []string
			for _, word := range choice.Flags(i) {
				flags = append(flags, shellQuote(word))
			}
			l.Unread = append(l.Unread, unread{c.Name, words(c.Unread), strings.Join(flags, " ")})
		case c.Role == columns.Other:
			l.others = append(l.others, fmt.Sprintf("%q", c.Name))
		}
	}
	return l
}

func words(types []api.IdentifierType) string {
	var words []string
	for _, t := range types {
		words = append(words, string(t))
	}
	return strings.Join(words, ",")
}

// othersShown is how many columns that are not read a plan names.
const othersShown = 8

func (l layout) write(t table) {
	for _, u := range l.Unread {
		t.fact("NOT READ", "%s", u.text())
	}
	t.fact("read as", "%s", l.form())
	if len(l.Others) > 0 {
		t.fact("not read", "%s of the workbook: %s", counted(int64(len(l.Others)), "other sheet", "other sheets"), quoted(l.Others))
	}
	t.fact("columns", "%s", l.columns())
	if len(l.Hidden) > 0 {
		t.fact("hidden", "%s read anyway: %s", counted(int64(len(l.Hidden)), "column that the sheet hides is", "columns that the sheet hides are"), quoted(l.Hidden))
	}
	switch more := len(l.others) - othersShown; {
	case more > 0:
		t.fact("not read", "%s, and %d more", strings.Join(l.others[:othersShown], ", "), more)
	case len(l.others) > 0:
		t.fact("not read", "%s", strings.Join(l.others, ", "))
	}
}

// text says that the column is not read, and what would read it.
func (u unread) text() string {
	return fmt.Sprintf("column %q looks like %s by its name or cells; to read it too: %s", u.Name, u.Type, u.Flag)
}

// unread words in short which columns look as if they should be read, for a
// question: what a plan says of them may have left the screen.
func (l layout) unread() string {
	if len(l.Unread) == 0 {
		return ""
	}
	var parts []string
	for _, u := range l.Unread {
		parts = append(parts, fmt.Sprintf("%q (looks like %s)", u.Name, u.Type))
	}
	return ". NOT READ: " + strings.Join(parts, ", ")
}

// form words what kind of file the list is.
func (l layout) form() string {
	parts := []string{strings.ToUpper(l.Format)}
	if l.Gzip {
		parts = append(parts, "gzip")
	}
	if l.Sheet != "" {
		return strings.Join(append(parts, fmt.Sprintf("sheet %q", l.Sheet)), ", ")
	}
	parts = append(parts, l.Encoding)
	switch l.Delimiter {
	case "":
	case "\t":
		parts = append(parts, "separated by tabs")
	default:
		parts = append(parts, fmt.Sprintf("separated by %q", l.Delimiter))
	}
	return strings.Join(parts, ", ")
}

func quoted(names []string) string {
	var parts []string
	for _, name := range names {
		parts = append(parts, fmt.Sprintf("%q", name))
	}
	return strings.Join(parts, ", ")
}

// columns words which columns are read as what.
func (l layout) columns() string {
	var parts []string
	for _, c := range l.Columns {
		as := c.Role
		if c.Type != "" {
			as = c.Type
		}
		parts = append(parts, fmt.Sprintf("%q as %s", c.Name, as))
	}
	return strings.Join(parts, ", ")
}

// rowCounts says what the rows of a list gave: the first number is the sum of
// the others.
type rowCounts struct {
	Total   int64 `json:"total"`
	Entries int64 `json:"with_entries"`
	None    int64 `json:"without_identifier"`
	Blank   int64 `json:"blank"`
	Headers int64 `json:"repeated_headers"`
	Hidden  int64 `json:"hidden,omitempty"` // of a workbook, skipped as --hidden-rows says
}

func newRowCounts(of reader.Rows) rowCounts {
	return rowCounts{of.Total(), of.Entries, of.None, of.Blank, of.Headers, of.Hidden}
}

// write writes the counts for a person if some rows gave no entry.
func (r rowCounts) write(t table) {
	if r.Total != r.Entries {
		t.line("  rows %s", r.text())
	}
}

// text gives the counts in one line, leaving out zeros.
func (r rowCounts) text() string {
	if r.Total == r.Entries {
		return count(r.Total)
	}
	parts := []string{count(r.Entries) + " with entries"}
	for _, part := range []struct {
		n    int64
		what string
	}{{r.None, "without an identifier"}, {r.Blank, "blank"}, {r.Headers, "repeating the header"}, {r.Hidden, "hidden and skipped"}} {
		if part.n > 0 {
			parts = append(parts, count(part.n)+" "+part.what)
		}
	}
	return count(r.Total) + ": " + strings.Join(parts, ", ")
}
