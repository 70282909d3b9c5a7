package worker

import (
	"strings"
	"testing"

	"altadnc-bulk/pkg/journal"
)

// A summary whose accounts contradict each other says so.
func TestSummaryChecksItsAccounts(t *testing.T) {
	stray := journal.KeyOf(numbered(9, 1)[0].Identifier)
	tests := []struct {
		name  string
		spoil func(*journal.Journal, *Run)
		want  string // in the error; "" for none
	}{
		{"as it is", func(*journal.Journal, *Run) {}, ""},
		{"a key more in the index", func(j *journal.Journal, _ *Run) { j.Index().Mark(stray, journal.MarkListed) }, "2 entries, but 3 are accounted for"},
		{"an outcome counted twice", func(_ *journal.Journal, r *Run) { r.tally.done.Counts[journal.Removed]++ }, "the journal has 2 that are removed, but 3 were counted"},
		{"an entry more in the plan", func(_ *journal.Journal, r *Run) { r.plan.Entries++ }, "3 entries, but 2 are accounted for"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := newDesk(t, rows(2), numbered(0, 2))
			d.with(func(list *List, j *journal.Journal, cfg Config) {
				plan, err := NewPlan(list, j, PlanOptions{})
				if err != nil {
					t.Fatal(err)
				}
				run := NewRun(cfg, list, plan)
				tt.spoil(j, run)
				s, err := run.Remove(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				if (s.Err != nil) != (tt.want != "") || s.Err != nil && !strings.Contains(s.Err.Error(), tt.want) {
					t.Errorf("Err = %v, want %q", s.Err, tt.want)
				}
			})
		})
	}
}

// What a plan skips stays skipped.
func TestSummaryMissesWhatWasSkipped(t *testing.T) {
	d := newDesk(t, rows(2), numbered(0, 2))
	d.remove(errand{})
	d.with(func(list *List, j *journal.Journal, _ Config) {
		plan, err := NewPlan(list, j, PlanOptions{})
		if err != nil {
			t.Fatal(err)
		}
		counts := journal.Counts{journal.Skipped: 1, journal.Pending: 1}
		if err := plan.reconcile(counts, journal.Counts{}); err == nil {
			t.Errorf("%v of a plan that skips 2: no error", counts)
		}
	})
}
