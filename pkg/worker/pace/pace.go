package pace

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"net/http"
	"sync"
	"time"

	"altadnc-bulk/pkg/api"
)

// Config configures a [Pace]. Its zero value is unpaced.
type Config struct {
	Rate
	// MaxWait is the longest hold that is waited for; 0 means any.
	MaxWait time.Duration
	// Shared, unless nil, is the pace kept with other runs on this machine. Without
	// it, it is unknown what an earlier run sent: the burst must then be 0, unless
	// there cannot have been one.
	Shared *Shared
	// Log gets a line when a pause begins or is over, when the pace falls or
	// recovers, and when something other than the quota limits the run; nil for no
	// log.
	Log *slog.Logger
}

// Pace decides when a request may leave. One departure follows another after the
// interval of the pace, also the first, so that a restart cannot exceed the
// quota either; some may leave at once if that is harmless, see [Rate.Burst].
// Whatever happens, no 60 seconds see more departures from this machine than the
// pace plus one. A Pace is safe for concurrent use.
type Pace struct {
	cfg   Config
	baton chan struct{} // held by the one who waits for the next turn
	free  chan struct{} // a request under way has been answered

	mu     mutex
	ledger ledger // as last known; the truth is in the shared file, if any
	shared *Shared
	burst  int       // as configured, 0 once it is no longer harmless
	own    time.Time // the turn of our last departure
	rival  bool      // another run departed between our last two departures
	hold   hold      // the last one this run was given
	paused holdup    // the hold that was last logged, if it is not over
	logged float64   // the pace last logged, requests a minute

	usage    usage
	refusals refusals
	crowd    crowd
	flying   int // turns that were not answered yet
	mine     measure
}

// mutex is a lock whose holder may wait for the lock of the shared file. Unlike
// those who wait for a sync.Mutex, those who wait for this one count as idle with
// testing/synctest, so that the holder's timer goes off.
type mutex chan struct{}

func (m mutex) Lock()   { m <- struct{}{} }
func (m mutex) Unlock() { <-m }

// holdup is a hold that was met.
type holdup struct {
	since time.Time
	hold
}

// Pause is a time in which a hold kept everyone from leaving, and why; its zero
// value is none.
type Pause struct {
	From, Until time.Time
	Why         string
}

// pause returns the part of h that is over at now.
func (h holdup) pause(now time.Time) Pause {
	if h.since.IsZero() {
		return Pause{}
	}
	if h.until.Before(now) {
		now = h.until
	}
	return Pause{h.since, now, h.why}
}

// hold is a time until which nothing may leave, and why.
type hold struct {
	until time.Time
	why   string
}

const (
	// maxHold bounds what an answer can ask of the run that it answers.
	maxHold = 24 * time.Hour
	// maxSharedHold bounds what a run can ask of others: no quota that is
	// counted by the minute takes longer, and headers can count in other units.
	maxSharedHold = time.Hour
	// doubtfulHold is how long others are held if a run was told to wait longer. If
	// that is right, an answer of their own will say so.
	doubtfulHold = time.Minute
)

// HeldError says that nothing may leave for longer than [Config.MaxWait].
type HeldError struct {
	For   time.Duration // altogether, if refusals or other holds came before this one
	Limit time.Duration
	Why   string
}

// Error says how long, and why.
func (e *HeldError) Error() string {
	if e.Limit < time.Second { // who does not wait at all
		return fmt.Sprintf("no request may be sent for %s: %s", e.For.Round(time.Second), e.Why)
	}
	return fmt.Sprintf("no request may be sent for %s, longer than %s: %s", e.For.Round(time.Second), e.Limit, e.Why)
}

// New returns a pace that begins now: its first departure waits one
// interval.
func New(cfg Config) *Pace {
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	now := time.Now()
	p := &Pace{
		cfg: cfg, shared: cfg.Shared, burst: cfg.Burst, own: now, ledger: ledger{last: now},
		baton: make(chan struct{}, 1), free: make(chan struct{}, 1), mu: make(mutex, 1), mine: measure{began: now},
	}
	p.onLedger(func(*ledger, time.Time) {}) // learn what others did
	p.logged = p.perMinute(now)
	return p
}

// Turn is the permission for one request to leave. Its methods are for one
// goroutine at a time.
type Turn struct {
	pace    *Pace
	over    func() // lets the next one wait for a turn
	asked   time.Time
	noted   time.Time
	left    time.Time // zero: not yet
	number  int64     // of this run's turns
	recent  int       // departures of the last minute, this one included; 0: not known
	paused  holdup    // that was over when it came
	crowded bool      // others were under way when it began
}

