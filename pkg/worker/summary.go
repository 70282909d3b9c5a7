package worker

import (
	"fmt"
	"time"

	"altadnc-bulk/pkg/journal"
)

// Summary is what a run came to.
type Summary struct {
	Counts journal.Counts
	Lifted int64 // people's own opt-outs that were removed, as far as a snapshot tells
	// Rewritten are the entries that were not found in their canonical form,
	// while their cell has another one, which may be what the API stores.
	Rewritten int64

	Stop    *Stop // nil when the list was gone through to its end
	Started time.Time
	Ended   time.Time
	// JournalSHA256 is the digest of the journal as the run left it; "" if it
	// could not be ended, or if there was nothing to do: a long journal is not
	// read once more for that. Kept elsewhere, it shows that no lines were taken off
	// the journal's end.
	JournalSHA256 string
	// Unrecorded are answers that arrived but could not be written to the
	// journal. Their entries count as open.
	Unrecorded []journal.Outcome
	// Err is set when the counts contradict each other, which is a defect of
	// this program and not of the list.
	Err error
}

// finish counts what the list came to, checks the counts and ends the run in
// the journal.
func (r *Run) finish(started time.Time, stop *Stop) Summary {
	s := Summary{Stop: stop, Started: started, Ended: time.Now(), Unrecorded: r.unrecorded}
	s.Counts = r.plan.count()
	done := r.Progress()
	s.Counts.Unsure, s.Counts.Requests, s.Lifted = done.Unsure, done.Requests, done.Lifted
	s.Rewritten = done.Rewritten
	s.Err = r.plan.check(s.Counts, done)

	reason := "finished"
	if stop != nil {
		reason = string(stop.Reason)
	}
	err := r.cfg.Journal.End(journal.End{Time: s.Ended, Reason: reason, Counts: s.Counts})
	if err == nil && !r.plan.Idle() {
		s.JournalSHA256, err = r.cfg.Journal.Digest()
	}
	if err != nil && stop == nil {
		s.Stop = &Stop{StopJournal, err}
	}
	return s
}

// Unbegun is the summary of a run that was stopped before it began, as by an
// interruption of its snapshot: nothing of the list was sent or written down.
func (p *Plan) Unbegun(stop *Stop, started time.Time, requests int64) Summary {
	s := Summary{Counts: p.count(), Stop: stop, Started: started, Ended: time.Now()}
	s.Counts.Requests = requests
	s.Err = p.check(s.Counts, Progress{})
	return s
}

// count sorts every entry of the list by what the index, and so the journal,
// knows of it now. Keys that this run took are counted by their outcome, those
// finished before it as skipped.
func (p *Plan) count() journal.Counts {
	c := journal.Counts{Entries: p.Entries, Duplicate: p.Duplicates, Failed: p.Refused.Total}
	for _, state := range p.index().All() {
		switch {
		case !state.Marked(journal.MarkListed):
		case state.Status == journal.Failed:
			c.Failed++
		case !state.Status.Finished():
			c.Open++
		case !state.Marked(journal.MarkTaken):
			c.Skipped++
		case state.Status == journal.Removed:
			c.Removed++
		case state.Status == journal.NotFound:
			c.NotFound++
		case state.Status == journal.Protected:
			c.Protected++
		}
	}
	return c
}

// check compares three accounts that were kept apart: the entries that the plan
// read, the states in the index, and the outcomes that the workers counted.
func (p *Plan) check(c journal.Counts, done Progress) error {
	sum := c.Removed + c.NotFound + c.Failed + c.Duplicate + c.Skipped + c.Protected + c.Open
	switch {
	case sum != c.Entries:
		return fmt.Errorf("the list has %d entries, but %d are accounted for", c.Entries, sum)
	case c.Removed != done.Removed, c.NotFound != done.NotFound, c.Protected != done.Protected:
		return fmt.Errorf("the journal tells of %d removed, %d not found, %d protected, but %d, %d, %d were counted",
			c.Removed, c.NotFound, c.Protected, done.Removed, done.NotFound, done.Protected)
	case c.Skipped < p.Skip():
		return fmt.Errorf("%d keys were to be skipped, but only %d were", p.Skip(), c.Skipped)
	}
	return nil
}
