package columns

import (
	"fmt"
	"strings"
	"unicode"

	"altadnc-bulk/pkg/api"
)

// typed reads a list under Options.Types none of whose names speaks of identifiers:
// the only column, or the only one whose name goes with the type.
func (h *header) typed() (Choice, *Problem) {
	maybe := h.where(func(s sense) bool {
		return (s.standing == vaguely || s.standing == weakly && s.whole&field == 0) && fits(bits(s.types), h.o.Types)
	})
	if len(maybe) == 1 && len(h.standing(doubtful, others)) == 0 {
		return h.readSingle(maybe[0])
	}
	all := h.where(func(sense) bool { return true })
	if len(all) == 1 && h.senses[all[0]].standing == nothing {
		return h.only(all[0])
	}
	if len(h.standing(doubtful, vaguely, weakly, others)) > 0 {
		return Choice{}, h.none()
	}
	maybe = h.where(func(s sense) bool { return s.whole&field == 0 })
	if len(maybe) == 0 {
		maybe = all
	}
	p := h.missing()
	p.Reason = "no column is known to hold identifiers, and --type " + words(h.o.Types) + " could be meant for any"
	for _, i := range maybe[:min(len(maybe), maxWays)] {
		p.offer(h.flags(pick{i, h.o.Types}))
	}
	return Choice{}, p
}

// only reads the only column of a list under Options.Types, if its name cannot be
// the first value of a list without a header: then that would be lost.
func (h *header) only(at int) (Choice, *Problem) {
	free := bits(h.o.Types)&(typeBit(api.LinkedIn)|typeBit(api.WebChat)) != 0 // any word can be one
	if h.o.Sparse || h.senses[at].inTable() || !free && wordsAlone(h.names[at]) {
		return h.readSingle(at)
	}
	h.o.NoHeader = true // so that the flags do not show what may be somebody's identifier
	without := h.flags(pick{at, h.o.Types})
	h.o.NoHeader = false
	with := h.flags(pick{at, h.o.Types})
	if !wordsAlone(h.names[at]) {
		with = without[1:]
	}
	return Choice{}, &Problem{
		Code:   "no-header",
		Reason: "the first row could be the name of the only column, and the first value",
		Flags:  [][]string{without, with},
		Hint:   "take the first if the list begins with a value, the second if it begins with a name",
	}
}

// wordsAlone reports whether a name is made of letters and spaces.
func wordsAlone(name string) bool {
	return name != "" && !strings.ContainsFunc(name, func(r rune) bool { return !unicode.In(r, unicode.L, unicode.M) && r != ' ' })
}

// missing is the problem of a list without any column to read.
func (h *header) missing() *Problem {
	return &Problem{
		Code:   "no-identifier-column",
		Reason: "no column is known to hold identifiers",
		Hint:   "call the columns identifier and identifierType, or by the type they hold (" + api.TypeNames() + "), or give one with --column 'NAME=TYPE'",
	}
}

// none is the problem of a list from which nothing can be read for certain. Its
// ways out are the columns that may hold identifiers, one person each.
func (h *header) none() *Problem {
	p := h.missing()
	for _, is := range [][]standing{{doubtful, vaguely}, {weakly}, {others}} {
		at := h.standing(is...)
		if len(at) == 0 {
			continue
		}
		p.Reason = h.quoted(at) + may(at, is[0])
		p.Hint = ""
		h.waysOut(p, at)
		break
	}
	return p
}

func may(at []int, is standing) string {
	switch {
	case is == others && len(at) == 1:
		return " is about somebody else, and no other column holds identifiers"
	case is == others:
		return " are about somebody else, and no other column holds identifiers"
	}
	return " may or may not hold identifiers of the person"
}

// waysOut adds a way out for each person that columns are named for.
func (h *header) waysOut(p *Problem, at []int) {
	var keys []string
	groups := make(map[string][]pick)
	for _, i := range at {
		s := h.senses[i]
		key := s.key
		if s.standing == vaguely && s.whole&place == 0 || s.standing == weakly {
			key = "#" + h.ref(i) // means itself
		}
		if groups[key] == nil {
			keys = append(keys, key)
		}
		groups[key] = append(groups[key], h.pick(i))
	}
	for _, key := range keys[:min(len(keys), maxWays)] {
		p.offer(h.flags(groups[key]...))
	}
}

