package worker

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptrace"
	"slices"
	"sync/atomic"
	"time"

	"altadnc-bulk/pkg/api"
	"altadnc-bulk/pkg/journal"
	"altadnc-bulk/pkg/worker/pace"
)

// sender makes the requests of a run: every attempt takes a turn of the pace, is
// judged, and is then repeated, given up or made a reason to stop. It is safe
// for concurrent use.
type sender struct {
	pace        *pace.Pace
	maxAttempts int
	journal     *journal.Journal // which gets the traffic of a run; nil for requests outside a run

	flights context.Context // ends when requests under way must end
	halt    context.CancelCauseFunc

	streak    streak
	outage    *outage
	suspicion *suspicion
	began     time.Time
	keyed     bool // each request is of another key: one foreign answer may be the key's
	requests  atomic.Int64
	traffic   traffic
}

func newSender(cfg Config) *sender {
	s := &sender{pace: cfg.Pace, maxAttempts: cfg.MaxAttempts, suspicion: newSuspicion()}
	s.outage = newOutage(cfg, &s.traffic)
	return s
}

// request is one API call; ctx ends it.
type request func(ctx context.Context) (api.Answer, error)

// fate is the result of one request and its attempts.
type fate struct {
	verdict  verdict // of the last attempt
	err      error   // of the last attempt; nil when confirmed
	attempts int     // that counted; a 429 does not
	began    bool    // there was a turn and before succeeded, so there may be an intent
	applied  bool    // an attempt may have been applied without an answer that says so
	settled  bool    // verdict decides the request; else the run stopped first
	ready    []journal.Outcome
}

// removed reports whether the API confirmed what was asked for.
func (f fate) removed() bool { return f.verdict == confirmed }

// status is the HTTP status of the last answer, 0 for none.
func (f fate) status() int {
	if f.removed() {
		return http.StatusOK
	}
	var answer *api.Error
	if errors.As(f.err, &answer) {
		return answer.Status
	}
	return 0
}

// begin starts a run. The context that it returns ends when ctx does, or when
// the sender is stopped; from then on no attempt leaves, and those under way
// have grace to finish, none at all if it is 0. end must be called when nothing is
// under way any more.
func (s *sender) begin(ctx context.Context, grace time.Duration) (departures context.Context, end func()) {
	departures, halt := context.WithCancelCause(ctx)
	s.flights, s.halt, s.began = departures, halt, time.Now()
	if grace == 0 {
		return departures, func() { halt(nil) }
	}
	flights, cancel := context.WithCancel(context.WithoutCancel(ctx))
	context.AfterFunc(departures, func() {
		sleep(flights, grace)
		cancel()
	})
	s.flights = flights
	return departures, func() { cancel(); halt(nil) }
}

// stop ends the run for a reason; the first one counts.
func (s *sender) stop(reason *Stop) { s.halt(reason) }

// send makes attempts until the request is settled or the run stops. departures
// is the context from begin. before, which may be nil, runs in the first turn
// and must succeed before anything leaves. earlier is the result of attempts
// that did not settle the request; its zero value means none.
func (s *sender) send(departures context.Context, earlier fate, before func() error, do request) fate {
	f := fate{attempts: earlier.attempts, applied: earlier.applied, began: earlier.began, err: earlier.err}
	if f.began {
		before = nil // it has run: a second intent would mean that the first one is in doubt
	}
	for tries := 1; ; {
		alone, probe, turn, err := s.turn(departures, before)
		switch {
		case errors.Is(err, errDoubt):
			continue
		case err != nil:
			return s.notDeparted(f, err, departures)
		}
		before, f.began = nil, true
		s.requests.Add(1)
		err = s.attempt(do, turn)
		f.verdict, f.err = judge(err), err
		f.applied = f.applied || mayBeApplied(err)
		again, wait := s.settle(&f, tries, probe, alone)
		if f.verdict != quota {
			f.attempts++
			tries++
		}
		if !again || !sleep(departures, wait) {
			return f
		}
	}
}

// turn waits for a turn, in which before has succeeded. In an outage it is that of
// a probe, under suspicion that of a request that leaves alone; if the suspicion
// came up while it waited, the error is errDoubt.
func (s *sender) turn(departures context.Context, before func() error) (alone int, probe bool, turn *pace.Turn, err error) {
	alone, ok := s.suspicion.admit(departures)
	if ok {
		probe, ok = s.outage.admit(departures)
	}
	if ok {
		turn, err = s.pace.Turn(departures, func() error {
			switch {
			case s.suspicion.holds(alone):
				return errDoubt
			case before != nil:
				return before()
			}
			return nil
		})
	}
	if ok && err == nil {
		return alone, probe, turn, nil
	}
	s.suspicion.tried(alone)
	if probe {
		s.outage.withdraw()
	}
	return 0, false, nil, cmp.Or(err, departures.Err())
}

// insist is send for requests that are sent one at a time: only patience ends
// trouble.
func (s *sender) insist(departures context.Context, before func() error, do request) fate {
	f := s.send(departures, fate{}, before, do)
	for f.settled && f.verdict == retry {
		if over := s.outage.declare(f.err); over != nil {
			s.stop(&Stop{StopOutage, over})
			f.settled = false
			return f
		}
		f = s.send(departures, f, before, do)
	}
	return f
}

