package main

import (
	"fmt"
	"io"
	"strings"
	"time"

	"altadnc-bulk/pkg/api"
	"altadnc-bulk/pkg/worker"
)

// planView is a plan with what only the command line knows, ready to be told.
type planView struct {
	reading string // the flags with which the list was read
	*worker.Plan
	list      string
	journal   string
	baseURL   string
	perMinute float64
	limit     int64         // --limit, 0 for none
	nightly   time.Duration // --max-duration, 0 for none
	now       time.Time

	snapshotLater bool // a run would take a snapshot, a dry run does not
}

// sending returns how many keys this run sends.
func (v planView) sending() int64 {
	if v.limit > 0 {
		return min(v.limit, v.Send)
	}
	return v.Send
}

// requests returns how many requests that takes, if each needs one attempt.
func (v planView) requests() int64 {
	if v.sending() < v.Send {
		return v.sending() // a key can need more than one, but hardly any does
	}
	return v.Requests
}

// write tells the plan to a person.
func (v planView) write(w io.Writer) {
	row := func(name, format string, args ...any) {
		fmt.Fprintf(w, "  %-12s %s\n", name, printable(fmt.Sprintf(format, args...)))
	}
	fmt.Fprintf(w, "Plan for %s\n", printable(v.list))
	row("read as", "%s", layoutText(v.Layout))
	row("columns", "%s", columnsText(v.Layout))
	if unread := unreadText(v.Layout); unread != "" {
		row("not read", "%s", unread)
	}
	row("entries", "%s", count(v.Entries))
	if v.Duplicates > 0 {
		row("duplicates", "%s, each key is sent once", count(v.Duplicates))
	}
	v.writeRefused(w, row)
	v.writeEarlier(row)
	v.writeSnapshot(row)
	row("to send", "%s%s", plural(v.Requests, "request"), v.types())
	if v.Send > 0 {
		row("time", "%s", v.duration())
	}
	row("to", "%s", v.baseURL)
	row("journal", "%s", v.journal)
}

func (v planView) writeRefused(w io.Writer, row func(string, string, ...any)) {
	if v.Refused.Total == 0 {
		return
	}
	row("refused", "%s, not sent, reported as failed", count(v.Refused.Total))
	for _, r := range v.Refused.First {
		where := fmt.Sprintf("line %d", r.Line)
		if r.Column != "" {
			where += fmt.Sprintf(", column %q", r.Column)
		}
		fmt.Fprintf(w, "  %-12s   %s: %s\n", "", where, printable(r.Reason))
	}
	if more := v.Refused.Total - int64(len(v.Refused.First)); more > 0 {
		fmt.Fprintf(w, "  %-12s   and %s more; all of them: altadnc-bulk report --outcome failed %s%s\n", "", count(more), v.reading, shellQuote(v.list))
	}
}

// writeEarlier tells what earlier runs leave to say.
func (v planView) writeEarlier(row func(string, string, ...any)) {
	if n := v.Skip(); n > 0 {
		back := ""
		if v.Keys.Restored > 0 {
			back = fmt.Sprintf(" (%s of them put back by restore)", count(v.Keys.Restored))
		}
		row("skipped", "%s finished %s%s; --again sends them again", plural(n, "key"), between(v.Oldest, v.Newest), back)
	}
	if v.Reopen > 0 {
		row("again", "%s finished earlier, sent once more", plural(v.Reopen, "key"))
	}
	if n := v.Keys.Failed; n > 0 {
		verb := "tried again"
		if v.SkipsFailed() {
			verb = "left alone (--skip-failed)"
		}
		row("failed", "%s failed earlier, %s", plural(n, "key"), verb)
	}
	if v.Keys.Intent > 0 {
		row("unanswered", "%s of an earlier run, sent first", plural(v.Keys.Intent, "request"))
	}
	if n := int64(len(v.Left)); n > 0 {
		row("left", "%s of an earlier run got no answer and left the list since", plural(n, "request"))
	}
}

// types words how many keys there are of which type.
func (v planView) types() string {
	var parts []string
	for _, t := range api.IdentifierTypes() {
		if n := v.Types[t]; n > 0 {
			parts = append(parts, fmt.Sprintf("%s %s", t, count(n)))
		}
	}
	if len(parts) == 0 {
		return ""
	}
	of := ""
	if all := v.Entries - v.Duplicates - v.Refused.Total; all != v.Send || all != v.Requests {
		of = fmt.Sprintf(" of %s", plural(all, "key"))
	}
	return fmt.Sprintf("%s (%s)", of, strings.Join(parts, ", "))
}

