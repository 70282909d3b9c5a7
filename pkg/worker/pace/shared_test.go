package pace

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"altadnc-bulk/pkg/api"
	"altadnc-bulk/pkg/api/sandbox"

	"github.com/gofrs/flock"
)

func openShared(t *testing.T, dir string) *Shared {
	t.Helper()
	s, err := OpenShared(dir, Account{BaseURL: "http://127.0.0.1/v1", Token: api.NewToken("secret")})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestSharedOfSeveralRuns(t *testing.T) {
	for _, runs := range []int{2, 3} {
		synctest.Test(t, func(t *testing.T) {
			dir := t.TempDir()
			first := newAccount(t, sandbox.Sliding, Config{Rate: Rate{PerMinute: 97}, Shared: openShared(t, dir)})
			all := []*account{first}
			for range runs - 1 {
				all = append(all, &account{t: t, client: first.client, pace: New(Config{Rate: Rate{PerMinute: 97}, Shared: openShared(t, dir)})})
			}
			start := time.Now()
			done := make(chan bool)
			for _, a := range all {
				go func() {
					for time.Since(start) < 5*time.Minute {
						a.depart(nil)
					}
					done <- true
				}()
			}
			for range all {
				<-done
			}
			total := 0
			for i, a := range all {
				total += len(a.left)
				if fair := 97 * 5 / runs; len(a.left) < fair*2/3 || a.refused > 0 || a.pace.now() != 97 {
					t.Errorf("run %d of %d: %d departures, %d refused, pace %.1f", i, runs, len(a.left), a.refused, a.pace.now())
				}
			}
			if total < 96*5 || total > 97*5+runs {
				t.Errorf("%d runs made %d requests in 5 minutes, want about %d", runs, total, 97*5)
			}
		})
	}
}

func TestSharedAlternates(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir, left := t.TempDir(), make(chan int, 200)
		ctx, cancel := context.WithCancel(t.Context())
		var runs sync.WaitGroup
		defer func() { cancel(); runs.Wait() }() // fake time stops after the test
		for run := range 2 {
			p := New(Config{Rate: Rate{PerMinute: 60}, Shared: openShared(t, dir)})
			runs.Go(func() {
				for depart(ctx, p, nil) == nil {
					left <- run
				}
			})
		}
		for first := <-left; <-left == first; { // until both have noticed each other
		}
		streak, last := 0, -1
		for range 150 {
			if run := <-left; run != last {
				streak, last = 0, run
			}
			if streak++; streak > 2 {
				t.Fatalf("run %d departed %d times while the other waited", last, streak)
			}
		}
	})
}

func TestMergeOfGarbageIsADepartureJustNow(t *testing.T) {
	now := time.Now()
	l := merge(ledger{last: now.Add(-time.Hour)}, []byte("garbage"), now)
	if !l.last.Equal(now) {
		t.Errorf("the last departure was at %s, want %s", l.last, now)
	}
}

func TestSharedHoldsAllRuns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir, start := t.TempDir(), time.Now()
		told := New(Config{Rate: Rate{PerMinute: 60}, Shared: openShared(t, dir)})
		other := New(Config{Rate: Rate{PerMinute: 60}, Shared: openShared(t, dir)})
		holdFor(told, 30*time.Second, "429")
		depart(t.Context(), other, nil)
		if d := time.Since(start); d != 30*time.Second {
			t.Errorf("the other run departed after %s, want 30s", d)
		}
	})
}

func TestSharedRemembersTheRunBefore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		a := newAccount(t, sandbox.Sliding, Config{Rate: Rate{PerMinute: 97}, Shared: openShared(t, dir)})
		for range 60 {
			a.depart(nil)
		}
		a.pace = New(Config{Rate: Rate{PerMinute: 97}, Shared: openShared(t, dir)})
		a.depart(nil)
		if got := a.pace.now(); got != 97 {
			t.Errorf("pace is %.1f: the requests of the run before were taken for those of others", got)
		}
	})
}

func writeSheet(s *Shared, sheet sheet) error {
	return s.locked(func(file *os.File, _ []byte) error { return write(file, sheet) })
}

// put puts a state into the file as another run would have left it.
func put(t *testing.T, s *Shared, l ledger, written time.Time) {
	t.Helper()
	if err := writeSheet(s, l.sheet(written)); err != nil {
		t.Fatal(err)
	}
}

