package main

import (
	"fmt"
	"strings"
	"time"

	"altadnc-bulk/pkg/api"
	"altadnc-bulk/pkg/journal"
	"altadnc-bulk/pkg/worker"
	"altadnc-bulk/pkg/worker/pace"
)

// removePlan is what a removal would do.
type removePlan struct {
	List       string                       `json:"list"`
	Journal    string                       `json:"journal"`
	BaseURL    string                       `json:"base_url"`
	SHA256     string                       `json:"sha256"`
	ReadAs     layout                       `json:"read_as"`
	Rows       rowCounts                    `json:"rows"`
	Entries    int64                        `json:"entries"`
	Duplicates int64                        `json:"duplicate"`
	Completed  int64                        `json:"completed_by_region"`
	Types      map[api.IdentifierType]int64 `json:"types"`
	Refused    refused                      `json:"refused"`
	Skipped    int64                        `json:"skipped"`
	Oldest     *time.Time                   `json:"skipped_from,omitempty"`
	Newest     *time.Time                   `json:"skipped_to,omitempty"`
	Again      int64                        `json:"again"`
	Failed     int64                        `json:"failed_earlier"`
	Unanswered int64                        `json:"unanswered"`
	Send       int64                        `json:"send"`
	Requests   int64                        `json:"requests"`
	Snapshot   *snapshotEffect              `json:"snapshot,omitempty"`
	PerMinute  float64                      `json:"per_minute"`
	Seconds    int64                        `json:"seconds"`

	reading    string        // the flags with which the list was read
	region     string        // --default-region
	limit      int64         // --limit, 0 for none
	nightly    time.Duration // --max-duration, 0 for none
	now        time.Time
	rate       pace.Rate
	restored   int64 // of the skipped keys, put back by restore
	left       int64 // requests without an answer whose keys are no longer on the list
	skipFailed bool
}

type refused struct {
	Total  int64            `json:"total"`
	ByCode map[string]int64 `json:"by_code"`
	First  []refusedEntry   `json:"first"`
}

type refusedEntry struct {
	Line   int                `json:"line"`
	Column string             `json:"column,omitempty"`
	Type   api.IdentifierType `json:"type,omitempty"`
	Code   string             `json:"code"`
	Reason string             `json:"reason"`
}

func (r *removal) newPlan(plan *worker.Plan) *removePlan {
	p := &removePlan{
		List: r.list.path, Journal: r.list.journal, BaseURL: r.destination(), SHA256: plan.SHA256, ReadAs: newLayout(plan.Layout),
		Rows: newRowCounts(plan.Rows), Entries: plan.Entries, Duplicates: plan.Duplicates, Completed: plan.Completed, Types: plan.Types,
		Refused: refused{Total: plan.Refused.Total, ByCode: plan.Refused.ByCode, First: []refusedEntry{}},
		Skipped: plan.Skip(), Again: plan.Reopen - plan.Forecast.Reappeared, Failed: plan.Keys.Counts[journal.Failed], Unanswered: plan.Keys.Unanswered,
		Send: plan.Send, Requests: plan.Requests, Snapshot: newSnapshotEffect(plan), PerMinute: r.api.rate.Full(), rate: r.api.rate,
		region: r.read.defaultRegion, reading: r.read.words(), limit: r.limit, nightly: r.api.maxDuration, now: time.Now(),
		restored: plan.Keys.Counts[journal.Restored], left: int64(len(plan.Left)), skipFailed: r.skipFailed,
	}
	if r.temporary() {
		p.Journal = "temporary, deleted at the end"
	}
	for _, e := range plan.Refused.First {
		p.Refused.First = append(p.Refused.First, refusedEntry(e))
	}
	if p.Skipped > 0 {
		p.Oldest, p.Newest = &plan.Oldest, &plan.Newest
	}
	p.Seconds = int64(p.duration().Seconds())
	return p
}

// sending returns how many keys this run sends.
func (p *removePlan) sending() int64 {
	if p.limit > 0 {
		return min(p.limit, p.Send)
	}
	return p.Send
}

