package reader

import (
	"bytes"
	"errors"
	"io"
	"slices"

	"github.com/go-json-experiment/json/jsontext"

	"altadnc-bulk/pkg/api"
	"altadnc-bulk/pkg/reader/canonical"
)

// objects decodes the lines of a JSONL list, one object each, strictly: no
// member twice, nothing behind the object, valid UTF-8.
type objects struct {
	matcher matcher
	known   map[string]member // by name, at most maxKnown
	decoder jsontext.Decoder
	line    []byte
	text    bytes.Buffer // line, for decoder
	members []value      // of the current object: those that could be read
}

// maxKnown bounds how many member names are remembered.
const maxKnown = 4096

// member is what is known of a member by its name.
type member struct {
	name  string
	match match
}

// value is a member of the current object.
type value struct {
	member
	raw jsontext.Value
}

func newObjects(m matcher) *objects {
	return &objects{matcher: m, known: make(map[string]member)}
}

// decode returns the columns that one line's object has, by their index in
// o.members, or why the line is refused.
func (o *objects) decode(line []byte) (choice, *canonical.Refusal) {
	f, r := o.parse(line)
	if r != nil {
		return choice{}, r
	}
	c, p := o.matcher.choose(&f, o.name)
	if p != nil {
		return choice{}, canonical.Refuse(p.code, p.reason)
	}
	return c, nil
}

// try tells whether a line can be read: the refusal is for what is no object,
// the problem for one whose members cannot be resolved.
func (o *objects) try(line []byte) (*problem, *canonical.Refusal) {
	f, r := o.parse(line)
	if r != nil {
		return nil, r
	}
	_, p := o.matcher.choose(&f, o.name)
	return p, nil
}

func (o *objects) parse(line []byte) (found, *canonical.Refusal) {
	o.line, o.text = line, *bytes.NewBuffer(line)
	o.decoder.Reset(&o.text)
	o.members = o.members[:0]
	f := newFound()
	r := o.object(&f)
	return f, r
}

func (o *objects) name(i int) string { return o.members[i].name }

// appendNames adds the names of the current object's members that are new.
func (o *objects) appendNames(names []string) []string {
	const enough = 50
	for _, m := range o.members {
		if len(names) < enough && !slices.Contains(names, m.name) {
			names = append(names, m.name)
		}
	}
	return names
}

// object reads the members of one object into o.members and f.
func (o *objects) object(f *found) *canonical.Refusal {
	if o.decoder.PeekKind() != '{' {
		return o.notObject()
	}
	if _, err := o.decoder.ReadToken(); err != nil {
		return notJSON(err)
	}
	for o.decoder.PeekKind() == '"' {
		if err := o.member(f); err != nil {
			return notJSON(err)
		}
	}
	if _, err := o.decoder.ReadToken(); err != nil { // the closing brace
		return notJSON(err)
	}
	if _, err := o.decoder.ReadToken(); err != io.EOF {
		return canonical.Refuse("json-trailing", "has something behind its JSON object: one object a line")
	}
	return nil
}

func (o *objects) notObject() *canonical.Refusal {
	if _, err := o.decoder.ReadValue(); err != nil {
		return notJSON(err)
	}
	return canonical.Refuse("json-not-object", "is not a JSON object")
}

// member reads one name and its value.
func (o *objects) member(f *found) error {
	name, err := o.decoder.ReadValue()
	if err != nil {
		return err
	}
	m := o.lookup(name)
	raw, err := o.decoder.ReadValue()
	if err != nil {
		return err
	}
	end := int(o.decoder.InputOffset()) // the decoder's own bytes are gone with its next step
	f.add(len(o.members), m.match)
	o.members = append(o.members, value{m, o.line[end-len(raw) : end]})
	return nil
}

// lookup returns what is known of a member by its quoted name.
func (o *objects) lookup(quoted []byte) member {
	if m, ok := o.known[string(quoted)]; ok {
		return m
	}
	name, _ := jsontext.AppendUnquote(nil, quoted) // the decoder has checked it
	m := member{name: string(name), match: o.matcher.match(canonical.Trim(string(name)))}
	if len(o.known) < maxKnown && len(name) <= maxRaw {
		o.known[string(quoted)] = m
	}
	return m
}

// text returns the string of a member, "" for null.
func (v value) text() (string, *canonical.Refusal) {
	switch v.raw.Kind() {
	case '"':
		s, err := jsontext.AppendUnquote(nil, v.raw)
		if err != nil {
			return "", notJSON(err)
		}
		return string(s), nil
	case 'n':
		return "", nil
	}
	return "", canonical.Refuse("json-type", "is not a JSON string")
}

// typed returns the type that a member names.
func (v value) typed() (api.IdentifierType, *canonical.Refusal) {
	word, r := v.text()
	if r != nil {
		return "", canonical.Refuse("json-type", "has a type that is not a JSON string")
	}
	return typed(word)
}

// blank tells whether a member holds nothing: null, or a string without anything
// visible.
func (v value) blank() bool {
	s, r := v.text()
	return r == nil && canonical.Trim(s) == ""
}

// notJSON tells why the decoder refused a line.
func notJSON(err error) *canonical.Refusal {
	if errors.Is(err, jsontext.ErrDuplicateName) {
		return canonical.Refuse("json-duplicate", "has the same member twice")
	}
	return canonical.Refuse("json-syntax", "is not valid JSON")
}
