package reader

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"altadnc-bulk/pkg/reader/canonical"
	"altadnc-bulk/pkg/reader/columns"
)

// jsonList reads the lines of a JSONL list, one object each, strictly: no
// duplicate members, nothing after the object, valid UTF-8. Each object is
// matched on its own, as a header is.
type jsonList struct {
	lines   *lines
	decoder jsontext.Decoder
	line    []byte
	text    bytes.Buffer // line, for decoder

	names   []string         // the members of the current object
	values  []jsontext.Value // and what they hold
	unquote map[string]string
	choices map[string]choice // by names
	last    []string          // the names of the object before, nearly always the same
	chosen  choice            // what is read of it
}

// choice says which members of an object are read, or why none are.
type choice struct {
	columns.Choice
	problem *columns.Problem
}

// maxKnown bounds how many member names, and sets of them, are remembered.
const maxKnown = 4096

// openJSONL looks at the sample for an object that can be read. A list without
// one is refused here as a whole, rather than line by line.
func (l *Reader) openJSONL(text *lines) (list, error) {
	j := &jsonList{lines: text, unquote: map[string]string{}, choices: map[string]choice{}}
	sample := text.peek(sampleSize)
	var names []string
	var problem *columns.Problem
	readable := false
	for line := range wholeLines(sample, text.cr) {
		line = bytes.TrimPrefix(line, byteOrderMark)
		if len(bytes.TrimSpace(line)) == 0 || j.parse(line) != nil {
			continue
		}
		c := j.choose(l)
		names = addNames(names, j.names)
		if c.problem == nil || j.refusedBefore() {
			readable = true
			continue
		}
		if problem == nil {
			problem = c.problem
		}
	}
	switch absent := l.opts.Columns.Absent(names); {
	case readable && absent == "":
		return j, nil
	case readable:
		return nil, &unreadable{reason: fmt.Sprintf("no member is called %q (members found: %s)", absent, listed(names)), hint: "give one of those found"}
	case spread(sample):
		return nil, &unreadable{line: 1, reason: "it is one JSON value over several lines", hint: "write one object per line (JSONL), for example with jq -c ."}
	case problem != nil:
		return nil, &unreadable{reason: problem.Reason + " (members found: " + listed(names) + ")", hint: problem.Hint, flags: problem.Flags}
	}
	return j, nil
}

