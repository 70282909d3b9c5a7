package main

import (
	"fmt"
	"time"

	"altadnc-bulk/pkg/journal"
	"altadnc-bulk/pkg/worker"
)

// restorePlan is what a restore would do.
type restorePlan struct {
	List        string     `json:"list"` // "" for the whole journal
	Journal     string     `json:"journal"`
	BaseURL     string     `json:"base_url"`
	Keys        int64      `json:"keys"`
	Identifiers int64      `json:"identifiers"`
	Unsure      int64      `json:"unsure"`
	Unanswered  int64      `json:"unanswered"`
	Labelled    int64      `json:"labelled"`
	Own         int64      `json:"own_opt_outs"`
	Restored    int64      `json:"restored_earlier"`
	Earlier     int64      `json:"removed_before_since"`
	Doubtful    int64      `json:"unsure_left_alone"`
	Barred      int64      `json:"refused_left_alone"`
	Elsewhere   int64      `json:"not_on_list"` // finished keys of the journal
	Requests    int64      `json:"requests"`
	Oldest      *time.Time `json:"removed_from,omitempty"`
	Newest      *time.Time `json:"removed_to,omitempty"`

	listed    int64 // keys of the list
	pause     bool  // Alta pauses workflows
	perMinute float64
}

func (r *restore) newPlan(plan *worker.RestorePlan) *restorePlan {
	p := &restorePlan{
		List: r.list.path, Journal: r.list.journal, BaseURL: r.destination(), Keys: plan.Keys, Identifiers: plan.Identifiers,
		Unsure: plan.Unsure, Unanswered: plan.Unanswered, Labelled: plan.Labelled, Own: plan.Own,
		Restored: plan.Restored, Earlier: plan.Earlier, Doubtful: plan.Doubtful, Barred: plan.Barred, Elsewhere: plan.Elsewhere, Requests: plan.Requests(),
		listed: plan.Listed, pause: r.pause, perMinute: r.api.rate.Full(),
	}
	if r.all {
		p.List = ""
	}
	if p.Keys > 0 {
		p.Oldest, p.Newest = &plan.Oldest, &plan.Newest
	}
	return p
}

// write writes the plan for a person.
func (p *restorePlan) write(t table) {
	what := p.List
	if what == "" {
		what = "all of " + p.Journal
	}
	t.line("Plan to put back what was removed: %s", what)
	t.fact("to put back", "%s", p.keys())
	if p.Unsure > 0 {
		t.fact("", "%s of them may never have been removed: a request for them got no answer", count(p.Unsure))
	}
	if p.Unanswered > 0 {
		t.fact("", "%s of them may be back already: an earlier restore got no answer", count(p.Unanswered))
	}
	p.writeLeft(t)
	if p.Keys > 0 {
		p.writeCost(t)
	}
	t.fact("to", "%s", p.BaseURL)
	t.fact("journal", "%s", p.Journal)
}

func (p *restorePlan) keys() string {
	text := plural(p.Keys, "identifier")
	if p.Identifiers != p.Keys {
		text += fmt.Sprintf(", in %s stored forms", count(p.Identifiers))
	}
	if p.Keys > 0 {
		text += ", removed " + between(*p.Oldest, *p.Newest)
	}
	if p.List != "" {
		text += fmt.Sprintf(" (%s on the list)", count(p.listed))
	}
	return text
}

// writeLeft says what is not put back.
func (p *restorePlan) writeLeft(t table) {
	if p.Restored > 0 {
		t.fact("back already", "%s", count(p.Restored))
	}
	if p.Earlier > 0 {
		t.fact("left alone", "%s removed before --since", count(p.Earlier))
	}
	if p.Elsewhere > 0 {
		t.fact("left alone", "%s", elsewhereText(p.Elsewhere))
	}
	if p.Barred > 0 {
		t.fact("left alone", "%s that the API refused to put back before; --refused retries them", count(p.Barred))
	}
	if p.Doubtful > 0 {
		t.fact("left alone", "%s that a request without an answer may have removed; --unsure puts them back too", count(p.Doubtful))
	}
}

// writeCost says what putting back takes, and what it cannot restore.
func (p *restorePlan) writeCost(t table) {
	own, workflows, takes := "", "Alta pauses what is active for these people", ""
	if p.Own > 0 {
		own = fmt.Sprintf(", including %s that people made themselves", count(p.Own))
	}
	if !p.pause {
		workflows = "Alta goes on with what is active for these people (--pause-active-workflows=false)"
	}
	if p.perMinute > 0 {
		takes = ", about " + short(worker.Duration(p.Requests, p.perMinute))
	}
	labels := "unknown without a snapshot (remove --snapshot)"
	if p.Labelled > 0 {
		labels = count(p.Labelled) + " get back the label they had, as far as a snapshot knew it"
	}
	t.fact("labels", "%s", labels)
	t.fact("lost", "dates, and who made the entry: all will be shown as added by hand%s", own)
	t.fact("workflows", "%s", workflows)
	t.fact("requests", "%s%s", count(p.Requests), takes)
}

// restoreSummary is the outcome of a restore.
type restoreSummary struct {
	List        string    `json:"list"`
	Journal     string    `json:"journal"`
	ExitCode    int       `json:"exit_code"`
	Stopped     string    `json:"stopped"` // "" if all was worked through
	Error       string    `json:"error,omitempty"`
	Keys        int64     `json:"keys"`
	Restored    int64     `json:"restored"`
	Refused     int64     `json:"refused"`
	Open        int64     `json:"open"`
	Identifiers int64     `json:"identifiers"`
	Requests    int64     `json:"requests"`
	Started     time.Time `json:"started"`
	Ended       time.Time `json:"ended"`

	resume string // the command to type to go on
}

func (r *restore) newSummary(plan *worker.RestorePlan, s worker.Summary) *restoreSummary {
	v := &restoreSummary{
		List: r.list.path, Journal: r.list.journal, Keys: s.Entries, Restored: s.Counts[journal.Restored],
		Refused: s.Counts[journal.Failed], Open: s.Counts[journal.Pending], Identifiers: s.Identifiers, Requests: s.Requests,
		Started: s.Started.UTC(), Ended: s.Ended.UTC(), resume: r.resume,
	}
	switch {
	case s.Stop != nil:
		v.ExitCode, v.Stopped, v.Error = stopCode(s.Stop.Reason), string(s.Stop.Reason), s.Stop.Error()
	case v.Refused > 0 || plan.Barred > 0 || plan.Elsewhere > 0:
		v.ExitCode = exitFailures
	}
	return v
}

// measure adds the metrics of the restore.
func (v *restoreSummary) measure(m *metrics) {
	for _, e := range []struct {
		outcome string
		n       int64
	}{{"restored", v.Restored}, {"refused", v.Refused}, {"open", v.Open}} {
		m.add("altadnc_restore_entries", "Identifiers to put back by outcome, as the last restore left them.", e.n, "list", v.List, "outcome", e.outcome)
	}
	m.run(v.List, v.Requests, v.Started, v.Ended)
}

// write writes the summary for a person. Its numbers add up.
func (v *restoreSummary) write(t table) {
	t.line("%s, restore of %s after %s", ending(v.Stopped), v.List, short(v.Ended.Sub(v.Started)))
	t.count(v.Restored, "restored (on the Do Not Contact list again)")
	t.count(v.Refused, "refused by the API, still removed")
	t.count(v.Open, "open, not known to be back")
	t.total(v.Keys, "to put back, "+plural(v.Requests, "request"))
	if v.Stopped != "" && v.Open > 0 {
		t.line("Go on with: %s", v.resume)
	}
}
