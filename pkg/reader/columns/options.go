package columns

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"altadnc-bulk/pkg/api"
)

// Options is what the command line says about the columns of a list. Its zero
// value leaves everything to their names. A name is matched as it is spelled, or
// else by its [Fold]; "#3" is the third column.
type Options struct {
	// Columns are the only ones to read, where there are any.
	Columns []Selection
	// Ignore names columns that are passed over as if they were not there.
	Ignore []string
	// Types are those of identifiers whose type no column gives, neither by its name
	// nor by its cells. An identifier has all of them.
	Types []api.IdentifierType
	// Identifier and Type name the columns of a list that has one column for all
	// identifiers, and one for their types.
	Identifier, Type string
	// NoHeader makes the names passed to [Names.Choose] values of a first row: the
	// columns are called #1, #2 and so on.
	NoHeader bool
	// Sparse allows columns that the options name to be missing, as members of a
	// JSON object may be.
	Sparse bool
}

// Absent returns the first name in the options that is not among names; "" if all
// are. Where columns may be missing ([Options.Sparse]), a typing error would show
// nowhere else.
func (o Options) Absent(names []string) string {
	given := append(slices.Clone(o.Ignore), o.Identifier, o.Type)
	for _, s := range o.Columns {
		given = append(given, s.Name)
	}
	for _, name := range given {
		if _, place := position(name); place || name == "" {
			continue
		}
		if !slices.ContainsFunc(names, func(s string) bool { return s == name || Fold(s) == Fold(name) }) {
			return name
		}
	}
	return ""
}

// Selection is a column to read.
type Selection struct {
	Name  string
	Types []api.IdentifierType // nil: what the name says, else Options.Types
}

// ParseSelection reads NAME or NAME=TYPE or NAME=TYPE,TYPE. NAME may hold "=":
// what follows the last one is part of the name unless it is types alone.
func ParseSelection(s string) (Selection, error) {
	name, types := s, []api.IdentifierType(nil)
	if i := strings.LastIndexByte(s, '='); i >= 0 {
		if types = parseTypes(s[i+1:]); types != nil {
			name = s[:i]
		}
	}
	if name = strings.TrimSpace(name); name == "" {
		return Selection{}, errors.New("a column without a name: write NAME=TYPE, such as Email=email")
	}
	return Selection{name, types}, nil
}

// parseTypes reads types separated by commas; nil if they are anything else.
func parseTypes(list string) []api.IdentifierType {
	var types []api.IdentifierType
	for word := range strings.SplitSeq(list, ",") {
		t, err := api.ParseIdentifierType(strings.ToLower(strings.TrimSpace(word)))
		if err != nil {
			return nil
		}
		if !slices.Contains(types, t) {
			types = append(types, t)
		}
	}
	return types
}

// String writes s as [ParseSelection] reads it.
func (s Selection) String() string {
	if len(s.Types) == 0 {
		return s.Name
	}
	words := make([]string, len(s.Types))
	for i, t := range s.Types {
		words[i] = string(t)
	}
	return s.Name + "=" + strings.Join(words, ",")
}

// positional reports whether o names columns, and all of them by position.
func (o Options) positional() bool {
	names := slices.Clone(o.Ignore)
	for _, s := range o.Columns {
		names = append(names, s.Name)
	}
	for _, name := range []string{o.Identifier, o.Type} {
		if name != "" {
			names = append(names, name)
		}
	}
	return len(names) > 0 && !slices.ContainsFunc(names, func(name string) bool { _, ok := position(name); return !ok })
}

// position returns the index that a name such as #3 gives; ok is false for any
// other name.
func position(name string) (i int, ok bool) {
	digits, found := strings.CutPrefix(name, "#")
	n, err := strconv.Atoi(digits)
	if !found || err != nil || n < 1 || digits[0] == '+' {
		return 0, false
	}
	return n - 1, true
}
