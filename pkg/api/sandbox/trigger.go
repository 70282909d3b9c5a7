package sandbox

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"

	"altadnc-bulk/pkg/api"
)

// trigger is a fault with what it remembers.
type trigger struct {
	Fault
	matched int            // requests that it was asked about and that name its identifier
	fired   int            // times
	seen    map[string]int // how many times each request was asked about
}

// choose asks the faults, and returns the one that decides, if any, and how long
// to wait before.
func (s *Sandbox) choose(a asked) (decides Fault, delay time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, t := range s.faults {
		if !t.fires(a) {
			continue
		}
		if t.Action != Delay {
			return t.Fault, delay
		}
		delay += t.Wait
	}
	return Fault{}, delay
}

func (t *trigger) fires(a asked) bool {
	if t.Identifier != "" && !a.names(t.Identifier) {
		return false
	}
	t.matched++
	if t.Every > 0 && t.matched%t.Every != 0 {
		return false
	}
	if t.Share > 0 && !t.drawn(a.String()) {
		return false
	}
	if t.First > 0 && t.fired == t.First {
		return false
	}
	t.fired++
	return true
}

// drawn draws a lot for the request: a hash, read as a number from 0 to 1, that
// is the same each time the same is asked for the same time.
func (t *trigger) drawn(request string) bool {
	if t.seen == nil {
		t.seen = map[string]int{}
	}
	t.seen[request]++
	sum := sha256.Sum256(fmt.Appendf(nil, "%d\x00%d\x00%s", t.Seed, t.seen[request], request))
	const steps = 1 << 53 // what a float64 holds without rounding
	return float64(binary.BigEndian.Uint64(sum[:])%steps)/steps < t.Share
}

// names reports whether the request names an identifier of that value.
func (a asked) names(value string) bool {
	return a.remove.Value == value ||
		slices.ContainsFunc(a.add, func(n api.NewOptOut) bool { return n.Value == value })
}

// String is the same for requests that ask for the same.
func (a asked) String() string {
	s := a.method + "\x00" + string(a.remove.Type) + "\x00" + a.remove.Value + "\x00" + a.query.Encode()
	for _, n := range a.add {
		s += "\x00" + string(n.Type) + "\x00" + n.Value
	}
	return s
}

// misbehave is the answer that a fault gives. API answers carry the quota's
// headers; what comes from another server does not.
func (s *Sandbox) misbehave(f Fault, quota http.Header) answer {
	switch f.Action {
	case DropBefore, DropAfter:
		return answer{drop: true}
	case Page:
		return pageAnswer(http.StatusOK, "Sign in to the network", "Please accept the terms of use.")
	case Redirect:
		location := f.Location
		if location == "" {
			location = "https://login.example.com/"
		}
		return answer{status: http.StatusFound, header: http.Header{"Location": {location}}}
	case Garbage:
		broken := jsonAnswer(http.StatusOK, nil)
		broken.body = []byte(`{"data":[{"id":"0a17`)
		return answer{header: quota}.with(broken)
	case Throttle:
		return answer{header: quota}.throttled(f.RetryAfter)
	}
	status, _ := strconv.Atoi(string(f.Action))
	return answer{header: quota}.documented(status)
}

func (a answer) throttled(retryAfter string) answer {
	a = a.documented(http.StatusTooManyRequests)
	switch retryAfter {
	case "none":
	case "":
		a.header.Set("Retry-After", "60")
	default:
		a.header.Set("Retry-After", retryAfter)
	}
	return a
}

// wait waits for d, or until ctx ends.
func wait(ctx context.Context, d time.Duration) error {
	if d == 0 {
		return nil
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
