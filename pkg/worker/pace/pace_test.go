package pace

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"altadnc-bulk/pkg/api"
	"altadnc-bulk/pkg/api/sandbox"
	"altadnc-bulk/pkg/api/sandbox/sandboxtest"
)

// account is an account of the sandbox on fake time, and who uses it.
type account struct {
	t       *testing.T
	client  *api.Client
	pace    *Pace
	left    []time.Time // departures of ours
	refused int         // of ours
}

func newAccount(t *testing.T, kind sandbox.WindowKind, cfg Config) *account {
	t.Helper()
	box, err := sandbox.New(sandbox.Options{Kind: kind})
	if err != nil {
		t.Fatal(err)
	}
	return &account{t: t, client: newClient(t, sandboxtest.Transport(box)), pace: New(cfg)}
}

func newClient(t *testing.T, transport http.RoundTripper) *api.Client {
	t.Helper()
	client, err := api.New(api.Config{BaseURL: "http://127.0.0.1/v1", Token: api.NewToken("test"), Transport: transport})
	if err != nil {
		t.Fatal(err)
	}
	return client
}

// depart takes a turn and leaves at once.
func depart(ctx context.Context, p *Pace, before func() error) error {
	turn, err := p.Turn(ctx, before)
	if err == nil {
		turn.Answered(api.Answer{}, nil)
	}
	return err
}

// answer has p learn from an answer.
func answer(p *Pace, status int, q api.Quota) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.observe(api.Answer{Status: status, Quota: q}, time.Now())
	p.logPace(time.Now())
}

// holdFor holds p back as an answer of 503 would.
func holdFor(p *Pace, d time.Duration, why string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.holdBack(d, why, time.Now())
}

// request uses the quota and reports whether it was refused. The identifier is
// on no list, which costs as much as one that is.
func (a *account) request() (api.Answer, *api.Error) {
	answer, err := a.client.Remove(a.t.Context(), api.Identifier{Type: api.Email, Value: "nobody@example.com"})
	var e *api.Error
	if !errors.As(err, &e) || e.Kind != api.NotFound && e.Kind != api.QuotaSpent {
		a.t.Errorf("request: %v", err)
	}
	return answer, e
}

// depart sends one paced request and treats its answer as a worker does.
func (a *account) depart(before func() error) {
	turn, err := a.pace.Turn(a.t.Context(), before)
	if err != nil {
		a.t.Errorf("Turn: %v", err)
		return
	}
	turn.Left()
	a.left = append(a.left, time.Now())
	answer, e := a.request()
	turn.Answered(answer, e)
	if e.Kind == api.QuotaSpent {
		a.refused++
	}
}

func kinds() []sandbox.WindowKind {
	return []sandbox.WindowKind{sandbox.Fixed, sandbox.Sliding, sandbox.TokenBucket}
}

func TestPaceUsesTheQuota(t *testing.T) {
	for _, kind := range kinds() {
		for _, perMinute := range []float64{97, 98} {
			t.Run(kind.String(), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					a := newAccount(t, kind, Config{Rate: Rate{PerMinute: perMinute}})
					start := time.Now()
					for range 290 {
						a.depart(nil)
					}
					if share := 290 / time.Since(start).Minutes() / 100; share < 0.96 {
						t.Errorf("used %.3f of the quota, want at least 0.96", share)
					}
					if n := most(a.left); n > 99 || a.refused > 0 {
						t.Errorf("%d departures in 60 s, %d refused", n, a.refused)
					}
				})
			})
		}
	}
}

// strangers take half of the quota, each in its own way: at what times of a
// minute.
var strangers = []struct {
	name   string
	minute func(*rand.Rand) []time.Duration
}{
	{"steady", func(*rand.Rand) (at []time.Duration) {
		for i := range 50 {
			at = append(at, time.Duration(i)*1200*time.Millisecond)
		}
		return at
	}},
	{"random", func(r *rand.Rand) (at []time.Duration) {
		for range 50 {
			at = append(at, time.Duration(r.Int64N(int64(time.Minute))))
		}
		slices.Sort(at)
		return at
	}},
	{"bursty", func(r *rand.Rand) []time.Duration {
		return slices.Repeat([]time.Duration{time.Duration(r.Int64N(int64(time.Minute)))}, 50)
	}},
}