// addNames adds the names that are new.
func addNames(names, more []string) []string {
	for _, name := range more {
		if len(names) < maxKnown && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// spread reports whether the sample begins with an object that ends on a later line.
func spread(sample []byte) bool {
	first, _, _ := bytes.Cut(bytes.TrimSpace(sample), []byte{'\n'})
	return len(bytes.TrimSpace(first)) == 1 ||
		len(sample) < sampleSize && jsontext.Value(sample).IsValid() && !jsontext.Value(first).IsValid()
}

// next reads the next line.
func (j *jsonList) next(l *Reader) (row, error) {
	content, next, err := j.lines.end(0)
	line := j.lines.line
	if err == errLong {
		head := bytes.Clone(j.lines.peek(maxRaw))
		if _, err := j.lines.skip(0); err != nil {
			return 0, err
		}
		return l.whole(line, head, canonical.Refuse("record-too-long", "is longer than 1 MiB")), nil
	}
	if err != nil {
		return 0, err
	}
	text := j.lines.buf[j.lines.pos:][:content]
	j.lines.advance(next, 1)
	text = bytes.TrimPrefix(text, byteOrderMark)
	if len(bytes.TrimSpace(text)) == 0 {
		return rowBlank, nil
	}
	refusal, err := j.lines.valid(text, line)
	if err != nil {
		return 0, err
	}
	if refusal == nil {
		refusal = j.parse(text)
	}
	if refusal != nil {
		return l.whole(line, text, refusal), nil
	}
	if j.refusedBefore() {
		return l.whole(line, text, refusedBefore()), nil
	}
	c := j.choose(l)
	if c.problem != nil {
		return l.whole(line, text, canonical.Refuse(c.problem.Code, c.problem.Reason)), nil
	}
	return j.object(l, c.Choice, Entry{Line: line, Record: Record{Cell: -1, Text: text}}), nil
}

// refusedBefore reports whether the current object is what a report keeps of a
// line that was refused as a whole.
func (j *jsonList) refusedBefore() bool {
	i := slices.Index(j.names, rawColumn)
	return i >= 0 && !blankValue(j.values[i])
}

// object queues the entries of the current object.
func (j *jsonList) object(l *Reader, c columns.Choice, e Entry) row {
	if c.Type >= 0 {
		j.long(l, c, e)
		return rowEntries
	}
	for i, column := range c.Columns {
		if column.Role != columns.Identifier || blankValue(j.values[i]) {
			continue
		}
		e.Column = j.names[i]
		raw, refusal := text(j.values[i])
		if refusal == nil && canonical.Nothing(raw) {
			continue
		}
		if refusal != nil {
			e.Identifier.Type = column.Types[0]
			l.refuse(&e, string(j.values[i]), refusal)
			continue
		}
		l.cells(&e, raw, column.Types)
	}
	if len(l.queue) == 0 {
		return j.without(l, c, e)
	}
	return rowEntries
}

// long queues the entries of an object with a member for its type.
func (j *jsonList) long(l *Reader, c columns.Choice, e Entry) {
	e.Column = j.names[c.Identifier]
	raw, bad := text(j.values[c.Identifier])
	word, untold := text(j.values[c.Type])
	switch {
	case bad != nil:
		e.Identifier.Type, _ = l.names.ParseType(word)
		l.refuse(&e, string(j.values[c.Identifier]), bad)
	case untold != nil:
		l.refuse(&e, raw, canonical.Refuse("json-type", "has a type that is not a JSON string"))
	default:
		l.typed(&e, raw, word)
	}
}

// without takes an object that holds no identifier in the members that are read.
func (j *jsonList) without(l *Reader, c columns.Choice, e Entry) row {
	t := table{Choice: c}
	for i, value := range j.values {
		if s, refusal := text(value); refusal == nil && !t.expects(i) && canonical.InSight(s) {
			return l.whole(e.Line, e.Record.Text, canonical.Refuse("identifier-elsewhere", "has no identifier in the members that are read, but one in another"))
		}
	}
	return rowNone
}

// choose returns what is read of the current object, and notes it in the layout.
func (j *jsonList) choose(l *Reader) choice {
	if len(j.names) > 0 && slices.Equal(j.names, j.last) {
		return j.chosen
	}
	key := strings.Join(j.names, "\x00")
	c, ok := j.choices[key]
	if !ok {
		opts := l.opts.Columns
		opts.Sparse = true
		if c.Choice, c.problem = l.names.Choose(trimmed(j.names), opts); c.problem == nil {
			l.layout.note(c.Columns)
		}
		if len(j.choices) < maxKnown && len(key) < 64*maxRaw {
			j.choices[key] = c
		}
	}
	j.last, j.chosen = slices.Clone(j.names), c
	return c
}

// maxNoted bounds how many members Layout lists.
const maxNoted = 64

// note adds the members of an object that are read or that people should know of.
func (l *Layout) note(members []columns.Column) {
	for _, m := range members {
		known := func(c columns.Column) bool { return c.Name == m.Name }
		if (m.Role != columns.Other || m.Unread != nil) && len(l.Columns) < maxNoted && !slices.ContainsFunc(l.Columns, known) {
			l.Columns = append(l.Columns, m)
		}
	}
}

// parse reads the members of one line's object into j.names and j.values, or
// says why the line is refused.
func (j *jsonList) parse(line []byte) *canonical.Refusal {
	j.line, j.text = line, *bytes.NewBuffer(line)
	j.decoder.Reset(&j.text)
	j.names, j.values = j.names[:0], j.values[:0]
	if j.decoder.PeekKind() != '{' {
		return j.notObject()
	}
	if _, err := j.decoder.ReadToken(); err != nil {
		return notJSON(err)
	}
	for j.decoder.PeekKind() == '"' {
		if err := j.member(); err != nil {
			return notJSON(err)
		}
	}
	if _, err := j.decoder.ReadToken(); err != nil { // the closing brace
		return notJSON(err)
	}
	if _, err := j.decoder.ReadToken(); err != io.EOF {
		return canonical.Refuse("json-trailing", "has something after its JSON object: write one object per line")
	}
	return nil
}

func (j *jsonList) notObject() *canonical.Refusal {
	if _, err := j.decoder.ReadValue(); err != nil {
		return notJSON(err)
	}
	return canonical.Refuse("json-not-object", "is not a JSON object")
}

// member reads one name and its value.
func (j *jsonList) member() error {
	quoted, err := j.decoder.ReadValue()
	if err != nil {
		return err
	}
	name := j.name(quoted)
	raw, err := j.decoder.ReadValue()
	if err != nil {
		return err
	}
	end := int(j.decoder.InputOffset()) // the decoder's own bytes are gone with its next step
	j.names = append(j.names, name)
	j.values = append(j.values, j.line[end-len(raw):end])
	return nil
}

// name returns a member's name without its quotes.
func (j *jsonList) name(quoted []byte) string {
	if name, ok := j.unquote[string(quoted)]; ok {
		return name
	}
	text, _ := jsontext.AppendUnquote(nil, quoted) // the decoder has checked it
	name := string(text)
	if len(j.unquote) < maxKnown && len(name) <= maxRaw {
		j.unquote[string(quoted)] = name
	}
	return name
}

// text returns the string that a value is, "" for null.
func text(v jsontext.Value) (string, *canonical.Refusal) {
	switch v.Kind() {
	case '"':
		s, err := jsontext.AppendUnquote(nil, v)
		if err != nil {
			return "", notJSON(err)
		}
		return string(s), nil
	case 'n':
		return "", nil
	}
	return "", canonical.Refuse("json-type", "is not a JSON string")
}

// blankValue reports whether a value holds nothing: null, or a string without
// anything visible.
func blankValue(v jsontext.Value) bool {
	s, refusal := text(v)
	return refusal == nil && canonical.Trim(s) == ""
}

// notJSON returns why the decoder refused a line.
func notJSON(err error) *canonical.Refusal {
	if errors.Is(err, jsontext.ErrDuplicateName) {
		return canonical.Refuse("json-duplicate", "has the same member twice")
	}
	return canonical.Refuse("json-syntax", "is not valid JSON")
}