// duration words how long the run takes at the pace and when it would end.
func (v planView) duration() string {
	if v.perMinute <= 0 {
		return "unpaced"
	}
	took := worker.Duration(v.requests(), v.perMinute)
	text := fmt.Sprintf("about %s at %g requests a minute, until %s", short(took), v.perMinute, clock(v.now.Add(took), v.now))
	if v.sending() < v.Send {
		text += fmt.Sprintf(" (--limit %s of %s)", count(v.sending()), count(v.Send))
	}
	if v.nightly > 0 && took > v.nightly {
		text += fmt.Sprintf("; %d runs of --max-duration %s", int((took+v.nightly-1)/v.nightly), short(v.nightly))
	}
	return text
}

// clock words a time to come, with as much of the date as it needs.
func clock(t, now time.Time) string {
	switch days := t.Sub(now) / (24 * time.Hour); {
	case t.YearDay() == now.YearDay() && days < 1:
		return t.Format("15:04")
	case days < 6:
		return t.Format("Mon 15:04")
	}
	return t.Format("Mon 2 Jan 15:04")
}

func between(oldest, newest time.Time) string {
	const day = "2006-01-02"
	from, to := oldest.Local().Format(day), newest.Local().Format(day)
	if from == to {
		return "on " + from
	}
	return "from " + from + " to " + to
}

// count writes a number with its thousands apart.
func count(n int64) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

func plural(n int64, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return count(n) + " " + noun + "s"
}

// shellQuote returns s so that a POSIX shell takes it as one word.
func shellQuote(s string) string {
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("./_-+:@%,=", r)
	}
	if s != "" && !strings.ContainsFunc(s, func(r rune) bool { return !plain(r) }) {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

// planJSON is the plan for a program; its fields are part of the interface.
type planJSON struct {
	List       string                       `json:"list"`
	Journal    string                       `json:"journal"`
	BaseURL    string                       `json:"base_url"`
	SHA256     string                       `json:"sha256"`
	ReadAs     layoutJSON                   `json:"read_as"`
	Entries    int64                        `json:"entries"`
	Duplicates int64                        `json:"duplicate"`
	Types      map[api.IdentifierType]int64 `json:"types"`
	Refused    refusedJSON                  `json:"refused"`
	Skipped    int64                        `json:"skipped"`
	Oldest     *time.Time                   `json:"skipped_from,omitempty"`
	Newest     *time.Time                   `json:"skipped_to,omitempty"`
	Again      int64                        `json:"again"`
	Failed     int64                        `json:"failed_earlier"`
	Unanswered int64                        `json:"unanswered"`
	Send       int64                        `json:"send"`
	Requests   int64                        `json:"requests"`
	Snapshot   *snapshotJSON                `json:"snapshot,omitempty"`
	PerMinute  float64                      `json:"per_minute"`
	Seconds    int64                        `json:"seconds"`
}

type refusedJSON struct {
	Total  int64              `json:"total"`
	ByCode map[string]int64   `json:"by_code"`
	First  []refusedEntryJSON `json:"first"`
}

type refusedEntryJSON struct {
	Line   int    `json:"line"`
	Column string `json:"column,omitempty"`
	Type   string `json:"type,omitempty"`
	Code   string `json:"code"`
	Reason string `json:"reason"`
}

func (v planView) json() planJSON {
	p := planJSON{
		List: v.list, Journal: v.journal, BaseURL: v.baseURL, SHA256: v.SHA256, ReadAs: newLayoutJSON(v.Layout),
		Entries: v.Entries, Duplicates: v.Duplicates, Types: v.Types,
		Refused: refusedJSON{Total: v.Refused.Total, ByCode: v.Refused.ByCode, First: []refusedEntryJSON{}},
		Skipped: v.Skip(), Again: v.Reopen, Failed: v.Keys.Failed, Unanswered: v.Keys.Intent,
		Send: v.Send, Requests: v.Requests, Snapshot: v.snapshotJSON(), PerMinute: v.perMinute, Seconds: int64(worker.Duration(v.requests(), v.perMinute).Seconds()),
	}
	for _, r := range v.Refused.First {
		p.Refused.First = append(p.Refused.First, refusedEntryJSON{r.Line, r.Column, string(r.Type), r.Code, r.Reason})
	}
	if v.Skip() > 0 {
		p.Oldest, p.Newest = &v.Oldest, &v.Newest
	}
	return p
}
