package pace

import (
	"time"

	"golang.org/x/time/rate"
)

// ledger is all that a pace remembers, and all that runs which share one must
// know of each other.
type ledger struct {
	last time.Time // the turn of the last departure of anyone
	held time.Time // nothing may leave before

	second int64              // the Unix time that counts ends with
	counts [ledgerSpan]uint32 // departures in each second, at Unix time modulo ledgerSpan
}

// ledgerSpan is how many seconds of departures a ledger remembers: the minute
// over which the API counts, and some for answers that come late.
const ledgerSpan = 64

// wait returns how long from now the next departure has to wait. A token
// bucket of one token is described by the moment it was last emptied; so this
// moment is what is kept and shared, and the bucket is made up from it.
func (l *ledger) wait(limit rate.Limit, now time.Time) time.Duration {
	if held := l.held.Sub(now); held > 0 {
		return held
	}
	bucket := rate.NewLimiter(limit, 1)
	bucket.AllowN(l.last, 1)
	return bucket.ReserveN(now, 1).DelayFrom(now)
}

// depart records a departure at now whose turn was at turn, maybe a little
// earlier: see onTime.
func (l *ledger) depart(now, turn time.Time) {
	l.advance(now)
	l.last = turn
	l.counts[l.second%ledgerSpan]++
}

// departures returns how many departures there were in the last 62 seconds or
// so: a little more than a minute, because the API counts a request somewhat
// later than it departs.
func (l *ledger) departures(now time.Time) int {
	l.advance(now)
	n := 0
	for s := l.second - 62; s <= l.second; s++ {
		n += int(l.counts[s%ledgerSpan])
	}
	return n
}

// advance clears the seconds that have passed since the counts were touched.
// If the clock went back they keep their order and end now.
func (l *ledger) advance(now time.Time) {
	second := now.Unix()
	if second < l.second {
		l.shift(second - l.second)
	}
	for l.second = max(l.second, second-ledgerSpan); l.second < second; {
		l.second++
		l.counts[l.second%ledgerSpan] = 0
	}
}

// shift moves the counts in time, by whole seconds.
func (l *ledger) shift(by int64) {
	var moved [ledgerSpan]uint32
	for s := l.second - ledgerSpan + 1; s <= l.second; s++ {
		moved[(s+by)%ledgerSpan] = l.counts[s%ledgerSpan]
	}
	l.second += by
	l.counts = moved
}
