package main

import (
	"fmt"
	"strings"

	"altadnc-bulk/pkg/journal"
	"altadnc-bulk/pkg/worker"
)

// pageRun is a run as the page shows it.
type pageRun struct {
	Number   int
	Began    string
	Ended    string
	Version  string
	Reading  string // the flags that say how the list was read
	Requests string
	Did      string
	End      runEnding
}

// pageRunsShown is how many runs a page shows, the last ones.
const pageRunsShown = 100

func newPageRuns(runs []journal.RunHistory, running bool) []pageRun {
	var told []pageRun
	for i, run := range runs {
		if i < len(runs)-pageRunsShown {
			continue
		}
		told = append(told, pageRun{
			Number: i + 1, Began: utc(run.Time), Ended: utc(run.Last), Version: plain(run.Version),
			Reading: plain(strings.Join(run.Reading, " ")), Requests: runRequests(run), Did: runDid(run),
			End: runEnd(run, running && i == len(runs)-1),
		})
	}
	return told
}

// runRequests returns how many requests a run made. One that was killed did not
// come to write down all.
func runRequests(run journal.RunHistory) string {
	if run.End != nil {
		return count(run.End.Requests)
	}
	n := int64(0)
	for _, minutes := range [][]journal.Minute{run.Minutes, run.Unended} {
		for _, m := range minutes {
			n += m.Requests
		}
	}
	return "at least " + count(n)
}

// runDid says what a run decided.
func runDid(run journal.RunHistory) string {
	d := run.Decided
	text := strings.TrimPrefix(also(", ", d[journal.Removed], "removed")+also(", ", d[journal.NotFound], "not found")+
		also(", ", d[journal.Failed], "failed")+also(", ", d[journal.Partial], "removed in part")+
		also(", ", d[journal.Protected], "kept")+also(", ", d[journal.Restored], "put back")+also(", ", run.Verified, "verified"), ", ")
	if text == "" {
		return "nothing"
	}
	return text
}

// runEnding is how a run ended.
type runEnding struct {
	text  string
	early bool // it did not come to the end of its work
}

// String makes it text.
func (e runEnding) String() string { return e.text }

func runEnd(run journal.RunHistory, running bool) runEnding {
	text := ""
	if run.Lost > 0 {
		text = fmt.Sprintf("; when it began, %s of the journal were missing", plural(run.Lost, "record"))
	}
	if run.Unsaved > 0 {
		text += fmt.Sprintf("; a repair of the journal after it could not save %s", plural(run.Unsaved, "record"))
	}
	switch {
	case run.End == nil && running:
		return runEnding{"at work" + text, false}
	case run.End == nil:
		return runEnding{"cut off: killed, a crash or a power cut" + text, true}
	}
	reason, isRestore := strings.CutPrefix(run.End.Reason, "restore: ")
	switch {
	case reason == "verified":
		return runEnding{"compared with the Do Not Contact list" + text, false}
	case isRestore && reason == "finished":
		return runEnding{"put back" + text, false}
	case reason == "finished":
		return runEnding{"finished" + text, false}
	}
	if isRestore {
		reason = "putting back: " + reason
	}
	return runEnding{"stopped: " + plain(reason) + text, reason != string(worker.StopLimit)}
}
