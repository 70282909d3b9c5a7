package reader

import (
	"bytes"
	"fmt"
	"io"

	"altadnc-bulk/pkg/reader/canonical"
)

// framer cuts CSV text into records and decides of each whether it is sound,
// before a decoder sees it. It follows RFC 4180; where a quote is out of place it
// also follows the reading of lenient programs, and only when both agree on
// where the record ends does the record alone count as broken. Nothing is
// resynchronised by guess: the text of a note must never become a row.
type framer struct {
	lines     *lines
	delimiter byte
}

// frame is one record. Its bytes are valid until the next frame.
type frame struct {
	line    int
	text    []byte // without its line end and byte order mark
	cells   int
	refusal *canonical.Refusal // the record is broken and costs only itself
	next    int                // bytes to the next record
	ends    int                // line ends up to there
	ahead   []byte             // the line after the record; nil at the end
	cut     bool               // the file ends here, without a line end
	even    bool               // as narrow or wide as its block: see [blocks]
}

// clone returns the frame with bytes of its own.
func (f frame) clone() frame {
	f.text, f.ahead = bytes.Clone(f.text), bytes.Clone(f.ahead)
	return f
}

// unreadable is why nothing after a record can be trusted.
type unreadable struct {
	line         int
	reason, hint string
	flags        [][]string // as in [ListError]
}

func (u *unreadable) Error() string { return fmt.Sprintf("line %d: %s", u.line, u.reason) }

// next returns the next record; an empty line is one of a single empty cell. The
// error is io.EOF at the end and [*unreadable] where the text cannot be cut any
// further.
func (f *framer) next() (frame, error) {
	got, err := f.peek()
	if err == errLong {
		return f.long()
	}
	f.lines.advance(got.next, got.ends)
	return got, err
}

// byteOrderMark begins each of several files that were joined.
var byteOrderMark = []byte("\ufeff")

// peek returns what next would, and stays before it; errLong before a line that
// is too long.
func (f *framer) peek() (frame, error) {
	content, next, err := f.lines.end(0)
	if err != nil {
		return frame{}, err
	}
	if bytes.HasPrefix(f.lines.buf[f.lines.pos:][:content], byteOrderMark) {
		f.lines.advance(len(byteOrderMark), 0)
		return f.peek()
	}
	if text := f.lines.buf[f.lines.pos:][:content]; bytes.IndexByte(text, '"') >= 0 {
		return f.quoted(content, next)
	}
	got := f.frame(content, next, 1)
	got.cells = 1 + bytes.Count(got.text, []byte{f.delimiter})
	if bytes.IndexByte(got.text, '\r') >= 0 {
		got.refusal = strayCR()
	}
	return got, nil
}

// frame returns the record of the lines up to next.
func (f *framer) frame(content, next, ends int) frame {
	line, ahead := f.lines.ahead(next) // may move the bytes: before they are taken
	b := f.lines.buf[f.lines.pos:]
	got := frame{line: f.lines.line, text: b[:content], next: next, ends: ends, cut: content == next}
	if ahead {
		got.ahead = b[next:][:line]
	}
	return got
}

func strayCR() *canonical.Refusal {
	return canonical.Refuse("stray-cr", "holds a carriage return outside quotes: save the list with one kind of line ending")
}

// long passes over a line that is too long. Without any quote its end is
// certain, and only its record is lost.
func (f *framer) long() (frame, error) {
	line := f.lines.line
	text := bytes.Clone(f.lines.peek(maxRaw))
	quoted, err := f.lines.skip('"')
	if err != nil {
		return frame{}, err
	}
	if quoted {
		return frame{}, &unreadable{line: line, reason: "this record is longer than 1 MiB and holds quotes, so its end is uncertain", hint: "look for a quote that is not closed"}
	}
	return frame{line: line, text: text, refusal: canonical.Refuse("record-too-long", "is longer than 1 MiB")}, nil
}

// quoted frames a record with quotes, which may span lines. content and next
// are those of its first line.
func (f *framer) quoted(content, next int) (frame, error) {
	s := scan{delimiter: f.delimiter, cells: 1}
	first := f.lines.line
	for n, from := 1, 0; ; n++ {
		s.line(f.lines.buf[f.lines.pos:][from:content])
		switch {
		case s.bad != nil && (n > 1 || s.state == inQuotes && !s.reopened):
			return frame{}, &unreadable{line: first, reason: "this record has a misplaced quote and spans lines, so its end is uncertain", hint: "double every quote inside a quoted cell"}
		case s.bad != nil && s.state == inQuotes && !f.endsHere(content, next):
			return frame{}, &unreadable{line: first, reason: "a quoted cell goes on after its closing quote, so its end is uncertain", hint: "double every quote inside a quoted cell"}
		case s.bad != nil && s.quotes%2 == 1 && s.closes:
			return frame{}, &unreadable{line: first, reason: "a quote closes here that was never opened: the lines above may be the text of a note, not rows", hint: "open and close every quoted cell, and double every quote inside one"}
		case s.bad != nil || s.state != inQuotes:
			got := f.frame(content, next, n)
			if got.cells, got.refusal = s.cells, s.bad; s.constants && s.bad == nil {
				got.text = unwrapped(got.text, f.delimiter)
			}
			return got, nil
		}
		from = next
		var err error
		if content, next, err = f.lines.end(from); err == io.EOF {
			return frame{}, &unreadable{line: first, reason: "a quote opens here and is never closed", hint: "close it, or take it out"}
		} else if err == errLong || content > maxRecord {
			return frame{}, &unreadable{line: first, reason: "this record is longer than 1 MiB, counted from a quote that opens here", hint: "look for a quote that is not closed"}
		} else if err != nil {
			return frame{}, err
		}
	}
}

