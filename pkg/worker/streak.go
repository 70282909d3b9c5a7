package worker

import (
	"sync"

	"altadnc-bulk/pkg/journal"
)

// streakLimit is how many attempts in a row may end in trouble, or answers in a
// row be rejections, before it is taken for an outage or a wrong request
// instead of many wrong entries.
const streakLimit = 20

// streak keeps an outage from turning a list into failures. An entry that is out
// of attempts, or was rejected, waits here until an answer proves that the API
// works; only then is it written down as failed. If the streak reaches its limit
// first, the run stops and the entries that wait stay open.
//
// It is safe for concurrent use.
type streak struct {
	mu       sync.Mutex
	outages  streakSide // attempts that ended in network errors or 5xx
	rejects  streakSide // answers that refused the request
	reported bool       // a side has reached the limit
}

type streakSide struct {
	length int
	parked []journal.Outcome
}

// trouble notes an attempt that got no answer from a working API, and tells
// whether that completed a streak.
func (s *streak) trouble() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.grow(&s.outages)
}

// rejected notes an answer that refused the request, and tells whether that
// completed a streak. It ends a streak of outages: the API answers.
func (s *streak) rejected() (complete bool, ready []journal.Outcome) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.grow(&s.rejects), s.end(&s.outages)
}

// answered notes an answer that shows the API at work. What it returns may be
// written down now.
func (s *streak) answered() (ready []journal.Outcome) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append(s.end(&s.outages), s.end(&s.rejects)...)
}

func (s *streak) grow(side *streakSide) bool {
	side.length++
	complete := side.length == streakLimit
	s.reported = s.reported || complete
	return complete
}

// end ends one side, unless a streak was completed: then the run is stopping,
// and the entries of the streak stay open whatever arrives late.
func (s *streak) end(side *streakSide) []journal.Outcome {
	if s.reported {
		return nil
	}
	ready := side.parked
	*side = streakSide{}
	return ready
}

// parkTrouble keeps the outcome of an entry that is out of attempts.
func (s *streak) parkTrouble(o journal.Outcome) { s.park(&s.outages, o) }

// parkRejected keeps the outcome of an entry that was refused.
func (s *streak) parkRejected(o journal.Outcome) { s.park(&s.rejects, o) }

func (s *streak) park(side *streakSide, o journal.Outcome) {
	s.mu.Lock()
	defer s.mu.Unlock()
	side.parked = append(side.parked, o)
}

// drain returns what still waits when nothing is in flight any more.
func (s *streak) drain() (outages, rejects []journal.Outcome) {
	s.mu.Lock()
	defer s.mu.Unlock()
	outages, rejects = s.outages.parked, s.rejects.parked
	s.outages.parked, s.rejects.parked = nil, nil
	return outages, rejects
}
