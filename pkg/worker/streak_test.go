package worker

import (
	"testing"

	"altadnc-bulk/pkg/journal"
)

func TestStreakOfTrouble(t *testing.T) {
	var s streak
	for n := 1; n < streakLimit; n++ {
		if s.trouble() {
			t.Fatalf("complete after %d attempts", n)
		}
	}
	s.parkTrouble(journal.Outcome{Line: 7})
	if ready := s.answered(); len(ready) != 1 || ready[0].Line != 7 {
		t.Errorf("an answer made %v ready, want what was parked", ready)
	}
	for n := 1; n <= streakLimit; n++ {
		if got := s.trouble(); got != (n == streakLimit) {
			t.Errorf("attempt %d: complete = %v", n, got)
		}
	}
}

// An answer to a rejected request shows that the API is there.
func TestRejectionEndsTrouble(t *testing.T) {
	var s streak
	for range streakLimit - 1 {
		s.trouble()
	}
	s.parkTrouble(journal.Outcome{Line: 7})
	if complete, ready := s.rejected(); complete || len(ready) != 1 {
		t.Errorf("complete = %v, ready = %v; want what was parked", complete, ready)
	}
	if s.trouble() {
		t.Error("the streak went on behind an answer")
	}
}

// Trouble is no answer: it does not end a streak of rejections.
func TestTroubleDoesNotEndRejections(t *testing.T) {
	var s streak
	for n := 1; n <= streakLimit; n++ {
		s.trouble()
		complete, _ := s.rejected()
		if complete != (n == streakLimit) {
			t.Errorf("rejection %d: complete = %v", n, complete)
		}
	}
}

// What arrives after a streak is complete, while the run stops, must not turn
// the entries of the streak into failures.
func TestCompleteStreakKeepsItsEntriesOpen(t *testing.T) {
	var s streak
	for range streakLimit {
		s.trouble()
	}
	s.parkTrouble(journal.Outcome{Line: 7})
	s.parkRejected(journal.Outcome{Line: 8})
	if ready := s.answered(); ready != nil {
		t.Errorf("an answer after the streak made %v ready", ready)
	}
	outages, rejects := s.drain()
	if len(outages) != 1 || len(rejects) != 1 {
		t.Errorf("drained %v and %v, want one each", outages, rejects)
	}
}
