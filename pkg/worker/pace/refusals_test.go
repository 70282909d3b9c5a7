package pace

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"altadnc-bulk/pkg/api"
	"altadnc-bulk/pkg/api/sandbox/sandboxtest"
)

func TestPauseAfterRefusals(t *testing.T) {
	const interval = 600 * time.Millisecond
	seconds := func(n ...float64) (all []time.Duration) {
		for _, s := range n {
			all = append(all, time.Duration(s*float64(time.Second)))
		}
		return all
	}
	quota := func(remaining int, reset time.Duration) api.Quota {
		return api.Quota{Known: true, Limit: 100, Remaining: remaining, Reset: reset}
	}
	for name, c := range map[string]struct {
		err  api.Error
		want []time.Duration // after the first refusal in a row, the second, …
	}{
		"the API's own message":        {api.Error{Code: "TooManyRequests", Message: "Rate limit exceeded."}, seconds(60, 60)},
		"Retry-After":                  {api.Error{HasRetryAfter: true, RetryAfter: 7 * time.Second}, seconds(7, 7, 7, 7, 8, 16, 32, 60, 60)},
		"Retry-After of nothing":       {api.Error{HasRetryAfter: true}, seconds(0, 1, 2, 4, 8, 16, 32, 60, 60)},
		"Retry-After of two minutes":   {api.Error{HasRetryAfter: true, RetryAfter: 2 * time.Minute}, seconds(120, 120, 120, 120, 120, 120, 120, 120)},
		"a reset":                      {api.Error{Quota: quota(0, 12*time.Second)}, seconds(12, 12, 12, 12, 12, 16)},
		"Retry-After and a reset":      {api.Error{HasRetryAfter: true, RetryAfter: 7 * time.Second, Quota: quota(0, time.Second)}, seconds(7)},
		"a reset that does not matter": {api.Error{Quota: quota(5, time.Second)}, seconds(60)},
		"nothing":                      {api.Error{}, seconds(2.4, 4.8, 9.6, 19.2, 38.4, 60, 60)},
	} {
		for i, want := range c.want {
			if got := pauseAfter(&c.err, i+1, interval); got != want {
				t.Errorf("%s: refusal %d pauses %s, want %s", name, i+1, got, want)
			}
		}
	}
	if got := pauseAfter(&api.Error{}, 1, 0); got != time.Second {
		t.Errorf("without a pace a refusal pauses %s", got)
	}
}

// Who answers 429 with Retry-After: 0 for good is asked less and less, until the
// wait is longer than allowed; with and without a pace.
func TestRetryAfterOfNothingForGood(t *testing.T) {
	for _, perMinute := range []float64{0, 97} {
		synctest.Test(t, func(t *testing.T) {
			var asked atomic.Int64
			l := &limiter{}
			client := sandboxtest.Client(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				asked.Add(1)
				w.Header().Set("Retry-After", "0")
				w.WriteHeader(429)
			}))
			p, start := New(Config{Rate: Rate{PerMinute: perMinute}, MaxWait: 10 * time.Minute}), time.Now()
			if l.send(t.Context(), client, p) {
				t.Error("came through")
			}
			if n, took := asked.Load(), time.Since(start); n > 20 || took > 11*time.Minute {
				t.Errorf("%v a minute: asked %d times in %s", perMinute, n, took)
			}
			if _, err := p.Turn(t.Context(), nil); err == nil || !strings.Contains(err.Error(), "longer than 10m0s: the API answered 429") {
				t.Errorf("got %v", err)
			}
		})
	}
}

