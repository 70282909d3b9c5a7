package sandbox

import (
	"fmt"
	"time"
)

// WindowKind is how a quota is counted. Alta does not document its own.
type WindowKind int

const (
	// Fixed starts a window with the first request after the one before has
	// ended, and allows Limit requests in it. This is what the middleware
	// does whose headers Alta documents.
	Fixed WindowKind = iota
	// Sliding allows Limit requests in any stretch of a window's length.
	Sliding
	// TokenBucket holds Limit requests at most, full at first, and refills
	// evenly by Limit a window.
	TokenBucket
)

// ParseWindowKind returns the kind that String calls s.
func ParseWindowKind(s string) (WindowKind, error) {
	for _, k := range []WindowKind{Fixed, Sliding, TokenBucket} {
		if s == k.String() {
			return k, nil
		}
	}
	return 0, fmt.Errorf("unknown kind of window %q: use fixed, sliding or token-bucket", s)
}

// String returns the kind's name: fixed, sliding or token-bucket.
func (k WindowKind) String() string {
	switch k {
	case Fixed:
		return "fixed"
	case Sliding:
		return "sliding"
	case TokenBucket:
		return "token-bucket"
	}
	return fmt.Sprintf("window kind %d", int(k))
}

// window counts requests. Time never goes backwards between calls.
type window interface {
	take(now time.Time) bool // counts a request if it is allowed
	state(now time.Time) state
}

// state is a window as its headers describe it.
type state struct {
	remaining int
	reset     time.Duration // RateLimit-Reset; what it means depends on the kind
	wait      time.Duration // until a request is allowed; 0 if one is now
}

func (o Options) limit() int {
	if o.Limit == 0 {
		return defaultLimit
	}
	return o.Limit
}

func (o Options) length() time.Duration {
	if o.Window == 0 {
		return defaultWindow
	}
	return o.Window
}

func (o Options) newWindow() window {
	limit, length := o.limit(), o.length()
	switch {
	case limit < 0:
		return nil
	case o.Kind == Sliding:
		return &slidingWindow{limit: limit, length: length}
	case o.Kind == TokenBucket:
		return &bucket{limit: limit, length: length}
	}
	return &fixedWindow{limit: limit, length: length}
}

// fixedWindow resets when the window ends.
type fixedWindow struct {
	limit  int
	length time.Duration
	end    time.Time
	used   int
}

func (w *fixedWindow) take(now time.Time) bool {
	if !now.Before(w.end) {
		w.end, w.used = now.Add(w.length), 0
	}
	if w.used == w.limit {
		return false
	}
	w.used++
	return true
}

func (w *fixedWindow) state(now time.Time) state {
	if !now.Before(w.end) {
		return state{remaining: w.limit, reset: w.length}
	}
	st := state{remaining: w.limit - w.used, reset: w.end.Sub(now)}
	if st.remaining == 0 {
		st.wait = st.reset
	}
	return st
}

// slidingWindow resets, one by one, when the oldest request leaves it.
type slidingWindow struct {
	limit  int
	length time.Duration
	taken  []time.Time // the requests of the last window, oldest first
}

func (w *slidingWindow) take(now time.Time) bool {
	w.forget(now)
	if len(w.taken) == w.limit {
		return false
	}
	w.taken = append(w.taken, now)
	return true
}

func (w *slidingWindow) forget(now time.Time) {
	for len(w.taken) > 0 && now.Sub(w.taken[0]) >= w.length {
		w.taken = w.taken[1:]
	}
}

func (w *slidingWindow) state(now time.Time) state {
	w.forget(now)
	st := state{remaining: w.limit - len(w.taken), reset: w.length}
	if len(w.taken) > 0 {
		st.reset = w.length - now.Sub(w.taken[0])
	}
	if st.remaining == 0 {
		st.wait = st.reset
	}
	return st
}

// bucket resets when it is full again. It is kept as the time when that will
// be, which counts without rounding.
type bucket struct {
	limit  int
	length time.Duration
	full   time.Time
}

// one is how long one request takes to come back.
func (b *bucket) one() time.Duration { return b.length / time.Duration(b.limit) }

// missing is how long until the bucket is full.
func (b *bucket) missing(now time.Time) time.Duration { return max(b.full.Sub(now), 0) }

func (b *bucket) take(now time.Time) bool {
	if b.state(now).remaining == 0 {
		return false
	}
	b.full = now.Add(b.missing(now) + b.one())
	return true
}

func (b *bucket) state(now time.Time) state {
	missing := b.missing(now)
	st := state{remaining: int((b.length - missing) / b.one()), reset: missing}
	st.remaining = min(st.remaining, b.limit)
	if st.remaining == 0 {
		st.wait = missing + b.one() - b.length
	}
	return st
}