func TestPaceBesideAStranger(t *testing.T) {
	const minutes, quiet = 30, 5
	for _, kind := range kinds() {
		for _, stranger := range strangers {
			t.Run(kind.String()+"/"+stranger.name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					a := newAccount(t, kind, Config{Rate: Rate{PerMinute: 97}})
					start, random := time.Now(), rand.New(rand.NewPCG(1, 2))
					go func() {
						for minute := range minutes {
							for _, at := range stranger.minute(random) {
								time.Sleep(time.Until(start.Add(time.Duration(minute)*time.Minute + at)))
								a.request()
							}
						}
					}()
					for time.Since(start) < minutes*time.Minute {
						a.depart(nil)
					}
					n := len(a.left)
					t.Logf("%d requests, %.1f a minute, %d refused", n, float64(n)/minutes, a.refused)
					if n < minutes*20 || a.refused*100 > n {
						t.Errorf("%d of %d requests refused, want at most one in 100", a.refused, n)
					}
					for time.Since(start) < (minutes+quiet)*time.Minute {
						a.depart(nil)
					}
					if got := a.pace.now(); got != 97 {
						t.Errorf("pace is %.1f %d minutes after the stranger left, want 97", got, quiet)
					}
				})
			})
		}
	}
}

func TestPaceRestartWithinTheMinute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newAccount(t, sandbox.Sliding, Config{Rate: Rate{PerMinute: 97}})
		for i := range 300 {
			if i%7 == 0 {
				a.pace = New(Config{Rate: Rate{PerMinute: 97}})
			}
			a.depart(nil)
		}
		if n := most(a.left); n > 99 || a.refused > 0 {
			t.Errorf("%d departures in 60 s, %d refused", n, a.refused)
		}
	})
}

func TestPaceSlowBefore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newAccount(t, sandbox.Sliding, Config{Rate: Rate{PerMinute: 97}})
		for i := range 200 {
			a.depart(func() error {
				if i%3 == 0 {
					time.Sleep(2 * time.Second)
				}
				return nil
			})
		}
		for i := range a.left[1:] {
			if gap := a.left[i+1].Sub(a.left[i]); gap < 600*time.Millisecond {
				t.Fatalf("departure %d follows after %s", i+1, gap)
			}
		}
	})
}

func TestPaceKeepsTheTurnDuringBefore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := New(Config{Rate: Rate{PerMinute: 97}})
		var busy atomic.Int32
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				depart(t.Context(), p, func() error {
					if n := busy.Add(1); n > 1 {
						t.Errorf("%d turns at once", n)
					}
					time.Sleep(2 * time.Second)
					busy.Add(-1)
					return nil
				})
			})
		}
		all.Wait()
	})
}

// What a busy machine takes, up to half an interval a departure, is made up for
// and bunches nothing: the pace is kept, and 99 in 60 seconds are never passed.
func TestPaceMakesUpForSmallDelays(t *testing.T) {
	for _, perMinute := range []float64{97, 98} {
		synctest.Test(t, func(t *testing.T) {
			p, start := New(Config{Rate: Rate{PerMinute: perMinute}}), time.Now()
			random := rand.New(rand.NewPCG(1, 2))
			var left []time.Time
			for range 10 * int(perMinute) {
				depart(t.Context(), p, func() error {
					time.Sleep(time.Duration(random.Int64N(2)) * 300 * time.Millisecond)
					return nil
				})
				left = append(left, time.Now())
			}
			if took := time.Since(start); took > 10*time.Minute+time.Second {
				t.Errorf("%v a minute: ten minutes of departures took %s", perMinute, took)
			}
			if n := most(left); n > 99 {
				t.Errorf("%v a minute: %d departures in 60 s", perMinute, n)
			}
		})
	}
}