// Turn waits for a turn and calls before, which may be nil; when it returns, the
// caller must send the request, call [Turn.Left] when it has left, and
// [Turn.Answered] when its answer is there. Only one caller waits for the next
// turn, and the turn lasts until the request has left, so neither a freeze, nor a
// slow before, nor a slow connection can cause a burst.
//
// It returns the error of ctx if that ends first, or a [*HeldError], in which
// case before was not called; or the error of before, in which case the turn is
// spent.
//
// Without a pace callers do not wait for each other, only for holds.
func (p *Pace) Turn(ctx context.Context, before func() error) (*Turn, error) {
	t := &Turn{pace: p, over: func() {}}
	if p.queues() {
		select {
		case p.baton <- struct{}{}:
			t.over = sync.OnceFunc(func() { <-p.baton })
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	if err := p.await(ctx, t); err != nil {
		t.over()
		return nil, err
	}
	if before != nil {
		if err := before(); err != nil {
			p.resume(t.paused)
			p.land()
			t.over()
			return nil, err
		}
	}
	return t, nil
}

// resume takes back that a pause is over: nothing has left yet.
func (p *Pace) resume(earlier holdup) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if earlier.since.IsZero() {
		return
	}
	if p.paused.since.IsZero() {
		p.paused.hold = earlier.hold
	}
	p.paused.since = earlier.since
}

// queues reports whether one waits for a turn at a time.
func (p *Pace) queues() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.cfg.PerMinute > 0 || p.crowd.most > 0
}

// await waits until t is a turn.
func (p *Pace) await(ctx context.Context, t *Turn) error {
	t.asked = time.Now()
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		wait, err := p.claim(t)
		if wait <= 0 || err != nil {
			return err
		}
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
		case <-timer.C:
		case <-p.free:
		}
		timer.Stop()
	}
}

// claim takes the turn if it has come, or else returns how long to wait before
// asking again. Asking again, instead of booking a turn ahead, is what makes
// holds, freezes and other runs harmless: a late waker finds out.
func (p *Pace) claim(t *Turn) (wait time.Duration, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.crowd.most > 0 && p.flying >= p.crowd.most {
		return time.Hour, nil // until one is answered
	}
	now := time.Now()
	told := p.ledger.held.After(later(now, p.hold.until)) // by another run, whose hold a person may have cleared
	if wait = p.wait(&p.ledger, now); wait <= 0 || told { // else the shared ledger can only make it longer
		p.onLedger(func(l *ledger, at time.Time) {
			mine := same(l.last, p.own)
			rule := p.policy(l, at)
			if mine && p.rival {
				rule.perMinute /= 1.05 // after you: runs that share a pace alternate
			}
			if wait = max(p.hold.until.Sub(at), rule.wait(l, at)); wait > 0 {
				return
			}
			p.rival = !mine
			p.own = rule.turn(l.last.Add(rule.interval()), at)
			l.depart(at, p.own)
			t.noted = at
			if t.recent = 0; p.shared != nil {
				t.recent = l.recent.since(time.Minute, at)
			}
		})
	}
	if wait > 0 {
		if told {
			wait = min(wait, lookAgain)
		}
		return wait, p.checkHold(t.asked, now)
	}
	if !p.paused.since.IsZero() {
		t.paused, p.paused = p.paused, holdup{}
		p.cfg.Log.Info("pause over")
	}
	t.crowded = p.flying > 0
	p.flying++
	t.number = p.mine.depart(now, p.flying)
	return 0, nil
}

// lookAgain is how often a run that others hold back checks whether it still is.
const lookAgain = 10 * time.Second

// wait is how long the next departure has to wait, as far as l knows.
func (p *Pace) wait(l *ledger, now time.Time) time.Duration {
	return max(p.hold.until.Sub(now), p.policy(l, now).wait(l, now))
}

// policy is the current rule.
func (p *Pace) policy(l *ledger, now time.Time) policy {
	rule := policy{full: p.cfg.Full(), perMinute: p.perMinute(now), burst: p.burst, strict: p.refusals.spaced}
	if p.burst > 0 && p.usage.others.perMinute(now) <= noise {
		rule.room = p.usage.room(l.total, p.keep(now)+int(p.cfg.Reserve))
	}
	return rule
}

// checkHold logs the hold that keeps everyone from leaving, once, or returns an
// error if it is longer than this run may wait. The wait of one turn is one: other
// runs that are told to wait again and again must not keep this one waiting
// forever.
func (p *Pace) checkHold(asked, now time.Time) error {
	held := p.held(now)
	if held.until.IsZero() {
		return nil
	}
	began := asked
	if refused := p.refusals.since; !refused.IsZero() && refused.Before(asked) {
		began = refused
	}
	if p.cfg.MaxWait > 0 && held.until.Sub(began) > p.cfg.MaxWait {
		return &HeldError{held.until.Sub(began), p.cfg.MaxWait, held.why}
	}
	if held.until.Sub(p.paused.until) > 2*time.Second { // answers under way repeat a hold give or take a second
		if p.paused.since.IsZero() {
			p.paused.since = now
		}
		p.paused.hold = held
		p.cfg.Log.Warn("pause", "for", held.until.Sub(now).Round(time.Second), "why", held.why)
	}
	return nil
}

