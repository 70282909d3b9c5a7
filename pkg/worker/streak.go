package worker

import (
	"sync"

	"altadnc-bulk/pkg/journal"
)

// streakLimit is how many answers in a row may refuse the request before it is
// taken for a wrong request instead of many wrong entries.
const streakLimit = 20

// streak keeps a wrong request from turning a list into failures. An entry that was
// rejected waits here until another answer proves that requests can be right; only
// then is it written down as failed. If the streak reaches its limit first, the
// run stops and the entries that wait stay open.
//
// It is safe for concurrent use.
type streak struct {
	mu       sync.Mutex
	length   int
	parked   []journal.Outcome
	complete bool
}

// rejected notes an answer that refused the request, and reports whether that
// completed the streak.
func (s *streak) rejected() (complete bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.length++
	complete = s.length == streakLimit
	s.complete = s.complete || complete
	return complete
}

// answered notes an answer to a request that was right. What it returns may be
// written down now: nothing if the streak was completed, because then the run is
// stopping, and the entries of the streak stay open whatever arrives late.
func (s *streak) answered() (ready []journal.Outcome) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.complete {
		return nil
	}
	ready, s.parked, s.length = s.parked, nil, 0
	return ready
}

// park keeps the outcome of an entry that was refused.
func (s *streak) park(o journal.Outcome) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.parked = append(s.parked, o)
}

// drain returns what still waits when nothing is in flight any more.
func (s *streak) drain() []journal.Outcome {
	s.mu.Lock()
	defer s.mu.Unlock()
	parked := s.parked
	s.parked = nil
	return parked
}
