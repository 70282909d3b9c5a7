package journal

import (
	"bufio"
	"bytes"
	"io"
)

// maxLine is the longest line in bytes, its end included. A list's row is at
// most 1 MiB, of which each byte may take six in a record.
const maxLine = 8 << 20

// newLines returns a scanner that cuts r into lines, with their ends. Its buffer
// grows to maxLine only where a line needs it.
func newLines(r io.Reader) *bufio.Scanner {
	s := bufio.NewScanner(r)
	s.Buffer(make([]byte, 64<<10), maxLine)
	s.Split(cutLine)
	return s
}

// cutLine is the split function of newLines. What is longer than maxLine comes
// in pieces, of which only the last has a line end.
func cutLine(data []byte, atEOF bool) (advance int, token []byte, err error) {
	switch i := bytes.IndexByte(data, '\n'); {
	case i >= 0:
		return i + 1, data[:i+1], nil
	case len(data) >= maxLine, atEOF && len(data) > 0:
		return len(data), data, nil
	}
	return 0, nil, nil // read on
}
