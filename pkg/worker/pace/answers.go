package pace

import (
	"math"
	"time"

	"altadnc-bulk/pkg/api"
)

// sample is what one answer said about the quota, with what this machine knew.
type sample struct {
	at     time.Time
	quota  api.Quota
	total  int64 // departures of this machine so far
	recent int   // of these, in the last minute and somewhat more
	flying int   // requests of this run without an answer yet
}

// lagging is how much longer than a minute ago a request may have departed that the
// API still counts: it counts it when it arrives.
const lagging = 2 * time.Second

// usage is what the answers of a run teach about the account's quota: how it is
// counted, and what others use of it. Samples come in the order of answers.
type usage struct {
	last   sample
	known  bool // last is set, and had the quota
	kind   kind
	firm   bool // kind was seen, not concluded
	chunk  sample
	others memory
}

// kind is how a quota is counted.
type kind uint8

const (
	unclear kind = iota
	minute       // a window of a minute, fixed or sliding, or a bucket as large as its limit
	bucket       // a bucket smaller than the limit it states
	longer       // a window longer than a minute: what is used up may be hours old
)

// chunkSize is how many departures it takes to distinguish a window from a bucket.
const chunkSize = 15

// noise is what others may seem to use of a quota, in requests a minute, without
// there being any: requests are under way, and answers are late.
const noise = 3

// near is how far from its limit a quota may be to count as untouched: requests
// of ours are under way, and some servers count from zero.
const near = 5

// observe learns from one answer.
func (u *usage) observe(s sample) {
	if !s.quota.Known {
		u.known = false
		return
	}
	if !u.known || s.quota.Limit != u.last.quota.Limit || s.total < u.chunk.total {
		u.chunk = s
	}
	u.learn(s)
	u.last, u.known = s, true
	switch used := s.quota.Limit - s.quota.Remaining; u.kind {
	case minute, unclear:
		u.others.seen(float64(used-s.recent), s.at)
	}
}

// learn finds out how the quota is counted. A window of a minute, like anything as
// large as its limit, is full again now and then. A bucket whose stated limit is
// what it gains in a minute never is; but while requests leave, its remainder does
// not fall as it would in a window: it rises in between, although none of our
// requests is old enough to be forgotten. And a limiter that lets more through in a
// minute than its limit does not count minutes.
func (u *usage) learn(s sample) {
	switch limit := s.quota.Limit; {
	case u.firm && u.kind == bucket:
	case limit > 0 && s.recent > limit+near:
		u.kind, u.firm = bucket, true
		u.others = memory{}
	case s.quota.Reset > time.Minute+lagging:
		u.kind, u.firm = longer, true
	case s.quota.Limit-s.quota.Remaining <= near && u.kind != longer:
		u.kind, u.firm = minute, true
	}
	left := s.total - u.chunk.total
	if u.firm || left < chunkSize {
		return
	}
	forgotten := int64(u.chunk.recent-s.recent) + left
	fallen := int64(u.chunk.quota.Remaining - s.quota.Remaining)
	if rise := left - forgotten - fallen; rise >= left*6/10 {
		u.kind = bucket
		u.others = memory{}
	} else if u.kind == unclear {
		u.kind = minute
	}
	u.chunk = s
}

// room returns how many requests the quota has room for, given how many departed
// by now, beyond what must remain. What was under way when the answer came may not
// have been counted in it.
func (u *usage) room(total int64, keep int) int {
	if !u.known || total < u.last.total {
		return 0
	}
	return u.last.quota.Remaining - u.last.flying - int(total-u.last.total) - keep
}

// leaves returns what others leave of the requests that a minute allows. They are
// not counted to the last, because their next minute can be busier. Until it is
// clear how the quota is counted they are given half the benefit of the doubt.
func (u *usage) leaves(full float64, now time.Time) float64 {
	others := u.others.perMinute(now)
	if others <= 0 {
		return math.Inf(1)
	}
	left := max(full, float64(u.last.quota.Limit)) - 1.2*others
	if u.kind == unclear {
		left = max(left, full/2)
	}
	return left
}

// memory is what others have lately used of the quota, in requests a minute: the
// most that was seen in this minute and in the one before. A fixed window shows
// their whole use only at its end, so one minute's memory would be too short.
type memory struct {
	since         time.Time // when this minute began
	this, earlier float64
}

// memorySpan is a minute, and some, so that the end of a window of a minute falls
// into each.
const memorySpan = 65 * time.Second

func (m *memory) seen(perMinute float64, now time.Time) {
	m.advance(now)
	m.this = max(m.this, perMinute)
}

func (m *memory) perMinute(now time.Time) float64 {
	m.advance(now)
	return max(m.this, m.earlier)
}

func (m *memory) advance(now time.Time) {
	switch age := now.Sub(m.since); {
	case age < memorySpan:
	case age < 2*memorySpan:
		*m = memory{since: now, earlier: m.this}
	default:
		*m = memory{since: now}
	}
}