func TestPaceHold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, start := New(Config{Rate: Rate{PerMinute: 60}}), time.Now()
		go func() {
			time.Sleep(500 * time.Millisecond)
			holdFor(p, 30*time.Second, "429") // while the turn is waited for
			holdFor(p, time.Second, "shorter")
		}()
		left := make(chan time.Duration, 16)
		for range 16 {
			go func() {
				depart(t.Context(), p, nil)
				left <- time.Since(start)
			}()
		}
		time.Sleep(time.Second)
		if until, why := p.HeldUntil(); until.Sub(start) != 30500*time.Millisecond || why != "429" {
			t.Errorf("held until %s because of %q", until.Sub(start), why)
		}
		earlier := 30500*time.Millisecond - time.Second
		for range 16 {
			at := <-left
			if gap := at - earlier; gap < time.Second-time.Millisecond {
				t.Errorf("departed at %s, %s after the one before", at, gap)
			}
			earlier = at
		}
		if until, why := p.HeldUntil(); !until.IsZero() || why != "" {
			t.Errorf("still held until %s because of %q", until, why)
		}
	})
}

// No answer can hold the run that it answers for longer than a day, nor others for
// longer than an hour: of more than that they believe a minute.
func TestHoldIsBounded(t *testing.T) {
	for asked, want := range map[time.Duration]struct{ own, others time.Duration }{
		time.Hour:                 {time.Hour, time.Hour},
		time.Hour + 2*time.Second: {time.Hour + 2*time.Second, time.Minute},
		1000 * time.Hour:          {24 * time.Hour, time.Minute},
	} {
		synctest.Test(t, func(t *testing.T) {
			dir, start := t.TempDir(), time.Now()
			told := New(Config{Rate: Rate{PerMinute: 60}, Shared: openShared(t, dir)})
			holdFor(told, asked, "503")
			other := New(Config{Rate: Rate{PerMinute: 60}, Shared: openShared(t, dir)})
			if until, _ := told.HeldUntil(); until.Sub(start) != want.own {
				t.Errorf("asked for %s: held for %s, want %s", asked, until.Sub(start), want.own)
			}
			if until, _ := other.HeldUntil(); until.Sub(start) != want.others {
				t.Errorf("asked for %s: others held for %s, want %s", asked, until.Sub(start), want.others)
			}
		})
	}
}

func TestTurnErrors(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, broken := New(Config{Rate: Rate{PerMinute: 1}}), errors.New("disk full")
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		for range 4 {
			go func() {
				err := depart(ctx, p, func() error { t.Error("before was called"); return nil })
				if !errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("got %v, want the error of the context", err)
				}
			}()
		}
		<-ctx.Done()
		synctest.Wait()
		if err := depart(t.Context(), p, func() error { return broken }); !errors.Is(err, broken) {
			t.Errorf("got %v, want the error of before", err)
		}
	})
}

func TestPaceUnpaced(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, start := New(Config{}), time.Now()
		for range 1000 {
			depart(t.Context(), p, nil)
		}
		if d := time.Since(start); d > 0 {
			t.Errorf("unpaced departures waited %s", d)
		}
		holdFor(p, time.Minute, "429")
		depart(t.Context(), p, nil)
		if d := time.Since(start); d != time.Minute {
			t.Errorf("departed after %s, want the hold of a minute", d)
		}
	})
}

