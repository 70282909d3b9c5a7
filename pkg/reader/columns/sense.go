package columns

import (
	"cmp"
	"slices"
	"strings"

	"altadnc-bulk/pkg/api"
)

// standing is how certain it is what a column holds, by its own name alone.
type standing int

const (
	nothing   standing = iota // no identifier, or none that the name speaks of
	certain                   // identifiers of the person
	doubtful                  // identifiers, and a word that is unknown or could mean somebody else
	uncertain                 // possibly identifiers: Email verified
	vaguely                   // possibly identifiers: URL, Work
	weakly                    // the same, less likely: Address
	others                    // identifiers of somebody else
)

// sense is what a name says.
type sense struct {
	standing standing
	types    []api.IdentifierType
	key      string  // whose identifiers they are, if the name says so: "customer"; "" is the person without a word for it
	whole    meaning // as a whole name
	known    bool    // no word of it is unknown
	bare     bool    // a type and nothing else
	rival    bool    // doubtful, and may be meant instead of another column
	about    bool    // something about an identifier, or written by an earlier report
	outcome  bool    // written by an earlier report
}

// inTable reports whether a name is one that columns have.
func (s sense) inTable() bool {
	return s.whole != 0 || s.known && (s.about || s.standing != nothing)
}

// outcomes are the columns that a report of this program adds.
func outcomes() []string {
	return []string{"dnc_line", "dnc_type", "dnc_sent", "dnc_outcome", "dnc_raw", "dnc_reason", "dnc_status", "dnc_attempts", "dnc_unsure", "dnc_time", "dnc_verified"}
}

// maxName is how many bytes of a name are looked at.
const maxName = 1000

// sense is what a name says.
func (n *Names) sense(name string) sense {
	if slices.Contains(outcomes(), strings.ToLower(name)) {
		return sense{outcome: true, about: true, known: true}
	}
	tokens := split(name[:min(len(name), maxName)])
	if len(tokens) == 0 {
		return sense{}
	}
	if len(name) > maxName {
		tokens = append(tokens, token{"…", parts}) // which is unknown
	}
	whole := n.wholeMeaning(tokens)
	if whole&(identifierColumn|typeColumn) != 0 {
		return sense{whole: whole, known: true}
	}
	s := n.inAnyLanguage(tokens)
	s.whole = whole
	if s.standing == nothing && whole != 0 {
		s.known = true
		s.standing, s.types = vagueStanding(whole), whole.types()
	}
	return s
}

func vagueStanding(whole meaning) standing {
	switch {
	case whole&vague != 0, whole&place != 0 && whole&weak == 0:
		return vaguely
	case whole&weak != 0:
		return weakly
	}
	return nothing
}

// wholeMeaning returns what a name means as a whole, numbers in it or not.
func (n *Names) wholeMeaning(tokens []token) meaning {
	var all, letters strings.Builder
	for _, t := range tokens {
		all.WriteString(t.text)
		if t.kind != digit {
			letters.WriteString(t.text)
		}
	}
	m, ok := n.whole[all.String()]
	if !ok { // Number 2 and Profile URL 2; but visitor-1 may be a value
		m = n.whole[letters.String()]
		if m&(typeBit(api.Phone)|typeBit(api.LinkedIn)|place) == 0 {
			m = 0
		}
	}
	if m&place != 0 {
		m |= typeBit(api.Phone)
	}
	return m
}

// inAnyLanguage reads a name in English, and where that leaves a word unknown in
// every language that one of its words belongs to. A name is in one language: the
// words of two do not mix, English and brand names apart.
func (n *Names) inAnyLanguage(tokens []token) sense {
	r := n.read(tokens, english)
	best := verdict(r)
	if r.unknown == 0 {
		return best
	}
	heard := r.heard
	for l := english << 1; l <= heard; l <<= 1 {
		if heard&l == 0 {
			continue
		}
		next := n.read(tokens, l)
		heard |= next.heard
		switch {
		case next.unknown < r.unknown:
			r, best = next, verdict(next)
		case next.unknown == r.unknown:
			best = agree(best, verdict(next))
		}
	}
	return best
}

// agree returns what two readings of one name leave certain.
func agree(a, b sense) sense {
	if a.standing == b.standing && slices.Equal(a.types, b.types) {
		return a
	}
	if a.standing == nothing && !a.known {
		return b // a language that does not know the type
	}
	if b.standing == nothing && !b.known {
		return a
	}
	if len(a.types) == 0 {
		a.types = b.types
	}
	a.standing, a.bare, a.rival = doubtful, false, true
	a.key = cmp.Or(a.key, b.key)
	return a
}

// verdict decides what words say together.
func verdict(r reading) sense {
	s := sense{known: r.unknown == 0, bare: len(r.words) == 1}
	types, joined := typesOf(r.words)
	if types == 0 {
		return s
	}
	s.types = types.types()
	aside := asideNever(r.words) || r.unknown > 0 && len(r.words) > sentence
	doubt := joined || aside || len(s.types) > 1
	var all meaning
	for i, m := range weigh(r.words, types) {
		all |= m
		switch {
		case !suits(m, types):
			s.rival, s.key = true, cmp.Or(s.key, "?"+r.words[i].text)
		case m == either:
			s.rival, s.key = true, r.words[i].text
		}
	}
	switch {
	case all&never != 0 && !aside:
		return sense{known: s.known, about: true}
	case all&somebody != 0:
		s.standing = others
	case all&state != 0:
		s.standing = uncertain
	case doubt, s.rival, all&flag != 0:
		s.standing = doubtful
	default:
		s.standing = certain
	}
	s.key = cmp.Or(s.key, personKey(r.words))
	return s
}

