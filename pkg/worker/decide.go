package worker

import (
	"errors"
	"time"

	"altadnc-bulk/pkg/api"
)

// verdict is what an attempt's answer means for the run.
type verdict uint8

const (
	unasked      verdict = iota // no attempt was made
	confirmed                   // the API confirmed it
	absent                      // not on the list, in the documented shape
	rejected                    // refused for what it is; sending it again changes nothing
	unsendable                  // wrong in itself, so nothing was sent
	retry                       // trouble that may pass
	quota                       // 429: wait; it was not an attempt
	unauthorized                // 401
	forbidden                   // 403
	foreign                     // something else than the API answered
	unreachable                 // no way to the API, and waiting does not fix it
	cut                         // the run itself cut the attempt off
)

// ofAPI reports whether only the API itself gives such an answer.
func (v verdict) ofAPI() bool { return v == confirmed || v == absent || v == rejected }

// judge maps the error of a request to what it means. It is a pure function of
// the error, so every rule can be read in one place and tested with a table.
func judge(err error) verdict {
	if err == nil {
		return confirmed
	}
	var e *api.Error
	if !errors.As(err, &e) {
		return retry
	}
	switch e.Kind {
	case api.NotFound:
		return absent
	case api.Rejected:
		if e.Status == 0 {
			return unsendable
		}
		return rejected
	case api.Unauthorized:
		return unauthorized
	case api.Forbidden:
		return forbidden
	case api.QuotaSpent:
		return quota
	case api.Foreign:
		return foreign
	case api.Unreachable:
		return unreachable
	}
	if isCanceled(err) {
		return cut
	}
	return retry
}

// mayBeApplied reports whether the attempt that ended in err could have changed
// the DNC list without a sign of it. Answers in which the API itself declines
// (401, 403, 429, other 4xx) and requests that never reached a server could not.
func mayBeApplied(err error) bool {
	var e *api.Error
	if !errors.As(err, &e) {
		return err != nil
	}
	switch e.Kind {
	case api.Unavailable, api.Unreadable, api.Foreign:
		return true
	case api.Network:
		return e.Sent
	}
	return false
}

// The bounds of the backoff. The first retry waits up to a second: at 97
// requests a minute a turn of the pace is of that size anyway.
const (
	backoffBase = time.Second
	backoffCap  = time.Minute
)

// backoff returns how long to wait before the attempt after the given number of
// failed ones (at least 1): exponential with full jitter, where jitter in [0,1)
// places it between nothing and the bound. What a server asks for is the pace's to
// wait for.
//
// Full jitter is what https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
// found to spread competing clients best.
func backoff(failed int, jitter float64) time.Duration {
	bound := backoffCap
	if shift := failed - 1; shift < 6 {
		bound = min(backoffCap, backoffBase<<shift)
	}
	return time.Duration(jitter * float64(bound))
}