// endsHere reports whether a line whose last quoted cell went on after its
// closing quote is certainly a record: its quotes pair up, and no further quote
// follows within the size of a record that the cell could extend to.
func (f *framer) endsHere(content, next int) bool {
	ahead := f.lines.peek(next + maxRecord)
	return bytes.Count(ahead[:content], []byte{'"'})%2 == 0 && bytes.IndexByte(ahead[next:], '"') < 0
}

// unwrapped returns a sound record with each ="…" as "…", which is what a
// decoder takes. Programs write ="+14155550123" so that a spreadsheet keeps the
// text as it is.
func unwrapped(text []byte, delimiter byte) []byte {
	out := make([]byte, 0, len(text))
	quoted, start := false, true
	for i, b := range text {
		if !quoted && start && b == '=' && bytes.HasPrefix(text[i+1:], []byte{'"'}) {
			continue
		}
		if b == '"' {
			quoted = !quoted
		}
		start = !quoted && b == delimiter
		out = append(out, b)
	}
	return out
}

// scan follows quotes and delimiters through the lines of one record.
type scan struct {
	delimiter byte
	state     scanState
	cells     int
	quotes    int
	bad       *canonical.Refusal
	reopened  bool // the open cell was closed before, and went on
	closes    bool // a quote out of place could close a cell that was not opened
	constants bool // a cell is ="…"
}

type scanState uint8

const (
	atStart    scanState = iota // of a cell
	inPlain                     // inside a cell without quotes
	inQuotes                    // inside a quoted cell
	afterQuote                  // after a quote inside a quoted cell
)

// line takes one physical line without its end.
func (s *scan) line(b []byte) {
	for len(b) > 0 {
		switch s.state {
		case inQuotes:
			i := bytes.IndexByte(b, '"')
			if i < 0 {
				return
			}
			s.quotes++
			s.state, b = afterQuote, b[i+1:]
		case afterQuote:
			s.after(b[0])
			b = b[1:]
		default:
			b = b[s.plain(b):]
		}
	}
	if s.state == afterQuote {
		s.state = inPlain // the cell closed at the end of the line
	}
}

func (s *scan) after(c byte) {
	switch c {
	case '"':
		s.state = inQuotes
		s.quotes++
	case s.delimiter:
		s.state = atStart
		s.cells++
	default:
		s.state, s.reopened, s.closes = inQuotes, true, true
		s.worsen("quote", "has a quote inside a quoted cell that is not doubled (a backslash before it does not protect it)")
	}
}

// plain takes what is outside quotes, up to the next quote and with it.
func (s *scan) plain(b []byte) (taken int) {
	i := bytes.IndexByte(b, '"')
	plain := b[:max(i, 0)]
	if i < 0 {
		plain = b
	}
	if bytes.IndexByte(plain, '\r') >= 0 {
		s.worsen("stray-cr", strayCR().Reason)
	}
	s.cells += bytes.Count(plain, []byte{s.delimiter})
	cell := plain // what is before the quote in its cell
	if last := bytes.LastIndexByte(plain, s.delimiter); last >= 0 {
		cell, s.state = plain[last+1:], atStart
	}
	fresh := s.state == atStart
	if len(cell) > 0 {
		s.state = inPlain
	}
	switch {
	case i < 0:
		return len(b)
	case fresh && len(cell) == 0:
		s.state, s.reopened = inQuotes, false
	case fresh && string(cell) == "=":
		s.state, s.reopened, s.constants = inQuotes, false, true
	case fresh && len(bytes.TrimSpace(cell)) == 0:
		s.worsen("quote", "has white space before the quote that opens a cell: take the space out")
	default:
		s.worsen("quote", "has a quote inside a cell that is not quoted")
	}
	s.quotes++
	if rest := b[i+1:]; s.state == inPlain && (len(rest) == 0 || rest[0] == s.delimiter) {
		s.closes = true
	}
	return i + 1
}

func (s *scan) worsen(code, reason string) {
	if s.bad == nil {
		s.bad = canonical.Refuse(code, reason)
	}
}
