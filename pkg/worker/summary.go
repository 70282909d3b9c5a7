package worker

import (
	"fmt"
	"time"

	"altadnc-bulk/pkg/journal"
)

// Summary is what a run came to. A restore has no entries but keys.
type Summary struct {
	Entries  int64          // of the list
	Counts   journal.Counts // of these, by outcome; a partial one counts as failed
	Unsure   int64          // of these, the ones that carry the mark
	Requests int64          // attempts, those of the snapshot included

	Lifted int64 // people's own opt-outs that were removed, as far as a snapshot knows
	// Rewritten are the entries that were not found in their canonical form,
	// while their cell has another one, which may be what the API stores.
	Rewritten int64
	// Identifiers are those that a restore put back: every stored form of a key.
	Identifiers int64

	// Again reports that finished keys were to be sent once more and are not open
	// yet: the next run must be told again, see [PlanOptions.Again].
	Again bool

	Stop    *Stop // nil if the list was worked through to its end
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

// summary counts what the list came to, checks the counts and ends the run in
// the journal.
func (r *Run) summary(stop *Stop) Summary {
	done := r.Progress()
	s := Summary{
		Entries: r.plan.Entries, Counts: r.plan.count(), Unsure: done.Unsure, Requests: done.Requests,
		Lifted: done.Lifted, Rewritten: done.Rewritten, Stop: stop, Unrecorded: r.unrecorded,
		Again: r.plan.Reopen > 0 && !r.reopened,
	}
	s.Err = r.plan.reconcile(s.Counts, done.Counts)
	err := r.finish("", &s)
	if err == nil && !r.plan.idle() {
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
	s := Summary{Entries: p.Entries, Counts: p.count(), Requests: requests, Again: p.Reopen > 0, Stop: stop, Started: started, Ended: time.Now()}
	s.Err = p.reconcile(s.Counts, journal.Counts{})
	return s
}

// count sorts every entry of the list by what the index, and so the journal, now
// knows about it. Keys that this run took are counted by their outcome, those
// finished before it as skipped.
func (p *Plan) count() journal.Counts {
	c := journal.Counts{journal.Duplicate: p.Duplicates, journal.Failed: p.Refused.Total}
	for _, state := range p.index().All() {
		switch {
		case !state.Marked(journal.MarkListed):
		case state.Status.Finished() && !state.Marked(journal.MarkTaken):
			c[journal.Skipped]++
		default:
			c[state.Status.Account()]++
		}
	}
	return c
}

// reconcile compares three accounts that were kept apart: the entries that the plan
// read, the states in the index, and the outcomes that the workers counted.
func (p *Plan) reconcile(c, done journal.Counts) error {
	if c.Total() != p.Entries {
		return fmt.Errorf("the list has %d entries, but %d are accounted for", p.Entries, c.Total())
	}
	for _, s := range []journal.Status{journal.Removed, journal.NotFound, journal.Protected} {
		if c[s] != done[s] {
			return fmt.Errorf("the journal has %d that are %s, but %d were counted", c[s], s, done[s])
		}
	}
	if c[journal.Skipped] < p.Skip() {
		return fmt.Errorf("%d keys were to be skipped, but only %d were", p.Skip(), c[journal.Skipped])
	}
	return nil
}
