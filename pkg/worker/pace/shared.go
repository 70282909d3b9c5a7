package pace

import (
	"bytes"
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
	"strings"
	"time"

	"github.com/gofrs/flock"

	"altadnc-bulk/pkg/api"
)

// Shared is the file through which runs of the same account on one machine keep
// one pace. It holds the last departure of any run, the hold that any run was
// given, and how many departed in each moment of the last minute. It is not safe
// for concurrent use; each run has its own.
//
// A run reads, decides and writes under a lock that the system takes back from
// a process that dies. A departure is in the file before it happens, so one
// that crashes can only cost a turn. The file is not synced: after a power cut
// the first departure waits its interval anyway.
//
// The file has the wall clock's times, the only ones that processes share, and
// none of them is later than when it was written, except a hold. So a clock that
// was set back is noticed and costs at most one interval, and a hold lasts as
// long as it did when it was last written. A clock set forward ends both early.
type Shared struct {
	dir  string
	name string // of the file, without its extension
}

func (s *Shared) path() string { return filepath.Join(s.dir, s.name+".json") }

// lockPath is a file beside it: on Windows a locked file cannot be read through
// another handle.
func (s *Shared) lockPath() string { return filepath.Join(s.dir, s.name+".lock") }

// lockPatience is how long a run waits for the lock, which others hold for
// well under a millisecond. Who holds it longer is stopped or on a file system
// that cannot lock.
const lockPatience = time.Second

// Account is whose pace is shared. Runs share one if they have the same base URL,
// however it is spelled, and the same account id; a run without an id shares that
// of the last run that used its token with one, because a token that works without
// an id has only one account. Whether two tokens belong to one account this
// machine cannot know, unless both runs name the account.
type Account struct {
	BaseURL string
	ID      string // empty if only the token is known
	Token   api.Token
}

// file returns the name of the file for one way to name an account. It holds no
// secret.
func (a Account) file(by, name string) string {
	sum := sha256.Sum256([]byte(api.SameBase(a.BaseURL) + "\n" + by + "\n" + name))
	return "pace-" + hex.EncodeToString(sum[:12])
}

// OpenShared opens the pace shared by all runs of the account. dir "" is
// $XDG_STATE_HOME/altadnc-bulk or its equivalent on the platform. It makes the
// folder (0700) and the files (0600), and fails if they cannot be used or are links
// or pipes.
func OpenShared(dir string, account Account) (*Shared, error) {
	if dir == "" {
		state, err := stateDir()
		if err != nil {
			return nil, fmt.Errorf("find a folder for the shared pace: %w", err)
		}
		dir = filepath.Join(state, "altadnc-bulk")
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("create the folder of the shared pace: %w", err)
	}
	s := &Shared{dir, account.file("token", account.Token.Digest())}
	l := ledger{last: time.Now()}
	if account.ID == "" {
		return s, s.update(&l, func(*ledger, time.Time) {})
	}
	named := &Shared{dir, account.file("account", account.ID)}
	return named, s.lead(named)
}

// Held returns until when runs hold each other back, the zero time if they do not,
// and the file that says so. Deleting the file clears the hold, and makes the next
// run leave a minute's requests evenly.
func (s *Shared) Held() (until time.Time, path string, err error) {
	var l ledger
	err = s.update(&l, func(l *ledger, now time.Time) {
		if l.held.After(now) {
			until = l.held
		}
	})
	return until, s.path(), err
}

// lead makes all runs that use s use to instead, and passes on what s knows.
func (s *Shared) lead(to *Shared) error {
	return s.locked(func(file *os.File, data []byte) error {
		var old ledger
		if link := parseLink(data); link == "" {
			old = merge(ledger{}, data, time.Now())
		}
		known := ledger{last: time.Now()}
		err := to.update(&known, func(l *ledger, now time.Time) { l.include(&old, now) })
		if err != nil {
			return err
		}
		return write(file, link{to.name})
	})
}

