package pace

import (
	"math"
	"time"

	"altadnc-bulk/pkg/api"
)

// others is what the account's other integrations have lately used of the
// quota, in requests a minute: the most that was seen in this minute and in the
// one before. A fixed window shows their whole use only at its end, so one
// minute's memory would be too short.
type others struct {
	since         time.Time // when this minute began
	this, earlier float64
}

// othersMemory is a minute, and some, so that the end of a window of a minute
// falls into each.
const othersMemory = 65 * time.Second

func (o *others) seen(perMinute float64, now time.Time) {
	o.advance(now)
	o.this = max(o.this, perMinute)
}

func (o *others) perMinute(now time.Time) float64 {
	o.advance(now)
	return max(o.this, o.earlier)
}

func (o *others) advance(now time.Time) {
	switch age := now.Sub(o.since); {
	case age < othersMemory:
	case age < 2*othersMemory:
		*o = others{since: now, earlier: o.this}
	default:
		*o = others{since: now}
	}
}

// Observe learns from the quota of an answer. What is used up and is not ours
// was used by the account's other integrations; the pace falls to what they
// leave, and rises again about two minutes after they have stopped. When next
// to nothing remains, nothing leaves until the quota resets.
//
// This is right for fixed and sliding windows of a minute. A token bucket
// shows less use than there was; there the pace falls when little remains.
func (p *Pace) Observe(q api.Quota) {
	if !q.Known {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	p.quota = max(p.cfg.PerMinute, float64(q.Limit))
	used := q.Limit - q.Remaining
	p.others.seen(float64(used-p.ledger.departures(now)), now)
	if q.Remaining <= p.keep(now) {
		// The header counts whole seconds, and some servers round down.
		p.holdBack(q.Reset+time.Second, "the account's quota is used up")
	}
	p.logPace()
}

// keep is how much of the quota stays unused: twice what others use between
// two departures of ours, so that they do not take what we are about to use.
func (p *Pace) keep(now time.Time) int {
	pace := p.perMinute()
	if pace == 0 {
		return 0
	}
	return int(math.Ceil(2 * p.others.perMinute(now) / pace))
}

// perMinute is the pace, given the use of others. What they leave is not used
// to the last, because their next minute can be busier; but something always
// is, because only answers tell when they stop.
func (p *Pace) perMinute() float64 {
	full, left := p.cfg.Full(), math.Inf(1)
	if others := p.others.perMinute(time.Now()); others > 0 {
		left = p.quota - 1.2*others
	}
	return min(full, max(left, p.cfg.PerMinute/20))
}

// logPace logs that the pace has changed by more than a fifth, or is back to
// what was asked for.
func (p *Pace) logPace() {
	pace, full := p.perMinute(), p.cfg.Full()
	switch {
	case pace < 0.8*p.logged:
		p.cfg.Log.Info("pace lowered: the account's quota is used by others too", "per_minute", math.Round(pace))
	case pace > 1.25*p.logged, pace == full && p.logged < full:
		p.cfg.Log.Info("pace raised", "per_minute", math.Round(pace))
	default:
		return
	}
	p.logged = pace
}
