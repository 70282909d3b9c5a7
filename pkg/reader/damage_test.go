package reader

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"altadnc-bulk/pkg/api"
	"altadnc-bulk/pkg/reader/columns"
)

// A sample is a list whose people are known, for damaging it.
type sample struct {
	names  []string
	rows   [][]string
	people map[api.Identifier]int // the line of their row
	text   []byte
}

// TestDamage reads lists with one random damage each. Whatever is sent must be
// whom the list named, whole; and whoever is not sent must have been refused, or
// the list as a whole.
func TestDamage(t *testing.T) {
	lists := damagedLists
	if testing.Short() {
		lists = 600
	}
	people, read := 0, 0
	for seed := range lists {
		r := rand.New(rand.NewPCG(uint64(seed), 1))
		s := newSample(r)
		kind := damages()[r.IntN(len(damages()))]
		damaged := kind.do(r, s)
		got := s.judge(t, fmt.Sprintf("list %d, %s", seed, kind.name), damaged)
		people, read = people+len(s.people), read+got
	}
	if share := float64(read) / float64(people); share < 0.6 {
		t.Errorf("only %.2f of %d people were read", share, people)
	} else {
		t.Logf("%d damaged lists, %.2f of %d identifiers read", lists, share, people)
	}
}

// judge reads a damaged list and returns how many of the sample's people would
// be sent.
func (s *sample) judge(t *testing.T, what string, damaged []byte) (read int) {
	l, err := New(bytes.NewReader(damaged), "list", Options{})
	var list *ListError
	if errors.As(err, &list) {
		return 0
	}
	sent := map[api.Identifier]bool{}
	refused, none := 0, int64(0)
	for err == nil {
		var e Entry
		if e, err = l.Read(); err != nil {
			break
		}
		if e.Refusal != nil {
			refused++
			continue
		}
		sent[e.Identifier] = true
		if _, ok := s.people[e.Identifier]; !ok {
			t.Errorf("%s: %v is nobody of the list:\n%s", what, e.Identifier, damaged)
		}
	}
	if errors.As(err, &list) {
		return 0
	}
	if err != io.EOF {
		t.Fatal(err)
	}
	none = l.Rows().None
	named := slices.ContainsFunc(l.Layout().Columns, func(c columns.Column) bool { return c.Unread != nil })
	for id := range s.people {
		if !sent[id] && refused == 0 && !named && bytes.Contains(damaged, []byte(id.Value)) {
			t.Errorf("%s: %v is neither sent nor refused (%d rows without an identifier):\n%s", what, id, none, damaged)
		}
	}
	return len(sent)
}

func newSample(r *rand.Rand) *sample {
	s := &sample{people: map[api.Identifier]int{}}
	shape := r.IntN(4)
	switch shape {
	case 0:
		s.names = []string{"identifier", "identifierType"}
	case 1:
		s.names = []string{"Email"}
	case 2:
		s.names = []string{"Email", "Phone"}
	default:
		s.names = []string{"Email", "Mobile", "SMS"}[:1+r.IntN(3)]
	}
	others := []string{"Name", "Manager email", "Owner phone", "Company", "Notes", "City", "Id"}
	r.Shuffle(len(others), func(i, j int) { others[i], others[j] = others[j], others[i] })
	s.names = append(s.names, others[:r.IntN(len(others))]...)
	r.Shuffle(len(s.names), func(i, j int) { s.names[i], s.names[j] = s.names[j], s.names[i] })
	for i := range 3 + r.IntN(40) {
		s.rows = append(s.rows, s.row(r, i))
	}
	s.text = s.write(r)
	return s
}

func (s *sample) row(r *rand.Rand, i int) []string {
	types := []api.IdentifierType{api.Email, api.Phone, api.SMS, api.WhatsApp}
	row := make([]string, len(s.names))
	typ := types[r.IntN(len(types))]
	for c, name := range s.names {
		cell := ""
		if r.IntN(12) == 0 && !strings.HasPrefix(name, "identifier") {
			continue
		}
		switch name {
		case "identifier":
			cell = s.person(i, typ)
		case "identifierType":
			cell = string(typ)
		case "Email":
			cell = s.person(i, api.Email)
		case "Phone", "Mobile":
			cell = s.person(i, api.Phone)
		case "SMS":
			cell = s.person(i, api.SMS)
		case "Manager email":
			cell = fmt.Sprintf("boss%d@example.net", i%3)
		case "Owner phone":
			cell = fmt.Sprintf("+1212555%04d", 100+i%3)
		case "Notes":
			cell = []string{"", "plain", "a, b; c", "two\nlines", "ask z@note.example\nx,z@note.example,w\nend", `a "word" in it`}[r.IntN(6)]
		case "Name":
			cell = []string{"Ada", "Quill, Ada", "Bo Reyes", ""}[r.IntN(4)]
		case "Company":
			cell = []string{"Acme", "Acme, Inc.", ""}[r.IntN(3)]
		case "City":
			cell = []string{"Oslo", "", ""}[r.IntN(3)]
		case "Id":
			cell = fmt.Sprint(1000 + i)
		}
		row[c] = cell
	}
	return row
}

