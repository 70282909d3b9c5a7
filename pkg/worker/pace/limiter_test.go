package pace

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"altadnc-bulk/pkg/api"
	"altadnc-bulk/pkg/api/sandbox/sandboxtest"
)

// limiter is a rate limiter as it may be in front of the API, on fake time.
type limiter struct {
	allow   func(now time.Time) (remaining int, reset time.Duration, ok bool)
	limit   int                  // that it states
	silent  bool                 // it sends no headers
	page    bool                 // its 429 is a page without Retry-After
	handler http.Handler         // who answers in its place
	latency func() time.Duration // of an answer
	journal func() time.Duration // what is done within a turn takes as long
	connect func() time.Duration // until a request has a connection to leave on

	mu      sync.Mutex
	left    []time.Time // ours
	refused int         // of ours
	spent   []time.Time // when it said that nothing remains
}

// fixed allows n in each window of a minute, which the first request opens.
func fixed(n int) *limiter {
	var began time.Time
	used := 0
	return &limiter{limit: n, allow: func(now time.Time) (int, time.Duration, bool) {
		if now.Sub(began) >= time.Minute {
			began, used = now, 0
		}
		reset := began.Add(time.Minute).Sub(now)
		if used >= n {
			return 0, reset, false
		}
		used++
		return n - used, reset, true
	}}
}

// sliding allows n in any minute.
func sliding(n int) *limiter {
	var log []time.Time
	return &limiter{limit: n, allow: func(now time.Time) (int, time.Duration, bool) {
		for len(log) > 0 && now.Sub(log[0]) >= time.Minute {
			log = log[1:]
		}
		if len(log) >= n {
			return 0, log[0].Add(time.Minute).Sub(now), false
		}
		log = append(log, now)
		return n - len(log), log[0].Add(time.Minute).Sub(now), true
	}}
}

// tokens is a bucket of the given size, filled with 100 in a minute. Its reset is
// when it is full again.
func tokens(size int, tells int) *limiter {
	const fill = 100 / float64(time.Minute)
	level, at := float64(size), time.Time{}
	return &limiter{limit: tells, allow: func(now time.Time) (int, time.Duration, bool) {
		level = min(float64(size), level+float64(now.Sub(at))*fill)
		at = now
		ok := level >= 1
		if ok {
			level--
		}
		return int(level), time.Duration((float64(size) - level) / fill), ok
	}}
}

// spacing wants each request to keep its distance from the one before, as nginx
// does with limit_req and no burst. It says nothing about it.
func spacing(distance time.Duration) *limiter {
	var last time.Time
	return &limiter{silent: true, page: true, allow: func(now time.Time) (int, time.Duration, bool) {
		ok := now.Sub(last) >= distance
		if ok {
			last = now
		}
		return 0, 0, ok
	}}
}

func (l *limiter) quiet() *limiter { l.silent = true; return l }

func pause(d func() time.Duration) {
	if d != nil {
		time.Sleep(d())
	}
}

// upTo returns random times, safe for concurrent use.
func upTo(most time.Duration, seed uint64) func() time.Duration {
	var mu sync.Mutex
	random := rand.New(rand.NewPCG(seed, 1))
	return func() time.Duration {
		mu.Lock()
		defer mu.Unlock()
		return time.Duration(random.Int64N(int64(most) + 1))
	}
}

// ServeHTTP answers that an identifier is not on the list, if the quota allows.
func (l *limiter) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	pause(l.latency)
	l.mu.Lock()
	remaining, reset, ok := l.allow(time.Now())
	if !ok {
		l.refused++
	}
	if remaining == 0 && !l.silent {
		l.spent = append(l.spent, time.Now())
	}
	l.mu.Unlock()
	seconds := fmt.Sprint(int64((reset + time.Second - 1) / time.Second))
	if !l.silent {
		w.Header().Set("RateLimit-Limit", fmt.Sprint(l.limit))
		w.Header().Set("RateLimit-Remaining", fmt.Sprint(remaining))
		w.Header().Set("RateLimit-Reset", seconds)
	}
	switch {
	case !ok && l.page:
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(429)
		io.WriteString(w, "<html><head><title>429 Too Many Requests</title></head></html>")
	case !ok:
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Retry-After", seconds)
		w.WriteHeader(429)
		io.WriteString(w, `{"error":"TooManyRequests","message":"Rate limit exceeded. Please retry after 60 seconds."}`)
	default:
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(404)
		io.WriteString(w, `{"error":"NotFound","message":"Resource not found"}`)
	}
}

// run sends n requests through as many workers, each again while it is refused, and
// returns how many came through before ctx ended.
func (l *limiter) run(ctx context.Context, t *testing.T, p *Pace, n, workers int) (done int) {
	client := sandboxtest.Client(t, l)
	if l.handler != nil {
		client = sandboxtest.Client(t, l.handler)
	}
	var mu sync.Mutex
	var all sync.WaitGroup
	for range workers {
		all.Go(func() {
			for {
				mu.Lock()
				n--
				more := n >= 0
				mu.Unlock()
				if !more || !l.send(ctx, client, p) {
					return
				}
				mu.Lock()
				done++
				mu.Unlock()
			}
		})
	}
	all.Wait()
	return done
}

// send makes attempts until one is not refused; false if ctx ended before.
func (l *limiter) send(ctx context.Context, client *api.Client, p *Pace) bool {
	for {
		turn, err := p.Turn(ctx, func() error { pause(l.journal); return nil })
		if err != nil {
			return false
		}
		pause(l.connect)
		turn.Left()
		l.mu.Lock()
		l.left = append(l.left, time.Now())
		l.mu.Unlock()
		answer, err := client.Remove(context.WithoutCancel(ctx), api.Identifier{Type: api.Email, Value: "nobody@example.com"})
		turn.Answered(answer, err)
		var e *api.Error
		if errors.As(err, &e) && e.Kind == api.NotFound {
			return true
		}
	}
}

// most returns the most of the times in any closed 60 s.
func most(times []time.Time) (n int) {
	times = slices.SortedFunc(slices.Values(times), time.Time.Compare)
	for first, last := 0, 0; last < len(times); last++ {
		for times[last].Sub(times[first]) > time.Minute {
			first++
		}
		n = max(n, last-first+1)
	}
	return n
}
