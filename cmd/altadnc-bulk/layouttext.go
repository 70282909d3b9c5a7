package main

import (
	"fmt"
	"strings"

	"altadnc-bulk/pkg/reader"
)

// layout is how a list is read: what to check first when a plan looks odd.
type layout struct {
	Format    string   `json:"format"`
	Encoding  string   `json:"encoding"`
	Gzip      bool     `json:"gzip"`
	Delimiter string   `json:"delimiter,omitempty"`
	Columns   []column `json:"columns"` // those that are read

	unread []string // columns that nothing is read from
}

type column struct {
	Name string `json:"name"`
	Role string `json:"role"`
	Type string `json:"type,omitempty"`
}

func newLayout(of reader.Layout) layout {
	l := layout{Format: of.Format.String(), Encoding: of.Encoding, Gzip: of.Gzip, Columns: []column{}}
	if of.Delimiter != 0 {
		l.Delimiter = string(of.Delimiter)
	}
	for _, c := range of.Columns {
		switch c.Role {
		case reader.RoleIdentifier, reader.RoleType:
			l.Columns = append(l.Columns, column{c.Name, c.Role.String(), string(c.Type)})
		case reader.RoleOther:
			l.unread = append(l.unread, fmt.Sprintf("%q", c.Name))
		}
	}
	return l
}

// unreadShown is how many columns that are not read a plan names.
const unreadShown = 8

func (l layout) write(t table) {
	t.fact("read as", "%s", l.form())
	t.fact("columns", "%s", l.columns())
	switch more := len(l.unread) - unreadShown; {
	case more > 0: // one of them may hold what should have been read
		t.fact("not read", "%s, and %d more", strings.Join(l.unread[:unreadShown], ", "), more)
	case len(l.unread) > 0:
		t.fact("not read", "%s", strings.Join(l.unread, ", "))
	}
}

// form words what kind of file the list is.
func (l layout) form() string {
	parts := []string{strings.ToUpper(l.Format)}
	if l.Gzip {
		parts = append(parts, "gzip")
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
