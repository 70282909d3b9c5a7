package api

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// ErrTimeout is wrapped by the [Error] of a request that took longer than
// [Config.Timeout]. It is not context.DeadlineExceeded, which says that the
// caller's own context ended.
var ErrTimeout = errors.New("no complete answer")

// Error is what came of a request other than a confirmation. Every error that
// a method of [Client] returns is one.
//
// Its text holds neither the token nor an identifier of the request in the
// clear, also where the answer repeated them, and no control characters.
type Error struct {
	// Kind is the class to act on.
	Kind Kind
	// Op is method and resource: "DELETE /dnc/communication-opt-outs".
	Op string
	// Status is the HTTP status; 0 when no answer arrived.
	Status int
	// Code and Message are "error" and "message" of the documented body,
	// bounded and fit to be printed; empty when there was no such body.
	Code, Message string
	// RetryAfter is how long the server asks to wait, from 0 to 24 h; HasRetryAfter
	// reports whether it did.
	RetryAfter    time.Duration
	HasRetryAfter bool
	// Quota is what the RateLimit-* headers said.
	Quota Quota
	// Sent reports that the request may have reached the server. If it is false,
	// certainly nothing was carried out.
	Sent bool
	// Detail says what answered, when it was not the documented API: "an HTML
	// page titled ...", "a redirect to ...".
	Detail string
	// Err is the cause, if there is one besides the answer. errors.Is finds
	// context.Canceled and context.DeadlineExceeded in it only when the
	// caller's context ended, and [ErrTimeout] when the request's time was up.
	Err error
}

// Error says what was asked, what came back and why that does not confirm it.
func (e *Error) Error() string {
	parts := []string{e.Op}
	if e.Status != 0 {
		parts = append(parts, e.statusText())
	}
	if e.Message != "" {
		parts = append(parts, strings.TrimSuffix(e.Message, "."))
	} else if e.Status == 0 || e.Kind == Unreadable || e.Kind == Foreign {
		parts = append(parts, e.Kind.String())
	}
	if e.Detail != "" {
		parts = append(parts, e.Detail)
	}
	if e.Err != nil {
		parts = append(parts, e.Err.Error())
	}
	text := strings.Join(parts, ": ")
	if e.HasRetryAfter {
		text += fmt.Sprintf(", retry after %v", e.RetryAfter)
	}
	return text
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// statusText is the status with the API's own name for it, else with HTTP's.
func (e *Error) statusText() string {
	name := e.Code
	if name == "" {
		name = http.StatusText(e.Status)
	}
	return strings.TrimSpace(fmt.Sprintf("%d %s", e.Status, name))
}

// hide applies redact to every text that came from outside.
func (e *Error) hide(redact func(string) string) {
	e.Code, e.Message, e.Detail = redact(e.Code), redact(e.Message), redact(e.Detail)
	if e.Err == nil {
		return
	}
	// The cause repeats pieces of broken answers, which may repeat the request.
	if text := e.Err.Error(); redact(text) != text {
		e.Err = errors.New(redact(text))
	}
}