// A reserve near the limit leaves what a plan promises: at all times, also when
// the others' use would leave more.
func TestReserve(t *testing.T) {
	for _, c := range []struct {
		rate   Rate
		full   float64
		enough bool
	}{
		{Rate{PerMinute: 97}, 97, true},
		{Rate{PerMinute: 97, Reserve: 20}, 77, true},
		{Rate{PerMinute: 97, Reserve: 93}, 4, true},
		{Rate{PerMinute: 97, Reserve: 96}, 1, true},
		{Rate{PerMinute: 97, Reserve: 96.5}, 0.5, false},
		{Rate{PerMinute: 97, Reserve: 97}, 0, false},
		{Rate{PerMinute: 0.5}, 0.5, false},
		{Rate{Reserve: 20}, 0, true},
	} {
		if got := c.rate.Full(); got != c.full || c.rate.Enough() != c.enough {
			t.Errorf("%+v: full %v, enough %v", c.rate, got, c.rate.Enough())
		}
		if !c.enough {
			continue
		}
		synctest.Test(t, func(t *testing.T) {
			p := New(Config{Rate: c.rate})
			if got := p.now(); got != c.full {
				t.Errorf("%+v: the pace is %v, the plan says %v", c.rate, got, c.full)
			}
			answer(p, 200, api.Quota{Known: true, Limit: 100, Remaining: 2, Reset: time.Second})
			if got := p.now(); got > c.full {
				t.Errorf("%+v: beside others the pace is %v, above %v", c.rate, got, c.full)
			}
			if c.full == 0 {
				return
			}
			start := time.Now()
			for range 3 {
				depart(t.Context(), p, nil)
			}
			if took, least := time.Since(start), 3*time.Duration(float64(time.Minute)/c.full); took < least-time.Millisecond {
				t.Errorf("%+v: three departures took %s, less than %s", c.rate, took, least)
			}
		})
	}
}

func TestPaceLogsEventsNotRequests(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log strings.Builder
		p := New(Config{Rate: Rate{PerMinute: 97}, Log: logTo(&log)})
		for range 20 {
			answer(p, 200, api.Quota{Known: true, Limit: 100, Remaining: 0, Reset: 30 * time.Second})
		}
		time.Sleep(5 * time.Minute)
		answer(p, 200, api.Quota{Known: true, Limit: 100, Remaining: 99, Reset: time.Minute})
		for _, event := range []string{"pause", "pace lowered", "pace raised"} {
			if n := strings.Count(log.String(), event); n != 1 {
				t.Errorf("%d lines say %q:\n%s", n, event, &log)
			}
		}
	})
}

func logTo(w io.Writer) *slog.Logger { return slog.New(slog.NewTextHandler(w, nil)) }

// One 429 lowers the pace for a minute after its pause, and not for long enough
// to matter: over the four minutes after the pause 0.9 of the pace is kept.
func TestPaceRecoversFromAPause(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := New(Config{Rate: Rate{PerMinute: 97}})
		depart(t.Context(), p, nil)
		holdFor(p, time.Minute, "429")
		time.Sleep(time.Minute)
		n, end := 0, time.Now().Add(4*time.Minute)
		for time.Now().Before(end) {
			depart(t.Context(), p, nil)
			n++
		}
		if want := 0.9 * 4 * 97; float64(n) < want {
			t.Errorf("%d departures in four minutes, want at least %.0f", n, want)
		}
	})
}

// A request that gets its connection late counts from when it left.
func TestSlowConnectionCountsWhenItLeaves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := New(Config{Rate: Rate{PerMinute: 97}, Shared: openShared(t, t.TempDir())})
		turn, err := p.Turn(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(20 * time.Second)
		turn.Left()
		time.Sleep(45 * time.Second)
		if n := p.ledger.recent.since(time.Minute, time.Now()); n != 1 {
			t.Errorf("%d departures in the last minute, want the one of 45 s ago", n)
		}
	})
}

// Who was refused is even for good, also after a minute without any request.
func TestNothingLeavesAtOnceAfterARefusal(t *testing.T) {
	for _, refused := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			p := New(usual(openShared(t, t.TempDir())))
			room := api.Quota{Known: true, Limit: 100, Remaining: 99, Reset: time.Minute}
			turn, _ := p.Turn(t.Context(), nil)
			if refused {
				turn.Answered(api.Answer{Status: 429}, &api.Error{Kind: api.QuotaSpent, Status: 429, HasRetryAfter: true, RetryAfter: time.Second})
			} else {
				turn.Answered(api.Answer{Status: 200, Quota: room}, nil)
			}
			time.Sleep(3 * time.Minute)
			start := time.Now()
			for range 10 {
				turn, err := p.Turn(t.Context(), nil)
				if err != nil {
					t.Fatal(err)
				}
				turn.Answered(api.Answer{Status: 200, Quota: room}, nil)
			}
			if took := time.Since(start); took < 5*time.Second != !refused {
				t.Errorf("refused %t: ten requests took %s", refused, took)
			}
		})
	}
}

