package pace

import (
	"time"

	"golang.org/x/time/rate"
)

// ledger is all that runs sharing a pace must know of each other: what left this
// machine, and until when nothing may leave.
type ledger struct {
	last   time.Time // the turn of the last departure
	held   time.Time // nothing may leave before
	idle   time.Time // the first departure after a minute without any; zero: at once is over
	total  int64     // departures so far; only its growth has a meaning
	recent window
}

// depart notes a departure at now whose turn was at turn, maybe a little earlier.
func (l *ledger) depart(now, turn time.Time) {
	if l.recent.since(time.Minute, now) == 0 {
		l.idle = now
	}
	l.recent.add(now)
	l.total++
	l.last = turn
}

// policy is how fast requests may leave, apart from what has already departed.
// Its methods are pure: facts and time in, a wait out.
type policy struct {
	full      float64 // requests a minute that were asked for
	perMinute float64 // the same, less what others use of the quota
	burst     int     // how many may leave in a minute without an interval between them
	room      int     // how many more the API's own headers allow now; 0: unknown
	strict    bool    // never to make up for a late departure
}

// wait returns how long from now the next departure has to wait, 0 if it may
// leave:
//
//   - until a hold is over;
//   - until, with it, no minute has seen more than one above the pace, ends of the
//     minute included: whatever happened before, runs that were killed included;
//   - for its interval, or a moment where requests may leave at once.
func (p policy) wait(l *ledger, now time.Time) time.Duration {
	if held := l.held.Sub(now); held > 0 {
		return held
	}
	if p.full == 0 {
		return 0 // unpaced
	}
	if wait := l.recent.below(p.most(), now); wait > 0 {
		return wait
	}
	wait := p.even(l, now)
	if p.atOnce(l, now) {
		wait = min(wait, max(0, l.last.Add(moment).Sub(now)))
	}
	return wait
}

// most is how many departures a minute may see. An even pace alone comes to one
// above it: when the first one leaves late and the last one on time.
func (p policy) most() int { return int(p.full) + 1 }

// even waits for the interval. A token bucket of one token is described by the
// moment it was last emptied; so this moment is what is kept and shared, and the
// bucket is made up from it.
func (p policy) even(l *ledger, now time.Time) time.Duration {
	bucket := rate.NewLimiter(rate.Limit(p.perMinute/60), 1)
	bucket.AllowN(l.last, 1)
	return bucket.ReserveN(now, 1).DelayFrom(now)
}

// moment is the time between two requests that leave at once. It makes 40 a
// second, so that answers have a chance to say stop.
const moment = 25 * time.Millisecond

// settling is how much longer than a minute a request that left at once is
// remembered before others may leave at once: it was counted when it arrived, and
// connections differ.
const settling = 2 * time.Second

// atOnce reports whether the next request needs no interval: in the first minute
// after one in which nothing left this machine, if the API says that there is
// room, and for as many as are allowed, the even ones counted.
func (p policy) atOnce(l *ledger, now time.Time) bool {
	most := min(p.burst, int(p.full))
	return p.room > 0 && now.Sub(l.idle) < time.Minute && !l.idle.After(now) &&
		l.recent.since(time.Minute+settling, now) < most
}

// turn returns the moment from which the interval to the next turn counts, given
// when the turn was due and when the request left. What a busy machine, a slow
// disk or a new connection takes, up to an interval, is made up for, and the pace
// is kept. The rule of the minute sees to it that this bunches nothing.
func (p policy) turn(due, left time.Time) time.Time {
	if late := left.Sub(due); late < 0 || late > p.interval() || p.strict {
		return left // early by a rounding, or too late
	}
	return due
}

func (p policy) interval() time.Duration {
	if p.perMinute == 0 {
		return 0
	}
	return time.Duration(float64(time.Minute) / p.perMinute)
}
