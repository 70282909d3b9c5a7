package journal

import (
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

// HolderInfo says who holds a journal. It is zero where the lock file does not
// tell, as on Windows, where a locked file cannot be read.
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

// Holder returns who holds the journal at path now, nil if nobody does. It
// creates nothing and waits for nothing. It may take the lock for an instant,
// which Open outlasts.
func Holder(path string) (*HolderInfo, error) {
	path, err := resolve(path)
	if err != nil {
		return nil, err
	}
	lock := flock.New(path+lockSuffix, flock.SetFlag(os.O_RDONLY))
	free, err := lock.TryRLock()
	if errors.Is(err, fs.ErrNotExist) || free {
		return nil, lock.Unlock()
	}
	if err != nil {
		return nil, fmt.Errorf("lock of %s: %w", path, err)
	}
	h := readHolder(path + lockSuffix)
	return &h, nil
}

// Lock takes the lock of the file at path, as [Open] takes a journal's, for work
// on more than one journal. Closing it gives it back; so does the end of the
// process. The error is a *LockedError if another process has it.
func Lock(path string) (io.Closer, error) { return lockJournal(path) }

// lockJournal takes the lock or returns a *LockedError. It tries for a few
// hundredths of a second, so that a Holder that looks just now does not refuse
// a run.
func lockJournal(path string) (*flock.Flock, error) {
	lock := flock.New(path+lockSuffix, flock.SetFlag(os.O_CREATE|os.O_RDWR), flock.SetPermissions(0o600))
	for try := 0; ; try++ {
		got, err := lock.TryLock()
		if err != nil {
			return nil, fmt.Errorf("lock %s: %w", path, err)
		}
		if got {
			break
		}
		if try == 4 {
			return nil, &LockedError{Path: path, Holder: readHolder(path + lockSuffix)}
		}
		time.Sleep(10 * time.Millisecond)
	}
	if err := writeHolder(path + lockSuffix); err != nil {
		lock.Unlock()
		return nil, fmt.Errorf("lock %s: %w", path, err)
	}
	return lock, nil
}

// writeHolder notes in the lock file who holds it. On Windows a locked file
// takes no writes through another handle; the lock holds all the same.
func writeHolder(path string) error {
	host, err := os.Hostname()
	if err != nil {
		host = "unknown host"
	}
	b, err := json.Marshal(HolderInfo{PID: os.Getpid(), Host: host, Start: time.Now().UTC().Truncate(time.Second)})
	if err != nil {
		return err
	}
	return noteHolder(path, append(b, '\n'))
}

func readHolder(path string) HolderInfo {
	var h HolderInfo
	b, err := os.ReadFile(path)
	if err != nil || json.Unmarshal(b, &h) != nil {
		return HolderInfo{}
	}
	return h
}