func TestSharedSurvivesClocks(t *testing.T) {
	const interval = time.Second
	hour := time.Hour
	for _, test := range []struct {
		name          string
		written, held time.Duration // from now; held 0 for none
		longest       time.Duration
	}{
		{"clock set back an hour", hour, 0, interval},
		{"clock set back in a hold", hour, hour + 30*time.Second, 30 * time.Second},
		{"clock set back by a century", 876000 * hour, 0, interval},
		{"file of last month", -720 * hour, -719 * hour, interval},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, start := openShared(t, t.TempDir()), time.Now()
				l := ledger{last: start.Add(test.written), recent: window{tick: tickOf(start.Add(test.written))}}
				if test.held != 0 {
					l.held = start.Add(test.held)
				}
				put(t, s, l, start.Add(test.written))
				p := New(Config{Rate: Rate{PerMinute: 60}, Shared: s})
				for range 3 {
					depart(t.Context(), p, nil)
				}
				if d := time.Since(start); d < 3*interval-time.Millisecond && test.held <= 0 || d > test.longest+2*interval+time.Millisecond {
					t.Errorf("three departures took %s", d)
				}
			})
		})
	}
}

func TestSharedSurvivesGarbage(t *testing.T) {
	for name, content := range map[string]string{
		"empty": "", "text": "hello\n", "torn": `{"written":17000`, "null": "null", "zeros": strings.Repeat("\x00", sheetSize),
		"huge":         strings.Repeat("9", 1<<20),
		"negative":     `{"written":-9223372036854775808,"last":-9223372036854775808,"counts":[0]}`,
		"held forever": `{"written":1,"last":1,"held":9223372036854775807,"counts":[` + strings.Repeat("0,", windowTicks-1) + `0]}`,
		"last second":  `{"written":1,"last":1,"tick":9223372036854775807,"counts":[` + strings.Repeat("0,", windowTicks-1) + `0]}`,
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := openShared(t, t.TempDir())
				p, start := New(Config{Rate: Rate{PerMinute: 60}, Shared: s}), time.Now()
				if err := os.WriteFile(s.path(), []byte(content), 0o600); err != nil {
					t.Fatal(err)
				}
				depart(t.Context(), p, nil)
				if d := time.Since(start); d < time.Second || d > 2*time.Second || p.shared == nil {
					t.Errorf("departed after %s, shared: %t", d, p.shared != nil)
				}
			})
		})
	}
}

func TestSharedGoesOnAlone(t *testing.T) {
	for name, spoil := range map[string]func(*testing.T, *Shared){
		"folder gone": func(t *testing.T, s *Shared) {
			if err := os.RemoveAll(filepath.Dir(s.path())); err != nil {
				t.Fatal(err)
			}
		},
		"lock never released": func(t *testing.T, s *Shared) {
			lock := flock.New(s.lockPath())
			if err := lock.Lock(); err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { lock.Close() })
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var log strings.Builder
				s := openShared(t, filepath.Join(t.TempDir(), "state"))
				p, start := New(Config{Rate: Rate{PerMinute: 60}, Shared: s, Log: logTo(&log)}), time.Now()
				spoil(t, s)
				for range 10 {
					depart(t.Context(), p, nil)
				}
				if d := time.Since(start); d < 10*time.Second-time.Millisecond || d > 12*time.Second {
					t.Errorf("ten departures took %s", d)
				}
				if n := strings.Count(log.String(), "no longer shared"); n != 1 {
					t.Errorf("warned %d times: %s", n, &log)
				}
			})
		})
	}
}

func TestOpenShared(t *testing.T) {
	state := t.TempDir()
	t.Setenv("XDG_STATE_HOME", state)
	s := openShared(t, "")
	if dir := filepath.Join(state, "altadnc-bulk"); filepath.Dir(s.path()) != dir {
		t.Errorf("the file is %s, want it in %s", s.path(), dir)
	}
	for path, want := range map[string]os.FileMode{filepath.Dir(s.path()): 0o700 | os.ModeDir, s.path(): 0o600, s.lockPath(): 0o600} {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode() != want {
			t.Errorf("%s has mode %s, want %s", path, info.Mode(), want)
		}
	}
	data, err := os.ReadFile(s.path())
	if err != nil || len(data) != sheetSize || strings.Contains(string(data)+s.path(), "secret") {
		t.Errorf("the file %s has %d bytes (%v): %s", s.path(), len(data), err, data)
	}
	if _, err := OpenShared(filepath.Join(s.path(), "below"), Account{}); err == nil {
		t.Error("a folder that cannot be made is no error")
	}
}

