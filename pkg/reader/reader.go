package reader

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"altadnc-bulk/pkg/api"
	"altadnc-bulk/pkg/reader/canonical"
)

// Reader reads the entries of one list. It is not safe for concurrent use.
type Reader struct {
	name   string
	opts   Options
	rules  canonical.Rules
	layout Layout
	lines  *lines
	strict bool // invalid UTF-8 refuses the list, not the record
	lossy  bool // U+FFFD marks what could not be decoded

	csv     *csvList // one of the two is set
	objects *objects

	queue []Entry // the entries of the current record
	taken int     // how many of them Read has returned
	err   error   // what Read keeps returning
}

// New starts reading a list. It looks at the first bytes to find compression,
// encoding, format, delimiter and columns. The name stands in errors.
//
// The error is a [*ListError] if the list as a whole cannot be read, wraps
// [ErrOptions] if opts cannot be, and is that of r otherwise.
func New(r io.Reader, name string, opts Options) (*Reader, error) {
	if err := opts.Validate(); err != nil {
		return nil, err
	}
	l := &Reader{name: name, opts: opts, rules: canonical.Rules{Region: strings.ToUpper(opts.DefaultRegion), AsIs: opts.AsIs}}
	if err := l.open(r); err != nil {
		return nil, l.explain(err)
	}
	return l, nil
}

// open finds out all that the first bytes tell.
func (l *Reader) open(r io.Reader) error {
	unpacked, compressed, err := unpack(r)
	l.layout.Gzip = compressed
	if err != nil {
		return err
	}
	if err := l.decode(unpacked); err != nil {
		return err
	}
	sample := l.lines.peek(sampleSize)
	if l.lines.err != nil && l.lines.err != io.EOF {
		return l.lines.err
	}
	if binary(sample) {
		return l.refused(0, problem{reason: "it is a binary file, not a list", hint: "export the list as CSV UTF-8"})
	}
	if p := foreignText(sample); p != nil {
		return l.refused(0, *p)
	}
	l.lines.cr = loneCR(sample)
	l.layout.Format = l.opts.Format
	if l.layout.Format == FormatAuto {
		l.layout.Format = sniffFormat(sample)
	}
	if len(bytes.TrimSpace(sample)) == 0 && len(sample) < sampleSize {
		return l.refused(0, problem{reason: "it is empty", hint: "it needs a header row such as identifier,identifierType, or one JSON object a line"})
	}
	if l.layout.Format == FormatJSONL {
		return l.openJSONL(sample)
	}
	return l.openCSV()
}

// decode finds the encoding and starts decoding.
func (l *Reader) decode(r io.Reader) error {
	raw := newLines(r)
	head := raw.peek(4096)
	if raw.err != nil && raw.err != io.EOF {
		return raw.err
	}
	if p := foreign(head); p != nil {
		return l.refused(0, *p)
	}
	c, p := detect(head, l.opts.Encoding)
	if p != nil {
		return l.refused(0, *p)
	}
	l.layout.Encoding, l.layout.Declared = c.name, c.declared
	l.strict, l.lossy = !c.declared, strings.HasPrefix(c.name, "utf-16")
	raw.advance(c.mark, 0)
	if c.name == utf8Name {
		l.lines = raw
		return nil
	}
	l.lines = newLines(c.decode(io.MultiReader(bytes.NewReader(raw.buf[raw.pos:]), resumed{raw.err, r})))
	return nil
}

// resumed is a reader whose first bytes were read already, along with err.
type resumed struct {
	err error
	r   io.Reader
}

func (r resumed) Read(p []byte) (int, error) {
	if r.err != nil {
		return 0, r.err
	}
	return r.r.Read(p)
}

func sniffFormat(sample []byte) Format {
	if text := bytes.TrimLeft(sample, " \t\r\n"); len(text) > 0 && text[0] == '{' {
		return FormatJSONL
	}
	return FormatCSV
}

// Layout returns what was found out about the list. In JSONL it grows while
// entries are read.
func (l *Reader) Layout() Layout { return l.layout.clone() }

// Read returns the next entry, and io.EOF behind the last one. A bad record is an
// entry with a Refusal, and reading goes on behind it.
//
// Any other error is final and returned again by every later call: a
// [*ListError] if the list turns out to be unreadable, else that of the
// underlying reader, wrapped with the list's name.
func (l *Reader) Read() (Entry, error) {
	for l.taken == len(l.queue) {
		if l.err != nil {
			return Entry{}, l.err
		}
		l.queue, l.taken = l.queue[:0], 0
		if err := l.record(); err != nil {
			l.err = l.explain(err)
		}
	}
	l.taken++
	return l.queue[l.taken-1], nil
}

// record queues the entries of the next record; none for a blank one.
func (l *Reader) record() error {
	if l.objects != nil {
		return l.nextObject()
	}
	return l.nextRow()
}

// explain makes of an internal error what New and Read return.
func (l *Reader) explain(err error) error {
	var list *ListError
	var u *unreadable
	switch {
	case err == io.EOF, errors.As(err, &list):
		return err
	case errors.As(err, &u):
		return l.refused(u.line, problem{reason: u.reason, hint: u.hint})
	case l.layout.Gzip && broken(err) != "":
		return l.refused(0, problem{reason: broken(err), hint: "get the file again"})
	case errors.Is(err, errStep):
		return l.refused(l.lines.line, problem{reason: err.Error(), hint: "save the list as plain CSV UTF-8"})
	}
	return fmt.Errorf("read %s: %w", l.name, err)
}

func (l *Reader) refused(line int, p problem) *ListError {
	return &ListError{Name: l.name, Line: line, Reason: p.reason, Hint: p.hint}
}

// whole queues the refusal of a record as a whole.
func (l *Reader) whole(line int, text []byte, r *canonical.Refusal) {
	l.queue = append(l.queue, Entry{Line: line, Raw: excerpt(string(text[:min(len(text), 2*maxRaw)])), Refusal: r, Record: Record{Cell: -1, Text: text}})
}

// entry returns the entry of one cell. size is that of its record.
func (l *Reader) entry(line int, column string, t api.IdentifierType, raw string, size int) Entry {
	e := Entry{Line: line, Column: column, Identifier: api.Identifier{Type: t}, Raw: excerpt(owned(raw, size))}
	id, r := l.rules.Canonical(api.Identifier{Type: t, Value: raw})
	if e.Refusal = r; r == nil {
		e.Identifier.Value = owned(id.Value, size)
	}
	return e
}
