package worker

import (
	"context"
	"errors"
	"fmt"
)

// StopReason is why a run ended before the end of its list. Its text is in the
// journal's end record and in the JSON summary.
type StopReason string

// The reasons to stop, each with what the person who runs it can do.
const (
	StopInterrupted  StopReason = "interrupted"         // SIGINT: run again to go on
	StopTerminated   StopReason = "terminated"          // SIGTERM: run again to go on
	StopHangup       StopReason = "hangup"              // SIGHUP, the terminal went away: run again to go on
	StopDuration     StopReason = "max duration"        // the time allowed is over
	StopLimit        StopReason = "limit"               // as many removals as allowed were sent
	StopUnauthorized StopReason = "unauthorized"        // 401: token or account id
	StopForbidden    StopReason = "forbidden"           // 403: permission of the token
	StopForeign      StopReason = "not the API"         // something else answered
	StopUnreachable  StopReason = "unreachable"         // no way to the API, and waiting would not help: certificate, proxy
	StopOutage       StopReason = "outage"              // a streak of network errors and 5xx
	StopRejections   StopReason = "rejections"          // a streak of refused requests
	StopQuota        StopReason = "quota"               // 429 for longer than allowed
	StopJournal      StopReason = "journal not written" // a write or sync failed
	StopListChanged  StopReason = "list changed"        // the list changed while it was read
	StopListing      StopReason = "listing"             // the API does not list the Do Not Contact list
	StopOutput       StopReason = "output not written"  // a listing could not be passed on
)

// Stop is what ended a run before the end of its list.
type Stop struct {
	Reason StopReason
	// Err gives the circumstances; it may be nil for a stop that was asked for.
	Err error
}

// Error returns the reason and the circumstances in one line.
func (s *Stop) Error() string {
	if s.Err == nil {
		return string(s.Reason)
	}
	return fmt.Sprintf("%s: %v", s.Reason, s.Err)
}

// Unwrap returns the circumstances.
func (s *Stop) Unwrap() error { return s.Err }

// stopOf returns why ctx ended, nil if it did not.
func stopOf(ctx context.Context) *Stop {
	if ctx.Err() == nil {
		return nil
	}
	var stop *Stop
	if errors.As(context.Cause(ctx), &stop) {
		return stop
	}
	return &Stop{Reason: StopInterrupted, Err: context.Cause(ctx)}
}
