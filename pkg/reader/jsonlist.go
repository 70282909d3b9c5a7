package reader

import (
	"bytes"
	"iter"

	"github.com/go-json-experiment/json/jsontext"

	"altadnc-bulk/pkg/api"
	"altadnc-bulk/pkg/reader/canonical"
)

// openJSONL looks at the sample for an object that can be read. A list without
// one is refused here as a whole, rather than line by line.
func (l *Reader) openJSONL(sample []byte) error {
	l.objects = newObjects(newMatcher(l.opts))
	var names []string
	var unreadable *problem
	for line := range wholeLines(sample, l.lines.cr) {
		if len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		p, r := l.objects.try(line)
		if r == nil && p == nil {
			return nil
		}
		if r != nil {
			continue
		}
		if unreadable == nil {
			unreadable = p
		}
		names = l.objects.appendNames(names)
	}
	switch {
	case spread(sample):
		return l.refused(1, problem{reason: "it is one JSON value over several lines", hint: "write one object a line (JSONL), for example with jq -c ."})
	case unreadable != nil:
		return l.refused(0, problem{reason: unreadable.reason + " (members found: " + listed(names) + ")", hint: l.hinted(unreadable.hint, names)})
	}
	return nil
}

// spread tells whether the sample begins with an object that ends on a later line.
func spread(sample []byte) bool {
	first, _, _ := bytes.Cut(bytes.TrimSpace(sample), []byte{'\n'})
	return len(bytes.TrimSpace(first)) == 1 ||
		len(sample) < sampleSize && jsontext.Value(sample).IsValid() && !jsontext.Value(first).IsValid()
}

// wholeLines yields the lines of a sample, without one that the sample cuts off.
func wholeLines(sample []byte, cr bool) iter.Seq[[]byte] {
	if len(sample) == sampleSize {
		sample = sample[:max(bytes.LastIndexByte(sample, '\n'), bytes.LastIndexByte(sample, '\r'), 0)]
	}
	if cr {
		sample = bytes.ReplaceAll(sample, []byte{'\r'}, []byte{'\n'})
	}
	return bytes.Lines(sample)
}

// nextObject queues the entries of the next line.
func (l *Reader) nextObject() error {
	content, next, err := l.lines.end(0)
	line := l.lines.line
	if err == errLong {
		head := bytes.Clone(l.lines.peek(maxRaw))
		if _, err := l.lines.skip(0); err != nil {
			return err
		}
		l.whole(line, head, canonical.Refuse("record-too-long", "is longer than 1 MiB"))
		return nil
	}
	if err != nil {
		return err
	}
	text := l.lines.buf[l.lines.pos:][:content]
	l.lines.advance(next, 1)
	if len(bytes.TrimSpace(text)) == 0 {
		return nil
	}
	r, err := l.valid(text, line)
	if err != nil {
		return err
	}
	var c choice
	if r == nil {
		c, r = l.objects.decode(text)
	}
	if r != nil {
		l.whole(line, text, r)
		return nil
	}
	l.object(line, text, c)
	return nil
}

// object queues the entries of one object.
func (l *Reader) object(line int, text []byte, c choice) {
	if l.layout.Form == FormNone {
		l.layout.Form = c.form
	}
	switch c.form {
	case FormWide:
		for _, i := range c.order() {
			if !l.objects.members[c.wide[i]].blank() {
				l.member(line, text, c.wide[i], wideType(i), wideType(i), nil)
			}
		}
	case FormLong:
		t, r := l.objects.members[c.typ].typed()
		l.member(line, text, c.identifier, "", t, r)
		l.use(l.objects.members[c.typ].name, RoleType, "")
	case FormSingle:
		l.member(line, text, c.identifier, c.only, c.only, nil)
	}
}

// member queues the entry of one member. all is the type that the member's name
// or an option gives, t that of this entry, r what its type is refused for.
func (l *Reader) member(line int, text []byte, at int, all, t api.IdentifierType, r *canonical.Refusal) {
	m := l.objects.members[at]
	l.use(m.name, RoleIdentifier, all)
	raw, bad := m.text()
	e := l.entry(line, m.name, t, raw, 0)
	if e.untyped(r); bad != nil {
		e.Refusal, e.Identifier.Value, e.Raw = bad, "", excerpt(string(m.raw))
	}
	e.Record = Record{Cell: -1, Text: text}
	l.queue = append(l.queue, e)
}

// maxUsed bounds how many members Layout tells of.
const maxUsed = 64

// use notes in the layout that a member is read.
func (l *Reader) use(name string, role Role, t api.IdentifierType) {
	for _, c := range l.layout.Columns {
		if c.Name == name {
			return
		}
	}
	if len(l.layout.Columns) < maxUsed {
		l.layout.Columns = append(l.layout.Columns, Column{Name: name, Role: role, Type: t})
	}
}
