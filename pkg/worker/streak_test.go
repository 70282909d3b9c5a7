package worker

import (
	"testing"

	"altadnc-bulk/pkg/journal"
)

// What arrives after a streak is complete, while the run stops, must not turn
// the entries of the streak into failures.
func TestStreakOfRejections(t *testing.T) {
	var s streak
	s.rejected()
	s.park(journal.Outcome{Line: 7})
	if ready := s.answered(); len(ready) != 1 || ready[0].Line != 7 {
		t.Errorf("an answer made %v ready, want what was parked", ready)
	}
	for n := 1; n <= streakLimit; n++ {
		if got := s.rejected(); got != (n == streakLimit) {
			t.Errorf("rejection %d: complete = %v", n, got)
		}
	}
	s.park(journal.Outcome{Line: 8})
	if ready := s.answered(); ready != nil {
		t.Errorf("an answer after the streak made %v ready", ready)
	}
	if left := s.drain(); len(left) != 1 {
		t.Errorf("drained %v, want one", left)
	}
}
