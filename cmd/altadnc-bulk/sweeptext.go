package main

import (
	"fmt"
	"path/filepath"
	"slices"
	"time"

	"altadnc-bulk/pkg/worker"
)

// sweepPlan is what a sweep would do.
type sweepPlan struct {
	Folder    string      `json:"folder"`
	ExitCode  int         `json:"exit_code"`
	Lists     []result    `json:"lists"` // a plan or a failure each
	LeftAlone []leftAlone `json:"left_alone"`
	Send      int64       `json:"send"`
	Requests  int64       `json:"requests"`

	perMinute float64
}

func (p *sweepPlan) failed(list string, e *exitError) {
	p.Lists = append(p.Lists, newListFailure(list, e))
	p.ExitCode = worse(p.ExitCode, e.code)
}

// write writes the plan for a person.
func (p *sweepPlan) write(t table) {
	t.line("Plan for %s, %s", p.Folder, plural(int64(len(p.Lists)), "list"))
	for _, l := range p.Lists {
		switch l := l.(type) {
		case *removePlan:
			t.list(l.List, "%s of %s to send%s", plural(l.Send, "removal"), counted(l.Entries, "entry", "entries"), also(", ", l.Refused.Total, "refused"))
		case *listFailure:
			t.list(l.List, "no plan: %s", l.Error)
		}
	}
	t.leftAlone(p.LeftAlone)
	t.total(p.Send, either(p.Send, "removal", "removals")+", "+plural(p.Requests, "request")+p.takes())
}

func (p *sweepPlan) takes() string {
	if p.perMinute <= 0 {
		return ""
	}
	return ", about " + short(worker.Duration(p.Requests, p.perMinute))
}

// also words a number that is not always there.
func also(before string, n int64, what string) string {
	if n == 0 {
		return ""
	}
	return before + count(n) + " " + what
}

// list prints what there is to say of a list.
func (t table) list(path, format string, args ...any) {
	t.put(27, fmt.Sprintf("  %-24s %s", filepath.Base(path), fmt.Sprintf(format, args...)))
}

func (t table) leftAlone(files []leftAlone) {
	for _, f := range files {
		t.list(f.Name, "left alone: %s", f.Reason)
	}
}

// sweepSummary is the outcome of a sweep.
type sweepSummary struct {
	Folder    string      `json:"folder"`
	ExitCode  int         `json:"exit_code"` // the worst of all lists
	Stopped   string      `json:"stopped"`   // why the night ended early, "" if it did not
	Lists     []result    `json:"lists"`     // a summary or a failure each
	NotBegun  []string    `json:"not_begun,omitempty"`
	LeftAlone []leftAlone `json:"left_alone"`
	Totals    sweepTotals `json:"totals"`
	Started   time.Time   `json:"started"`
	Ended     time.Time   `json:"ended"`
}

// sweepTotals are the sums of all lists.
type sweepTotals struct {
	Entries   int64 `json:"entries"`
	Removed   int64 `json:"removed"`
	NotFound  int64 `json:"not_found"`
	Failed    int64 `json:"failed"`
	Duplicate int64 `json:"duplicate"`
	Skipped   int64 `json:"skipped"`
	Protected int64 `json:"protected"`
	Open      int64 `json:"open"`
	Unsure    int64 `json:"unsure"`
	Requests  int64 `json:"requests"`
}

// sweptList is the outcome of a list, and where it is now.
type sweptList struct {
	*removeSummary
	MovedTo    string `json:"moved_to,omitempty"`
	FailedList string `json:"failed_list,omitempty"`
	Page       string `json:"page,omitempty"`
}

// listFailure is why nothing of a list was sent.
type listFailure struct {
	List string `json:"list"`
	failure
}

func newListFailure(list string, e *exitError) *listFailure {
	return &listFailure{list, failure{e.code, e.Error(), e.hint}}
}

// worse returns the exit code that weighs more.
func worse(a, b int) int {
	weight := []int{exitOK, exitFailures, exitLimit, exitLocked, exitUsage, exitTrouble, exitJournal, exitAuth, exitHangup, exitTerminated, exitInterrupt}
	if slices.Index(weight, a) >= slices.Index(weight, b) {
		return a
	}
	return b
}

