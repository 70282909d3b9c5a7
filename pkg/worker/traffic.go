package worker

import (
	"sync"
	"time"

	"altadnc-bulk/pkg/journal"
)

// traffic counts what leaves and what is answered by the minutes of the clock,
// for the journal. Its zero value is ready to use. It is safe for concurrent use.
type traffic struct {
	mu     sync.Mutex
	minute journal.Minute // the current one; its time is zero before the first
	over   journal.Traffic
}

// left notes a departure, the one that makes recent of them in 60 seconds, those of
// other runs included; 0 is not known, and then nothing is known of the minute.
func (t *traffic) left(recent int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	m := t.now()
	m.Requests++
	if m.Most = max(m.Most, int64(recent)); recent == 0 {
		m.Most = 0 // a pace that is no longer shared is not shared again
	}
}

// answered notes what an attempt came to.
func (t *traffic) answered(v verdict) {
	t.mu.Lock()
	defer t.mu.Unlock()
	switch m := t.now(); v {
	case quota:
		m.Throttled++
	case retry, unreachable, cut:
		m.Unanswered++
	}
}

// now returns the current minute; an earlier one is stored. The lock must be
// held.
func (t *traffic) now() *journal.Minute {
	if began := time.Now().Truncate(time.Minute); !began.Equal(t.minute.Time) {
		t.close()
		t.minute.Time = began
	}
	return &t.minute
}

// close puts the minute away, if there is one. The lock must be held.
func (t *traffic) close() {
	if !t.minute.Time.IsZero() {
		t.over.Minutes = append(t.over.Minutes, t.minute)
	}
	t.minute = journal.Minute{}
}

// paused notes a pause that is over.
func (t *traffic) paused(from, until time.Time, why string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.over.Pauses = append(t.over.Pauses, journal.Pause{From: from, Until: until, Reason: why})
}

// take returns, once, what is over.
func (t *traffic) take() journal.Traffic {
	t.mu.Lock()
	defer t.mu.Unlock()
	over := t.over
	t.over = journal.Traffic{}
	return over
}

// end is take for a run that ends: its last minute is over.
func (t *traffic) end() journal.Traffic {
	t.mu.Lock()
	t.close()
	t.mu.Unlock()
	return t.take()
}