// Recent returns how many requests of all runs that share the pace, this one
// included, left in the 60 seconds up to the turn; rather one too many than one too
// few. It is 0 where the pace is not shared: then nobody knows.
func (t *Turn) Recent() int { return t.recent }

// Paused returns the pause that was over when this turn came. It may have begun
// before the run did: a Pace may serve several.
func (t *Turn) Paused() Pause { return t.paused.pause(t.noted) }

// Paused returns the pause that no turn has followed yet, as far as it has lasted.
func (p *Pace) Paused() Pause {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.paused.pause(time.Now())
}

// Left says that the request has left, or has ended without leaving. It may be
// called more than once; the first call counts.
func (t *Turn) Left() {
	t.pace.mu.Lock()
	if t.left.IsZero() {
		t.left = time.Now()
		t.pace.departed(t)
	}
	t.pace.mu.Unlock()
	t.over()
}

// departed puts the departure to the present if the request has left late.
func (p *Pace) departed(t *Turn) {
	if p.cfg.PerMinute == 0 || tickOf(t.left) == tickOf(t.noted) && !p.refusals.spaced {
		return
	}
	p.onLedger(func(l *ledger, now time.Time) {
		turn := p.policy(l, now).turn(p.own, now)
		if same(l.last, p.own) {
			l.last = turn
		}
		p.own = turn
		l.recent.move(t.noted, now)
	})
}

// Answered gives the result of the request: its answer, or the error instead.
// The pace learns from it what it allows next.
func (t *Turn) Answered(answer api.Answer, err error) {
	t.Left()
	p := t.pace
	p.land()
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	if answer.Status == 0 || answer.Status >= 500 {
		p.mine.held(now)
	} else {
		p.mine.answered(now.Sub(t.left))
	}
	var e *api.Error
	if errors.As(err, &e) && e.Kind == api.QuotaSpent {
		p.refused(e, now)
	} else if answer.Status != 0 {
		p.refusals.over()
	}
	p.observe(answer, now)
	if e != nil && e.Kind == api.Unavailable && e.HasRetryAfter {
		p.holdBack(e.RetryAfter, fmt.Sprintf("the API answered %d", e.Status), now)
	}
	if p.crowd.answered(answer.Status, flight{t.number, p.mine.total, t.crowded || p.mine.total > t.number, p.flying + 1}) {
		p.cfg.Log.Warn("fewer requests at once: the API answers 503 while others are under way", "at_once", p.crowd.most, "status", http.StatusServiceUnavailable)
	}
	p.logPace(now)
	p.logWorkers(now)
}

// land ends a turn.
func (p *Pace) land() {
	p.mu.Lock()
	p.flying--
	p.mu.Unlock()
	select {
	case p.free <- struct{}{}:
	default:
	}
}

// observe learns from the quota of an answer. When next to nothing remains,
// nothing leaves until the quota resets. A bucket fills all the time: there a few
// intervals are enough.
func (p *Pace) observe(answer api.Answer, now time.Time) {
	if answer.Status == 0 {
		return // no answer says nothing about the quota
	}
	q := answer.Quota
	p.usage.observe(sample{now, q, p.ledger.total, p.ledger.recent.since(time.Minute+lagging, now), p.flying})
	if !q.Known || p.cfg.PerMinute == 0 && q.Remaining > 0 || q.Remaining > p.keep(now) {
		return
	}
	// The header counts whole seconds, and some servers round down.
	pause := q.Reset + time.Second
	if p.usage.kind == bucket {
		pause = min(pause, 2*p.policy(&p.ledger, now).interval())
	}
	p.holdBack(pause, "the account's quota is used up", now)
}

// refused handles a 429. A refusal means that others use the quota too, so the
// pace falls for a while; or, if nothing mentions a quota, that something in
// front of the API wants requests spaced apart.
func (p *Pace) refused(e *api.Error, now time.Time) {
	again := p.held(now).until.IsZero() // else it left before the hold that is on
	pause := p.refusals.refused(e, again, p.policy(&p.ledger, now).interval(), now)
	p.burst = 0
	if again && !p.refusals.spaced {
		p.usage.others.seen(p.usage.others.perMinute(now)+p.cfg.PerMinute/4, now)
	}
	p.onLedger(func(l *ledger, _ time.Time) { l.idle = time.Time{} })
	p.holdBack(pause, "the API answered 429", now)
}

