package sandbox

import (
	"time"

	"altadnc-bulk/pkg/api"
)

// Request is what [Options.Log] gets for a request.
type Request struct {
	// Time is when it arrived.
	Time time.Time
	// Method and Path are as they came.
	Method, Path string
	// Identifier is what a DELETE named.
	Identifier api.Identifier
	// Identifiers is how many a DELETE or POST named.
	Identifiers int
	// Status is what was answered; 0 when the connection was dropped.
	Status int
	// Applied reports that the request changed the list.
	Applied bool
	// Fault is the action of the fault that decided the answer; empty for
	// none.
	Fault Action
}

// note records what the request asked for.
func (e *Request) note(a asked) {
	e.Identifiers = len(a.add)
	if a.method == "DELETE" && a.remove != (api.Identifier{}) {
		e.Identifier, e.Identifiers = a.remove, 1
	}
}

func (s *Sandbox) log(e Request) {
	if s.opts.Log == nil {
		return
	}
	s.logMu.Lock()
	defer s.logMu.Unlock()
	s.opts.Log(e)
}
