package pace

import (
	"context"
	"testing"
	"testing/synctest"
	"time"
)

// usual is what a person gets without any flags.
func usual(shared *Shared) Config {
	return Config{Rate: Rate{PerMinute: Default, Burst: 80}, MaxWait: 10 * time.Minute, Shared: shared}
}

// A list of 80 goes at once where the API's headers show that the minute is
// unused, and evenly where they show nothing.
func TestShortList(t *testing.T) {
	for name, c := range map[string]struct {
		limiter func() *limiter
		longest time.Duration
	}{
		"fixed window":                {func() *limiter { return fixed(100) }, 4 * time.Second},
		"sliding window":              {func() *limiter { return sliding(100) }, 4 * time.Second},
		"bucket of 100":               {func() *limiter { return tokens(100, 100) }, 4 * time.Second},
		"fixed window, no headers":    {func() *limiter { return fixed(100).quiet() }, 50 * time.Second},
		"sliding window, no headers":  {func() *limiter { return sliding(100).quiet() }, 50 * time.Second},
		"small bucket":                {func() *limiter { return tokens(20, 100) }, 48 * time.Second},
		"small bucket that tells so":  {func() *limiter { return tokens(20, 20) }, 48 * time.Second},
		"small bucket and no headers": {func() *limiter { return tokens(20, 20).quiet() }, 50 * time.Second},
	} {
		for _, workers := range []int{1, 4, 16} {
			synctest.Test(t, func(t *testing.T) {
				l := c.limiter()
				l.latency = func() time.Duration { return 20 * time.Millisecond }
				start := time.Now()
				l.run(t.Context(), t, New(usual(openShared(t, t.TempDir()))), 80, workers)
				took := time.Since(start)
				if took > c.longest || l.silent && took < 49*time.Second || l.refused > 0 {
					t.Errorf("%s, %d workers: 80 requests took %s, %d refused; want at most %s", name, workers, took, l.refused, c.longest)
				}
			})
		}
	}
}

// Another list at once after a short one waits for the minute of the first.
func TestTwoShortLists(t *testing.T) {
	for name, limiter := range map[string]func(int) *limiter{"fixed": fixed, "sliding": sliding} {
		synctest.Test(t, func(t *testing.T) {
			l, dir, start := limiter(100), t.TempDir(), time.Now()
			l.run(t.Context(), t, New(usual(openShared(t, dir))), 80, 4)
			l.run(t.Context(), t, New(usual(openShared(t, dir))), 40, 4)
			if took, n := time.Since(start), most(l.left); took > 80*time.Second || n > 99 || l.refused > 0 {
				t.Errorf("%s: took %s, %d in 60 s, %d refused", name, took, n, l.refused)
			}
		})
	}
}

// Two runs at the same time share what may leave at once.
func TestTwoRunsAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, dir := sliding(100), t.TempDir()
		done := make(chan int)
		for range 2 {
			p := New(usual(openShared(t, dir)))
			go func() { done <- l.run(t.Context(), t, p, 300, 4) }()
		}
		if n := <-done + <-done; n != 600 || most(l.left) > 99 || l.refused > 0 {
			t.Errorf("%d done, %d in 60 s, %d refused", n, most(l.left), l.refused)
		}
	})
}

// Long lists use the quota, whatever counts it and whatever it says.
func TestLongList(t *testing.T) {
	const minutes = 12
	for name, c := range map[string]struct {
		limiter *limiter
		least   float64 // of 100 a minute
		refused int
	}{
		"fixed window":               {fixed(100), 0.97, 0},
		"sliding window":             {sliding(100), 0.97, 0},
		"fixed window, no headers":   {fixed(100).quiet(), 0.97, 0},
		"sliding window, no headers": {sliding(100).quiet(), 0.97, 0},
		"bucket of 100":              {tokens(100, 100), 0.94, 0},
		"bucket of 50, tells 100":    {tokens(50, 100), 0.94, 0},
		"bucket of 20, tells 100":    {tokens(20, 100), 0.94, 0},
		"bucket of 10, tells 100":    {tokens(10, 100), 0.94, 0},
		"bucket of 5, tells 100":     {tokens(5, 100), 0.93, 0},
		"bucket of 50":               {tokens(50, 50), 0.94, 0},
		"bucket of 10":               {tokens(10, 10), 0.94, 0},
		"bucket of 5":                {tokens(5, 5), 0.93, 0},
		"bucket of 5, no headers":    {tokens(5, 5).quiet(), 0.94, 0},
		"nginx limit_req":            {spacing(600 * time.Millisecond), 0.9, 3},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := c.limiter
				l.latency, l.journal = upTo(40*time.Millisecond, 1), upTo(20*time.Millisecond, 2)
				ctx, cancel := context.WithTimeout(t.Context(), minutes*time.Minute)
				defer cancel()
				done := l.run(ctx, t, New(usual(openShared(t, t.TempDir()))), 1<<30, 4)
				share := float64(done) / minutes / 100
				t.Logf("used %.3f, %d in 60 s, %d refused", share, most(l.left), l.refused)
				if share < c.least || l.refused > c.refused || most(l.left) > 99 {
					t.Errorf("used %.3f of the quota, %d in 60 s, %d refused; want at least %v and at most %d refused", share, most(l.left), l.refused, c.least, c.refused)
				}
			})
		})
	}
}

// Small buckets stay used when runs share one, and after a pause in which nothing
// leaves, from which a window would look as if others used it.
func TestSmallBuckets(t *testing.T) {
	if testing.Short() {
		t.Skip("takes more than two seconds")
	}
	const minutes = 10
	for _, size := range []int{5, 10, 50} {
		for _, tells := range []int{size, 100} {
			for _, runs := range []int{1, 2} {
				for _, pauses := range []bool{false, true} {
					synctest.Test(t, func(t *testing.T) {
						l, dir, done := tokens(size, tells), t.TempDir(), make(chan int)
						l.latency = upTo(300*time.Millisecond, 1)
						ctx, cancel := context.WithTimeout(t.Context(), minutes*time.Minute)
						defer cancel()
						available := minutes * 100.0
						for range runs {
							p := New(usual(openShared(t, dir)))
							go func() { done <- l.run(ctx, t, p, 1<<30, 4) }()
							if pauses {
								time.Sleep(3 * time.Minute)
								holdFor(p, time.Minute, "503")
								available -= 100
							}
						}
						total := 0
						for range runs {
							total += <-done
						}
						if share := float64(total) / available; share < 0.9 || l.refused > 10 || most(l.left) > 99 {
							t.Errorf("bucket of %d, tells %d, %d runs, pauses %t: used %.3f, %d in 60 s, %d refused", size, tells, runs, pauses, share, most(l.left), l.refused)
						}
					})
				}
			}
		}
	}
}
