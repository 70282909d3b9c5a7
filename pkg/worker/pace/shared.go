package pace

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"github.com/gofrs/flock"

	"altadnc-bulk/pkg/api"
)

// Shared is the file through which runs of the same account on one machine
// keep one pace. It holds the last departure of any run, the hold that any run
// was told, and how many departed in each second of the last minute.
//
// A run reads, decides and writes under a lock that the system takes back from
// a process that dies. A departure is in the file before it happens, so one
// that crashes can only cost a turn. The file is not synced: after a power cut
// the first departure waits its interval anyway.
//
// The file has the wall clock's times, the only ones that processes share, and
// none of them lies after the time it was written, except a hold. So a clock
// that was set back is noticed and costs at most one interval, and a hold
// lasts as long as it did when it was last written. A clock set forward ends
// both early.
type Shared struct {
	path string
	lock string // a file beside it: on Windows a locked file cannot be read through another handle
}

// lockPatience is how long a run waits for the lock, which others hold for
// well under a millisecond. Who holds it longer is stopped or on a file system
// that cannot lock.
const lockPatience = time.Second

// Account is whose pace is shared. What differs in none of the fields counts
// against one quota, as far as this machine can tell.
type Account struct {
	BaseURL string
	ID      string // empty where the token alone tells
	Token   api.Token
}

// scope is the same for all runs of an account. It holds no secret.
func (a Account) scope() string { return a.BaseURL + "\n" + cmp.Or(a.ID, a.Token.Digest()) }

// OpenShared opens the pace shared by all runs of the account, of which only a
// hash is kept. dir "" is $XDG_STATE_HOME/altadnc-bulk or its equivalent on the
// platform. It makes the folder (0700) and the files (0600), and fails if they
// cannot be used.
func OpenShared(dir string, account Account) (*Shared, error) {
	if dir == "" {
		state, err := stateDir()
		if err != nil {
			return nil, fmt.Errorf("find a folder for the shared pace: %w", err)
		}
		dir = filepath.Join(state, "altadnc-bulk")
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make the folder of the shared pace: %w", err)
	}
	sum := sha256.Sum256([]byte(account.scope()))
	path := filepath.Join(dir, "pace-"+hex.EncodeToString(sum[:12]))
	s := &Shared{path: path + ".json", lock: path + ".lock"}
	l := ledger{last: time.Now()}
	if err := s.update(&l, func(*ledger, time.Time) {}); err != nil {
		return nil, err
	}
	return s, nil
}

func stateDir() (string, error) {
	if dir := os.Getenv("XDG_STATE_HOME"); filepath.IsAbs(dir) {
		return dir, nil
	}
	switch runtime.GOOS {
	case "windows", "darwin":
		return os.UserCacheDir()
	}
	home, err := os.UserHomeDir()
	return filepath.Join(home, ".local", "state"), err
}

// update lets f change the ledger in the file, and leaves what it has become
// in known: what the caller last knew of it.
func (s *Shared) update(known *ledger, f func(l *ledger, now time.Time)) (err error) {
	ctx, cancel := context.WithTimeout(context.Background(), lockPatience)
	defer cancel()
	lock := flock.New(s.lock)
	if _, err := lock.TryLockContext(ctx, 5*time.Millisecond); err != nil {
		return fmt.Errorf("lock %s: %w", s.lock, err)
	}
	defer func() { err = errors.Join(err, lock.Close()) }()
	file, err := os.OpenFile(s.path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()

	data, err := io.ReadAll(io.LimitReader(file, sheetSize))
	if err != nil {
		return err
	}
	now := time.Now()
	l := merge(*known, data, now)
	f(&l, now)
	if _, err := file.WriteAt(l.sheet(now), 0); err != nil {
		return err
	}
	*known = l
	return nil
}

// sheet is the form of a ledger in the file; times are Unix nanoseconds.
type sheet struct {
	Written int64    `json:"written"`
	Last    int64    `json:"last"`
	Held    int64    `json:"held"`
	Second  int64    `json:"second"`
	Counts  []uint32 `json:"counts"`
}

// sheetSize is the size of the file, in bytes: always the same, so that one
// write replaces all there was.
const sheetSize = 1024

func (l *ledger) sheet(now time.Time) []byte {
	// Relative to now, for these times may be older than a step of the clock.
	nanos := func(t time.Time) int64 { return now.UnixNano() + int64(t.Sub(now)) }
	s := sheet{Written: now.UnixNano(), Last: nanos(l.last), Second: l.second, Counts: l.counts[:]}
	if l.held.After(now) {
		s.Held = nanos(l.held)
	}
	data, _ := json.Marshal(s) // cannot fail: there are only integers
	padded := make([]byte, sheetSize)
	for i := copy(padded, data); i < sheetSize; i++ {
		padded[i] = ' '
	}
	return padded
}

// merge returns the ledger that data describes, corrected by what is known
// already. If data makes no sense somebody may have departed just now.
func merge(known ledger, data []byte, now time.Time) ledger {
	var s sheet
	if err := json.Unmarshal(data, &s); err != nil || !s.sane() {
		known.last = now
		known.advance(now)
		return known
	}
	if ahead := s.Written - now.UnixNano(); ahead > 0 { // the clock went back
		s.Last, s.Held = s.Last-ahead, max(s.Held-ahead, 0)
	}
	at := func(nanos int64) time.Time {
		return now.Add(time.Duration(nanos - now.UnixNano())) // keeps to the monotonic clock from here on
	}
	l := ledger{last: later(known.last, at(s.Last)), held: later(known.held, at(s.Held)), second: s.Second}
	copy(l.counts[:], s.Counts)
	l.advance(now)
	return l
}

func (s *sheet) sane() bool {
	return len(s.Counts) == ledgerSpan &&
		0 <= s.Last && s.Last <= s.Written &&
		0 <= s.Held && s.Held-s.Written <= int64(maxHold) &&
		0 <= s.Second && s.Second <= s.Written/int64(time.Second)
}

// later returns the later of two times, a if they are the same.
func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
