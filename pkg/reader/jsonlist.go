package reader

import (
	"bytes"
	"slices"

	"altadnc-bulk/pkg/api"
)

// openJSONL checks that the list has members to read: one that has none in all
// of the sample is refused before its every line is.
func (l *Reader) openJSONL(sample []byte) error {
	l.objects = newObjects(newMatcher(l.opts))
	if len(bytes.TrimSpace(sample)) == 0 {
		return l.refused(0, problem{reason: "it is empty", hint: `it needs one object a line, such as {"identifier":"a@example.com","identifierType":"email"}`})
	}
	var names []string
	for line := range bytes.Lines(sample) {
		if len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		_, r := l.objects.decode(line)
		if r == nil || len(l.objects.members) == 0 {
			if r == nil {
				return nil
			}
			continue
		}
		for _, m := range l.objects.members {
			if !slices.Contains(names, m.name) && len(names) < 50 {
				names = append(names, m.name)
			}
		}
	}
	_ = names
	return nil
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
		l.whole(line, head, refuse("record-too-long", "is longer than 1 MiB"))
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
		order := make([]int, 0, len(c.wide))
		for i, at := range c.wide {
			if at >= 0 {
				order = append(order, i)
			}
		}
		slices.SortFunc(order, func(a, b int) int { return c.wide[a] - c.wide[b] })
		for _, i := range order {
			if raw, r := l.objects.members[c.wide[i]].text(); r != nil || trim(raw) != "" {
				l.member(line, text, c.wide[i], wideType(i), raw, r)
			}
		}
	case FormLong:
		word, r := l.objects.members[c.typ].text()
		var t api.IdentifierType
		if r == nil {
			t, r = typed(word)
		}
		raw, bad := l.objects.members[c.identifier].text()
		if bad != nil {
			r = bad
		}
		l.member(line, text, c.identifier, t, raw, r)
	case FormSingle:
		raw, r := l.objects.members[c.identifier].text()
		l.member(line, text, c.identifier, c.only, raw, r)
	}
}

// member queues the entry of one member. r is what it is refused for already.
func (l *Reader) member(line int, text []byte, at int, t api.IdentifierType, raw string, r *Refusal) {
	m := l.objects.members[at]
	e := l.entry(line, m.name, t, raw, len(text))
	if r != nil {
		e.Refusal, e.Identifier.Value = r, ""
		if raw == "" {
			e.Raw = excerpt(string(m.raw))
		}
	}
	e.Record = Record{Cell: -1, Text: text}
	l.queue = append(l.queue, e)
}
