package journal

import (
	"bytes"
	"io"
	"sync"
)

// windowSize is how much of a file is read for one line, in bytes: some forty
// records, and still little more work than a read for one alone.
const windowSize = 16 << 10

// window reads single lines of a file, and keeps what it read last: records
// asked for one after another are mostly in the order of the file. The zero
// value is ready to use. Safe for concurrent use.
type window struct {
	mu    sync.Mutex
	start int64
	bytes []byte
}

// lineAt returns the line of r that begins at offset, without its end. The
// bytes of r before its end must not change.
func (w *window) lineAt(r io.ReaderAt, offset int64) ([]byte, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if line, ok := w.cut(offset); ok {
		return line, nil
	}
	for size := windowSize; ; size = min(4*size, maxLine) {
		end, err := w.read(r, offset, size)
		if err != nil {
			return nil, err
		}
		if line, ok := w.cut(offset); ok {
			return line, nil
		}
		switch {
		case end && len(w.bytes) > 0:
			return bytes.Clone(w.bytes), nil
		case end:
			return nil, io.EOF
		case size == maxLine:
			return nil, errShape
		}
	}
}

// cut returns a copy of the line at offset if all of it is in the window.
func (w *window) cut(offset int64) ([]byte, bool) {
	at := offset - w.start
	if at < 0 || at >= int64(len(w.bytes)) {
		return nil, false
	}
	rest := w.bytes[at:]
	n := bytes.IndexByte(rest, '\n')
	if n < 0 {
		return nil, false
	}
	return bytes.Clone(rest[:n]), true
}

// read moves the window to offset and reports whether it reaches the end of r.
func (w *window) read(r io.ReaderAt, offset int64, size int) (end bool, err error) {
	if cap(w.bytes) < size {
		w.bytes = make([]byte, size)
	}
	n, err := r.ReadAt(w.bytes[:size], offset)
	w.start, w.bytes = offset, w.bytes[:n]
	if err == io.EOF {
		return true, nil
	}
	return false, err
}
