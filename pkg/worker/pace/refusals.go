package pace

import (
	"net/http"
	"time"

	"altadnc-bulk/pkg/api"
)

// refusals are the answers of 429 in a row.
type refusals struct {
	rounds int       // not counting answers to what left before the pause for another
	since  time.Time // when the first one came; zero for none
	spaced bool      // one came that mentions no quota; for good
}

// refused returns how long a 429 asks to wait. A round is another refusal after
// having waited.
func (r *refusals) refused(e *api.Error, round bool, interval time.Duration, now time.Time) time.Duration {
	if r.since.IsZero() {
		r.since = now
	}
	if round {
		r.rounds++
	}
	r.spaced = r.spaced || !tells(e)
	return pauseAfter(e, r.rounds, interval)
}

func (r *refusals) over() { r.rounds, r.since = 0, time.Time{} }

// tells reports whether a 429 says anything about a quota: in its headers, or
// with the API's own message, which asks for 60 seconds.
func tells(e *api.Error) bool { return e.HasRetryAfter || e.Quota.Known || e.Code != "" }

// longestPause is the longest pause that no answer asked for.
const longestPause = time.Minute

// pauseAfter returns how long to pause after the nth refusal in a row, from 1. A
// run refused again after waiting as told waits longer and longer: what it was
// told cannot be right.
func pauseAfter(e *api.Error, n int, interval time.Duration) time.Duration {
	doubled := func(d time.Duration, times int) time.Duration {
		return min(d<<min(max(times, 0), 6), longestPause)
	}
	again := time.Duration(0)
	if n > 1 {
		again = doubled(time.Second, n-2)
	}
	switch {
	case e.HasRetryAfter:
		return max(e.RetryAfter, again)
	case e.Quota.Known && e.Quota.Remaining == 0 && e.Quota.Reset > 0:
		return max(e.Quota.Reset, again)
	case tells(e):
		return longestPause
	}
	return doubled(max(4*interval, time.Second), n-1)
}

// crowd finds out whether a server refuses requests because others are under way,
// as nginx does with limit_conn: its answers of 503 come only then.
type crowd struct {
	most    int   // requests that may be under way at once; 0 for any number
	since   int64 // the last request that left before that was so
	busy    int   // answers of 503 since then while others were under way
	general bool  // one came without: it is something else
}

// flight is one request and what was under way with it.
type flight struct {
	number, last int64 // its own, and that of the last one to leave
	crowded      bool  // others were under way
	flying       int   // how many are now, with it
}

// answered takes notice of an answer's status. It reports whether there have to be
// fewer at once.
func (c *crowd) answered(status int, f flight) (fewer bool) {
	switch {
	case status == 0 || f.number <= c.since:
	case status != http.StatusServiceUnavailable:
		c.general = c.general && f.crowded
	case !f.crowded:
		*c = crowd{general: true, since: f.last}
	case !c.general:
		c.busy++
		if c.busy < 2 || c.most == 1 {
			return false
		}
		most := c.most
		if most == 0 {
			most = f.flying
		}
		*c = crowd{most: max(1, most*2/3), since: f.last}
		return true
	}
	return false
}
