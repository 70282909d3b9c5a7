package pace

import (
	"context"
	"maps"
	"os"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"
)

// planned is a run that is killed after a time, unless it has finished.
type planned struct {
	begins, lasts     time.Duration
	requests, workers int
	config            Config
}

func drawDuration(r *rapid.T, label string, most time.Duration) time.Duration {
	return time.Duration(rapid.Int64Range(0, int64(most/time.Millisecond)).Draw(r, label)) * time.Millisecond
}

func drawLimiter(r *rapid.T) *limiter {
	kinds := map[string]func() *limiter{
		"fixed":   func() *limiter { return fixed(100) },
		"sliding": func() *limiter { return sliding(100) },
		"bucket":  func() *limiter { return tokens(rapid.IntRange(5, 100).Draw(r, "size"), 100) },
		"none":    func() *limiter { return fixed(1_000_000) },
	}
	l := kinds[rapid.SampledFrom(slices.Sorted(maps.Keys(kinds))).Draw(r, "limiter")]()
	l.silent = rapid.Bool().Draw(r, "silent")
	l.latency = upTo(drawDuration(r, "latency", 2*time.Second), rapid.Uint64().Draw(r, "seed"))
	l.journal = upTo(drawDuration(r, "journal", time.Second), rapid.Uint64().Draw(r, "seed"))
	l.connect = upTo(drawDuration(r, "connect", 3*time.Second), rapid.Uint64().Draw(r, "seed"))
	return l
}

func drawRun(r *rapid.T) planned {
	rate := Rate{PerMinute: rapid.SampledFrom([]float64{97, 98, 50}).Draw(r, "rate"), Burst: rapid.SampledFrom([]int{0, 10, 80, 200}).Draw(r, "burst")}
	if rapid.IntRange(0, 3).Draw(r, "reserves") == 0 {
		rate.Reserve = rate.PerMinute - float64(rapid.IntRange(1, 40).Draw(r, "left"))
	}
	return planned{
		begins: drawDuration(r, "begins", 3*time.Minute), lasts: drawDuration(r, "lasts", 2*time.Minute) + time.Millisecond,
		requests: rapid.IntRange(1, 300).Draw(r, "requests"), workers: rapid.IntRange(1, 20).Draw(r, "workers"),
		config: Config{Rate: rate},
	}
}

// Whatever the limiter, however many runs there are and whenever they are killed,
// also where the clock is set back: no 60 seconds see more than 99 departures
// from this machine.
func TestNeverAbove99(t *testing.T) {
	rapid.Check(withoutDeadline{t}, func(r *rapid.T) {
		l := drawLimiter(r)
		var runs []planned
		for range rapid.IntRange(1, 6).Draw(r, "runs") {
			runs = append(runs, drawRun(r))
		}
		back := time.Duration(0)
		if rapid.IntRange(0, 3).Draw(r, "clock") == 0 {
			back = drawDuration(r, "back", 2*time.Hour)
		}
		dir := tempDir(r)
		synctest.Test(t, func(t *testing.T) {
			var all sync.WaitGroup
			for _, run := range runs {
				all.Go(func() {
					time.Sleep(run.begins)
					ctx, kill := context.WithTimeout(t.Context(), run.lasts)
					defer kill()
					run.config.Shared = openShared(t, dir)
					l.run(ctx, t, New(run.config), run.requests, run.workers)
				})
			}
			if back > 0 {
				time.Sleep(90 * time.Second)
				setBack(t, openShared(t, dir), back)
			}
			all.Wait()
		})
		if n := most(l.left); n > 99 {
			r.Fatalf("%d departures in 60 s", n)
		}
	})
}

// A run that nothing disturbs is never idle while there is room: a request
// leaves when the interval is over, unless a minute would see too many, or the
// API says that nothing remains.
func TestNeverIdle(t *testing.T) {
	rapid.Check(withoutDeadline{t}, func(r *rapid.T) {
		l := rapid.SampledFrom([]func(int) *limiter{fixed, sliding}).Draw(r, "limiter")(100)
		l.silent = rapid.Bool().Draw(r, "silent")
		l.latency = upTo(drawDuration(r, "latency", time.Second), rapid.Uint64().Draw(r, "seed"))
		l.journal = upTo(drawDuration(r, "journal", 300*time.Millisecond), rapid.Uint64().Draw(r, "seed"))
		run := drawRun(r)
		dir := tempDir(r)
		synctest.Test(t, func(t *testing.T) {
			run.config.Shared = openShared(t, dir)
			l.run(t.Context(), t, New(run.config), run.requests, 10)
		})
		interval := time.Duration(float64(time.Minute) / run.config.Full())
		for i := range l.left[1:] {
			gap := l.left[i+1].Sub(l.left[i])
			if gap <= interval+300*time.Millisecond { // what the journal takes is part of a turn
				continue
			}
			if slices.ContainsFunc(l.spent, func(at time.Time) bool { return at.After(l.left[i]) && at.Before(l.left[i+1]) }) {
				continue // the API asked for it
			}
			// Then a minute that ended a moment earlier must have been full.
			before := l.left[i+1].Add(-2*tick - 300*time.Millisecond)
			n := 0
			for _, at := range l.left[:i+1] {
				if before.Sub(at) <= time.Minute {
					n++
				}
			}
			if n < int(run.config.Full())+1 {
				r.Fatalf("departure %d follows after %s, with %d in the minute before", i+2, gap, n)
			}
		}
		if l.refused > 0 {
			r.Fatalf("%d refused", l.refused)
		}
	})
}

// withoutDeadline keeps rapid from asking for the deadline of a test.
type withoutDeadline struct{ rapid.TB }

func tempDir(r *rapid.T) string {
	dir, err := os.MkdirTemp("", "pace")
	if err != nil {
		r.Fatal(err)
	}
	r.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

// setBack puts the file as it would be found with a clock that was set back.
func setBack(t *testing.T, s *Shared, by time.Duration) {
	t.Helper()
	l := ledger{}
	if err := s.update(&l, func(*ledger, time.Time) {}); err != nil {
		t.Fatal(err)
	}
	moved := l
	moved.recent.shift(int64(by / tick))
	for _, at := range []*time.Time{&moved.last, &moved.held, &moved.idle} {
		if !at.IsZero() {
			*at = at.Add(by)
		}
	}
	if err := writeSheet(s, moved.sheet(time.Now().Add(by))); err != nil {
		t.Fatal(err)
	}
}
