package reader

import (
	"slices"

	"altadnc-bulk/pkg/api"
)

// Layout is what the reader found out about a list: what a plan shows before
// anything is sent, and what a report needs to write the list anew.
type Layout struct {
	Format    Format // FormatCSV or FormatJSONL
	Encoding  string // "utf-8", "utf-16le", "utf-16be", "windows-1252" or "iso-8859-1"
	Declared  bool   // the encoding was given, or a byte order mark told it
	Gzip      bool   // the list is compressed
	Delimiter rune   // of CSV; 0 in JSONL
	Form      Form
	Line      int      // 1-based line of the header; 0 in JSONL
	Header    []string // column names in file order, as they stand in the list; nil in JSONL
	// Columns are all columns of a CSV list in file order. In JSONL they are the
	// members that entries were read from so far, in the order of their first use.
	Columns []Column
}

// Column is one column of a list, and what it is used for.
type Column struct {
	Name string // as it stands in the list
	Role Role
	// Type is the type of every identifier in the column. It is "" in the other
	// roles and where a type column tells the type.
	Type api.IdentifierType
}

// Role is what a column is used for.
type Role int

// The roles. RoleOther, the zero value, is carried into reports and not read.
const (
	RoleOther      Role = iota
	RoleIdentifier      // holds identifiers
	RoleType            // names the type of the record's identifier
	RoleOutcome         // written by an earlier report (dnc_*): ignored
)

// String returns the role in plain words.
func (r Role) String() string {
	switch r {
	case RoleIdentifier:
		return "identifier"
	case RoleType:
		return "type"
	case RoleOutcome:
		return "outcome"
	}
	return "other"
}

// Form is how a list tells the type of its identifiers.
type Form int

// The forms.
const (
	FormNone   Form = iota // not known: no object of a JSONL list has been read yet
	FormLong               // an identifier column and a type column
	FormWide               // one column per type
	FormSingle             // one identifier column, its type given by Options.Type or the column's name
)

// String returns the form in one word.
func (f Form) String() string {
	switch f {
	case FormLong:
		return "long"
	case FormWide:
		return "wide"
	case FormSingle:
		return "single"
	}
	return "none"
}

func (l Layout) clone() Layout {
	l.Header = slices.Clone(l.Header)
	l.Columns = slices.Clone(l.Columns)
	return l
}