// works asks for an entry of the Do Not Contact list, once, and reports whether
// that shows the API at work. Nothing is done about the answer.
func (s *sender) works(departures context.Context, client *api.Client) bool {
	_, err := s.glance(departures, client, 1)
	switch judge(err) {
	case confirmed, rejected, unauthorized, forbidden:
		return true
	}
	return false
}

// glance asks for the first entries of the Do Not Contact list, once. Nothing is
// done about the answer.
func (s *sender) glance(departures context.Context, client *api.Client, limit int) (page api.Page, err error) {
	turn, err := s.pace.Turn(departures, nil)
	if err != nil {
		return page, err
	}
	s.requests.Add(1)
	err = s.attempt(func(ctx context.Context) (answer api.Answer, err error) {
		page, answer, err = client.List(ctx, api.ListRequest{Limit: limit})
		return answer, err
	}, turn)
	return page, err
}

// attempt makes one attempt. It has left when it has a connection to leave on.
func (s *sender) attempt(do request, turn *pace.Turn) error {
	s.paused(turn.Paused())
	s.traffic.left(turn.Recent())
	answer, err := do(httptrace.WithClientTrace(s.flights, &httptrace.ClientTrace{
		GotConn: func(httptrace.GotConnInfo) { turn.Left() },
	}))
	turn.Answered(answer, err)
	s.traffic.answered(judge(err))
	if s.journal != nil {
		if err := s.journal.Traffic(s.traffic.take()); err != nil {
			s.stop(&Stop{StopJournal, err})
		}
	}
	return err
}

// lastTraffic returns what is not in the journal yet, at the end of a run.
func (s *sender) lastTraffic() journal.Traffic {
	s.paused(s.pace.Paused())
	if lasted := s.outage.now().For; lasted > 0 {
		now := time.Now()
		s.traffic.paused(now.Add(-lasted), now, outageReason)
	}
	return s.traffic.end()
}

// paused notes what a pause took of this run. One that begins with its last answer
// takes nothing, and one that an earlier run met not all of it.
func (s *sender) paused(p pace.Pause) {
	from := p.From
	if from.Before(s.began) {
		from = s.began
	}
	if p.Until.Sub(from) >= time.Second {
		s.traffic.paused(from, p.Until, p.Why)
	}
}

// notDeparted distinguishes a run that is stopping from a pause that is too long
// for it, and from an intent that could not be written; after either nothing may
// leave.
func (s *sender) notDeparted(f fate, err error, departures context.Context) fate {
	var held *pace.HeldError
	switch {
	case departures.Err() != nil:
	case errors.As(err, &held):
		s.stop(&Stop{StopQuota, err})
	default:
		s.stop(&Stop{StopJournal, err})
	}
	return f
}

// settle decides on the last attempt of f: whether the request needs another
// one, and how long to wait before asking for its turn.
func (s *sender) settle(f *fate, tries int, probe bool, alone int) (again bool, wait time.Duration) {
	if probe && f.verdict != retry {
		defer s.outage.withdraw() // unless it is over
	}
	defer s.suspicion.tried(alone)
	if f.verdict.ofAPI() {
		f.ready = s.suspicion.answered()
	}
	switch f.verdict {
	case confirmed, absent:
		f.settled = true
		f.ready = slices.Concat(f.ready, s.outage.answered(), s.streak.answered())
	case unsendable:
		f.settled = true
	case rejected:
		f.settled = true
		s.settleRejected(f)
	case retry:
		return s.settleTrouble(f, tries, probe)
	case quota:
		return true, 0 // the pace waits
	case unauthorized:
		s.stop(&Stop{StopUnauthorized, f.err})
	case forbidden:
		s.stop(&Stop{StopForbidden, f.err})
	case foreign:
		s.settleForeign(f, alone)
	case unreachable:
		s.stop(&Stop{StopUnreachable, f.err})
	case cut:
	}
	return false, 0
}

// settleForeign suspects the key, unless another one is already suspected and this
// one was to show whose answer it is.
func (s *sender) settleForeign(f *fate, alone int) {
	if !s.keyed || s.suspicion.raise(alone) {
		s.stop(&Stop{StopForeign, s.suspicion.about(f.err)})
		return
	}
	f.settled = true
}

func (s *sender) settleRejected(f *fate) {
	f.ready = append(f.ready, s.outage.answered()...) // the API is there
	if s.streak.rejected() {
		s.stop(&Stop{StopRejections, fmt.Errorf("%d answers in a row refused the request, the last one: %w", streakLimit, f.err)})
	}
}

// settleTrouble repeats what may pass. In an outage attempts do not count, but a
// request that alternates with no other makes way when it is out of them: it may
// be the one that is never answered.
func (s *sender) settleTrouble(f *fate, tries int, probe bool) (again bool, wait time.Duration) {
	on, over := s.outage.trouble(f.err, probe)
	switch {
	case over != nil:
		s.stop(&Stop{StopOutage, over})
		return false, 0
	case tries >= s.maxAttempts && (!on || s.outage.alone()):
		f.settled = true
		return false, 0
	case on:
		return true, 0
	}
	return true, backoff(tries, rand.Float64())
}

// sleep waits for d, and reports whether ctx let it.
func sleep(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return ctx.Err() == nil
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}

func isCanceled(err error) bool { return errors.Is(err, context.Canceled) }