// holdBack lets nothing leave for d, in all workers and, if d is believable, in
// all runs that share the pace. A hold is only ever extended.
func (p *Pace) holdBack(d time.Duration, why string, now time.Time) {
	if until := now.Add(min(d, maxHold)); until.After(p.hold.until) {
		p.hold = hold{until, why}
	}
	shared := d
	if d > maxSharedHold {
		shared = doubtfulHold
	}
	p.onLedger(func(l *ledger, now time.Time) {
		l.held = later(l.held, now.Add(shared))
	})
	p.mine.held(later(p.hold.until, p.ledger.held))
	p.checkHold(now, now) // logs it; a caller waiting for a turn finds out if it is too long
}

// HeldUntil returns until when nothing may leave and why, the interval aside; the
// zero time if it may.
func (p *Pace) HeldUntil() (time.Time, string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	held := p.held(now)
	if held.until.IsZero() && p.cfg.PerMinute > 0 {
		rule := p.policy(&p.ledger, now)
		if wait := p.ledger.recent.below(rule.most(), now); wait > rule.interval() {
			return now.Add(wait), "as many requests as a minute allows were sent"
		}
	}
	return held.until, held.why
}

func (p *Pace) held(now time.Time) hold {
	switch others := p.ledger.held; {
	case p.hold.until.After(now) && !others.After(p.hold.until.Add(time.Second)):
		return p.hold
	case others.After(now):
		return hold{others, "another run on this machine was told to wait"}
	}
	return hold{}
}

// Measured returns how many requests of this run left in the last minute. For a
// younger run it is what a minute would come to at that speed, at most the pace,
// and the pace itself in the first seconds, which say nothing; 0 if these are
// unpaced.
func (p *Pace) Measured() float64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	measured, pace := p.mine.perMinute(now), p.perMinute(now)
	if pace == 0 {
		return measured
	}
	if measured == 0 {
		return pace
	}
	return min(measured, max(pace, float64(p.mine.recent.since(time.Minute, now))))
}

// perMinute is the pace, given the use of others. What they leave is not used
// up; but something always is, because only answers show when they stop.
func (p *Pace) perMinute(now time.Time) float64 {
	full := p.cfg.Full()
	pace := min(full, max(p.usage.leaves(full, now), p.cfg.PerMinute/20))
	if p.refusals.spaced {
		pace *= 0.95
	}
	return pace
}

// keep is how much of the quota stays unused: twice what others use between two
// departures of ours, so that they do not take what we are about to use.
func (p *Pace) keep(now time.Time) int {
	pace := p.perMinute(now)
	if pace == 0 {
		return 0
	}
	return int(math.Ceil(2 * p.usage.others.perMinute(now) / pace))
}

// logPace logs that the pace has changed by more than a fifth, or is back to
// what was asked for.
func (p *Pace) logPace(now time.Time) {
	pace, full := p.perMinute(now), p.cfg.Full()
	switch {
	case pace < 0.8*p.logged:
		p.cfg.Log.Info("pace lowered: others use the account's quota too", "per_minute", math.Round(pace))
	case pace > 1.25*p.logged, pace == full && p.logged < full:
		p.cfg.Log.Info("pace raised", "per_minute", math.Round(pace))
	default:
		return
	}
	p.logged = pace
}

// logWorkers logs, once, that the quota is not what limits the run.
func (p *Pace) logWorkers(now time.Time) {
	pace := p.perMinute(now)
	if workers := p.mine.tooFew(pace, now); workers > 0 {
		p.cfg.Log.Warn("the pace is not reached: the number of requests that --workers allows is always under way",
			"per_minute", math.Round(p.mine.perMinute(now)), "pace", math.Round(pace),
			"answers_take", p.mine.takes.Round(10*time.Millisecond), "try", fmt.Sprintf("--workers %d", workers))
	}
}

// same reports whether two times are one that went through the shared file, which
// holds wall clock times: these drift by nanoseconds against the monotonic clock.
func same(a, b time.Time) bool { return a.Sub(b).Abs() < time.Millisecond }

// later returns the later of two times, a if they are the same.
func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// onLedger lets f read and change the ledger, under the lock of the shared
// file if there is one. If that file fails the run goes on alone, and evenly.
func (p *Pace) onLedger(f func(l *ledger, now time.Time)) {
	if p.shared != nil {
		err := p.shared.update(&p.ledger, f)
		if err == nil {
			return
		}
		p.cfg.Log.Warn("the pace is no longer shared with other runs on this machine", "cause", err)
		p.shared, p.burst = nil, 0
	}
	f(&p.ledger, time.Now())
}