// The wall clock in the file drifts against the monotonic clock. Some
// nanoseconds must not look like the departure of another run, to which this one
// would give way.
func TestSharedKnowsItsOwnDepartures(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := openShared(t, t.TempDir())
		p, start := New(Config{Rate: Rate{PerMinute: 60}, Shared: s}), time.Now()
		for n := range 6 {
			depart(t.Context(), p, nil)
			if n%2 == 0 {
				continue
			}
			drifted := p.ledger
			drifted.last = drifted.last.Add(5 * time.Nanosecond)
			time.Sleep(time.Millisecond)
			put(t, s, drifted, time.Now())
		}
		if d := time.Since(start); d > 6*time.Second+10*time.Millisecond {
			t.Errorf("six departures took %s, want 6 s", d)
		}
	})
}

// Whoever can be known to be of one account shares a pace, however that is said.
func TestAccountsThatShare(t *testing.T) {
	const base = "https://api.example.com/v1"
	token, another := api.NewToken("secret"), api.NewToken("another")
	for name, c := range map[string]struct {
		a, b  Account
		share bool
	}{
		"the same":                  {Account{base, "", token}, Account{base, "", token}, true},
		"another spelling":          {Account{base, "", token}, Account{"HTTPS://API.example.com:443/v1/", "", token}, true},
		"another base URL":          {Account{base, "", token}, Account{"https://eu.example.com/v1", "", token}, false},
		"another token":             {Account{base, "", token}, Account{base, "", another}, false},
		"with the id and without":   {Account{base, "a", token}, Account{base, "", token}, true},
		"without the id and with":   {Account{base, "", token}, Account{base, "a", token}, true},
		"another token, one id":     {Account{base, "a", token}, Account{base, "a", another}, true},
		"one token of two accounts": {Account{base, "a", token}, Account{base, "b", token}, false},
		"localhost":                 {Account{"http://localhost:80/v1", "", token}, Account{"http://127.0.0.1/v1", "", token}, true},
	} {
		synctest.Test(t, func(t *testing.T) {
			dir := t.TempDir()
			var runs []*Pace
			for _, account := range []Account{c.a, c.b} {
				s, err := OpenShared(dir, account)
				if err != nil {
					t.Fatal(err)
				}
				runs = append(runs, New(Config{Rate: Rate{PerMinute: 97}, Shared: s}))
			}
			start := time.Now()
			var all sync.WaitGroup
			for _, p := range runs {
				all.Go(func() {
					for range 48 {
						depart(t.Context(), p, nil)
					}
				})
			}
			all.Wait()
			if took := time.Since(start); took > 50*time.Second != c.share {
				t.Errorf("%s: two times 48 departures took %s", name, took)
			}
		})
	}
}

// A run that begins with the account's id takes over what one without it sent,
// and what it was asked to wait.
func TestAccountThatGetsItsID(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir, token := t.TempDir(), api.NewToken("secret")
		open := func(id string) *Pace {
			s, err := OpenShared(dir, Account{"https://api.example.com/v1", id, token})
			if err != nil {
				t.Fatal(err)
			}
			return New(Config{Rate: Rate{PerMinute: 97}, Shared: s})
		}
		bare := open("")
		for range 50 {
			depart(t.Context(), bare, nil)
		}
		holdFor(bare, 20*time.Second, "503")
		named, again := open("a"), open("a")
		for name, p := range map[string]*Pace{"named": named, "again": again} {
			if n := p.ledger.recent.since(time.Minute, time.Now()); n != 50 {
				t.Errorf("%s knows of %d departures", name, n)
			}
			if until, _ := p.HeldUntil(); time.Until(until) != 20*time.Second {
				t.Errorf("%s is held for %s", name, time.Until(until))
			}
		}
	})
}

// A file that points to itself, or in a circle, does not make a run go round for
// ever.
func TestLinkInACircle(t *testing.T) {
	s := openShared(t, t.TempDir())
	err := s.locked(func(file *os.File, _ []byte) error { return write(file, link{s.name}) })
	if err != nil {
		t.Fatal(err)
	}
	if err := s.update(&ledger{}, func(*ledger, time.Time) {}); err == nil {
		t.Error("no error")
	}
	for _, name := range []string{"../pace-x", "pace-../x", "other", ""} {
		if got := parseLink([]byte(`{"account":"` + name + `"}`)); got != "" {
			t.Errorf("%q leads to %q", name, got)
		}
	}
}