// sentence is how many words make one. What is not an identifier in it may be beside
// the point: Where do we send the results, by email?
const sentence = 7

// weigh returns the one meaning of each word that counts beside types. What a state
// or a flag says depends on which side of the type it is: before it, both are
// flags; after it, a flag is not an identifier.
func weigh(words []word, types meaning) []meaning {
	// What is somebody's at a company may still be the person's.
	own := types == typeBit(api.Email) || slices.ContainsFunc(words, func(w word) bool { return w.meaning&mobile != 0 })
	weights := make([]meaning, len(words))
	before := true
	for i, w := range words {
		last := i == len(words)-1
		m := dominant(w.meaning, types, own, i == 0 || last)
		switch {
		case m&(anyType|mobile) != 0:
			before = false
		case m&(state|flag) != 0 && before:
			m = flag
		case m == flag:
			m = never
		case m&(and|filler) != 0 && last && short(w.text):
			m = 0 // is before nothing
		}
		weights[i] = m
	}
	return weights
}

// short reports whether a word is one letter, as articles and prepositions are in
// some languages. The letters that names end in without saying anything are others:
// Email__c, Owner's.
func short(text string) bool {
	return len(text) == 1 && text >= "a" && text <= "z" && text != "c" && text != "s"
}

// dominant returns the meaning of a word that counts: of several the one that is
// most dangerous to miss.
func dominant(m, types meaning, own, end bool) meaning {
	email := types == typeBit(api.Email)
	switch {
	case m&(anyType|mobile) != 0:
		return m & (anyType | mobile)
	case m&part != 0 && types == typeBit(api.WebChat):
		return part
	case m&never != 0:
		return never
	case m&somebody != 0, m&company != 0 && !own:
		return somebody
	case m&(company|either) != 0, m&corporate != 0 && !email, m&eitherEnd != 0 && end:
		return either
	case m&state != 0:
		return state
	case m&flag != 0:
		return flag
	case m&corporate != 0:
		return which
	case m&eitherEnd != 0:
		return filler
	}
	return m
}

// suits reports whether a word leaves a type as it is.
func suits(m, types meaning) bool {
	numbers := typeBit(api.Phone) | typeBit(api.SMS) | typeBit(api.WhatsApp)
	switch {
	case m&(anyType|mobile|filler|which|ordinal|person|and|never|somebody|either|flag|state) != 0:
		return true
	case m&number != 0 && types&^numbers == 0,
		m&address != 0,
		m&profile != 0 && types == typeBit(api.LinkedIn),
		m&id != 0 && types&(typeBit(api.Phone)|typeBit(api.SMS)) == 0,
		m&part != 0 && types == typeBit(api.WebChat):
		return true
	}
	return false
}

// typesOf returns the types that words name. joined reports that they name several
// in their own right (Phone/WhatsApp), not one more closely (WhatsApp phone).
func typesOf(words []word) (types meaning, joined bool) {
	var all meaning
	for _, w := range words {
		all |= w.meaning
		if w.meaning&(anyType|mobile) == 0 && w.meaning&and != 0 {
			joined = true
		}
	}
	types = all & anyType
	phone, closer := typeBit(api.Phone), typeBit(api.SMS)|typeBit(api.WhatsApp)
	if all&mobile != 0 && (types == 0 || joined) {
		types |= phone
	}
	if joined && len(types.types()) > 1 {
		return types, true
	}
	if types&closer != 0 {
		types &^= phone
	}
	if rest := types &^ (typeBit(api.LinkedIn) | typeBit(api.WebChat)); rest != 0 {
		types = rest // LinkedIn email
	}
	return types, false
}

// asideNever reports whether a type is joined with something that is not an
// identifier: Name/Email, Phone & fax.
func asideNever(words []word) bool {
	for i := 1; i < len(words)-1; i++ {
		a, b := words[i-1].meaning, words[i+1].meaning
		if joins := words[i].meaning&and != 0 || words[i].meaning == 0 && len(words[i].text) == 1; joins &&
			(a&(anyType|mobile) != 0 && b&never != 0 || a&never != 0 && b&(anyType|mobile) != 0) {
			return true
		}
	}
	return false
}

// personKey returns whose identifiers a name speaks of. A number after the word,
// or a word such as secondary before it, makes another person of it.
func personKey(words []word) string {
	key := ""
	for i, w := range words {
		if w.meaning&person == 0 || w.meaning&(anyType|mobile) != 0 {
			continue
		}
		k := w.key
		if i+1 < len(words) && words[i+1].number {
			k += words[i+1].text
		}
		if i > 0 && words[i-1].meaning&ordinal != 0 {
			k = words[i-1].text + " " + k
		}
		if key == "" || key == "contact" || key == "person" {
			key = k
		}
	}
	if key == "person" {
		return ""
	}
	return key
}