// requests returns how many requests that takes, if each needs one attempt.
func (p *removePlan) requests() int64 {
	if p.sending() < p.Send {
		return p.sending() // a key can need more than one, but hardly any does
	}
	return p.Requests
}

func (p *removePlan) duration() time.Duration { return worker.Duration(p.requests(), p.PerMinute) }

// write writes the plan for a person.
func (p *removePlan) write(t table) {
	t.line("Plan for %s", p.List)
	p.ReadAs.write(t)
	t.fact("rows", "%s", p.Rows.text())
	t.fact("entries", "%s", count(p.Entries))
	if p.Duplicates > 0 {
		t.fact("duplicates", "%s, each key is sent once", count(p.Duplicates))
	}
	if p.Completed > 0 {
		t.fact("completed", "%s without + and country code, read as numbers of %s", plural(p.Completed, "number"), strings.ToUpper(p.region))
	}
	p.writeRefused(t)
	p.writeEarlier(t)
	p.writeSnapshot(t)
	t.fact("to send", "%s%s", plural(p.Requests, "request"), p.types())
	if p.Send > 0 {
		t.fact("time", "%s", p.time())
	}
	t.fact("to", "%s", p.BaseURL)
	t.fact("journal", "%s", p.Journal)
}

func (p *removePlan) writeRefused(t table) {
	if p.Refused.Total == 0 {
		return
	}
	t.fact("refused", "%s, not sent, reported as failed", count(p.Refused.Total))
	for _, e := range p.Refused.First {
		where := fmt.Sprintf("line %d", e.Line)
		if e.Column != "" {
			where += fmt.Sprintf(", column %q", e.Column)
		}
		t.put(19, fmt.Sprintf("%17s%s: %s", "", where, e.Reason))
	}
	if more := p.Refused.Total - int64(len(p.Refused.First)); more > 0 {
		t.fact("", "  and %s more; all of them: altadnc-bulk report --outcome failed %s%s", count(more), p.reading, shellQuote(p.List))
	}
}

// writeEarlier says what earlier runs have left.
func (p *removePlan) writeEarlier(t table) {
	if p.Skipped > 0 {
		back := ""
		if p.restored > 0 {
			back = fmt.Sprintf(" (%s of them put back by restore)", count(p.restored))
		}
		t.fact("skipped", "%s finished %s%s; --again sends them again", plural(p.Skipped, "key"), between(*p.Oldest, *p.Newest), back)
	}
	if p.Again > 0 {
		t.fact("again", "%s finished earlier, sent once more", plural(p.Again, "key"))
	}
	if p.Failed > 0 {
		verb := "tried again"
		if p.skipFailed {
			verb = "left alone (--skip-failed)"
		}
		t.fact("failed", "%s failed earlier, %s", plural(p.Failed, "key"), verb)
	}
	if p.Unanswered > 0 {
		t.fact("unanswered", "%s of an earlier run, sent first", plural(p.Unanswered, "request"))
	}
	if p.left > 0 {
		t.fact("left", "%s of an earlier run got no answer, and what they named is no longer on the list", plural(p.left, "request"))
	}
}

// writeSnapshot says what a snapshot of the Do Not Contact list changes about
// the plan, or what one might save.
func (p *removePlan) writeSnapshot(t table) {
	switch {
	case p.Snapshot != nil:
		p.Snapshot.write(t, p.Requests)
	case p.Send == 0:
	default:
		t.fact("snapshot", "none; one costs a request per 100 entries of the Do Not Contact list, and saves up to %s", count(p.Send))
		t.fact("own opt-outs", "unknown without a snapshot; opt-outs people made themselves are removed too (--keep-unsubscribed keeps them)")
	}
}

// types words how many keys there are of which type.
func (p *removePlan) types() string {
	var parts []string
	for _, t := range api.IdentifierTypes() {
		if n := p.Types[t]; n > 0 {
			parts = append(parts, fmt.Sprintf("%s %s", t, count(n)))
		}
	}
	if len(parts) == 0 {
		return ""
	}
	of := ""
	if all := p.Entries - p.Duplicates - p.Refused.Total; all != p.Send || all != p.Requests {
		of = fmt.Sprintf(" of %s", plural(all, "key"))
	}
	return fmt.Sprintf("%s (%s)", of, strings.Join(parts, ", "))
}

