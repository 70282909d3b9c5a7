package columns

import "fmt"

// readLong reads one column of identifiers whose types another column gives.
func (h *header) readLong(identifier, typ int) Choice {
	c := h.blank()
	c.Identifier, c.Type = identifier, typ
	c.Columns[identifier].Role, c.Columns[typ].Role = Identifier, Type
	return h.told(c)
}

// long reads a list that has columns for identifiers and their types.
func (h *header) long(identifiers, types []int) (Choice, *Problem) {
	if len(identifiers) > 1 || len(types) > 1 {
		at := identifiers
		if len(at) == 1 {
			at = types
		}
		p := h.twins(at)
		for _, i := range identifiers[:min(len(identifiers), maxWays)] {
			for _, t := range types[:min(len(types), maxWays)] {
				p.offer(h.longFlags(i, t))
			}
		}
		return Choice{}, p
	}
	if len(h.o.Types) > 0 {
		return Choice{}, h.twoTypes(identifiers[0], types[0])
	}
	return h.readLong(identifiers[0], types[0]), nil
}

// twoTypes is the problem of a type column under Options.Types.
func (h *header) twoTypes(identifier, typ int) *Problem {
	return &Problem{
		Code:   "ambiguous-column",
		Reason: fmt.Sprintf("%s gives the type, and --type says %s for all", h.quoted([]int{typ}), words(h.o.Types)),
		Flags:  [][]string{h.longFlags(identifier, typ), h.flags(pick{identifier, h.o.Types})},
	}
}

// longOrWide is the problem of a list that could be read in both ways: "type" may
// be of anything.
func (h *header) longOrWide(identifiers, types, wide []int) *Problem {
	p := &Problem{
		Code:   "ambiguous-column",
		Reason: fmt.Sprintf("identifiers are in %s, and in %s", h.quoted(identifiers), h.quoted(wide)),
	}
	for _, i := range identifiers[:min(len(identifiers), maxWays-1)] {
		p.offer(h.longFlags(i, types[0]))
	}
	p.offer(h.flags(h.picks(wide)...))
	return p
}

// singleOrWide is the problem of a column of identifiers beside others whose
// names give their type, under Options.Types.
func (h *header) singleOrWide(identifiers, wide []int) *Problem {
	p := &Problem{
		Code:   "ambiguous-column",
		Reason: fmt.Sprintf("--type says %s for all, and identifiers are in %s and in %s", words(h.o.Types), h.quoted(identifiers), h.quoted(wide)),
	}
	for _, i := range identifiers[:min(len(identifiers), maxWays-1)] {
		p.offer(h.flags(pick{i, h.o.Types}))
	}
	p.offer(h.flags(h.picks(wide)...))
	return p
}

// single reads a column of identifiers of Options.Types.
func (h *header) single(identifiers []int) (Choice, *Problem) {
	if len(identifiers) > 1 {
		p := h.twins(identifiers)
		for _, i := range identifiers[:min(len(identifiers), maxWays)] {
			for _, flags := range h.anyTypeFlags(i) {
				p.offer(flags)
			}
		}
		return Choice{}, p
	}
	return h.readSingle(identifiers[0])
}

// readSingle reads one column as Options.Types.
func (h *header) readSingle(at int) (Choice, *Problem) {
	if len(h.o.Types) == 0 {
		return Choice{}, h.typeless(at)
	}
	c := h.blank()
	c.Columns[at].Role, c.Columns[at].Types = Identifier, h.o.Types
	return h.told(c), nil
}

// typeless is the problem of identifiers whose type nothing gives.
func (h *header) typeless(at int) *Problem {
	return &Problem{
		Code:   "no-type-column",
		Reason: fmt.Sprintf("nothing says which type is in %s", h.quoted([]int{at})),
		Flags:  h.anyTypeFlags(at),
		Hint:   "say what it holds, or add a column identifierType",
	}
}

// noIdentifier is the problem of a type column without identifiers.
func (h *header) noIdentifier(types []int) *Problem {
	p := &Problem{
		Code:   "no-identifier-column",
		Reason: fmt.Sprintf("%s gives types, and no column is called identifier", h.quoted(types)),
		Hint:   "call the column that holds the identifiers identifier, or give it with --identifier-column",
	}
	wide := h.standing(certain)
	maybe := wide
	if len(maybe) == 0 {
		maybe = h.where(func(s sense) bool { return s.whole&(typeColumn|field) == 0 })
	}
	for _, i := range maybe[:min(len(maybe), maxWays-1)] {
		p.offer(h.longFlags(i, types[0]))
	}
	if len(wide) > 0 {
		p.offer(h.flags(h.picks(wide)...))
	}
	return p
}