// A hold given to another run is obeyed as far as this run may wait, and reported
// at once.
func TestHoldOfAnotherRun(t *testing.T) {
	for held, stops := range map[time.Duration]bool{9 * time.Minute: false, 11 * time.Minute: true} {
		synctest.Test(t, func(t *testing.T) {
			dir, start := t.TempDir(), time.Now()
			holdFor(New(Config{Rate: Rate{PerMinute: 97}, Shared: openShared(t, dir)}), held, "503")
			var log strings.Builder
			p := New(Config{Rate: Rate{PerMinute: 97}, MaxWait: 10 * time.Minute, Shared: openShared(t, dir), Log: logTo(&log)})
			err := depart(t.Context(), p, nil)
			if (err != nil) != stops {
				t.Fatalf("held for %s: %v", held, err)
			}
			if took := time.Since(start); stops && took > 0 || !stops && took != held {
				t.Errorf("held for %s: took %s", held, took)
			}
			told := fmt.Sprint(err)
			if !stops {
				told = log.String()
			}
			if want := "another run on this machine was told to wait"; strings.Count(told, want) != 1 {
				t.Errorf("told %s", told)
			}
		})
	}
}

// A run that does not wait at all learns how long, and not that this is longer.
func TestHeldError(t *testing.T) {
	for err, want := range map[*HeldError]string{
		{For: 20 * time.Minute, Limit: 10 * time.Minute, Why: "429"}: "no request may be sent for 20m0s, longer than 10m0s: 429",
		{For: 20 * time.Minute, Limit: 1, Why: "429"}:                "no request may be sent for 20m0s: 429",
	} {
		if got := err.Error(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

// Deleting the file ends a hold for the runs that it was not given to.
func TestHoldIsCleared(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := openShared(t, t.TempDir())
		holdFor(New(Config{Rate: Rate{PerMinute: 97}, Shared: openShared(t, s.dir)}), time.Hour, "503")
		until, path, err := s.Held()
		if err != nil || time.Until(until) != time.Hour {
			t.Fatalf("held until %s: %v", until, err)
		}
		p, start := New(Config{Rate: Rate{PerMinute: 97}, Shared: openShared(t, s.dir)}), time.Now()
		go func() {
			time.Sleep(time.Minute)
			os.Remove(path)
		}()
		if err := depart(t.Context(), p, nil); err != nil || time.Since(start) > time.Minute+lookAgain+time.Second {
			t.Errorf("departed after %s, %v", time.Since(start), err)
		}
		if until, _, err := s.Held(); err != nil || !until.IsZero() {
			t.Errorf("held until %s: %v", until, err)
		}
	})
}

// A server that takes one request at a time is asked one at a time, and one that
// is out of order is not.
func TestCrowd(t *testing.T) {
	for name, c := range map[string]struct {
		atOnce  int64 // that the server takes
		broken  bool  // it answers 503 whatever is under way
		most    int64 // answers of 503
		workers int
	}{
		"one at a time":   {atOnce: 1, workers: 4, most: 8},
		"two at a time":   {atOnce: 2, workers: 8, most: 16},
		"any number":      {atOnce: 100, workers: 8},
		"one worker":      {atOnce: 1, workers: 1},
		"is out of order": {atOnce: 100, broken: true, workers: 4},
	} {
		for _, perMinute := range []float64{0, 97} {
			synctest.Test(t, func(t *testing.T) {
				var underWay, refused, served atomic.Int64
				began := time.Now()
				handler := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
					n := underWay.Add(1)
					defer underWay.Add(-1)
					if n > c.atOnce || c.broken && time.Since(began) < time.Minute {
						refused.Add(1)
						time.Sleep(100 * time.Millisecond)
						w.WriteHeader(503)
						return
					}
					time.Sleep(2 * time.Second)
					served.Add(1)
					w.Header().Set("Content-Type", "application/json")
					w.WriteHeader(404)
					io.WriteString(w, `{"error":"NotFound","message":"Resource not found"}`)
				})
				l := &limiter{handler: handler}
				p := New(Config{Rate: Rate{PerMinute: perMinute}})
				l.run(t.Context(), t, p, 60, c.workers)
				if served.Load() != 60 || !c.broken && refused.Load() > c.most {
					t.Errorf("%s, %v a minute: %d served, %d refused", name, perMinute, served.Load(), refused.Load())
				}
				if p.crowd.most > 0 && (c.broken || int64(p.crowd.most) != c.atOnce) {
					t.Errorf("%s, %v a minute: %d at once", name, perMinute, p.crowd.most)
				}
			})
		}
	}
}