// nameless reads a list without a header: its only column, under Options.Types.
func (h *header) nameless() (Choice, *Problem) {
	all := h.where(func(sense) bool { return true })
	if len(all) == 1 && len(h.o.Types) > 0 {
		return h.readSingle(all[0])
	}
	p := &Problem{
		Code:   "no-identifier-column",
		Reason: "without a header nothing says what the columns hold",
		Hint:   "give them by their position, such as --column '#1=email'",
	}
	if len(all) == 1 {
		p.Flags = h.anyTypeFlags(all[0])
		return Choice{}, p
	}
	for _, i := range all[:min(len(all), maxWays)] {
		if len(h.o.Types) > 0 {
			p.offer(h.flags(pick{i, h.o.Types}))
		}
	}
	if len(all) == 2 && len(h.o.Types) == 0 {
		p.offer(h.longFlags(all[0], all[1]))
	}
	return Choice{}, p
}

// values returns the problem of a header that holds values: the list has no
// header, and its first row must neither be lost nor name the columns.
func (h *header) values() *Problem {
	if h.o.Sparse {
		return nil
	}
	var picks []pick
	for i, name := range h.names {
		if t, ok := valueOf(name); ok {
			picks = append(picks, pick{i, []api.IdentifierType{t}})
		}
	}
	if picks == nil {
		return nil
	}
	h.o.NoHeader = true
	return &Problem{
		Code:   "no-header",
		Reason: "the first row looks like data, not like column names",
		Flags:  [][]string{h.withoutHeader(picks)},
		Hint:   "add a header row above it, such as identifier,identifierType",
	}
}

// withoutHeader returns the flags for a list without a header: those given, where
// they name positions, else what the first row looks like.
func (h *header) withoutHeader(picks []pick) []string {
	if h.o.positional() {
		return h.o.with("", "", "")
	}
	for i, s := range h.senses {
		if len(picks) == 1 && s.bare && i != picks[0].at { // its type is beside it
			return h.longFlags(picks[0].at, i)
		}
	}
	for i := range picks {
		if fits(bits(picks[i].types), h.o.Types) {
			picks[i].types = h.o.Types
		}
	}
	return h.flags(picks...)
}

// valueOf returns the type that a name would have as a value, to be proposed only.
func valueOf(name string) (api.IdentifierType, bool) {
	lower := strings.ToLower(name)
	at := strings.IndexByte(name, '@')
	switch {
	case strings.Contains(lower, "linkedin.com/"):
		return api.LinkedIn, true
	case at > 0 && strings.Contains(name[at:], ".") && !strings.Contains(name, " "):
		return api.Email, true
	case phoneLike(name):
		return api.Phone, true
	}
	return "", false
}

// phoneLike reports whether a name consists of a phone number's characters. A date,
// which can head a column, has fewer digits.
func phoneLike(name string) bool {
	digits := 0
	for _, r := range name {
		switch {
		case unicode.IsDigit(r):
			digits++
		case !strings.ContainsRune("+-.()/ \u00a0\u2011\u2013", r):
			return false
		}
	}
	return digits >= 10
}

// valueBesideType returns the problem of two columns of which one is called as the
// API calls a type and the other by what few names look like: visitor-1,web_chat
// may be the first row of a list of identifiers and types.
func (h *header) valueBesideType(at []int) *Problem {
	all := h.where(func(sense) bool { return true })
	if h.o.Sparse || len(all) != 2 || len(at) != 1 {
		return nil
	}
	typ, other := at[0], all[0]+all[1]-at[0]
	t, err := api.ParseIdentifierType(h.names[typ])
	if s := h.senses[other]; err != nil || s.inTable() || s.standing != nothing || wordsAlone(h.names[other]) {
		return nil
	}
	if t != api.WebChat && t != api.LinkedIn && !strings.ContainsAny(h.names[other], "0123456789") {
		return nil
	}
	h.o.NoHeader = true
	long := h.longFlags(other, typ)
	h.o.NoHeader = false
	return &Problem{
		Code:   "no-header",
		Reason: fmt.Sprintf("the first row may name the columns, or be an identifier beside its type %q", t),
		Flags:  [][]string{long, h.flags(h.picks(at)...)},
		Hint:   "take the first if the list begins with a value, the second if it begins with names",
	}
}
