package journal

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"time"
)

// Report is what Verify found in a journal.
type Report struct {
	Path     string
	SHA256   string // of the file as it is, hexadecimal
	Bytes    int64
	Identity Identity
	Records  int64        // good ones, up to the first line that is not
	Kinds    [kinds]int64 // of these, by [Kind]
	LastRun  time.Time    // when the last run began; zero without one
	Ended    time.Time    // when it ended; zero if it has not ended, or was cut off
	Reason   string       // why it ended
	Keys     Tally
	Torn     *TornTail // nil without one; it is left in place
}

// Verify reads every line of the journal at path. It takes no lock and changes
// nothing. Errors are those of [Open] but for lock and identity; with a
// *[DamageError] the report counts what precedes the damage.
//
// The digest is what shows that last lines were taken away: a file that ends
// early is otherwise as good as any.
func Verify(path string) (Report, error) {
	f, err := openToRead(path)
	if err != nil {
		return Report{Path: path}, err
	}
	defer f.Close()
	size, err := fileSize(f)
	if err != nil {
		return Report{Path: path}, fmt.Errorf("read %s: %w", path, err)
	}
	sum := sha256.New()
	all := io.TeeReader(io.NewSectionReader(f, 0, size), sum)
	c, err := scan(all, path)
	if err != nil && c == nil {
		return Report{Path: path}, err
	}
	if _, rest := io.Copy(io.Discard, all); rest != nil {
		return Report{Path: path}, errors.Join(err, fmt.Errorf("read %s: %w", path, rest))
	}
	r := c.report(sum, size)
	if err != nil {
		r.Torn = nil // damage is none
	}
	return r, err
}

func (c *content) report(sum hash.Hash, size int64) Report {
	return Report{
		Path: c.path, SHA256: hex.EncodeToString(sum.Sum(nil)), Bytes: size,
		Identity: c.identity, Records: c.records, Kinds: c.kinds, Keys: c.index.Tally(), Torn: c.Torn(),
		LastRun: c.last.Time, Ended: c.ended, Reason: c.reason,
	}
}

// Report is what [Verify] would have found when the journal was loaded: what a run has
// added since is not in it. It reads the file once more.
func (v *View) Report() (Report, error) {
	if v.file == nil {
		return Report{Path: v.path}, nil
	}
	sum, size := sha256.New(), v.size+v.tail.Bytes
	if _, err := io.Copy(sum, io.NewSectionReader(v.file, 0, size)); err != nil {
		return Report{Path: v.path}, fmt.Errorf("read %s again: %w", v.path, err)
	}
	return v.report(sum, size), nil
}

// Digest returns the SHA-256, in hexadecimal, of what of the journal is durable
// now: after End, of the whole file. It reads the file from the start. A run
// prints it so that a later cut at a line end can be shown.
func (j *Journal) Digest() (string, error) {
	j.mu.Lock()
	for j.writing {
		j.idle.Wait()
	}
	f, size, err := j.file, j.size, j.err
	j.mu.Unlock()
	if f == nil || err != nil {
		return "", errors.Join(ErrNotBegun, err)
	}
	sum := sha256.New()
	if _, err := io.Copy(sum, io.NewSectionReader(f, 0, size)); err != nil {
		return "", fmt.Errorf("read %s: %w", j.path, err)
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}
