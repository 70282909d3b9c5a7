package worker

import (
	"sync/atomic"

	"altadnc-bulk/pkg/journal"
)

// Progress is what a run has done up to now. All counts are of this run alone.
type Progress struct {
	Removed, NotFound, Failed, Protected int64
	Refused                              int64 // of the failed, entries that were never sent
	Unsure                               int64 // of all, the ones that carry the mark
	Free                                 int64 // of all but the refused, settled without a request
	Lifted                               int64 // people's own opt-outs that were removed, as far as a snapshot tells
	Rewritten                            int64 // of the not found, those whose cell is not in canonical form, as it was sent
	Requests                             int64 // attempts of every kind, those of the snapshot included
}

// Done returns how many keys and refused entries have been written down.
func (p Progress) Done() int64 { return p.Removed + p.NotFound + p.Failed + p.Protected }

// tally counts outcomes as they become durable.
type tally struct {
	removed, notFound, failed, protected, refused, unsure, free, lifted, rewritten atomic.Int64
}

func (t *tally) count(o journal.Outcome) {
	switch o.Result {
	case journal.Removed:
		t.removed.Add(1)
		t.lifted.Add(ownAmong(o.Stored))
	case journal.NotFound:
		t.notFound.Add(1)
	case journal.Failed:
		t.failed.Add(1)
	case journal.Protected:
		t.protected.Add(1)
	}
	switch {
	case o.Refused:
		t.refused.Add(1)
	case o.Attempts == 0:
		t.free.Add(1)
	}
	if o.Unsure {
		t.unsure.Add(1)
	}
}

// Progress returns the counts as they are now. It is safe for concurrent use
// with Remove.
func (r *Run) Progress() Progress {
	p := Progress{
		Removed:   r.tally.removed.Load(),
		NotFound:  r.tally.notFound.Load(),
		Failed:    r.tally.failed.Load(),
		Protected: r.tally.protected.Load(),
		Refused:   r.tally.refused.Load(),
		Unsure:    r.tally.unsure.Load(),
		Free:      r.tally.free.Load(),
		Lifted:    r.tally.lifted.Load(),
		Rewritten: r.tally.rewritten.Load(),
		Requests:  r.sender.requests.Load(),
	}
	if s := r.plan.Snapshot; s != nil {
		p.Requests += s.Requests
	}
	return p
}
