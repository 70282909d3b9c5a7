package reader

import (
	"bufio"
	"bytes"
	"compress/flate"
	"compress/gzip"
	"errors"
	"io"
)

// maxUnpacked bounds what a compressed list may unpack to, in bytes: well above
// ten million rows, and reached within seconds by a gzip bomb.
const maxUnpacked = 4 << 30

// errBomb is what reading past the bound returns.
var errBomb = errors.New("unpacks to more than 4 GiB")

// unpack returns the list without gzip, which is recognised by content.
func unpack(r io.Reader) (unpacked io.Reader, compressed bool, err error) {
	b := bufio.NewReader(r)
	magic, err := b.Peek(2)
	if err != nil && err != io.EOF {
		return nil, false, err
	}
	if !bytes.Equal(magic, []byte{0x1f, 0x8b}) {
		return b, false, nil
	}
	z, err := gzip.NewReader(b)
	if err != nil {
		return nil, true, err
	}
	return &bounded{r: z, left: maxUnpacked}, true, nil
}

// contained reports whether a list lies in a container that has to be taken apart
// as a whole: a zip archive, as workbooks are, or a file of an old Office program.
func contained(r *bufio.Reader) (bool, error) {
	magic, err := r.Peek(4)
	if err != nil && err != io.EOF {
		return false, err
	}
	return bytes.HasPrefix(magic, []byte("PK\x03\x04")) || bytes.HasPrefix(magic, []byte("PK\x05\x06")) || bytes.Equal(magic, compoundMagic), nil
}

// bounded is a reader that fails once more than left bytes came out of it.
type bounded struct {
	r    io.Reader
	left int64
}

func (b *bounded) Read(p []byte) (int, error) {
	n, err := b.r.Read(p)
	if b.left -= int64(n); b.left < 0 {
		return 0, errBomb
	}
	return n, err
}

// broken returns why compressed data cannot be unpacked, or "" when err has
// another cause.
func broken(err error) string {
	var corrupt flate.CorruptInputError
	switch {
	case errors.Is(err, errBomb):
		return "the gzip file " + errBomb.Error()
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return "the gzip file is cut off"
	case errors.Is(err, gzip.ErrChecksum), errors.Is(err, gzip.ErrHeader), errors.As(err, &corrupt):
		return "the gzip file is damaged"
	}
	return ""
}
