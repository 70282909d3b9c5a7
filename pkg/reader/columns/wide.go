package columns

import (
	"regexp"
	"slices"

	"altadnc-bulk/pkg/api"
)

// wide reads the columns that are known to hold identifiers of the person.
func (h *header) wide(at []int) (Choice, *Problem) {
	if p := h.valueBesideType(at); p != nil {
		return Choice{}, p
	}
	if p := h.disputed(at); p != nil {
		return Choice{}, p
	}
	if p := h.doubled(at); p != nil {
		return Choice{}, p
	}
	types, p := h.typesForAll(at)
	if p != nil {
		return Choice{}, p
	}
	c := h.blank()
	for _, i := range at {
		c.Columns[i].Role, c.Columns[i].Types = Identifier, h.senses[i].types
		if types != nil {
			c.Columns[i].Types = types
		}
	}
	return h.told(c), nil
}

// told marks the columns of a choice that are not read although their names look
// as if they held identifiers.
func (h *header) told(c Choice) Choice {
	for i, s := range h.live() {
		switch {
		case c.Columns[i].Role != Other:
		case s.standing == others:
			c.Columns[i].Somebody = true
		case s.standing == doubtful, s.standing == vaguely, s.standing == certain:
			c.Columns[i].Unread = s.types
		}
	}
	return c
}

// typesForAll returns Options.Types if they can be those of the columns that are
// read: where all hold one type, and it is among them, or is phone and they are
// what a phone number can be.
func (h *header) typesForAll(at []int) ([]api.IdentifierType, *Problem) {
	types := h.o.Types
	if len(types) == 0 {
		return nil, nil
	}
	var named meaning
	for _, i := range at {
		named |= bits(h.senses[i].types)
	}
	if fits(named, types) {
		return types, nil
	}
	var most, least []pick
	for _, i := range at {
		own := h.senses[i].types
		if fits(bits(own), types) {
			most, least = append(most, pick{i, types}), append(least, pick{i, types})
			continue
		}
		most = append(most, pick{i, own})
	}
	p := &Problem{
		Code:   "ambiguous-column",
		Reason: h.quoted(at) + tells(at) + " by name what " + each(at) + ", and --type says " + words(types) + " for all",
		Flags:  [][]string{h.flags(most...)},
	}
	if len(least) > 0 {
		p.Flags = append(p.Flags, h.flags(least...))
	}
	return nil, p
}

// fits reports whether types can be given to columns that name others.
func fits(named meaning, types []api.IdentifierType) bool {
	given, phone := bits(types), typeBit(api.Phone)
	if len(named.types()) != 1 {
		return false
	}
	return given&named != 0 || named == phone && given&^(phone|typeBit(api.SMS)|typeBit(api.WhatsApp)) == 0
}

// disputed returns the problem of columns that may be of different people: of one
// type under the names of two persons, or of one person and of somebody unknown.
func (h *header) disputed(at []int) *Problem {
	var dispute []int
	var types meaning
	for _, t := range api.IdentifierTypes() {
		bit := typeBit(t)
		mine := slices.DeleteFunc(slices.Clone(at), func(i int) bool { return bits(h.senses[i].types) != bit })
		rivals := h.where(func(s sense) bool { return s.standing == doubtful && s.rival && bits(s.types)&bit != 0 })
		keys := h.keys(mine)
		if len(keys) > 1 || len(keys) == 1 && len(rivals) > 0 && (keys[0] != "" || h.log) {
			dispute, types = append(append(dispute, mine...), rivals...), types|bit
		}
	}
	if dispute == nil {
		return h.strangers(at)
	}
	p := h.dispute(dispute)
	for _, key := range h.keys(dispute) {
		var picks []pick
		for i, s := range h.live() {
			readable := slices.Contains(at, i)
			if s.key == key && (readable || slices.Contains(dispute, i)) || readable && s.key == "" && bits(s.types)&types == 0 {
				picks = append(picks, pick{i, s.types})
			}
		}
		p.Flags = append(p.Flags, h.flags(picks...))
	}
	return p
}

// strangers returns the problem of columns of different types under the names of
// two persons (Customer phone, Recipient email).
func (h *header) strangers(at []int) *Problem {
	named := slices.DeleteFunc(slices.Clone(at), func(i int) bool { return h.senses[i].key == "" || h.senses[i].key == "person" })
	keys := h.keys(named)
	if len(keys) < 2 {
		return nil
	}
	p := h.dispute(named)
	for _, key := range keys {
		p.Flags = append(p.Flags, h.flags(h.picks(slices.DeleteFunc(slices.Clone(at), func(i int) bool {
			return slices.Contains(named, i) && h.senses[i].key != key
		}))...))
	}
	p.Flags = append(p.Flags, h.flags(h.picks(at)...))
	return p
}

func (h *header) dispute(at []int) *Problem {
	return &Problem{
		Code:   "ambiguous-column",
		Reason: h.quoted(at) + " may be of different people",
	}
}

// keys returns the persons that columns are named for: those of columns that can be
// read first, and among them those with a word for the person.
func (h *header) keys(at []int) []string {
	var keys []string
	for _, sure := range []bool{true, false} {
		for _, named := range []bool{true, false} {
			for _, i := range at {
				s := h.senses[i]
				if (s.standing == certain) == sure && (s.key != "") == named && !slices.Contains(keys, s.key) {
					keys = append(keys, s.key)
				}
			}
		}
	}
	return keys
}

// doubled returns the problem of two columns with one name: joined tables have
// those, and then they are of two people.
func (h *header) doubled(at []int) *Problem {
	seen := make(map[string][]int)
	for _, i := range at {
		name := Fold(h.names[i])
		seen[name] = append(seen[name], i)
	}
	again := regexp.MustCompile(`^(.+)\.[0-9]+$`) // as pandas writes the second of two
	for _, i := range at {
		twins := seen[Fold(h.names[i])]
		if m := again.FindStringSubmatch(h.names[i]); m != nil && slices.Contains(h.names, m[1]) {
			twins = append(slices.Clone(seen[Fold(m[1])]), i)
		}
		if len(twins) < 2 {
			continue
		}
		p := h.twins(twins)
		for _, one := range twins {
			rest := slices.DeleteFunc(slices.Clone(at), func(j int) bool { return j != one && slices.Contains(twins, j) })
			p.Flags = append(p.Flags, h.flags(h.picks(rest)...))
		}
		p.Flags = append(p.Flags, h.flags(h.picks(at)...))
		return p
	}
	return nil
}