// person returns the identifier of row i and remembers it.
func (s *sample) person(i int, t api.IdentifierType) string {
	value := fmt.Sprintf("+1415555%04d", 100+i)
	switch t {
	case api.SMS:
		value = fmt.Sprintf("+1650555%04d", 100+i)
	case api.Email:
		value = fmt.Sprintf("p%d@%s", i, []string{"example.com", "example.org", "mail.example.net"}[i%3])
	}
	s.people[api.Identifier{Type: t, Value: value}] = i
	return value
}

// write writes the list as one of several programs would.
func (s *sample) write(r *rand.Rand) []byte {
	delimiter, end, all := string(delimiters[r.IntN(3)]), []string{"\n", "\r\n"}[r.IntN(2)], r.IntN(4) == 0
	var b bytes.Buffer
	for _, row := range append([][]string{s.names}, s.rows...) {
		for c, cell := range row {
			if c > 0 {
				b.WriteString(delimiter)
			}
			if all || strings.ContainsAny(cell, delimiter+"\n\"") {
				cell = `"` + strings.ReplaceAll(cell, `"`, `""`) + `"`
			}
			b.WriteString(cell)
		}
		b.WriteString(end)
	}
	return b.Bytes()
}

// damage is one way in which a list goes wrong.
type damage struct {
	name string
	do   func(*rand.Rand, *sample) []byte
}

func damages() []damage {
	at := func(sign string) func(*rand.Rand, *sample) []byte {
		return func(r *rand.Rand, s *sample) []byte { return lose(r, s.text, sign) }
	}
	add := func(sign string) func(*rand.Rand, *sample) []byte {
		return func(r *rand.Rand, s *sample) []byte {
			i := r.IntN(len(s.text) + 1)
			return slices.Concat(s.text[:i], []byte(sign), s.text[i:])
		}
	}
	return []damage{
		{"none", func(_ *rand.Rand, s *sample) []byte { return s.text }},
		{"lost comma", at(",")}, {"lost semicolon", at(";")}, {"lost tab", at("\t")}, {"lost quote", at(`"`)}, {"lost line end", at("\n")},
		{"added comma", add(",")}, {"added semicolon", add(";")}, {"added tab", add("\t")}, {"added quote", add(`"`)}, {"added line end", add("\n")},
		{"cut", func(r *rand.Rand, s *sample) []byte { return s.text[:r.IntN(len(s.text))] }},
		{"joined", func(r *rand.Rand, s *sample) []byte { return append(bytes.Clone(s.text), s.text...) }},
		{"joined without a line end", func(r *rand.Rand, s *sample) []byte {
			return append(bytes.TrimRight(bytes.Clone(s.text), "\r\n"), s.text...)
		}},
		{"joined in another order", joinedInOrder},
	}
}

// lose takes out one occurrence of a sign.
func lose(r *rand.Rand, text []byte, sign string) []byte {
	n := bytes.Count(text, []byte(sign))
	if n == 0 {
		return text
	}
	i := 0
	for range r.IntN(n) + 1 {
		i += bytes.Index(text[i:], []byte(sign)) + 1
	}
	return slices.Concat(text[:i-1], text[i:])
}

// joinedInOrder appends the list with its columns in reverse.
func joinedInOrder(r *rand.Rand, s *sample) []byte {
	other := &sample{names: slices.Clone(s.names)}
	slices.Reverse(other.names)
	for _, row := range s.rows {
		row = slices.Clone(row)
		slices.Reverse(row)
		other.rows = append(other.rows, row)
	}
	seed := rand.New(rand.NewPCG(r.Uint64(), 2))
	text := s.text
	if r.IntN(3) == 0 {
		text = bytes.TrimRight(bytes.Clone(text), "\r\n")
	}
	return append(bytes.Clone(text), other.write(seed)...)
}
