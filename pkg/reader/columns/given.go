package columns

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"altadnc-bulk/pkg/api"
)

// resolve returns the column that an option names: by position, by the exact
// name, or by one that folds to the same. It is -1 if the column need not be
// there.
func (h *header) resolve(flag, name string) (int, *Problem) {
	at := h.named(name)
	switch {
	case len(at) == 1:
		return at[0], nil
	case len(at) > 1:
		p := h.twins(at)
		for _, i := range at[:min(len(at), maxWays)] {
			p.offer(h.o.with(flag, name, "#"+strconv.Itoa(i+1)))
		}
		return 0, p
	case h.o.Sparse:
		return -1, nil
	}
	return 0, h.notFound(flag, name)
}

// named returns the columns that a name in the options means.
func (h *header) named(name string) []int {
	if i, ok := position(name); ok {
		if i >= len(h.names) {
			return nil
		}
		return []int{i}
	}
	if h.o.NoHeader {
		return nil
	}
	var exact, folded []int
	want := Fold(name)
	for i, s := range h.names {
		switch {
		case s == name:
			exact = append(exact, i)
		case want != "" && Fold(s) == want:
			folded = append(folded, i)
		}
	}
	if exact != nil {
		return exact
	}
	return folded
}

// notFound is the problem of an option that names no column.
func (h *header) notFound(flag, name string) *Problem {
	p := &Problem{Code: "no-such-column", Reason: fmt.Sprintf("%s says %q, and no column has that name", flag, cut(name))}
	if i, ok := position(name); ok {
		p.Reason = fmt.Sprintf("%s says %q, and there are %d columns", flag, "#"+strconv.Itoa(i+1), len(h.names))
		return p
	}
	if h.o.NoHeader {
		p.Reason = fmt.Sprintf("%s says %q, and --no-header leaves columns without names", flag, cut(name))
		p.Hint = "call them #1, #2 and so on"
		return p
	}
	if first, list, found := strings.Cut(name, "="); found && len(h.named(first)) > 0 {
		p.Hint = fmt.Sprintf("%q is not a list of types: use %s, separated by commas", list, api.TypeNames())
		return p
	}
	if i, ok := h.nearest(name); ok {
		p.Flags = [][]string{h.o.with(flag, name, h.ref(i))}
	}
	p.Hint = "give one of the columns found"
	return p
}

// with returns the flags that give o, with one name in one flag exchanged.
func (o Options) with(flag, old, name string) []string {
	var args []string
	add := func(f, s string) {
		if f == flag && s == old {
			s = name
		}
		args = append(args, f, s)
	}
	if o.NoHeader {
		args = append(args, "--no-header")
	}
	for _, s := range o.Columns {
		if flag == "--column" && s.Name == old {
			s.Name = name
		}
		args = append(args, "--column", s.String())
	}
	for _, s := range o.Ignore {
		add("--ignore-column", s)
	}
	if o.Identifier != "" {
		add("--identifier-column", o.Identifier)
	}
	if o.Type != "" {
		add("--type-column", o.Type)
	}
	if len(o.Types) > 0 {
		add("--type", strings.ReplaceAll(words(o.Types), " ", ""))
	}
	return args
}

// ignore passes over the columns of Options.Ignore.
func (h *header) ignore() *Problem {
	for _, name := range h.o.Ignore {
		at := h.named(name)
		if len(at) == 0 && !h.o.Sparse {
			return h.notFound("--ignore-column", name)
		}
		for _, i := range at {
			h.ignored[i] = true
		}
	}
	return nil
}

