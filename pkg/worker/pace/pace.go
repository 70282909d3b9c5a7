package pace

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Config configures a [Pace]. Its zero value is unpaced.
type Config struct {
	Rate
	// Shared, unless nil, is the pace kept with other runs on this machine.
	Shared *Shared
	// Log gets a line when a pause begins or is over and when the pace falls
	// or recovers; nil for none.
	Log *slog.Logger
}

// Pace decides when a request may leave. One departure follows another after
// at least the interval of the pace, and nothing is saved up: not while idle,
// not while the process is frozen, not before the first request, so that a
// restart cannot exceed the quota either. A Pace is safe for concurrent use.
type Pace struct {
	cfg   Config
	baton chan struct{} // held by the one who waits for the next turn

	mu     sync.Mutex
	ledger ledger // as last known; the truth is in the shared file, if any
	shared *Shared
	own    time.Time // our last departure
	rival  bool      // another run departed between our last two departures
	hold   hold      // the last one that this run was told
	others others
	quota  float64 // requests a minute the account may make, as far as known
	logged float64 // the pace last logged, requests a minute
	paused bool    // a pause was logged, its end was not
}

// hold is a time until which nothing may leave, and why.
type hold struct {
	until time.Time
	why   string
}

// maxHold bounds what an answer, or a shared file, can ask for.
const maxHold = 24 * time.Hour

// New returns a pace that begins now: its first departure waits one
// interval.
func New(cfg Config) *Pace {
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	p := &Pace{cfg: cfg, shared: cfg.Shared, quota: cfg.PerMinute, baton: make(chan struct{}, 1)}
	p.own = time.Now()
	p.ledger.last = p.own
	p.onLedger(func(*ledger, time.Time) {}) // learn what others did
	p.logged = p.perMinute()
	return p
}

// Turn waits for a turn and calls before, which may be nil; when it returns, the
// caller's request must leave, and left must be called when it has, or when it
// never will. Only one caller waits for the next turn, and the turn lasts until
// left: so neither a freeze, nor a slow before, nor a connection that takes long
// to come about, can bunch departures.
//
// It returns the error of ctx if that ends first, and then before was not
// called; or the error of before, and then the turn is spent.
//
// Without a pace callers do not wait for each other, only for holds.
func (p *Pace) Turn(ctx context.Context, before func() error) (left func(), err error) {
	over := func() {}
	if p.cfg.PerMinute > 0 {
		select {
		case p.baton <- struct{}{}:
			over = sync.OnceFunc(func() { <-p.baton })
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	if err := p.await(ctx); err != nil {
		over()
		return nil, err
	}
	if before != nil {
		if err := before(); err != nil {
			over()
			return nil, err
		}
	}
	return sync.OnceFunc(func() { p.departed(); over() }), nil
}

// await waits until a turn is had.
func (p *Pace) await(ctx context.Context) error {
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		wait := p.claim()
		if wait <= 0 {
			return nil
		}
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			timer.Stop()
		case <-timer.C:
		}
	}
}

// claim takes the turn if it has come, else it tells how long to wait before
// asking again. Asking again, instead of booking a turn ahead, is what makes
// holds, freezes and other runs harmless: whoever wakes late finds out.
func (p *Pace) claim() (wait time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if wait = p.ledger.wait(p.limit(), time.Now()); wait > 0 {
		return wait // the shared ledger can only make it longer: no need to look yet
	}
	p.onLedger(func(l *ledger, now time.Time) {
		mine, limit := same(l.last, p.own), p.limit()
		if mine && p.rival {
			limit /= 1.05 // after you: runs that share a pace alternate
		}
		if wait = l.wait(limit, now); wait > 0 {
			return
		}
		p.rival = !mine
		p.own = onTime(l.last.Add(interval(limit)), now, limit)
		l.depart(now, p.own)
	})
	if wait <= 0 && p.paused {
		p.paused = false
		p.cfg.Log.Info("pause over")
	}
	return wait
}

// departed puts the turn to the present if the request has left late.
func (p *Pace) departed() {
	p.mu.Lock()
	defer p.mu.Unlock()
	limit := p.limit()
	if p.cfg.PerMinute == 0 || onTime(p.own, time.Now(), limit).Equal(p.own) {
		return
	}
	p.onLedger(func(l *ledger, now time.Time) {
		l.last, p.own = now, now
	})
}

// onTime returns the moment from which the interval to the next turn counts: due,
// when the turn was due, if the departure is at most half an interval late, and
// now if it is later. So what a busy machine or a slow disk takes is made up
// for, and the pace is kept; and since every departure is within half an
// interval of a grid of whole ones, no 60 seconds see more than one departure
// above the pace: 98 at 97 a minute, 99 at 98.
func onTime(due, now time.Time, limit rate.Limit) time.Time {
	if late := now.Sub(due); late < 0 || late > interval(limit)/2 {
		return now // early by a rounding, or too late
	}
	return due
}

// Hold lets nothing leave for d, at most 24 h, in all workers and all runs that
// share the pace; why is for people. A hold is only ever extended. To be told
// to wait means that others use the quota too, so the pace falls for a while.
func (p *Pace) Hold(d time.Duration, why string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.holdBack(d, why)
	p.others.seen(p.cfg.PerMinute/4, time.Now())
	p.logPace()
}

func (p *Pace) holdBack(d time.Duration, why string) {
	d = min(d, maxHold)
	p.onLedger(func(l *ledger, now time.Time) {
		until := now.Add(d)
		if !until.After(l.held) {
			return
		}
		// Answers in flight repeat a hold give or take a second.
		if news := until.Sub(l.held) > 2*time.Second; news {
			p.cfg.Log.Warn("pause", "for", d.Round(time.Second), "why", why)
			p.paused = true
		}
		l.held, p.hold = until, hold{until, why}
	})
}

// HeldUntil returns when the current hold ends and why there is one; the zero
// time if there is none.
func (p *Pace) HeldUntil() (time.Time, string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch held := p.ledger.held; {
	case !held.After(time.Now()):
		return time.Time{}, ""
	case same(held, p.hold.until):
		return held, p.hold.why
	default:
		return held, "another run on this machine was told to wait"
	}
}

// PerMinute returns the pace as it is now, in requests a minute, shared by all
// runs that share it; 0 means unpaced.
func (p *Pace) PerMinute() float64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.perMinute()
}

func (p *Pace) limit() rate.Limit {
	if p.cfg.PerMinute == 0 {
		return rate.Inf
	}
	return rate.Limit(p.perMinute() / 60)
}

// same tells whether two times are one that went through the shared file, which
// holds wall clock times: these drift by nanoseconds against the monotonic clock.
func same(a, b time.Time) bool { return a.Sub(b).Abs() < time.Millisecond }

func interval(l rate.Limit) time.Duration {
	return time.Duration(float64(time.Second) / float64(l))
}

// onLedger lets f read and change the ledger, under the lock of the shared
// file if there is one. If that file fails the run goes on alone.
func (p *Pace) onLedger(f func(l *ledger, now time.Time)) {
	if p.shared != nil {
		err := p.shared.update(&p.ledger, f)
		if err == nil {
			return
		}
		p.cfg.Log.Warn("the pace is no longer shared with other runs on this machine", "cause", err)
		p.shared = nil
	}
	f(&p.ledger, time.Now())
}
