package worker

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"altadnc-bulk/pkg/journal"
)

// suspicion distinguishes an entry that something in front of the API refuses in its
// own way (a firewall, a proxy, a captcha) from a run that talks to something other
// than the API. An entry that got a foreign answer is a suspect. Then the request of
// another key leaves alone: if the API answers it, or one that was under way, the
// entries were to blame; if something else answers again, the run stops and the
// suspects stay open.
//
// It is safe for concurrent use.
type suspicion struct {
	mu       sync.Mutex
	on       bool
	number   int  // of the last one; 0 for none
	trying   bool // a request has left alone, or is about to
	suspects []journal.Outcome
	news     chan struct{}
}

func newSuspicion() *suspicion { return &suspicion{news: make(chan struct{})} }

// errDoubt is why a request that has its turn does not leave: it has to ask again,
// whether it may leave alone.
var errDoubt = errors.New("an answer that is not the API's came in between")

// admit waits until a request may ask for its turn: at once, but under suspicion
// until it may leave alone. It returns the number of the suspicion that it is to
// settle, 0 for none, and whether ctx allowed it. A request that leaves alone
// must call tried.
func (s *suspicion) admit(ctx context.Context) (alone int, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for s.on {
		if !s.trying {
			s.trying = true
			return s.number, true
		}
		news := s.news
		s.mu.Unlock()
		select {
		case <-ctx.Done():
		case <-news:
		}
		s.mu.Lock()
		if ctx.Err() != nil {
			return 0, false
		}
	}
	return 0, ctx.Err() == nil
}

// holds reports whether a request with this admission has to stay.
func (s *suspicion) holds(alone int) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.on && alone != s.number
}

// raise notes a foreign answer, and reports whether the request was to show whose
// fault such answers are: then it is not the entries'.
func (s *suspicion) raise(alone int) (again bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.on {
		return alone == s.number
	}
	s.on = true
	s.number++
	return false
}

// answered notes an answer of the API. What it returns has failed.
func (s *suspicion) answered() (failed []journal.Outcome) {
	s.mu.Lock()
	defer s.mu.Unlock()
	failed, s.suspects = s.suspects, nil
	s.on, s.trying = false, false
	s.tell()
	return failed
}

// tried ends an attempt that left alone.
func (s *suspicion) tried(alone int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.on && alone == s.number {
		s.trying = false
		s.tell()
	}
}

// tell wakes all that wait. The lock must be held.
func (s *suspicion) tell() {
	close(s.news)
	s.news = make(chan struct{})
}

// park keeps the outcome of a suspect. It reports false if the API has answered
// meanwhile: then it has failed.
func (s *suspicion) park(o journal.Outcome) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.on {
		s.suspects = append(s.suspects, o)
	}
	return s.on
}

// drain returns the suspects when nothing is under way any more.
func (s *suspicion) drain() []journal.Outcome {
	s.mu.Lock()
	defer s.mu.Unlock()
	suspects := s.suspects
	s.suspects = nil
	return suspects
}

// about says in err who was suspected first.
func (s *suspicion) about(err error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.suspects) == 0 {
		return err
	}
	return about(s.suspects[0], err)
}

func about(o journal.Outcome, err error) error {
	return fmt.Errorf("line %d (%s %s) was the first to be answered like this: %w", o.Line, o.Identifier.Type, o.Identifier.Masked(), err)
}
