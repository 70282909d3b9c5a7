package columns

import (
	"cmp"
	_ "embed"
	"fmt"
	"strings"
	"sync"

	"altadnc-bulk/pkg/api"
)

// table says what words mean. Its first lines describe it.
//
//go:embed names.tsv
var table string

// meaning is what a word says in a name, or what a whole name says. A word may have
// several.
type meaning uint64

const (
	// The first api.TypeCount bits are the types, by their index.
	mobile meaning = 1 << (iota + api.TypeCount)
	filler
	and
	which
	ordinal
	number
	address
	id
	profile
	part
	person
	somebody
	company
	corporate
	either
	eitherEnd
	never
	flag
	state
	// Whole names follow. Of vague and weak ones the type is a bit too.
	identifierColumn
	typeColumn
	typeBeside
	vague
	weak
	place
	field
	aboutLinkedIn
	aboutLog
	aboutMessages

	anyType    meaning = 1<<api.TypeCount - 1
	wholeNames         = identifierColumn | typeColumn | typeBeside | vague | weak | place | field | aboutLinkedIn | aboutLog | aboutMessages
)

// typeBit returns the meaning of a word that names a type.
func typeBit(t api.IdentifierType) meaning {
	i, _ := t.Index()
	return 1 << i
}

// types returns the types among the meanings, in the order of the API.
func (m meaning) types() []api.IdentifierType {
	var types []api.IdentifierType
	for i, t := range api.IdentifierTypes() {
		if m&(1<<i) != 0 {
			types = append(types, t)
		}
	}
	return types
}

// meanings are those of the second column of the table that are not made of two words.
func meanings() map[string]meaning {
	return map[string]meaning{
		"mobile": mobile, "filler": filler, "and": and, "which": which, "ordinal": ordinal,
		"number": number, "address": address, "id": id, "profile": profile, "part": part,
		"somebody": somebody, "company": company, "corporate": corporate,
		"either": either, "either end": eitherEnd, "never": never, "flag": flag, "state": state,
		"identifier column": identifierColumn, "type column": typeColumn, "type column beside identifier": typeBeside,
		"place": place, "field": field,
		"about linkedin": field | aboutLinkedIn, "about log": field | aboutLog, "about messages": field | aboutMessages,
	}
}

// parseMeaning reads the second column of the table. key is that of a person.
func parseMeaning(s string, known map[string]meaning) (m meaning, key string, ok bool) {
	if m, ok = known[s]; ok {
		return m, "", true
	}
	first, rest, _ := strings.Cut(s, " ")
	switch first {
	case "person":
		return person, rest, rest != ""
	case "vague":
		m, s = vague, rest
	case "weak":
		m, s = weak, rest
	}
	t, err := api.ParseIdentifierType(s)
	return m | typeBit(t), "", err == nil
}

// language is a bit for each language of the table.
type language uint32

const (
	anyLanguage language = 1 << iota
	english
)

// entry is what a word means in one language.
type entry struct {
	language language
	meaning  meaning
	key      string // of a person
	next     int32  // index of what the word means in the next language; 0 for none
}

// Names knows what the names of columns mean. It does not change after [New], so
// any number of goroutines may use it.
type Names struct {
	words   map[string]int32 // by Fold, the index of the first entry
	entries []entry          // the first is not used
	whole   map[string]meaning
}

// New returns the table of names. It is read once, which takes about two
// milliseconds: a command reads a list more than once.
func New() *Names { return names() }

// names never changes once it is read.
var names = sync.OnceValue(func() *Names {
	n, err := parse(table)
	if err != nil {
		panic(err) // the table is part of the program, and a test reads it
	}
	return n
})

func parse(table string) (*Names, error) {
	n := &Names{
		words:   make(map[string]int32, 1<<13),
		entries: make([]entry, 1, 1<<13),
		whole:   make(map[string]meaning, 1<<11),
	}
	known, languages := meanings(), map[string]language{"any": anyLanguage, "en": english}
	for line := range strings.SplitSeq(strings.ToLower(plain(table)), "\n") {
		if line == "" || line[0] == '#' {
			continue
		}
		fields := strings.Split(line, "\t")
		if len(fields) != 3 {
			return nil, fmt.Errorf("names.tsv: not three columns: %q", line)
		}
		m, key, ok := parseMeaning(fields[1], known)
		if !ok {
			return nil, fmt.Errorf("names.tsv: unknown meaning %q", fields[1])
		}
		if languages[fields[0]] == 0 {
			languages[fields[0]] = 1 << len(languages)
		}
		for word := range strings.SplitSeq(squeezed(fields[2]), ",") {
			n.add(word, entry{language: languages[fields[0]], meaning: m, key: key})
		}
	}
	return n, nil
}

// add adds a meaning to those that a word already has.
func (n *Names) add(word string, e entry) {
	if e.meaning&wholeNames != 0 {
		n.whole[word] |= e.meaning
		return
	}
	for i := n.words[word]; i != 0; i = n.entries[i].next {
		if old := &n.entries[i]; old.language == e.language {
			old.meaning |= e.meaning
			old.key = cmp.Or(e.key, old.key)
			return
		}
	}
	e.next = n.words[word]
	n.words[word] = int32(len(n.entries))
	n.entries = append(n.entries, e)
}

// find returns what a word means to somebody who reads l: what it means there, or
// else in English or in every language; its meaning is 0 if the word is not known in
// any of these. heard are the languages that know it.
func (n *Names) find(word string, l language) (e entry, heard language) {
	var common entry
	for i := n.words[word]; i != 0; i = n.entries[i].next {
		next := n.entries[i]
		heard |= next.language
		switch {
		case next.language == l && l != english:
			e = next
		case next.language&(anyLanguage|english) != 0:
			common.meaning |= next.meaning
			common.key = cmp.Or(common.key, next.key)
		}
	}
	if e.meaning == 0 {
		e = common
	}
	return e, heard
}