// selected reads the columns of Options.Columns.
func (h *header) selected() (Choice, *Problem) {
	c := h.blank()
	read := 0
	for _, s := range h.o.Columns {
		i, p := h.resolve("--column", s.Name)
		if p != nil {
			return Choice{}, p
		}
		if i < 0 {
			continue
		}
		if h.ignored[i] {
			return Choice{}, &Problem{Code: "ambiguous-column", Reason: fmt.Sprintf("%s is given to both --column and --ignore-column", h.quoted([]int{i})), Hint: "leave one of them out"}
		}
		types := h.typesOf(i, s)
		if len(types) == 0 {
			return h.selectedLong(i)
		}
		read++
		c.Columns[i].Role = Identifier
		for _, t := range types {
			if !slices.Contains(c.Columns[i].Types, t) {
				c.Columns[i].Types = append(c.Columns[i].Types, t)
			}
		}
	}
	if read == 0 {
		return Choice{}, &Problem{Code: "no-identifier-column", Reason: "none of the columns given with --column exists"}
	}
	return h.told(c), nil
}

// typesOf returns the types of a selected column: those given with it, else what
// its name says, else Options.Types.
func (h *header) typesOf(i int, s Selection) []api.IdentifierType {
	if s.Types != nil {
		return s.Types
	}
	if own := h.senses[i].types; len(own) == 1 && !fits(bits(own), h.o.Types) {
		return own
	}
	return h.o.Types
}

// selectedLong reads the only selected column, whose type another column gives.
func (h *header) selectedLong(i int) (Choice, *Problem) {
	types := h.whole(typeColumn)
	if len(types) == 0 {
		types = h.whole(typeBeside)
	}
	if len(h.o.Columns) == 1 && len(types) == 1 && types[0] != i && h.senses[i].whole&identifierColumn != 0 {
		return h.readLong(i, types[0]), nil
	}
	return Choice{}, h.typeless(i)
}

// given reads the columns of Options.Identifier and Options.Type.
func (h *header) given() (Choice, *Problem) {
	identifier, p := h.givenIdentifier()
	if p != nil {
		return Choice{}, p
	}
	if h.o.Type == "" {
		return h.typeOfGiven(identifier)
	}
	typ, p := h.resolve("--type-column", h.o.Type)
	switch {
	case p != nil:
		return Choice{}, p
	case typ < 0:
		return Choice{}, h.notFound("--type-column", h.o.Type)
	case typ == identifier:
		return Choice{}, &Problem{Code: "ambiguous-column", Reason: fmt.Sprintf("%s cannot be both identifier and type", h.quoted([]int{typ})), Hint: "give two columns"}
	case len(h.o.Types) > 0:
		return Choice{}, h.twoTypes(identifier, typ)
	}
	return h.readLong(identifier, typ), nil
}

// givenIdentifier returns the column of identifiers, named or found.
func (h *header) givenIdentifier() (int, *Problem) {
	if h.o.Identifier != "" {
		i, p := h.resolve("--identifier-column", h.o.Identifier)
		if p == nil && i < 0 {
			p = h.notFound("--identifier-column", h.o.Identifier)
		}
		return i, p
	}
	switch at := h.whole(identifierColumn); len(at) {
	case 0:
		return 0, &Problem{Code: "no-identifier-column", Reason: "no column is called identifier", Hint: "give the one that holds the identifiers with --identifier-column"}
	case 1:
		return at[0], nil
	default:
		return 0, h.twins(at)
	}
}

// typeOfGiven finds the type for an identifier column that was named alone.
func (h *header) typeOfGiven(identifier int) (Choice, *Problem) {
	others := func(m meaning) []int {
		return slices.DeleteFunc(h.whole(m), func(i int) bool { return i == identifier })
	}
	strong, beside, own := others(typeColumn), others(typeBeside), h.senses[identifier].types
	switch {
	case len(strong) > 1:
		return h.long([]int{identifier}, strong)
	case len(strong) == 1 && len(h.o.Types) > 0:
		return Choice{}, h.twoTypes(identifier, strong[0])
	case len(strong) == 1:
		return h.readLong(identifier, strong[0]), nil
	case len(h.o.Types) > 0:
		return h.readSingle(identifier)
	case len(own) == 1:
		h.o.Types = own
		return h.readSingle(identifier)
	case len(beside) > 0:
		return h.long([]int{identifier}, beside)
	}
	return Choice{}, h.typeless(identifier)
}
