package reader

import (
	"bytes"
	"errors"
	"io"
	"iter"
	"unicode/utf8"

	"altadnc-bulk/pkg/reader/canonical"
)

const (
	// maxRecord bounds one record, in bytes of decoded text.
	maxRecord = 1 << 20
	// sampleSize is how much of a list is looked at to find its dialect.
	sampleSize = 64 << 10
)

// errLong says that a line end did not come within maxRecord.
var errLong = errors.New("longer than 1 MiB")

// lines hands out the physical lines of decoded text from one growing buffer
// that never holds much more than one record.
type lines struct {
	r    io.Reader
	buf  []byte
	pos  int   // where the current record begins in buf
	err  error // what reading ended with; io.EOF at the end
	line int   // 1-based number of the line at pos
	cr   bool  // a lone CR ends a line, too (classic Mac OS)

	strict bool // invalid UTF-8 refuses the list, not the record
	lossy  bool // U+FFFD marks what could not be decoded
}

func newLines(r io.Reader) *lines {
	return &lines{r: r, buf: make([]byte, 0, sampleSize), line: 1}
}

// peek returns up to n bytes from pos on; fewer only at the end or on an error.
func (l *lines) peek(n int) []byte {
	for len(l.buf)-l.pos < n && l.err == nil {
		l.fill()
	}
	return l.buf[l.pos:min(l.pos+n, len(l.buf))]
}

// fill reads more, after moving what is left to the front or growing the buffer.
func (l *lines) fill() {
	if len(l.buf) == cap(l.buf) {
		if l.pos >= cap(l.buf)/2 {
			l.buf = l.buf[:copy(l.buf, l.buf[l.pos:])]
			l.pos = 0
		} else {
			l.buf = append(make([]byte, 0, 2*cap(l.buf)), l.buf...)
		}
	}
	for range 100 { // like bufio: a reader that gives nothing for so long is broken
		n, err := l.r.Read(l.buf[len(l.buf):cap(l.buf)])
		l.buf = l.buf[:len(l.buf)+n]
		if l.err = err; n > 0 || err != nil {
			return
		}
	}
	l.err = io.ErrNoProgress
}

// end finds the end of the line that contains offset from, counted from pos. It
// returns where the line's content ends and where the next line begins. At the
// end of the text it returns io.EOF; errLong if the line is longer than
// maxRecord.
func (l *lines) end(from int) (content, next int, err error) {
	for searched := from; ; {
		rest := l.buf[l.pos+searched:]
		if i := l.terminator(rest); i >= 0 {
			return l.cutEnd(from, searched+i)
		}
		searched += len(rest)
		if l.err != nil {
			return l.last(from, searched)
		}
		if searched > maxRecord {
			return searched, searched, errLong
		}
		if l.cr && searched > from && l.buf[l.pos+searched-1] == '\r' {
			searched-- // whether LF follows is not known yet
		}
		l.fill()
	}
}

// ahead returns the length of the line that begins next bytes after pos; ok is
// false if there is none, or it is too long.
func (l *lines) ahead(next int) (length int, ok bool) {
	content, _, err := l.end(next)
	return content - next, err == nil
}

// terminator returns the index of the first line end in b, or -1. A CR at the
// very end of b is not decided yet.
func (l *lines) terminator(b []byte) int {
	if !l.cr {
		return bytes.IndexByte(b, '\n')
	}
	i := bytes.IndexAny(b, "\r\n")
	if i >= 0 && b[i] == '\r' && i == len(b)-1 && l.err == nil {
		return -1
	}
	return i
}

// cutEnd returns content and next for a line end at offset at. All CRs before an
// LF belong to it: text that was converted twice has CR CR LF.
func (l *lines) cutEnd(from, at int) (content, next int, err error) {
	b := l.buf[l.pos:]
	next = at + 1
	if b[at] == '\r' && next < len(b) && b[next] == '\n' {
		next++
	}
	for at > from && b[at-1] == '\r' && !l.cr {
		at--
	}
	if at-from > maxRecord {
		return at, next, errLong
	}
	return at, next, nil
}

// last returns content and next for the text after the last line end.
func (l *lines) last(from, to int) (content, next int, err error) {
	switch {
	case l.err != io.EOF:
		return 0, 0, l.err
	case from == to:
		return 0, 0, io.EOF
	case to-from > maxRecord:
		return to, to, errLong
	}
	content = to
	for content > from && l.buf[l.pos+content-1] == '\r' {
		content--
	}
	return content, to, nil
}

// advance makes the record begin n bytes further on, past that many line ends.
func (l *lines) advance(n, lines int) {
	l.pos += n
	l.line += lines
}

// endsIn counts the line ends in a part of a record.
func (l *lines) endsIn(text []byte) int {
	n := bytes.Count(text, []byte{'\n'})
	if l.cr {
		n += bytes.Count(text, []byte{'\r'}) - bytes.Count(text, []byte("\r\n"))
	}
	return n
}

// skip skips the rest of a line that is too long, keeping nothing of it, and
// reports whether quote occurs in it.
func (l *lines) skip(quote byte) (quoted bool, err error) {
	for {
		rest := l.buf[l.pos:]
		if i := l.terminator(rest); i >= 0 {
			_, next, _ := l.cutEnd(0, i)
			quoted = quoted || bytes.IndexByte(rest[:i], quote) >= 0
			l.advance(next, 1)
			return quoted, nil
		}
		quoted = quoted || bytes.IndexByte(rest, quote) >= 0
		if l.err == io.EOF {
			l.advance(len(rest), 1)
			return quoted, nil
		}
		if l.err != nil {
			return quoted, l.err
		}
		keep := 0
		if l.cr && len(rest) > 0 && rest[len(rest)-1] == '\r' {
			keep = 1
		}
		l.advance(len(rest)-keep, 0)
		l.fill()
	}
}

// loneCR reports whether the lines of a sample end with a CR alone: whether that
// is what the first line end outside quotes is.
func loneCR(sample []byte) bool {
	quoted := false
	for i, b := range sample {
		switch {
		case b == '"':
			quoted = !quoted
		case quoted:
		case b == '\n':
			return false
		case b == '\r':
			rest := bytes.TrimLeft(sample[i:], "\r")
			return len(rest) == 0 || rest[0] != '\n'
		}
	}
	return false
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

// valid checks the characters of a record that begins at line. The error is for
// the list, the refusal for the record.
func (l *lines) valid(text []byte, line int) (*canonical.Refusal, error) {
	switch {
	case !utf8.Valid(text):
		if l.strict {
			bad := firstInvalid(text)
			return nil, &unreadable{line: line + l.endsIn(text[:bad]), reason: "it is not valid UTF-8", hint: likelyEncodings(text)}
		}
		return canonical.Refuse("invalid-encoding", "holds bytes that are not valid UTF-8"), nil
	case bytes.IndexByte(text, 0) >= 0:
		return canonical.Refuse("nul", "holds a NUL character"), nil
	case l.lossy && bytes.Contains(text, []byte("\ufffd")):
		return canonical.Refuse("invalid-encoding", "holds bytes that are invalid in the list's encoding"), nil
	}
	return nil, nil
}

// firstInvalid returns the index of the first byte that is not UTF-8, or the length.
func firstInvalid(text []byte) int {
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRune(text[i:])
		if r == utf8.RuneError && size == 1 {
			return i
		}
		i += size
	}
	return len(text)
}
