package worker

import (
	"sync"
	"time"

	"altadnc-bulk/pkg/journal"
)

// Progress is what a run has done up to now. All counts are of this run alone.
type Progress struct {
	Counts    journal.Counts // outcomes that are written down; a partial one failed
	Refused   int64          // of the failed, entries that were never sent
	Unsure    int64          // of all, the ones that carry the mark
	Free      int64          // of all but the refused, settled without a request
	Lifted    int64          // people's own opt-outs that were removed, as far as a snapshot knows
	Rewritten int64          // of the not found, those whose cell is not in the canonical form that was sent
	// Identifiers are those that a restore put back: every stored form of a key.
	Identifiers int64
	Requests    int64 // attempts of every kind, those of the snapshot included
	Outage      Outage
}

// Outage is the state of an outage; its zero value is none.
type Outage struct {
	For  time.Duration // since anything was answered
	Next time.Time     // when the next request asks again
}

// tally counts outcomes as they become durable.
type tally struct {
	mu   sync.Mutex
	done Progress
}

func (t *tally) count(o journal.Outcome) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.done.Counts[o.Result.Account()]++
	switch {
	case o.Refused:
		t.done.Refused++
	case o.Attempts == 0:
		t.done.Free++
	}
	if o.Unsure {
		t.done.Unsure++
	}
	if o.Result == journal.Removed {
		for _, s := range o.Stored {
			if s.Removed && own(s) {
				t.done.Lifted++
			}
		}
	}
}

func (t *tally) rewritten() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.done.Rewritten++
}

// Progress returns the counts as they are now. It is safe for concurrent use
// with Remove.
func (r *Run) Progress() Progress {
	r.tally.mu.Lock()
	p := r.tally.done
	r.tally.mu.Unlock()
	p.Requests = r.sender.requests.Load()
	p.Outage = r.sender.outage.now()
	if s := r.plan.Snapshot; s != nil {
		p.Requests += s.Requests
	}
	return p
}
