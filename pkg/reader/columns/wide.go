package columns

import (
	"slices"
	"strconv"
	"strings"

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

// told marks the columns of a choice that are not read although their names look as
// if they held identifiers. There is no doubt to report if people have named the
// columns themselves.
func (h *header) told(c Choice) Choice {
	named := len(h.o.Columns) > 0 || h.o.Identifier != ""
	for i, s := range h.live() {
		switch {
		case c.Columns[i].Role != Other:
		case s.standing == others:
			c.Columns[i].Somebody = true
		case !named && slices.Contains([]standing{certain, doubtful, vaguely}, s.standing):
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
	fitting := without(at, func(i int) bool { return !fits(bits(h.senses[i].types), types) })
	p := &Problem{
		Code:   "ambiguous-column",
		Reason: h.quoted(at) + tells(at) + " by name what " + each(at) + ", and --type says " + words(types) + " for all",
		Flags:  [][]string{h.flags(h.picks(at)...)},
	}
	if len(fitting) > 0 {
		p.Flags = append(p.Flags, h.flags(h.picks(fitting)...))
	}
	return nil, p
}

// fits reports whether types can be given to columns that name others.
func fits(named meaning, types []api.IdentifierType) bool {
	given, phone := bits(types), typeBit(api.Phone)
	if len(types) == 0 || len(named.types()) != 1 {
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
		mine := without(at, func(i int) bool { return bits(h.senses[i].types) != bit })
		rivals := h.where(func(s sense) bool { return s.standing == doubtful && s.rival && bits(s.types)&bit != 0 })
		keys := h.keys(mine)
		if len(keys) > 1 || len(keys) == 1 && len(rivals) > 0 && (keys[0] != "" || h.log) {
			dispute, types = append(append(dispute, mine...), rivals...), types|bit
		}
	}
	if dispute == nil {
		return h.strangers(at)
	}
	slices.Sort(dispute)
	dispute = slices.Compact(dispute)
	beside := without(at, func(i int) bool { return bits(h.senses[i].types)&types != 0 })
	p := h.dispute(dispute)
	keys := h.keys(dispute)
	for _, key := range keys[:min(len(keys), maxWays)] {
		theirs := without(dispute, func(i int) bool { return h.senses[i].key != key })
		others := without(beside, func(i int) bool { return h.senses[i].key != key && h.senses[i].key != "" })
		p.offer(h.flags(h.picks(append(theirs, others...))...))
	}
	return p
}

// strangers returns the problem of columns of different types under the names of
// two persons (Customer phone, Recipient email).
func (h *header) strangers(at []int) *Problem {
	named := without(at, func(i int) bool { return h.senses[i].key == "" })
	keys := h.keys(named)
	if len(keys) < 2 {
		return nil
	}
	p := h.dispute(named)
	for _, key := range keys[:min(len(keys), maxWays-1)] {
		p.offer(h.flags(h.picks(without(at, func(i int) bool { return h.senses[i].key != "" && h.senses[i].key != key }))...))
	}
	p.offer(h.flags(h.picks(at)...))
	return p
}

// without returns the indexes that drop does not apply to.
func without(at []int, drop func(int) bool) []int {
	return slices.DeleteFunc(slices.Clone(at), drop)
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
	seen := make(map[string]bool)
	for _, sure := range []bool{true, false} {
		for _, named := range []bool{true, false} {
			for _, i := range at {
				s := h.senses[i]
				if (s.standing == certain) == sure && (s.key != "") == named && !seen[s.key] {
					keys, seen[s.key] = append(keys, s.key), true
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
	for _, i := range at {
		twins := seen[Fold(h.names[i])]
		if first, ok := again(h.names[i]); ok && h.times[first] > 0 {
			twins = append(slices.Clone(seen[Fold(first)]), i)
		}
		if len(twins) < 2 {
			continue
		}
		p := h.twins(twins)
		rest := without(at, func(i int) bool { return slices.Contains(twins, i) })
		for _, one := range twins[:min(len(twins), maxWays-1)] {
			p.offer(h.flags(h.picks(append(slices.Clone(rest), one))...))
		}
		p.offer(h.flags(h.picks(at)...))
		return p
	}
	return nil
}

// again returns the name that a column had before pandas numbered the second of two:
// Email.1 was Email.
func again(name string) (first string, ok bool) {
	dot := strings.LastIndexByte(name, '.')
	if dot < 1 {
		return "", false
	}
	_, err := strconv.ParseUint(name[dot+1:], 10, 16)
	return name[:dot], err == nil
}
