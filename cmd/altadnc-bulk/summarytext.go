package main

import (
	"path/filepath"
	"time"

	"altadnc-bulk/pkg/journal"
	"altadnc-bulk/pkg/worker"
)

// removeSummary is the outcome of a removal.
type removeSummary struct {
	List      string    `json:"list"`
	Journal   string    `json:"journal"`
	ExitCode  int       `json:"exit_code"`
	Stopped   string    `json:"stopped"` // "" if the list was worked through
	Error     string    `json:"error,omitempty"`
	Rows      rowCounts `json:"rows"`
	Unread    []unread  `json:"unread,omitempty"` // columns that look as if they should have been read
	Entries   int64     `json:"entries"`
	Removed   int64     `json:"removed"`
	NotFound  int64     `json:"not_found"`
	Rewritten int64     `json:"not_found_rewritten"` // of these, sent in another form than the list's
	Failed    int64     `json:"failed"`
	Duplicate int64     `json:"duplicate"`
	Skipped   int64     `json:"skipped"`

	SkippedFrom *time.Time `json:"skipped_from,omitempty"`
	SkippedTo   *time.Time `json:"skipped_to,omitempty"`

	Protected int64     `json:"protected"`
	Open      int64     `json:"open"`
	Unsure    int64     `json:"unsure"`
	Lifted    *int64    `json:"own_opt_outs_removed,omitempty"` // known with a snapshot only
	Requests  int64     `json:"requests"`
	Digest    string    `json:"journal_sha256,omitempty"`
	Started   time.Time `json:"started"`
	Ended     time.Time `json:"ended"`

	resume    string // the command to type to go on
	again     bool   // finished keys wait to be reopened
	reading   string // the flags with which the list was read
	rereading string // those of them with which a report of it is read
	temporary bool   // the journal goes with the sandbox
}

func (r *removal) newSummary(plan *worker.Plan, s worker.Summary) *removeSummary {
	c := s.Counts
	v := &removeSummary{
		List: r.list.path, Journal: r.list.journal, ExitCode: summaryCode(s),
		Rows: newRowCounts(plan.Rows), Unread: newLayout(plan.Layout).Unread, Entries: s.Entries, Removed: c[journal.Removed], NotFound: c[journal.NotFound], Rewritten: s.Rewritten,
		Failed: c[journal.Failed], Duplicate: c[journal.Duplicate], Skipped: c[journal.Skipped],
		Protected: c[journal.Protected], Open: c[journal.Pending], Unsure: s.Unsure, Requests: s.Requests,
		Digest: s.JournalSHA256, Started: s.Started.UTC(), Ended: s.Ended.UTC(),
		resume: r.resume, reading: r.read.words(), rereading: r.read.words("journal", "encoding", "delimiter"), temporary: r.temporary(),
	}
	if v.again = s.Again; v.again {
		v.resume = r.repeat
	}
	if !plan.Oldest.IsZero() {
		from, to := plan.Oldest.UTC(), plan.Newest.UTC()
		v.SkippedFrom, v.SkippedTo = &from, &to
	}
	if plan.Snapshot != nil {
		v.Lifted = &s.Lifted
	}
	if s.Stop != nil {
		v.Stopped, v.Error = string(s.Stop.Reason), s.Stop.Error()
	}
	return v
}

// measure adds the metrics of the run.
func (v *removeSummary) measure(m *metrics) {
	for _, e := range []struct {
		outcome string
		n       int64
	}{
		{"removed", v.Removed}, {"not_found", v.NotFound}, {"failed", v.Failed}, {"duplicate", v.Duplicate},
		{"skipped", v.Skipped}, {"protected", v.Protected}, {"open", v.Open},
	} {
		m.add("altadnc_entries", "Entries of the list by outcome, as the last run left them.", e.n, "list", v.List, "outcome", e.outcome)
	}
	m.add("altadnc_unsure", "Entries of the last run whose outcome is marked unsure.", v.Unsure, "list", v.List)
	m.run(v.List, v.Requests, v.Started, v.Ended)
}

// write writes the summary for a person. Its numbers add up to the entries.
func (v *removeSummary) write(t table) {
	t.line("%s, %s after %s", ending(v.Stopped), v.List, short(v.Ended.Sub(v.Started)))
	t.count(v.Removed, "removed")
	t.count(v.NotFound, "not found (not on the Do Not Contact list)")
	t.count(v.Protected, "protected (kept: the person unsubscribed)")
	t.count(v.Failed, "failed")
	t.count(v.Duplicate, "duplicate")
	t.count(v.Skipped, "skipped (finished %s; --again sends them again)", v.skipped())
	t.count(v.Open, "open")
	t.total(v.Entries, either(v.Entries, "entry", "entries")+", "+plural(v.Requests, "request"))
	v.Rows.write(t)
	for _, u := range v.Unread {
		t.line("  NOT READ: %s", u.text())
	}
	t.unsure(v.Unsure)
	if v.Lifted != nil && *v.Lifted > 0 {
		t.line("  %s", counted(*v.Lifted, "removed entry was a person's own opt-out", "removed entries were people's own opt-outs"))
	}
	if v.Digest != "" && !v.temporary {
		t.line("Journal: %s, sha256 %s", v.Journal, v.Digest)
	}
	v.writeNext(t)
}

// ending words how a run ended.
func ending(stopped string) string {
	if stopped != "" {
		return "Stopped: " + stopped
	}
	return "Finished"
}

// skipped words when what is skipped was finished.
func (v *removeSummary) skipped() string {
	if v.SkippedFrom == nil {
		return "in an earlier run"
	}
	return between(*v.SkippedFrom, *v.SkippedTo)
}

func (v *removeSummary) writeNext(t table) {
	defer v.writePageHint(t)
	if v.Stopped != "" && (v.again || v.Open+v.Failed > 0) {
		t.line("Go on with: %s", v.resume)
	}
	v.writeRewritten(t)
	if v.Failed > 0 && !v.temporary {
		t.line("See what failed: altadnc-bulk report --outcome failed %s%s", v.reading, shellQuote(v.List))
	}
}

// writePageHint gives the command that makes a page of what was done, for a
// person at a terminal.
func (v *removeSummary) writePageHint(t table) {
	if t.width > 0 && !v.temporary && v.Requests > 0 {
		t.line("To show it as a page: altadnc-bulk report --format html -o %s %s%s", shellQuote(v.List+".html"), v.reading, shellQuote(v.List))
	}
}

// writeRewritten says how to find entries that the API may store in another form
// than the canonical one.
func (v *removeSummary) writeRewritten(t table) {
	if v.Rewritten == 0 {
		return
	}
	what := counted(v.Rewritten, "entry was", "entries were") + " not found after being sent in canonical form instead of as written."
	if v.temporary {
		t.line("%s --snapshot auto finds the form that is stored, --as-is sends what is written.", what)
		return
	}
	again := "not-found"
	if v.List != "-" {
		again = partName(filepath.Base(v.List), "-not-found")
	}
	t.line("%s To send the form that is stored (or what is written: --as-is in place of --snapshot auto):", what)
	t.line("  altadnc-bulk report --outcome not_found %s%s > %s", v.reading, shellQuote(v.List), shellQuote(again))
	t.line("  altadnc-bulk remove --snapshot auto %s%s", v.rereading, shellQuote(again))
}
