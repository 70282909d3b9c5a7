package worker

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"io"

	"altadnc-bulk/pkg/reader"
)

// List is a removal list that is read more than once: to plan, and to send.
// It is not safe for concurrent use.
type List struct {
	name string
	file io.ReadSeeker
	opts reader.Options
}

// NewList returns the list in file. The name appears in messages and in the
// journal. The caller closes the file after the last use.
//
// A file that is replaced by renaming keeps being read as it was; one that is
// overwritten in place is found out by its digest.
func NewList(name string, file io.ReadSeeker, opts reader.Options) *List {
	return &List{name: name, file: file, opts: opts}
}

// Name returns what the list is called in messages.
func (l *List) Name() string { return l.name }

// Read starts a reading of the list from its first byte; it ends any earlier one.
// The error is that of [reader.New], or of the file.
func (l *List) Read() (*reader.Reader, error) {
	p, err := l.pass()
	if err != nil {
		return nil, err
	}
	return p.Reader, nil
}

// pass is one reading of a list that takes its digest on the way.
type pass struct {
	*reader.Reader
	bytes  io.Reader // the file, through digest
	digest hash.Hash
}

func (l *List) pass() (*pass, error) {
	if _, err := l.file.Seek(0, io.SeekStart); err != nil {
		return nil, fmt.Errorf("%s: go back to its start: %w", l.name, err)
	}
	digest := sha256.New()
	bytes := io.TeeReader(l.file, digest)
	r, err := reader.New(bytes, l.name, l.opts)
	if err != nil {
		return nil, err
	}
	return &pass{Reader: r, bytes: bytes, digest: digest}, nil
}

// sum returns the SHA-256 of the whole file in hexadecimal. It reads what the
// reader left, which may be some bytes after the end of compressed data.
func (p *pass) sum() (string, error) {
	if _, err := io.Copy(io.Discard, p.bytes); err != nil {
		return "", err
	}
	return hex.EncodeToString(p.digest.Sum(nil)), nil
}
