package columns

import (
	"slices"
	"strconv"

	"altadnc-bulk/pkg/api"
)

// header is the columns of a list while it is being decided which are read.
type header struct {
	names   []string
	times   map[string]int // how many columns have a name
	senses  []sense
	ignored []bool
	log     bool // the list is about events, which several people take part in
	o       Options
}

// Choose decides which columns are read. names are those of all columns in file
// order, without surrounding white space, "" for a column without a name. What
// could be read in two ways is a problem, since a wrong guess would take the wrong
// people off.
func (n *Names) Choose(names []string, o Options) (Choice, *Problem) {
	h := header{names: names, times: make(map[string]int), senses: make([]sense, len(names)), ignored: make([]bool, len(names)), o: o}
	for _, name := range names {
		h.times[name]++
	}
	if !o.NoHeader {
		for i, name := range names {
			h.senses[i] = n.sense(name)
		}
		if p := h.values(); p != nil {
			return Choice{}, p
		}
	}
	if p := h.ignore(); p != nil {
		return Choice{}, p
	}
	h.context()
	switch {
	case len(o.Columns) > 0 && (o.Identifier != "" || o.Type != ""):
		return Choice{}, &Problem{Code: "ambiguous-column", Reason: "--column cannot be combined with --identifier-column or --type-column", Hint: "use --column alone, or the other two"}
	case len(o.Columns) > 0:
		return h.selected()
	case o.Identifier != "" || o.Type != "":
		return h.given()
	}
	return h.found()
}

// blank returns the choice of no column.
func (h *header) blank() Choice {
	c := Choice{Columns: make([]Column, len(h.names)), Identifier: -1, Type: -1}
	for i, name := range h.names {
		c.Columns[i].Name = name
		c.Columns[i].Ignored = h.ignored[i] || h.senses[i].types != nil && (len(h.o.Columns) > 0 || h.o.Identifier != "")
		if h.o.NoHeader {
			c.Columns[i].Name = "#" + strconv.Itoa(i+1)
		}
		if h.senses[i].outcome {
			c.Columns[i].Role = Outcome
		}
	}
	return c
}

// context settles what a name alone leaves open by the names beside it.
func (h *header) context() {
	var about, read meaning
	places := false
	for _, s := range h.live() {
		about |= s.whole
		if s.standing == certain {
			read |= bits(s.types)
		}
		places = places || s.standing == vaguely && s.whole&place != 0
	}
	h.log = about&aboutLog != 0
	phone, linkedin := typeBit(api.Phone), typeBit(api.LinkedIn)
	for i, s := range h.live() {
		switch {
		case s.whole&place != 0 && read&phone != 0 && places, // Work, Home, Other beside Mobile
			s.standing == vaguely && bits(s.types) == linkedin && about&aboutLinkedIn != 0 && read&linkedin == 0:
			s.standing = certain
		case s.standing == vaguely && bits(s.types) == phone && about&aboutMessages != 0:
			s.types = []api.IdentifierType{api.SMS}
		case s.standing == uncertain && read&bits(s.types) != 0: // Email verified beside Email
			s.standing = nothing
		case s.standing == uncertain:
			s.standing = doubtful
		}
		h.senses[i] = s
	}
}

// live goes through the columns that are not ignored.
func (h *header) live() func(func(int, sense) bool) {
	return func(yield func(int, sense) bool) {
		for i, s := range h.senses {
			if !h.ignored[i] && !s.outcome && !yield(i, s) {
				return
			}
		}
	}
}

// where returns the indexes of the columns of one standing.
func (h *header) where(is func(sense) bool) []int {
	var at []int
	for i, s := range h.live() {
		if is(s) {
			at = append(at, i)
		}
	}
	return at
}

func (h *header) whole(m meaning) []int {
	return h.where(func(s sense) bool { return s.whole&m != 0 })
}

func (h *header) standing(is ...standing) []int {
	return h.where(func(s sense) bool { return slices.Contains(is, s.standing) })
}

func bits(types []api.IdentifierType) (m meaning) {
	for _, t := range types {
		m |= typeBit(t)
	}
	return m
}

// found decides by names alone, and Options.Types.
func (h *header) found() (Choice, *Problem) {
	identifiers, strong, beside := h.whole(identifierColumn), h.whole(typeColumn), h.whole(typeBeside)
	wide := h.standing(certain)
	types := strong
	if len(types) == 0 {
		types = beside
	}
	switch {
	case h.o.NoHeader:
		return h.nameless()
	case len(identifiers) > 0 && len(strong) > 0, len(identifiers) > 0 && len(types) > 0 && len(wide) == 0:
		return h.long(identifiers, types)
	case len(identifiers) > 0 && len(types) > 0:
		return Choice{}, h.longOrWide(identifiers, types, wide)
	case len(identifiers) > 0 && len(h.o.Types) > 0 && len(wide) > 0:
		return Choice{}, h.singleOrWide(identifiers, wide)
	case len(identifiers) > 0 && len(wide) == 0:
		return h.single(identifiers)
	case len(strong) > 0:
		return Choice{}, h.noIdentifier(strong)
	case len(wide) > 0:
		return h.wide(wide)
	case len(h.o.Types) > 0:
		return h.typed()
	}
	return Choice{}, h.none()
}
