package columns

import (
	"slices"
	"unicode/utf8"
)

// word is a part of a name, known to the table or not.
type word struct {
	text    string
	meaning meaning // 0 if it is unknown
	key     string  // of a person
	number  bool    // made of digits
}

// reading is a name as words of one language.
type reading struct {
	words   []word
	unknown int      // words that are not known
	heard   language // languages of all words that were found on the way
}

// cost ranks the readings of a name: few unknown words, then few words at all, so
// that "opt out" is not "opt" and "out".
func (r reading) cost() int { return 64*r.unknown + len(r.words) }

// maxSpan is how many tokens a word of the table may span ("must be in the E.164
// format").
const maxSpan = 8

// read parts a name into words as somebody would who knows l and English. A word of
// the table may span tokens (E Mail); a token may hold words (MOBILEPHONE).
func (n *Names) read(tokens []token, l language) reading {
	const most = 24 // tokens at a time: the work grows with the square
	if len(tokens) > most {
		return n.read(tokens[:most], l).before(n.read(tokens[most:], l))
	}
	best := make([]reading, len(tokens)+1) // of the tokens from i on
	for i := len(tokens) - 1; i >= 0; i-- {
		best[i] = n.readToken(tokens[i], l).before(best[i+1])
		text := tokens[i].text
		for j := i + 1; j < len(tokens) && j < i+maxSpan; j++ {
			text += tokens[j].text
			e, heard := n.find(text, l)
			heard |= best[i].heard
			if r := one(text, e).before(best[j+1]); e.meaning != 0 && r.cost() <= best[i].cost() {
				best[i] = r
			}
			best[i].heard |= heard
		}
	}
	return best[0]
}

// one is the reading of a word that the table knows.
func one(text string, e entry) reading {
	return reading{words: []word{{text: text, meaning: e.meaning, key: e.key}}}
}

// before puts the words of r before those of rest.
func (r reading) before(rest reading) reading {
	return reading{slices.Concat(r.words, rest.words), r.unknown + rest.unknown, r.heard | rest.heard}
}

// readToken reads a single token.
func (n *Names) readToken(t token, l language) reading {
	e, heard := n.find(t.text, l)
	r := one(t.text, e)
	if e.meaning == 0 {
		r = n.readUnknown(t, l)
	}
	r.heard |= heard
	return r
}

// readUnknown reads a token that is not a word of the table as a whole.
func (n *Names) readUnknown(t token, l language) reading {
	unknown := reading{words: []word{{text: t.text}}, unknown: 1}
	switch {
	case t.kind == digit:
		return reading{words: []word{{text: t.text, meaning: filler, number: true}}}
	case t.kind == joint:
		return reading{words: []word{{text: t.text, meaning: and}}}
	case len(t.text) > maxRun:
		return unknown
	}
	r := n.cut(t, l)
	if t.kind == dense || r.unknown == 0 && plausible(r.words) {
		return r
	}
	unknown.heard = r.heard
	if r := n.readCompound(t.text, l); r.words != nil {
		r.heard |= unknown.heard
		return r
	}
	return unknown
}

// maxRun is how many bytes of a token are looked into.
const maxRun = 60

// tooShort reports whether a word does not count within a token of a script with
// spaces: short ones turn up in words that have nothing to do with them.
func tooShort(text string, e entry) bool {
	return len(text) < 3 && (len(text) < 2 || e.meaning&(id|number) == 0)
}

// plausible reports whether a token is really made of these words: one of them is a
// type, and tel in cartel is an accident.
func plausible(words []word) bool {
	var all meaning
	longest := 0
	for _, w := range words {
		all |= w.meaning
		longest = max(longest, len(w.text))
	}
	return all&(anyType|mobile) != 0 && longest > 3
}

// cut splits a token into the words that count, so that the fewest characters
// are left over, and of the ways to do so with the fewest words (MOBILEPHONE,
// Diensthandy, 携帯電話番号).
func (n *Names) cut(t token, l language) reading {
	type step struct {
		left, words, next int
		entry             entry
	}
	text, r := t.text, reading{}
	best := make([]step, len(text)+1)
	for i := len(text) - 1; i >= 0; i-- {
		best[i] = step{left: best[i+1].left + 1, words: best[i+1].words, next: i + 1}
		if !utf8.RuneStart(text[i]) {
			continue
		}
		for j := i + 1; j <= len(text); j++ {
			e, heard := n.find(text[i:j], l)
			if t.kind != dense && tooShort(text[i:j], e) {
				continue
			}
			r.heard |= heard
			s := step{best[j].left, best[j].words + 1, j, e}
			if e.meaning != 0 && (s.left < best[i].left || s.left == best[i].left && s.words <= best[i].words) {
				best[i] = s
			}
		}
	}
	for i, start := 0, 0; i < len(text); start = i {
		for i < len(text) && best[i].entry.meaning == 0 {
			i = best[i].next
		}
		if i > start {
			r.words = append(r.words, word{text: text[start:i]})
			r.unknown++
		}
		if i < len(text) {
			r.words = append(r.words, one(text[i:best[i].next], best[i].entry).words...)
			i = best[i].next
		}
	}
	return r
}

// readCompound reads a token that begins or ends with a type and is unknown else.
func (n *Names) readCompound(text string, l language) reading {
	const least = 5 // bytes: mail in mailing is an accident
	for cut := least; cut <= len(text)-2; cut++ {
		head, tail := text[:cut], text[cut:]
		if e, _ := n.find(head, l); e.meaning&(anyType|mobile) != 0 {
			return one(head, e).before(reading{words: []word{{text: tail}}, unknown: 1})
		}
		head, tail = text[:len(text)-cut], text[len(text)-cut:]
		if e, _ := n.find(tail, l); e.meaning&(anyType|mobile) != 0 {
			return reading{words: []word{{text: head}}, unknown: 1}.before(one(tail, e))
		}
	}
	return reading{}
}
