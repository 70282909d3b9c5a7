package worker

import (
	"context"
	"fmt"
	"slices"
	"time"

	"altadnc-bulk/pkg/api"
	"altadnc-bulk/pkg/journal"
)

// Verification is what a listing of the Do Not Contact list says of the keys of
// a removal list that its journal calls finished. Counts are keys.
type Verification struct {
	Finished   int64 // keys of the list that were looked for
	Unfinished int64 // failed or open: there is nothing to verify
	Found      map[journal.Found]int64
	// Contradictions are the first keys that were not found as they should be.
	Contradictions []Contradiction

	Snapshot *Snapshot // nil when the listing was stopped
	Requests int64
	Stop     *Stop // why it ended early; nothing is claimed then
	Started  time.Time
	Ended    time.Time
}

// Contradiction is a key that is not on the Do Not Contact list as the journal
// says, or that cannot be judged.
type Contradiction struct {
	Line       int
	Identifier api.Identifier
	Found      journal.Found
	Decided    time.Time // when the journal's outcome was
	CreatedAt  string    // of the entry, as the API spells it; "" without one
}

// maxContradictions is how many a verification keeps to show; the journal and
// the report have all.
const maxContradictions = 100

// Verify lists the whole Do Not Contact list, compares it with what the journal
// in cfg says of the keys of plan, and records what it found. It removes and
// restores nothing. Ending ctx stops it, as [Run.Remove]; the error is for a
// journal that could not be begun or read.
func Verify(ctx context.Context, cfg Config, list *List, plan *Plan, m Matching) (*Verification, error) {
	v := &Verification{Started: time.Now(), Found: map[journal.Found]int64{}, Unfinished: plan.Keys.Counts.Total() - plan.Keys.Counts.Finished()}
	m.Wanted = func(key journal.Key) bool {
		state := plan.index().State(key)
		return state.Marked(journal.MarkListed) && state.Status.Finished()
	}
	listing := NewListing(cfg)
	v.Snapshot, v.Stop = TakeSnapshot(ctx, listing, m, 0)
	v.Requests = listing.Progress().Requests
	if v.Stop == nil {
		found, err := v.compare(plan)
		if err != nil {
			return nil, err
		}
		if err := v.record(cfg, list, plan, found); err != nil {
			return nil, err
		}
	}
	v.Ended = time.Now()
	return v, nil
}

// compare goes through the finished keys of the list, in the journal's order.
func (v *Verification) compare(plan *Plan) ([]journal.Verified, error) {
	var all []journal.Verified
	for o, err := range plan.records.Outcomes() {
		if err != nil {
			return nil, err
		}
		key := journal.KeyOf(o.Identifier)
		if o.Refused || !o.Result.Finished() || !plan.index().Marked(key, journal.MarkListed) {
			continue
		}
		found, created := verify(o, plan.index().State(key).Intent, v.Snapshot.matches[key])
		v.Finished++
		v.Found[found]++
		all = append(all, journal.Verified{Line: o.Line, Identifier: o.Identifier, Found: found, Time: v.Snapshot.Time})
		if found != journal.FoundAbsent && found != journal.FoundPresent && len(v.Contradictions) < maxContradictions {
			v.Contradictions = append(v.Contradictions, Contradiction{o.Line, o.Identifier, found, o.Time, created})
		}
	}
	return all, nil
}

// verify judges what a whole listing holds of a key, and returns when the entry
// was made that decided it. An entry without a date is not known to be newer than
// the removal. If a restore got no answer, the entry may be its own.
func verify(o journal.Outcome, restoring bool, m *match) (found journal.Found, created string) {
	var sure []form
	if m != nil {
		sure = slices.DeleteFunc(slices.Clone(m.entries), func(e form) bool { return e.vague })
	}
	wanted := o.Result == journal.Restored || o.Result == journal.Protected
	switch {
	case len(sure) == 0 && m != nil:
		return journal.FoundUnclear, m.entries[0].CreatedAt
	case len(sure) == 0 && wanted:
		return journal.FoundMissing, ""
	case len(sure) == 0:
		return journal.FoundAbsent, ""
	case wanted:
		return journal.FoundPresent, sure[0].CreatedAt
	case restoring:
		return journal.FoundUnclear, sure[0].CreatedAt
	}
	for _, e := range sure {
		if t, err := time.Parse(time.RFC3339, e.CreatedAt); err != nil || !t.After(o.Time) {
			return journal.FoundStillThere, e.CreatedAt
		}
	}
	return journal.FoundCameBack, sure[0].CreatedAt
}

// verifiedBatch is how many keys are recorded at once.
const verifiedBatch = 1000

// record writes down what was found, as a run of its own.
func (v *Verification) record(cfg Config, list *List, plan *Plan, found []journal.Verified) error {
	run := journal.Run{Time: v.Started, Version: cfg.Version, List: list.name, ListSHA256: plan.SHA256, Reading: cfg.Reading}
	if err := cfg.Journal.Begin(run); err != nil {
		return err
	}
	if err := cfg.Journal.Traffic(v.Snapshot.Traffic); err != nil {
		v.Stop = &Stop{StopJournal, err}
		return nil
	}
	for batch := range slices.Chunk(found, verifiedBatch) {
		if err := cfg.Journal.Verified(batch); err != nil {
			v.Stop = &Stop{StopJournal, fmt.Errorf("what was found could not be recorded: %w", err)}
			return nil
		}
	}
	err := cfg.Journal.End(journal.End{Reason: "verified", Entries: plan.Entries, Counts: plan.count(), Unsure: plan.Keys.Unsure, Requests: v.Requests})
	if err != nil {
		v.Stop = &Stop{StopJournal, err}
	}
	return nil
}
