package worker

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptrace"
	"sync/atomic"
	"time"

	"altadnc-bulk/pkg/api"
	"altadnc-bulk/pkg/journal"
	"altadnc-bulk/pkg/worker/pace"
)

// sender makes the requests of a run: each attempt of whatever kind takes a
// turn of the pace, is judged, and is repeated, given up or made a reason to
// stop. It is safe for concurrent use.
type sender struct {
	pace        *pace.Pace
	maxAttempts int

	flights context.Context // ends when requests under way must end
	halt    context.CancelCauseFunc

	streak   streak
	requests atomic.Int64
}

func newSender(cfg Config) *sender {
	return &sender{pace: cfg.Pace, maxAttempts: cfg.MaxAttempts}
}

// request is one API call; ctx ends it.
type request func(ctx context.Context) (api.Answer, error)

// fate is what became of one request and its attempts.
type fate struct {
	verdict  verdict // of the last attempt
	err      error   // of the last attempt; nil when confirmed
	attempts int     // that counted; a 429 does not
	began    bool    // a turn was had and before succeeded, so an intent may stand
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
	s.flights, s.halt = departures, halt
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
// and must succeed before anything leaves.
func (s *sender) send(departures context.Context, before func() error, do request) fate {
	var f fate
	for {
		turn, err := s.pace.Turn(departures, before)
		if err != nil {
			return s.notDeparted(f, err, departures)
		}
		before, f.began = nil, true
		s.requests.Add(1)
		err = s.attempt(do, turn)
		f.verdict, f.err = judge(err), err
		f.applied = f.applied || mayBeApplied(err)
		if f.verdict != quota {
			f.attempts++
		}
		again, wait := s.settle(&f)
		if !again || !sleep(departures, wait) {
			return f
		}
	}
}

// attempt makes one attempt. It has left when it has a connection to leave on.
func (s *sender) attempt(do request, turn *pace.Turn) error {
	answer, err := do(httptrace.WithClientTrace(s.flights, &httptrace.ClientTrace{
		GotConn: func(httptrace.GotConnInfo) { turn.Left() },
	}))
	turn.Answered(answer, err)
	return err
}

// notDeparted tells a run that is stopping from a pause that is too long for it,
// and from an intent that could not be written; after either nothing may leave.
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
func (s *sender) settle(f *fate) (again bool, wait time.Duration) {
	switch f.verdict {
	case confirmed, absent:
		f.settled, f.ready = true, s.streak.answered()
	case unsendable:
		f.settled = true
	case rejected:
		f.settled = true
		s.settleRejected(f)
	case retry:
		return s.settleTrouble(f)
	case quota:
		return true, 0 // the pace waits
	case unauthorized:
		s.stop(&Stop{StopUnauthorized, f.err})
	case forbidden:
		s.stop(&Stop{StopForbidden, f.err})
	case foreign:
		s.stop(&Stop{StopForeign, f.err})
	case cut:
	}
	return false, 0
}

func (s *sender) settleRejected(f *fate) {
	var complete bool
	complete, f.ready = s.streak.rejected()
	if complete {
		s.stop(&Stop{StopRejections, fmt.Errorf("%d answers in a row refused the request, the last one: %w", streakLimit, f.err)})
	}
}

func (s *sender) settleTrouble(f *fate) (again bool, wait time.Duration) {
	if s.streak.trouble() {
		s.stop(&Stop{StopOutage, fmt.Errorf("%d attempts in a row got no answer from the API, the last one: %w", streakLimit, f.err)})
		return false, 0
	}
	if f.attempts >= s.maxAttempts {
		f.settled = true
		return false, 0
	}
	return true, backoff(f.attempts, rand.Float64())
}

// sleep waits for d, and tells whether ctx let it.
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
