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

// frame is one record.
type frame struct {
	line    int
	text    []byte // without its line end; valid until the next frame
	cells   int
	refusal *canonical.Refusal // the record is broken and costs only itself
	next    int                // bytes to the next record
	ends    int                // line ends up to there
}

// unreadable is why nothing behind a record can be trusted.
type unreadable struct {
	line         int
	reason, hint string
}

func (u *unreadable) Error() string { return fmt.Sprintf("line %d: %s", u.line, u.reason) }

// next returns the next record that is not an empty line; io.EOF at the end and
// *unreadable when the text cannot be cut any further.
func (f *framer) next() (frame, error) {
	got, err := f.peek()
	if err == errLong {
		return f.long()
	}
	f.lines.advance(got.next, got.ends)
	return got, err
}

// peek returns what next would, and stays before it; errLong before a line that
// is too long.
func (f *framer) peek() (frame, error) {
	for {
		content, next, err := f.lines.end(0)
		if err != nil {
			return frame{}, err
		}
		if content == 0 {
			f.lines.advance(next, 1)
			continue
		}
		text := f.lines.buf[f.lines.pos:][:content]
		if bytes.IndexByte(text, '"') >= 0 {
			return f.quoted(content, next)
		}
		got := frame{line: f.lines.line, text: text, cells: 1 + bytes.Count(text, []byte{f.delimiter}), next: next, ends: 1}
		if bytes.IndexByte(text, '\r') >= 0 {
			got.refusal = strayCR()
		}
		return got, nil
	}
}

func strayCR() *canonical.Refusal {
	return canonical.Refuse("stray-cr", "holds a carriage return outside quotes: save the list with one kind of line end")
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
		return frame{}, &unreadable{line, "this record is longer than 1 MiB and holds quotes, so that its end is not certain", "look for a quote that is not closed"}
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
			return frame{}, &unreadable{first, "this record has a quote out of place and spans lines, so that its end is not certain", "write every quote inside a quoted cell twice"}
		case s.bad != nil && s.state == inQuotes && !f.endsHere(content, next):
			return frame{}, &unreadable{first, "a quoted cell goes on behind its closing quote, and where it ends is not certain", "write every quote inside a quoted cell twice"}
		case s.bad != nil || s.state != inQuotes:
			return frame{line: first, text: f.lines.buf[f.lines.pos:][:content], cells: s.cells, refusal: s.bad, next: next, ends: n}, nil
		}
		from = next
		var err error
		if content, next, err = f.lines.end(from); err == io.EOF {
			return frame{}, &unreadable{first, "a quote opens here and is never closed", "close it, or take it out"}
		} else if err == errLong || content > maxRecord {
			return frame{}, &unreadable{first, "this record is longer than 1 MiB, from a quote on that opens here", "look for a quote that is not closed"}
		} else if err != nil {
			return frame{}, err
		}
	}
}

// endsHere tells whether a line whose last quoted cell went on behind its closing
// quote is a record for sure: its quotes pair up, and none follows, within what a
// record may hold, that the cell could go on to.
func (f *framer) endsHere(content, next int) bool {
	ahead := f.lines.peek(next + maxRecord)
	return bytes.Count(ahead[:content], []byte{'"'})%2 == 0 && bytes.IndexByte(ahead[next:], '"') < 0
}

// scan follows quotes and delimiters through the lines of one record.
type scan struct {
	delimiter byte
	state     scanState
	cells     int
	bad       *canonical.Refusal
	reopened  bool // the open cell was closed before, and went on
}

type scanState uint8

const (
	atStart    scanState = iota // of a cell
	inPlain                     // inside a cell without quotes
	inQuotes                    // inside a quoted cell
	afterQuote                  // behind a quote inside a quoted cell
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
	case s.delimiter:
		s.state = atStart
		s.cells++
	default:
		s.state, s.reopened = inQuotes, true
		s.worsen("quote", "has a quote inside a quoted cell that is not doubled")
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
	if n := len(plain); n > 0 {
		s.state = inPlain
		if plain[n-1] == s.delimiter {
			s.state = atStart
		}
	}
	switch {
	case i < 0:
		return len(b)
	case s.state == atStart:
		s.state, s.reopened = inQuotes, false
	default:
		s.worsen("quote", "has a quote inside a cell that is not quoted")
	}
	return i + 1
}

func (s *scan) worsen(code, reason string) {
	if s.bad == nil {
		s.bad = canonical.Refuse(code, reason)
	}
}