// time words how long the run takes at the pace and when it would end.
func (p *removePlan) time() string {
	if p.PerMinute <= 0 {
		return "unpaced"
	}
	took := p.duration()
	text := fmt.Sprintf("about %s at %g requests a minute, until %s", short(took), p.PerMinute, clock(p.now.Add(took), p.now))
	if quick, ok := p.rate.AtOnce(p.requests()); ok && took-quick >= 5*time.Second {
		text = fmt.Sprintf("about %s if the API shows that this minute of the quota is unused, else %s", short(quick), short(took))
	}
	if p.sending() < p.Send {
		text += fmt.Sprintf(" (--limit %s of %s)", count(p.sending()), count(p.Send))
	}
	if p.nightly > 0 && took > p.nightly {
		text += fmt.Sprintf("; %d runs of --max-duration %s", int((took+p.nightly-1)/p.nightly), short(p.nightly))
	}
	return text
}

// snapshotEffect is a snapshot and what it changes about a plan.
type snapshotEffect struct {
	Time       time.Time `json:"time"`
	Whole      bool      `json:"whole"`
	Entries    int64     `json:"entries"`
	Pages      int64     `json:"pages"`
	Requests   int64     `json:"requests"`
	Untyped    int64     `json:"untyped"`
	Unreadable int64     `json:"unreadable"`
	Absent     int64     `json:"absent"`
	Kept       int64     `json:"kept"`
	Doubt      int64     `json:"doubt"`
	Own        int64     `json:"own_opt_outs"`
	Before     int64     `json:"requests_without"`

	Reappeared   int64 `json:"reappeared"`   // the journal calls them not found, unsure: sent
	Contradicted int64 `json:"contradicted"` // it calls them so without doubt: left alone
}

func newSnapshotEffect(plan *worker.Plan) *snapshotEffect {
	s, f := plan.Snapshot, plan.Forecast
	if s == nil {
		return nil
	}
	return &snapshotEffect{
		Time: s.Time.UTC(), Whole: s.Whole, Entries: s.Entries, Pages: s.Pages, Requests: s.Requests,
		Untyped: s.Untyped, Unreadable: s.Unreadable,
		Absent: f.Absent, Kept: f.Kept, Doubt: f.Doubt, Own: f.Own, Before: f.Before,
		Reappeared: f.Reappeared, Contradicted: f.Contradicted,
	}
}

// write writes the effect on a plan that needs the given number of requests.
func (s *snapshotEffect) write(t table, requests int64) {
	if s.Whole {
		t.fact("snapshot", "all %s entries of the Do Not Contact list at %s, in %s; %s not there", count(s.Entries), zoned(s.Time, time.TimeOnly), plural(s.Requests, "request"), keysAre(s.Absent))
	} else {
		t.fact("snapshot", "the first %s entries of the Do Not Contact list, in %s, then gave up; the rest is sent one by one", count(s.Entries), plural(s.Requests, "request"))
	}
	t.fact("", "%s with it, %s without", plural(requests+s.Requests, "request"), count(s.Before))
	if s.Untyped > 0 {
		t.fact("", "entries without a known type: %s; %s sent because of them", count(s.Untyped), keysAre(s.Doubt))
	}
	if s.Unreadable > 0 {
		t.fact("", "entries that cannot be matched with any key: %s", count(s.Unreadable))
	}
	if s.Reappeared > 0 {
		t.fact("not found", "%s on it, although an unsure answer said otherwise: sent again", keysAre(s.Reappeared))
	}
	if s.Contradicted > 0 {
		t.fact("not found", "%s on it now, added since; --again sends them", keysAre(s.Contradicted))
	}
	if s.Kept > 0 {
		t.fact("own opt-outs", "%s kept: the person unsubscribed", keysAre(s.Kept))
	}
	if s.Own > 0 {
		t.fact("own opt-outs", "%s people's own and would be removed; --keep-unsubscribed keeps them", counted(s.Own, "entry is", "entries are"))
	}
}
