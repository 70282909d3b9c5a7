package journal

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
)

// load reads the file, refuses what cannot be trusted before it changes a
// byte, and brings what is left into a state that can be appended to.
func (j *Journal) load() error {
	f, err := j.disk.open(j.path)
	if err != nil {
		return fmt.Errorf("open journal: %w", err)
	}
	j.file = f
	size, err := fileSize(f)
	if err != nil {
		return fmt.Errorf("open journal: %w", err)
	}
	c, err := scan(io.NewSectionReader(f, 0, size), j.path)
	if err != nil {
		return err
	}
	if c.records > 0 {
		if err := mismatch(j.path, j.identity, c.identity); err != nil {
			return err
		}
	}
	if err := j.setAside(c); err != nil {
		return fmt.Errorf("set the torn tail of %s aside: %w", j.path, err)
	}
	if err := j.secure(c); err != nil {
		return fmt.Errorf("sync journal: %w", err)
	}
	j.index = c.index
	j.first, j.last, j.runs = c.first, c.last, c.runs
	j.seq, j.durable, j.sum = c.records, c.records, c.sum
	return nil
}

// setAside copies the torn tail into a file beside the journal, makes that
// durable, and only then cuts it off.
func (j *Journal) setAside(c *content) error {
	if c.tail.Bytes == 0 {
		return nil
	}
	tail := io.NewSectionReader(j.file, c.size, c.tail.Bytes)
	saved, err := j.save(tail)
	if err != nil {
		return err
	}
	c.tail.SavedTo = saved
	j.torn = &c.tail
	return j.file.Truncate(c.size)
}

// save copies r into a new file beside the journal: the first free one of
// .torn-1, .torn-2 and so on.
func (j *Journal) save(r io.Reader) (string, error) {
	for n := 1; ; n++ {
		path := fmt.Sprintf("%s.torn-%d", j.path, n)
		f, err := j.disk.create(path)
		if errors.Is(err, fs.ErrExist) {
			continue
		}
		if err != nil {
			return "", err
		}
		_, err = io.Copy(io.NewOffsetWriter(f, 0), r)
		if err == nil {
			err = f.Sync()
		}
		if err = errors.Join(err, f.Close()); err == nil {
			err = j.disk.syncFolder(path)
		}
		return path, err
	}
}

// secure makes durable what was read. Records that no later one calls durable
// may never have reached the disk, not even if a sync was tried: after one that
// failed, the system believes that they have. So they are written once more,
// the same bytes at the same place, with the line end that the last may lack.
func (j *Journal) secure(c *content) error {
	j.size = c.size
	if len(c.unsettled) > 0 {
		from := c.unsettled[0]
		b := make([]byte, c.size-from, c.size-from+1)
		if _, err := j.file.ReadAt(b, from); err != nil {
			return err
		}
		if !c.terminated {
			b = append(b, '\n')
			j.size++
		}
		if _, err := j.file.WriteAt(b, from); err != nil {
			return err
		}
	}
	if err := j.file.Sync(); err != nil {
		return err
	}
	return j.disk.syncFolder(j.path)
}

func fileSize(f file) (int64, error) {
	info, err := f.Stat()
	if err != nil {
		return 0, err
	}
	if !info.Mode().IsRegular() {
		return 0, errors.New("not a regular file")
	}
	return info.Size(), nil
}

// newJournalID returns an id that tells journals apart.
func newJournalID() string {
	var b [16]byte
	rand.Read(b[:]) // never fails
	return hex.EncodeToString(b[:])
}
