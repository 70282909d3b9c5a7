package columns

import (
	"slices"

	"altadnc-bulk/pkg/api"
)

// Role is what a column is used for.
type Role int

// The roles. Other, the zero value, is not read.
const (
	Other      Role = iota
	Identifier      // holds identifiers that are read
	Type            // gives the type of the identifier in the same row
	Outcome         // written by an earlier report of this program
)

// Column is how one column of a list is read.
type Column struct {
	Name string // as it is in the list; #1, #2 and so on under Options.NoHeader
	Role Role
	// Types are those of every identifier in the column: usually one. They are nil
	// if the type column gives them, and in the other roles.
	Types []api.IdentifierType
	// Somebody marks a column that is not read because its name says that it holds
	// an identifier of somebody else: of an owner, a manager, a company.
	Somebody bool
	// Ignored marks a column of identifiers that the options leave out: that one
	// by name, or by naming all others that are to be read.
	Ignored bool
	// Unread are the types that identifiers seem to have in a column that is not
	// read because its name leaves a doubt. People must be told about it first. It
	// is nil for all others.
	Unread []api.IdentifierType
	// Hidden marks a column that its spreadsheet does not show. It is set by the
	// reader of spreadsheets and changes nothing about how the column is read.
	Hidden bool
}

// Choice is which columns of a list are read, and as what.
type Choice struct {
	Columns []Column // all, in file order
	// Identifier and Type are the indexes of the two columns of a list that has one
	// column for all identifiers and one for their types; -1 in any other list.
	Identifier, Type int
}

// Flags returns the flags of the command line that read what c reads and the
// columns of the given indexes too, which must have been Unread.
func (c Choice) Flags(also ...int) []string {
	var flags []string
	for i, column := range c.Columns {
		types := column.Types
		if slices.Contains(also, i) {
			types = column.Unread
		}
		if len(types) > 0 {
			flags = append(flags, "--column", Selection{column.Name, types}.String())
		}
	}
	return flags
}

// Problem is why the columns of a list are uncertain.
type Problem struct {
	// Code is a short name for programs; package documentation lists them all.
	Code   string
	Reason string // what is wrong, without a full stop
	// Flags are complete ways out, each the arguments to give instead of all flags
	// about columns and types that were given. The likeliest is first.
	Flags [][]string
	Hint  string // what else to do; may be empty if there are Flags
}
