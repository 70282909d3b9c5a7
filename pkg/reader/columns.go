package reader

import (
	"fmt"
	"strings"

	"altadnc-bulk/pkg/api"
)

// problem is why columns cannot be resolved, and what to do about it.
type problem struct{ code, reason, hint string }

// matcher decides by name which columns are read, in CSV for a header and in
// JSONL for the members of each object.
type matcher struct {
	identifier, typ         string // names that the options give; "" for none
	foldIdentifier, foldTyp string
	only                    api.IdentifierType // Options.Type
}

func newMatcher(o Options) matcher {
	return matcher{
		identifier: o.IdentifierColumn, typ: o.TypeColumn, only: o.Type,
		foldIdentifier: fold(o.IdentifierColumn), foldTyp: fold(o.TypeColumn),
	}
}

// match is what a name can be: its slot by alias, and whether an option names it.
type match struct {
	alias                       slot
	identifier, exactIdentifier bool
	typ, exactTyp               bool
	outcome                     bool
}

func (m matcher) match(name string) match {
	if isOutcome(name) {
		return match{alias: slotNone, outcome: true}
	}
	got := match{alias: slotOf(name)}
	if m.identifier != "" {
		got.exactIdentifier = name == m.identifier
		got.identifier = got.exactIdentifier || m.foldIdentifier != "" && fold(name) == m.foldIdentifier
	}
	if m.typ != "" {
		got.exactTyp = name == m.typ
		got.typ = got.exactTyp || m.foldTyp != "" && fold(name) == m.foldTyp
	}
	return got
}

// found collects the columns of one header or object by what they could be.
type found struct {
	at, again       [slots]int // index of the first and second column of a slot, -1 for none
	given, givenTyp pick       // the columns that the options name
	n, last         int        // columns that count, and the last of them
	alias           slot       // of the given identifier column
}

// pick is the column that an option names; one spelled exactly so wins over
// those that only fold to the same.
type pick struct {
	at, again int
	exact     bool
}

func (p *pick) offer(i int, exact bool) {
	switch {
	case p.at < 0 || exact && !p.exact:
		*p = pick{at: i, again: -1, exact: exact}
	case exact == p.exact:
		p.again = i
	}
}

func newFound() found {
	f := found{given: pick{at: -1, again: -1}, givenTyp: pick{at: -1, again: -1}, alias: slotNone}
	for s := range f.at {
		f.at[s], f.again[s] = -1, -1
	}
	return f
}

func (f *found) add(i int, m match) {
	if m.outcome {
		return
	}
	f.n, f.last = f.n+1, i
	if m.identifier {
		f.given.offer(i, m.exactIdentifier)
		if f.given.at == i {
			f.alias = m.alias
		}
	}
	if m.typ {
		f.givenTyp.offer(i, m.exactTyp)
	}
	switch {
	case m.alias == slotNone:
	case f.at[m.alias] < 0:
		f.at[m.alias] = i
	case f.again[m.alias] < 0:
		f.again[m.alias] = i
	}
}

// choice is the outcome of resolving: the columns that are read.
type choice struct {
	form       Form
	identifier int                // FormLong, FormSingle
	typ        int                // FormLong
	only       api.IdentifierType // FormSingle
	wide       [6]int             // FormWide: by wideIndex, -1 for none
}

// choose decides among what was found. names gives the name of a column for
// the message. Whatever could be read in two ways is a problem: a guess here
// would misread the whole list.
func (m matcher) choose(f *found, name func(int) string) (choice, *problem) {
	if m.identifier != "" || m.typ != "" {
		return m.chooseGiven(f, name)
	}
	if f.at[slotIdentifier] >= 0 {
		return m.chooseLong(f, name)
	}
	if f.at[slotType] >= 0 {
		return choice{}, &problem{"no-identifier-column", fmt.Sprintf("there is a type column %q, and no identifier column", name(f.at[slotType])),
			"call that column identifier, or name it with --identifier-column"}
	}
	if f.wides() > 0 {
		return m.chooseWide(f, name)
	}
	if m.only != "" && f.n == 1 {
		return choice{form: FormSingle, identifier: f.last, only: m.only}, nil
	}
	return choice{}, missing()
}

func missing() *problem {
	return &problem{"no-identifier-column", "no column is known to hold identifiers",
		"name the columns identifier and identifierType, or one column per type (email, phone, linkedin, sms, whatsapp, web_chat), or name one with --identifier-column and --type"}
}

func (f *found) wides() int {
	n := 0
	for _, at := range f.at[slotWide:] {
		if at >= 0 {
			n++
		}
	}
	return n
}