// A run that its workers slow down says so, once, and how many it would take; one
// that is slowed down by something else does not.
func TestTooFewWorkers(t *testing.T) {
	for name, c := range map[string]struct {
		workers int
		takes   time.Duration
		refuses bool
		want    string
	}{
		"too few":     {workers: 4, takes: 5 * time.Second, want: "--workers 10"},
		"enough":      {workers: 10, takes: 5 * time.Second},
		"one":         {workers: 1, takes: 5 * time.Second}, // it may be in the nature of the work
		"not at work": {workers: 4, takes: 5 * time.Second, refuses: true},
	} {
		synctest.Test(t, func(t *testing.T) {
			var log strings.Builder
			cfg := usual(openShared(t, t.TempDir()))
			cfg.Log = logTo(&log)
			l := fixed(100)
			l.latency = func() time.Duration { return c.takes }
			if c.refuses {
				l.handler = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
					time.Sleep(c.takes)
					w.WriteHeader(500)
				})
			}
			ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
			defer cancel()
			l.run(ctx, t, New(cfg), 1000, c.workers)
			told := strings.Count(log.String(), "the pace is not reached")
			if told > 1 || told == 1 != (c.want != "") || !strings.Contains(log.String(), c.want) {
				t.Errorf("%s: %s", name, &log)
			}
		})
	}
}

// What is measured is what a person would count.
func TestMeasured(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := New(Config{Rate: Rate{PerMinute: 97}})
		if got := p.Measured(); got != 97 {
			t.Errorf("at first %v a minute, want the pace", got)
		}
		for range 60 {
			turn, _ := p.Turn(t.Context(), nil)
			turn.Answered(api.Answer{Status: 200}, nil)
			time.Sleep(2 * time.Second)
		}
		if got := p.Measured(); got < 29 || got > 31 {
			t.Errorf("%v a minute with a request every 2 s", got)
		}
	})
}

// What the last minute saw is not known if the file is damaged, or can no longer be
// used: then every request keeps its interval.
func TestNothingLeavesAtOnceInTheDark(t *testing.T) {
	for name, spoil := range map[string]func(s *Shared) error{
		"sound":   func(*Shared) error { return nil },
		"garbage": func(s *Shared) error { return os.WriteFile(s.path(), []byte("{"), 0o600) },
		"gone":    func(s *Shared) error { return os.RemoveAll(s.dir) },
	} {
		synctest.Test(t, func(t *testing.T) {
			s := openShared(t, filepath.Join(t.TempDir(), "state"))
			p, start := New(usual(s)), time.Now()
			if err := spoil(s); err != nil {
				t.Fatal(err)
			}
			fixed(100).run(t.Context(), t, p, 30, 4)
			if took := time.Since(start); took < 10*time.Second != (name == "sound") {
				t.Errorf("%s: 30 requests took %s", name, took)
			}
		})
	}
}

// now returns the pace in requests a minute; 0 means unpaced.
func (p *Pace) now() float64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.perMinute(time.Now())
}

// A pause lasts as long as its hold, not until somebody wants to send again, and is
// told by the first turn in which something leaves.
func TestPauseEndsWithItsHold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := New(Config{})
		holdFor(p, 30*time.Second, "spent")
		want := Pause{From: time.Now(), Until: time.Now().Add(30 * time.Second), Why: "spent"}
		same := func(got Pause) bool {
			return got.From.Equal(want.From) && got.Until.Equal(want.Until) && got.Why == want.Why
		}
		time.Sleep(time.Hour)
		if got := p.Paused(); !same(got) {
			t.Errorf("paused %+v, want %+v", got, want)
		}
		broken := errors.New("the disk is full")
		if _, err := p.Turn(t.Context(), func() error { return broken }); err != broken {
			t.Errorf("Turn: %v", err)
		}
		for _, want := range []bool{true, false} {
			turn, err := p.Turn(t.Context(), nil)
			if err != nil || same(turn.Paused()) != want {
				t.Errorf("%v, paused %+v; want it told once", err, turn.Paused())
			}
			turn.Answered(api.Answer{}, nil)
		}
	})
}
