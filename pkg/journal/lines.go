package journal

import (
	"bytes"
	"io"
)

// maxLine is the longest line in bytes, its end included. A list's row is at
// most 1 MiB, of which each byte may take six in a record.
const maxLine = 8 << 20

// lines cuts a file into lines, with a buffer that grows to maxLine only where
// a line needs it.
type lines struct {
	r          io.Reader
	buf        []byte
	start, end int
	err        error // of the last read, nil at the end of the file
	done       bool

	// Of the line that next returned: where it begins, and whether it has its
	// line end.
	offset     int64
	terminated bool
	size       int // with its line end
}

func newLines(r io.Reader) *lines { return &lines{r: r, buf: make([]byte, 64<<10)} }

// next returns the next line without its end, valid until the next call. What
// is longer than maxLine comes in pieces, none of them terminated but the last.
// It returns false at the end or after an error, which is then in err.
func (s *lines) next() ([]byte, bool) {
	s.offset += int64(s.size)
	searched := 0
	for {
		window := s.buf[s.start:s.end]
		if i := bytes.IndexByte(window[searched:], '\n'); i >= 0 {
			return s.take(searched+i, 1), true
		}
		searched = len(window)
		if s.done || searched >= maxLine {
			return s.take(searched, 0), searched > 0 && s.err == nil
		}
		s.fill()
	}
}

// take hands out n bytes of the buffer, with a line end of so many bytes.
func (s *lines) take(n, end int) []byte {
	line := s.buf[s.start : s.start+n]
	s.size, s.terminated = n+end, end > 0
	s.start += s.size
	return line
}

// fill reads on, and makes room first if there is none.
func (s *lines) fill() {
	if s.end == len(s.buf) {
		rest := s.buf[s.start:s.end]
		if len(rest) > len(s.buf)/2 {
			s.buf = make([]byte, min(2*len(s.buf), maxLine))
		}
		s.end = copy(s.buf, rest)
		s.start = 0
	}
	n, err := s.r.Read(s.buf[s.end:])
	s.end += n
	if err != nil {
		s.done = true
		if err != io.EOF {
			s.err = err
		}
	}
}