// include adds what another ledger knows of the same account.
func (l *ledger) include(old *ledger, now time.Time) {
	if old.recent.since(time.Minute, now) > 0 {
		l.idle = time.Time{} // rare enough not to be at once about it
	}
	l.last, l.held, l.total = later(l.last, old.last), later(l.held, old.held), l.total+old.total
	l.recent.include(&old.recent, now)
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

// take locks. As a rule the holder gives the lock back sooner than a timer would
// fire, so it is tried again and again before waiting for it.
func take(lock *flock.Flock) error {
	for range 500 {
		if ok, err := lock.TryLock(); ok || err != nil {
			return err
		}
		runtime.Gosched()
	}
	ctx, cancel := context.WithTimeout(context.Background(), lockPatience)
	defer cancel()
	_, err := lock.TryLockContext(ctx, 5*time.Millisecond)
	return err
}

// update lets f change the ledger in the file, and stores the result in known,
// what the caller last knew of it.
func (s *Shared) update(known *ledger, f func(l *ledger, now time.Time)) error {
	leads, err := s.change(known, f)
	if err == nil && leads != "" {
		s.name = leads
		leads, err = s.change(known, f)
	}
	if err == nil && leads != "" {
		err = fmt.Errorf("%s: points to yet another file, which only the first file may do", s.path())
	}
	return err
}

// change is update for this very file, unless it leads to another.
func (s *Shared) change(known *ledger, f func(l *ledger, now time.Time)) (leads string, err error) {
	err = s.locked(func(file *os.File, data []byte) error {
		if leads = parseLink(data); leads != "" {
			return nil
		}
		now := time.Now()
		l := merge(*known, data, now)
		f(&l, now)
		if err := write(file, l.sheet(now)); err != nil {
			return err
		}
		*known = l
		return nil
	})
	return leads, err
}

// locked calls f with the file and what is in it, under the lock.
func (s *Shared) locked(f func(file *os.File, data []byte) error) (err error) {
	for _, path := range []string{s.lockPath(), s.path()} {
		if info, err := os.Lstat(path); err == nil && !info.Mode().IsRegular() {
			return fmt.Errorf("%s: not a regular file; move it away, and a new one is created", path)
		}
	}
	lock := flock.New(s.lockPath(), flock.SetFlag(os.O_CREATE|os.O_RDWR|openFlags), flock.SetPermissions(0o600))
	if err := take(lock); err != nil {
		return fmt.Errorf("lock %s: %w", lock.Path(), err)
	}
	defer func() { err = errors.Join(err, lock.Close()) }()
	file, err := os.OpenFile(s.path(), os.O_RDWR|os.O_CREATE|openFlags, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	data, err := io.ReadAll(io.LimitReader(file, sheetSize))
	if err != nil {
		return err
	}
	return f(file, data)
}

// write replaces what is in the file: always the same number of bytes, so one
// write is enough.
func write(file *os.File, content any) error {
	data, err := json.Marshal(content)
	if err != nil {
		return err
	}
	padded := bytes.Repeat([]byte(" "), sheetSize)
	copy(padded, data)
	_, err = file.WriteAt(padded, 0)
	return err
}

// sheetSize is the size of the file, in bytes.
const sheetSize = 2048

// link is what a file holds instead of a sheet if the account is better known
// under another name.
type link struct {
	Account string `json:"account"`
}

// parseLink returns where data leads; "" if it is not a link of ours.
func parseLink(data []byte) string {
	var l link
	if json.Unmarshal(data, &l) != nil || !strings.HasPrefix(l.Account, "pace-") || filepath.Base(l.Account) != l.Account {
		return ""
	}
	return l.Account
}

// sheet is the form of a ledger in the file; times are Unix nanoseconds.
type sheet struct {
	Written int64    `json:"written"`
	Last    int64    `json:"last"`
	Held    int64    `json:"held"`
	Idle    int64    `json:"idle"`
	Total   int64    `json:"total"`
	Tick    int64    `json:"tick"`
	Counts  []uint32 `json:"counts"`
}

func (l *ledger) sheet(now time.Time) sheet {
	// Relative to now, for these times may be older than a step of the clock.
	nanos := func(t time.Time) int64 {
		if t.IsZero() {
			return 0
		}
		return now.UnixNano() + int64(t.Sub(now))
	}
	s := sheet{
		Written: now.UnixNano(), Last: nanos(l.last), Idle: nanos(l.idle),
		Total: l.total, Tick: l.recent.tick, Counts: l.recent.counts[:],
	}
	if l.held.After(now) {
		s.Held = nanos(l.held)
	}
	return s
}

// merge returns the ledger that data describes, corrected by what is known
// already. If data makes no sense, a request may have left just now, and any
// number in the last minute.
func merge(known ledger, data []byte, now time.Time) ledger {
	var s sheet
	if err := json.Unmarshal(data, &s); err != nil || !s.sane() {
		known.last, known.idle = now, time.Time{}
		known.recent.advance(now)
		if len(data) == 0 {
			known.held = time.Time{} // a person has deleted the file
		} else {
			known.recent.add(now) // so that nothing leaves at once for a minute
		}
		return known
	}
	if ahead := s.Written - now.UnixNano(); ahead > 0 { // the clock went back
		s.Last, s.Held, s.Idle = s.Last-ahead, max(s.Held-ahead, 0), max(s.Idle-ahead, 0)
	}
	at := func(nanos int64) time.Time {
		return now.Add(time.Duration(nanos - now.UnixNano())) // keeps to the monotonic clock from here on
	}
	l := ledger{last: later(known.last, at(s.Last)), total: s.Total, recent: window{tick: s.Tick}}
	if s.Held > 0 {
		l.held = at(s.Held)
	}
	if s.Idle > 0 {
		l.idle = at(s.Idle)
	}
	copy(l.recent.counts[:], s.Counts)
	l.recent.advance(now)
	return l
}

func (s *sheet) sane() bool {
	return len(s.Counts) == windowTicks &&
		0 <= s.Last && s.Last <= s.Written &&
		0 <= s.Idle && s.Idle <= s.Written &&
		0 <= s.Held && s.Held-s.Written <= int64(maxSharedHold) &&
		0 <= s.Tick && s.Tick <= s.Written/int64(tick)
}
