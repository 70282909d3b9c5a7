package worker

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"

	"altadnc-bulk/pkg/journal"
)

// outage keeps an outage of the API, or of the way there, from turning a list into
// failures and from ending a night. Attempts in a row that end in network errors or
// 5xx are one: then a single probe at a time goes out, with growing pauses, until
// one is answered or it has lasted for too long.
//
// An entry that is out of attempts is parked. If nothing but its own attempts failed
// before somebody else's request is answered, it was the entry that failed. Else it
// is sent again.
//
// It is safe for concurrent use.
type outage struct {
	each    int           // attempts of an entry
	after   int           // so many attempts in a row are an outage
	longest time.Duration // for which it is waited
	log     *slog.Logger
	traffic *traffic

	mu      sync.Mutex
	row     int       // attempts without an answer, since the last answer
	began   time.Time // when the first of the row ended
	on      bool
	probes  int       // that failed
	next    time.Time // when another may leave
	probing bool      // one is under way
	waiting int       // requests that wait for their turn to be one
	told    time.Time // when it was last logged
	answers int64     // of the run so far
	news    chan struct{}

	parked []parked // out of attempts
	again  []parked // to be sent again: an outage is over
}

// parked is an entry that is out of attempts.
type parked struct {
	outcome journal.Outcome           // if it was the entry
	again   func(ctx context.Context) // else: sends it again
}

// fewAttempts is how many attempts in a row are at least an outage.
const fewAttempts = 8

// outageReason is what the journal says of an outage.
const outageReason = "no answer from the API"

func newOutage(cfg Config, t *traffic) *outage {
	return &outage{traffic: t, each: cfg.MaxAttempts, after: max(fewAttempts, cfg.MaxAttempts+2), longest: cfg.MaxOutage, log: cfg.Log, news: make(chan struct{})}
}

// admit waits until a request may ask for its turn: at once, but in an outage
// until it may be the probe, or the outage is over. It reports whether the request
// is a probe, and whether ctx let it.
func (o *outage) admit(ctx context.Context) (probe, ok bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.waiting++
	defer func() { o.waiting-- }()
	for o.on {
		wait := time.Hour // until there are news
		if !o.probing {
			if wait = time.Until(o.next); wait <= 0 {
				o.probing = true
				return true, true
			}
		}
		news := o.news
		o.mu.Unlock()
		ok := await(ctx, wait, news)
		o.mu.Lock()
		if !ok {
			return false, false
		}
	}
	return false, ctx.Err() == nil
}

// await waits for d or for news, and reports whether ctx let it.
func await(ctx context.Context, d time.Duration, news <-chan struct{}) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-news:
	case <-timer.C:
	}
	return true
}

// answered notes an answer that shows the API at work. What it returns has failed.
func (o *outage) answered() (failed []journal.Outcome) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.answers++
	if o.on {
		o.log.Warn("outage over", "after", time.Since(o.began).Round(time.Second))
		o.traffic.paused(o.began, time.Now(), outageReason)
	}
	if o.on || o.row > o.each*len(o.parked) {
		o.again = append(o.again, o.parked...)
	} else {
		for _, p := range o.parked {
			failed = append(failed, p.outcome)
		}
	}
	o.parked, o.row, o.on, o.probing, o.probes = nil, 0, false, false, 0
	o.tell()
	return failed
}

// trouble notes an attempt that got no answer from a working API. It reports
// whether that is an outage, and returns an error if it has lasted for too long.
func (o *outage) trouble(cause error, probe bool) (on bool, over error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	now := time.Now()
	if o.row++; o.row == 1 {
		o.began = now
	}
	if !o.on && o.row >= o.after {
		o.begin(cause, now)
	}
	if probe && o.on {
		o.probing = false
		o.probes++
		o.pause(now)
		if now.Sub(o.told) >= time.Minute {
			o.told = now
			o.log.Warn("outage goes on", "for", now.Sub(o.began).Round(time.Second), "stops_after", o.longest, "cause", cause)
		}
		o.tell()
	}
	return o.on, o.over(cause, now)
}

// declare begins an outage if no other request shows that the API is working. The
// error is that of trouble.
func (o *outage) declare(cause error) (over error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	now := time.Now()
	if !o.on && o.row > 0 {
		o.begin(cause, now)
	}
	return o.over(cause, now)
}

// over returns an error if an outage has lasted for too long.
func (o *outage) over(cause error, now time.Time) error {
	if lasted := now.Sub(o.began); o.on && lasted >= o.longest {
		return fmt.Errorf("no answer from the API for %s, the last attempt: %w", lasted.Round(time.Second), cause)
	}
	return nil
}

func (o *outage) begin(cause error, now time.Time) {
	o.on, o.told = true, now
	o.pause(now)
	o.log.Warn("outage: no answer from the API; one request at a time asks again", "stops_after", o.longest, "cause", cause)
}

// pause puts the next probe off: twice as long each time, up to a minute, and not
// beyond the end of patience.
func (o *outage) pause(now time.Time) {
	d := min(time.Second<<min(o.probes, 6), time.Minute)
	d = d/2 + rand.N(d/2)
	o.next = now.Add(min(d, max(0, o.began.Add(o.longest).Sub(now))))
}

// withdraw ends a probe that taught nothing.
func (o *outage) withdraw() {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.probing {
		o.probing = false
		o.pause(time.Now())
		o.tell()
	}
}

// alone reports whether no other request waits.
func (o *outage) alone() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.waiting == 0
}

// answeredBefore reports whether any request of the run was answered.
func (o *outage) answeredBefore() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.answers > 0
}

func (o *outage) park(p parked) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.parked = append(o.parked, p)
}

// resend returns an entry that is to be sent again, if there is one.
func (o *outage) resend() (p parked, ok bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.again) == 0 {
		return parked{}, false
	}
	p, o.again = o.again[0], o.again[1:]
	return p, true
}

// drain returns what is parked, and what is to be sent again, when nothing is
// under way any more.
func (o *outage) drain() (undecided, again []parked) {
	o.mu.Lock()
	defer o.mu.Unlock()
	undecided, again = o.parked, o.again
	o.parked, o.again = nil, nil
	return undecided, again
}

// now returns the current outage, zero for none.
func (o *outage) now() Outage {
	o.mu.Lock()
	defer o.mu.Unlock()
	if !o.on {
		return Outage{}
	}
	return Outage{For: time.Since(o.began), Next: o.next}
}

// tell wakes all that wait. The lock must be held.
func (o *outage) tell() {
	close(o.news)
	o.news = make(chan struct{})
}
