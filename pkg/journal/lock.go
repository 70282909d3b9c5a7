package journal

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"time"

	"github.com/gofrs/flock"
)

// lockSuffix is what the name of a lock file adds to that of its journal. The
// file is never deleted: a lock on a file that is gone locks nothing.
const lockSuffix = ".lock"

// HolderInfo says who holds a journal. It is zero if the lock file does not say,
// as on Windows, where a locked file cannot be read.
type HolderInfo struct {
	PID   int       `json:"pid"`
	Host  string    `json:"host"`
	Start time.Time `json:"start"`
}

func (h HolderInfo) String() string {
	if h.PID == 0 {
		return "another run"
	}
	return fmt.Sprintf("process %d on %q since %s", h.PID, h.Host, h.Start.UTC().Format(time.RFC3339))
}

// note is what a lock file says. Its file outlives the journal's, so it also
// says what journal there was: one that has less by now has lost something.
type note struct {
	HolderInfo
	ID      string `json:"journal,omitempty"`
	Records int64  `json:"records,omitempty"` // that were durable
}

// noteStart is how a note begins. A file that begins otherwise is not ours.
const noteStart = `{"pid":`

// maxNote is more than a note takes, in bytes.
const maxNote = 4096

// Holder returns who holds the journal at path now, nil if nobody does. It
// creates nothing and waits for nothing. It may take the lock for an instant,
// which Open outlasts.
func Holder(path string) (*HolderInfo, error) {
	path, err := resolve(path)
	if err != nil {
		return nil, err
	}
	lock := flock.New(path+lockSuffix, flock.SetFlag(os.O_RDONLY|openFlags))
	free, err := lock.TryRLock()
	if errors.Is(err, fs.ErrNotExist) || free {
		return nil, lock.Unlock()
	}
	if err != nil {
		return nil, lockError(path, err)
	}
	h := readNote(path).HolderInfo
	return &h, nil
}

// Lock takes the lock of the file at path, as [Open] takes a journal's, for work
// on more than one journal. Closing it gives it back; so does the end of the
// process. The error is a *LockedError if another process has it.
func Lock(path string) (io.Closer, error) { return lockJournal(osDisk{}, path) }

// lockJournal takes the lock or returns a *LockedError. It tries for a few
// hundredths of a second, so that a Holder that looks just now does not refuse
// a run.
func lockJournal(d disk, path string) (*flock.Flock, error) {
	lock := flock.New(path+lockSuffix, flock.SetFlag(os.O_CREATE|os.O_RDWR|openFlags), flock.SetPermissions(0o600))
	for try := 0; ; try++ {
		got, err := lock.TryLock()
		if err != nil {
			return nil, lockError(path, err)
		}
		if got {
			break
		}
		if try == 4 {
			return nil, &LockedError{Path: path, Holder: readNote(path).HolderInfo}
		}
		time.Sleep(10 * time.Millisecond)
	}
	earlier := readNote(path)
	if err := writeNote(d, lock, path, earlier.ID, earlier.Records); err != nil {
		lock.Unlock()
		return nil, lockError(path, err)
	}
	return lock, nil
}

func lockError(path string, err error) error {
	if info, lstat := os.Lstat(path + lockSuffix); lstat == nil && !info.Mode().IsRegular() {
		err = errNotLock
	}
	return fmt.Errorf("lock %s: %w", path+lockSuffix, err)
}

var errNotLock = errors.New("not a lock file of altadnc-bulk (a link, a pipe, or another program's file); move it away")

// writeNote notes in the lock file who holds it and what the journal has. It
// writes to the very file that is locked, and to no other file's bytes.
func writeNote(d disk, lock *flock.Flock, path, id string, records int64) error {
	host, err := os.Hostname()
	if err != nil {
		host = "unknown host"
	}
	holder := HolderInfo{PID: os.Getpid(), Host: host, Start: time.Now().UTC().Truncate(time.Second)}
	b, err := json.Marshal(note{holder, id, records})
	if err != nil {
		return err
	}
	locked, err := lock.Stat()
	if err != nil {
		return err
	}
	return noteHolder(d, path+lockSuffix, locked, append(b, '\n'))
}

// overwrite replaces what the lock file says, if it is the file that is locked.
func overwrite(d disk, path string, locked fs.FileInfo, text []byte) error {
	f, err := d.openLock(path)
	if err != nil {
		return err
	}
	return errors.Join(replace(f, locked, text), f.Close())
}

func replace(f file, locked fs.FileInfo, text []byte) error {
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() || !os.SameFile(info, locked) || !noteLike(f) {
		return errNotLock
	}
	if _, err := f.WriteAt(text, 0); err != nil {
		return err
	}
	return f.Truncate(int64(len(text)))
}

// noteLike reports whether f holds a note, the beginning of one, or what a power
// cut leaves of a note whose length reached the disk before its bytes did.
func noteLike(f file) bool {
	b := make([]byte, maxNote)
	n, _ := f.ReadAt(b, 0)
	b = b[:n]
	start := min(n, len(noteStart))
	return string(b[:start]) == noteStart[:start] || n < maxNote && len(bytes.Trim(b, "\x00")) == 0
}

// readNote returns what the lock file of a journal says, nothing if it does not
// say.
func readNote(path string) (n note) {
	f, err := openToRead(path + lockSuffix)
	if err != nil {
		return note{}
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxNote))
	if err != nil || json.Unmarshal(b, &n) != nil {
		return note{}
	}
	return n
}
