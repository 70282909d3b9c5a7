package main

import (
	"fmt"
	"io"
	"time"

	"altadnc-bulk/pkg/worker"
)

// restoreView is the plan of a restore with what only the command line knows.
type restoreView struct {
	*worker.RestorePlan
	list      string // "" for the whole journal
	journal   string
	baseURL   string
	pause     bool
	perMinute float64
	now       time.Time
}

func (r *restore) view(plan *worker.RestorePlan) restoreView {
	v := restoreView{RestorePlan: plan, list: r.list.path, journal: r.list.journal, baseURL: r.destination(), pause: r.pause, perMinute: r.perMinute(), now: time.Now()}
	if r.all {
		v.list = ""
	}
	return v
}

// write tells the plan to a person.
func (v restoreView) write(w io.Writer) {
	row := func(name, format string, args ...any) {
		fmt.Fprintf(w, "  %-12s %s\n", name, printable(fmt.Sprintf(format, args...)))
	}
	what := v.list
	if what == "" {
		what = "all of " + v.journal
	}
	fmt.Fprintf(w, "Plan to put back what was removed: %s\n", printable(what))
	row("to put back", "%s", v.keysText())
	if v.Unsure > 0 {
		row("", "%s of them may never have been removed: a request for them got no answer", count(v.Unsure))
	}
	if v.Unanswered > 0 {
		row("", "%s of them may be back already: an earlier restore got no answer", count(v.Unanswered))
	}
	v.writeLeft(row)
	if v.Keys > 0 {
		row("labels", "%s with the label they had, as far as a snapshot knew it", count(v.Labelled))
		row("lost", "dates, and who made the entry: all will be shown as added by hand%s", v.ownText())
		row("workflows", "%s", v.pauseText())
		row("requests", "%s%s", count(v.Requests()), v.duration())
	}
	row("to", "%s", v.baseURL)
	row("journal", "%s", v.journal)
}

func (v restoreView) keysText() string {
	text := plural(v.Keys, "identifier")
	if v.Identifiers != v.Keys {
		text += fmt.Sprintf(", in %s stored forms", count(v.Identifiers))
	}
	if v.Keys > 0 {
		text += ", removed " + between(v.Oldest, v.Newest)
	}
	if v.list != "" {
		text += fmt.Sprintf(" (%s on the list)", count(v.Listed))
	}
	return text
}

// writeLeft tells what is not put back.
func (v restoreView) writeLeft(row func(string, string, ...any)) {
	if v.Restored > 0 {
		row("back already", "%s", count(v.Restored))
	}
	if v.Earlier > 0 {
		row("left alone", "%s removed before --since", count(v.Earlier))
	}
	if v.Doubtful > 0 {
		row("left alone", "%s that a request without an answer may have removed; --unsure puts them back as well", count(v.Doubtful))
	}
}

func (v restoreView) ownText() string {
	if v.Own == 0 {
		return ""
	}
	return fmt.Sprintf(", %s of people's own opt-outs included", count(v.Own))
}

func (v restoreView) pauseText() string {
	if v.pause {
		return "Alta pauses what is active for these people"
	}
	return "Alta goes on with what is active for these people (--pause-active-workflows=false)"
}

func (v restoreView) duration() string {
	if v.perMinute <= 0 {
		return ""
	}
	return ", about " + short(worker.Duration(v.Requests(), v.perMinute))
}

// restorePlanJSON is the plan for a program; its fields are part of the
// interface.
type restorePlanJSON struct {
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
	Requests    int64      `json:"requests"`
	Oldest      *time.Time `json:"removed_from,omitempty"`
	Newest      *time.Time `json:"removed_to,omitempty"`
}

func (v restoreView) json() restorePlanJSON {
	p := restorePlanJSON{
		List: v.list, Journal: v.journal, BaseURL: v.baseURL, Keys: v.Keys, Identifiers: v.Identifiers,
		Unsure: v.Unsure, Unanswered: v.Unanswered, Labelled: v.Labelled, Own: v.Own,
		Restored: v.Restored, Earlier: v.Earlier, Doubtful: v.Doubtful, Requests: v.Requests(),
	}
	if v.Keys > 0 {
		p.Oldest, p.Newest = &v.Oldest, &v.Newest
	}
	return p
}

// restoreSummaryView is the summary of a restore.
type restoreSummaryView struct {
	worker.RestoreSummary
	list    string
	journal string
	again   string // the command to type to go on
	code    int
}

// write tells the summary to a person. Its numbers add up.
func (v restoreSummaryView) write(w io.Writer) {
	title := "Finished"
	if v.Stop != nil {
		title = "Stopped: " + string(v.Stop.Reason)
	}
	fmt.Fprintf(w, "%s, restore of %s after %s\n", title, printable(v.list), short(v.Ended.Sub(v.Started)))
	row := func(n int64, text string) {
		if n > 0 {
			fmt.Fprintf(w, "  %9s %s\n", count(n), text)
		}
	}
	row(v.Restored, "restored (on the Do Not Contact list again)")
	row(v.Refused, "refused by the API, still removed")
	row(v.Open, "open, not known to be back")
	fmt.Fprintf(w, "  %9s to put back, %s\n", count(v.Keys), plural(v.Requests, "request"))
	if v.Stop != nil && v.Open > 0 {
		fmt.Fprintf(w, "Go on with: %s\n", v.again)
	}
}

// restoreSummaryJSON is the summary for a program; its fields are part of the
// interface.
type restoreSummaryJSON struct {
	List        string    `json:"list"`
	Journal     string    `json:"journal"`
	ExitCode    int       `json:"exit_code"`
	Stopped     string    `json:"stopped"` // "" when all was gone through
	Error       string    `json:"error,omitempty"`
	Keys        int64     `json:"keys"`
	Restored    int64     `json:"restored"`
	Refused     int64     `json:"refused"`
	Open        int64     `json:"open"`
	Identifiers int64     `json:"identifiers"`
	Requests    int64     `json:"requests"`
	Started     time.Time `json:"started"`
	Ended       time.Time `json:"ended"`
}

func (v restoreSummaryView) json() restoreSummaryJSON {
	s := restoreSummaryJSON{
		List: v.list, Journal: v.journal, ExitCode: v.code, Keys: v.Keys, Restored: v.Restored,
		Refused: v.Refused, Open: v.Open, Identifiers: v.Identifiers, Requests: v.Requests,
		Started: v.Started.UTC(), Ended: v.Ended.UTC(),
	}
	if v.Stop != nil {
		s.Stopped, s.Error = string(v.Stop.Reason), v.Stop.Error()
	}
	return s
}