func (m matcher) chooseGiven(f *found, name func(int) string) (choice, *problem) {
	c := choice{form: FormLong, identifier: f.at[slotIdentifier], typ: -1}
	if m.identifier != "" {
		if p := f.given.problem("--identifier-column", m.identifier, name); p != nil {
			return choice{}, p
		}
		c.identifier = f.given.at
	} else if p := f.doubled(slotIdentifier, name); p != nil {
		return choice{}, p
	}
	if c.identifier < 0 {
		return choice{}, &problem{"no-identifier-column", "no column is called identifier", "name the one that holds the identifiers with --identifier-column"}
	}
	if m.typ != "" {
		if p := f.givenTyp.problem("--type-column", m.typ, name); p != nil {
			return choice{}, p
		}
		c.typ = f.givenTyp.at
		if c.typ == c.identifier {
			return choice{}, &problem{"ambiguous-column", fmt.Sprintf("column %q cannot be both identifier and type", name(c.typ)), "name two columns"}
		}
		return c, nil
	}
	return m.typeOfGiven(f, c, name)
}

// typeOfGiven finds the type for an identifier column that was named alone.
func (m matcher) typeOfGiven(f *found, c choice, name func(int) string) (choice, *problem) {
	if f.at[slotType] == c.identifier {
		f.at[slotType], f.again[slotType] = f.again[slotType], -1
	}
	if f.at[slotWeakType] == c.identifier {
		f.at[slotWeakType], f.again[slotWeakType] = f.again[slotWeakType], -1
	}
	if f.at[slotType] >= 0 || m.only != "" {
		return m.withType(f, c, name)
	}
	if f.alias >= slotWide {
		return choice{form: FormSingle, identifier: c.identifier, only: wideType(int(f.alias - slotWide))}, nil
	}
	return m.withType(f, c, name)
}

func (m matcher) chooseLong(f *found, name func(int) string) (choice, *problem) {
	if p := f.doubled(slotIdentifier, name); p != nil {
		return choice{}, p
	}
	if f.wides() > 0 {
		return choice{}, &problem{"ambiguous-column",
			fmt.Sprintf("column %q holds identifiers, and so does column %q", name(f.at[slotIdentifier]), name(f.firstWide())),
			"say which counts with --identifier-column and --type-column (or --type)"}
	}
	return m.withType(f, choice{form: FormLong, identifier: f.at[slotIdentifier]}, name)
}

func (f *found) firstWide() int {
	first := -1
	for _, at := range f.at[slotWide:] {
		if at >= 0 && (first < 0 || at < first) {
			first = at
		}
	}
	return first
}

// withType completes a choice that has its identifier column.
func (m matcher) withType(f *found, c choice, name func(int) string) (choice, *problem) {
	strong := f.at[slotType]
	switch {
	case m.only != "" && strong >= 0:
		return choice{}, &problem{"ambiguous-column", fmt.Sprintf("column %q tells the type, and --type says %s for all", name(strong), m.only), "leave --type away"}
	case m.only != "":
		return choice{form: FormSingle, identifier: c.identifier, only: m.only}, nil
	case strong >= 0 && f.at[slotWeakType] >= 0:
		c.typ = strong // "identifierType" is unmistakable beside "type"
		return c, f.doubled(slotType, name)
	case strong >= 0:
		c.typ = strong
		return c, f.doubled(slotType, name)
	case f.at[slotWeakType] >= 0:
		c.typ = f.at[slotWeakType]
		return c, f.doubled(slotWeakType, name)
	}
	return choice{}, &problem{"no-type-column", fmt.Sprintf("no column tells the type of what is in column %q", name(c.identifier)),
		"add a column identifierType, or name one with --type-column, or give one type for all with --type"}
}

func (m matcher) chooseWide(f *found, name func(int) string) (choice, *problem) {
	c := choice{form: FormWide}
	for i := range c.wide {
		if p := f.doubled(slotWide+slot(i), name); p != nil {
			return choice{}, p
		}
		c.wide[i] = f.at[slotWide+slot(i)]
	}
	if m.only == "" {
		return c, nil
	}
	if at := c.wide[wideIndex(m.only)]; at >= 0 && f.wides() == 1 {
		return choice{form: FormSingle, identifier: at, only: m.only}, nil
	}
	return choice{}, &problem{"ambiguous-column", fmt.Sprintf("column %q tells its type by its name, and --type says %s for all", name(f.firstWide()), m.only),
		"leave --type away, or name the one column to read with --identifier-column"}
}

func (f *found) doubled(s slot, name func(int) string) *problem {
	if f.again[s] < 0 {
		return nil
	}
	return double(name(f.at[s]), name(f.again[s]))
}

func double(a, b string) *problem {
	reason := fmt.Sprintf("columns %q and %q could both be meant", a, b)
	if a == b {
		reason = fmt.Sprintf("two columns are called %q", a)
	}
	return &problem{"ambiguous-column", reason, "rename or remove one of them, or name the one to read with --identifier-column and --type"}
}

func (p pick) problem(flag, want string, name func(int) string) *problem {
	switch {
	case p.at < 0:
		return &problem{"no-identifier-column", fmt.Sprintf("%s says %q, and no column is called so", flag, want), ""}
	case p.again >= 0:
		return double(name(p.at), name(p.again))
	}
	return nil
}

// listed returns column names for a message, in few words whatever their number.
func listed(names []string) string {
	const most = 25
	var b strings.Builder
	for i, name := range names {
		if i == most {
			fmt.Fprintf(&b, " and %d more", len(names)-most)
			break
		}
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "%q", cut(name, 40))
	}
	return b.String()
}