func (v *sweepSummary) failed(list string, e *exitError) {
	v.Lists = append(v.Lists, newListFailure(list, e))
	v.ExitCode = worse(v.ExitCode, e.code)
}

// stop ends the night.
func (v *sweepSummary) stop(reason worker.StopReason) {
	v.Stopped, v.ExitCode = string(reason), worse(v.ExitCode, stopCode(reason))
}

// add adds the outcome of a list. A list that changed or that the API refuses
// affects no other; every other stop does.
func (v *sweepSummary) add(l *sweptList) {
	v.Lists = append(v.Lists, l)
	v.ExitCode = worse(v.ExitCode, l.ExitCode)
	switch reason := worker.StopReason(l.Stopped); reason {
	case "", worker.StopListChanged, worker.StopRejections:
	default:
		v.stop(reason)
	}
	t := &v.Totals
	t.Entries += l.Entries
	t.Removed += l.Removed
	t.NotFound += l.NotFound
	t.Failed += l.Failed
	t.Duplicate += l.Duplicate
	t.Skipped += l.Skipped
	t.Protected += l.Protected
	t.Open += l.Open
	t.Unsure += l.Unsure
	t.Requests += l.Requests
}

// worked says how many lists something could be done about.
func (v *sweepSummary) worked() string {
	var failures int64
	for _, l := range v.Lists {
		if _, failed := l.(*listFailure); failed {
			failures++
		}
	}
	all := int64(len(v.Lists))
	if failures == 0 {
		return plural(all, "list")
	}
	return count(all-failures) + " of " + plural(all, "list")
}

// write writes the summary for a person, with a line for each list. Errors may
// name people, and were reported before.
func (v *sweepSummary) write(t table) {
	t.line("%s, %s of %s after %s", ending(v.Stopped), v.worked(), v.Folder, short(v.Ended.Sub(v.Started)))
	for _, l := range v.Lists {
		switch l := l.(type) {
		case *sweptList:
			t.list(l.List, "%s", l.words())
		case *listFailure:
			t.list(l.List, "exit code %d: %s", l.ExitCode, exitMeaning(l.ExitCode))
		}
	}
	for _, name := range v.NotBegun {
		t.list(name, "not begun")
	}
	t.leftAlone(v.LeftAlone)
	a := v.Totals
	t.count(a.Removed, "removed")
	t.count(a.NotFound, "not found (not on the Do Not Contact list)")
	t.count(a.Protected, "protected (kept: the person unsubscribed)")
	t.count(a.Failed, "failed")
	t.count(a.Duplicate, "duplicate")
	t.count(a.Skipped, "skipped (finished in an earlier run)")
	t.count(a.Open, "open")
	t.total(a.Entries, either(a.Entries, "entry", "entries")+", "+plural(a.Requests, "request"))
	t.unsure(a.Unsure)
}

// words gives the outcome of a list in one line.
func (l *sweptList) words() string {
	text := counted(l.Entries, "entry", "entries") + ": " + count(l.Removed) + " removed" +
		also(", ", l.NotFound, "not found") + also(", ", l.Protected, "protected") + also(", ", l.Failed, "failed") +
		also(", ", l.Duplicate, "duplicate") + also(", ", l.Skipped, "skipped") + also(", ", l.Open, "open")
	switch {
	case l.Stopped != "":
		text += "; stopped: " + l.Stopped
	case l.FailedList != "":
		text += "; what failed: " + l.FailedList
	}
	return text
}

// measure adds the metrics of the lists.
func (v *sweepSummary) measure(m *metrics) {
	for _, l := range v.Lists {
		switch l := l.(type) {
		case *sweptList:
			l.measure(m)
			m.exit(l.List, l.ExitCode, l.Ended)
		case *listFailure:
			m.exit(l.List, l.ExitCode, v.Ended)
		}
	}
	m.add("altadnc_sweep_waiting_lists", "Lists that the last sweep left in its folder.", v.remaining(), "folder", v.Folder)
	m.run(v.Folder, v.Totals.Requests, v.Started, v.Ended)
}

// remaining counts the lists that are not in done.
func (v *sweepSummary) remaining() int {
	n := len(v.NotBegun)
	for _, l := range v.Lists {
		if swept, ok := l.(*sweptList); !ok || swept.MovedTo == "" {
			n++
		}
	}
	return n
}
