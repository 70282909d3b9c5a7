package main

import (
	"fmt"
	"strings"

	"altadnc-bulk/pkg/reader"
)

// layoutText words how a list is read: what to check first when a plan looks odd.
func layoutText(l reader.Layout) string {
	parts := []string{strings.ToUpper(l.Format.String())}
	if l.Gzip {
		parts = append(parts, "gzip")
	}
	parts = append(parts, l.Encoding)
	if l.Format == reader.FormatCSV {
		parts = append(parts, "separated by "+delimiterText(l.Delimiter))
	}
	return strings.Join(parts, ", ")
}

func delimiterText(r rune) string {
	if r == '\t' {
		return "tabs"
	}
	return fmt.Sprintf("%q", string(r))
}

// columnsText words which columns are read as what.
func columnsText(l reader.Layout) string {
	var parts []string
	for _, c := range l.Columns {
		switch {
		case c.Role == reader.RoleIdentifier && c.Type != "":
			parts = append(parts, fmt.Sprintf("%q as %s", c.Name, c.Type))
		case c.Role == reader.RoleIdentifier || c.Role == reader.RoleType:
			parts = append(parts, fmt.Sprintf("%q as %s", c.Name, c.Role))
		}
	}
	return strings.Join(parts, ", ")
}

// layoutJSON is a layout for a program; its fields are part of the interface.
type layoutJSON struct {
	Format    string       `json:"format"`
	Encoding  string       `json:"encoding"`
	Gzip      bool         `json:"gzip"`
	Delimiter string       `json:"delimiter,omitempty"`
	Columns   []columnJSON `json:"columns"` // those that are read
}

type columnJSON struct {
	Name string `json:"name"`
	Role string `json:"role"`
	Type string `json:"type,omitempty"`
}

func newLayoutJSON(l reader.Layout) layoutJSON {
	j := layoutJSON{Format: l.Format.String(), Encoding: l.Encoding, Gzip: l.Gzip, Columns: []columnJSON{}}
	if l.Delimiter != 0 {
		j.Delimiter = string(l.Delimiter)
	}
	for _, c := range l.Columns {
		if c.Role == reader.RoleIdentifier || c.Role == reader.RoleType {
			j.Columns = append(j.Columns, columnJSON{c.Name, c.Role.String(), string(c.Type)})
		}
	}
	return j
}

// unreadShown is how many columns that are not read a plan names.
const unreadShown = 8

// unreadText names the columns that nothing is read from, "" without any: one of
// them may hold what should have been.
func unreadText(l reader.Layout) string {
	var names []string
	for _, c := range l.Columns {
		if c.Role == reader.RoleOther {
			names = append(names, fmt.Sprintf("%q", c.Name))
		}
	}
	if more := len(names) - unreadShown; more > 0 {
		names = append(names[:unreadShown], fmt.Sprintf("and %d more", more))
	}
	return strings.Join(names, ", ")
}
