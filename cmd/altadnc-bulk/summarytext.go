package main

import (
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"time"

	"altadnc-bulk/pkg/worker"
)

// summaryView is a summary with what only the command line knows.
type summaryView struct {
	worker.Summary
	list    string
	journal string
	again   string // the command to type to go on

	reading   string // the flags with which the list was read
	rereading string // those of them with which a report of it is read

	code int

	skippedFrom, skippedTo time.Time // when what is skipped was finished

	temporary bool // the journal goes with the sandbox
	snapshot  bool // there was one: people's own opt-outs are known
}

// write tells the summary to a person. Its numbers add up to the entries.
func (v summaryView) write(w io.Writer) {
	c := v.Counts
	title := "Finished"
	if v.Stop != nil {
		title = "Stopped: " + string(v.Stop.Reason)
	}
	fmt.Fprintf(w, "%s, %s after %s\n", title, printable(v.list), short(v.Ended.Sub(v.Started)))
	row := func(n int64, name, note string) {
		if n > 0 || name == entries(0) {
			fmt.Fprintf(w, "  %9s %s%s\n", count(n), name, note)
		}
	}
	row(c.Removed, "removed", "")
	row(c.NotFound, "not found", " (not on the Do Not Contact list)")
	row(c.Protected, "protected", " (people's own opt-outs, kept)")
	row(c.Failed, "failed", "")
	row(c.Duplicate, "duplicate", "")
	row(c.Skipped, "skipped", fmt.Sprintf(" (finished %s; --again sends them again)", v.skipped()))
	row(c.Open, "open", "")
	row(c.Entries, entries(c.Entries), fmt.Sprintf(", %s", plural(c.Requests, "request")))
	if c.Unsure > 0 {
		fmt.Fprintf(w, "  %s unsure: an earlier request may have removed them\n", count(c.Unsure))
	}
	if v.Lifted > 0 && v.snapshot {
		fmt.Fprintf(w, "  %s\n", liftedText(v.Lifted))
	}
	v.writeUnrecorded(w)
	if v.JournalSHA256 != "" && !v.temporary {
		fmt.Fprintf(w, "Journal: %s, sha256 %s\n", printable(v.journal), v.JournalSHA256)
	}
	v.writeNext(w)
}

func entries(n int64) string {
	if n == 1 {
		return "entry"
	}
	return "entries"
}

// skipped words when what is skipped was finished.
func (v summaryView) skipped() string {
	if v.skippedFrom.IsZero() {
		return "in an earlier run"
	}
	return between(v.skippedFrom, v.skippedTo)
}

// writeUnrecorded tells answers that only this output knows of.
func (v summaryView) writeUnrecorded(w io.Writer) {
	for _, o := range v.Unrecorded {
		fmt.Fprintf(w, "  not in the journal: line %d, %s %s: %s\n", o.Line, o.Identifier.Type, printable(o.Identifier.Masked()), o.Result)
	}
}

func (v summaryView) writeNext(w io.Writer) {
	if v.Stop != nil && v.Counts.Open > 0 || v.Counts.Failed > 0 && v.Stop != nil {
		fmt.Fprintf(w, "Go on with: %s\n", v.again)
	}
	v.writeRewritten(w)
	if v.Counts.Failed > 0 && !v.temporary {
		fmt.Fprintf(w, "See what failed: altadnc-bulk report --outcome failed %s%s\n", v.reading, shellQuote(v.list))
	}
}

// writeRewritten tells how to find entries that the API may store in another
// form than the canonical one.
func (v summaryView) writeRewritten(w io.Writer) {
	if v.Rewritten == 0 {
		return
	}
	fmt.Fprintf(w, "%s not found and had been sent in canonical form, not as on the list.", entriesWere(v.Rewritten))
	if v.temporary {
		fmt.Fprintf(w, " --snapshot auto finds the form that is stored, --as-is sends what is written.\n")
		return
	}
	again := "not-found" + filepath.Ext(strings.TrimSuffix(v.list, ".gz"))
	fmt.Fprintf(w, " To send the form that is stored:\n")
	fmt.Fprintf(w, "  altadnc-bulk report --outcome not_found %s%s > %s\n", v.reading, shellQuote(v.list), shellQuote(again))
	fmt.Fprintf(w, "  altadnc-bulk remove --snapshot auto %s%s   # or --as-is\n", v.rereading, shellQuote(again))
}

func entriesWere(n int64) string {
	if n == 1 {
		return "1 entry was"
	}
	return count(n) + " entries were"
}

// summaryJSON is the summary for a program; its fields are part of the interface.
type summaryJSON struct {
	List      string `json:"list"`
	Journal   string `json:"journal"`
	ExitCode  int    `json:"exit_code"`
	Stopped   string `json:"stopped"` // "" when the list was gone through
	Error     string `json:"error,omitempty"`
	Entries   int64  `json:"entries"`
	Removed   int64  `json:"removed"`
	NotFound  int64  `json:"not_found"`
	Rewritten int64  `json:"not_found_rewritten"` // of these, sent in another form than the list's
	Failed    int64  `json:"failed"`
	Duplicate int64  `json:"duplicate"`
	Skipped   int64  `json:"skipped"`

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
}

func (v summaryView) json() summaryJSON {
	c := v.Counts
	s := summaryJSON{
		List: v.list, Journal: v.journal, ExitCode: v.code,
		Entries: c.Entries, Removed: c.Removed, NotFound: c.NotFound, Rewritten: v.Rewritten, Failed: c.Failed, Duplicate: c.Duplicate,
		Skipped: c.Skipped, Protected: c.Protected, Open: c.Open, Unsure: c.Unsure, Requests: c.Requests,
		Digest: v.JournalSHA256, Started: v.Started.UTC(), Ended: v.Ended.UTC(),
	}
	if !v.skippedFrom.IsZero() {
		from, to := v.skippedFrom.UTC(), v.skippedTo.UTC()
		s.SkippedFrom, s.SkippedTo = &from, &to
	}
	if v.snapshot {
		s.Lifted = &v.Lifted
	}
	if v.Stop != nil {
		s.Stopped = string(v.Stop.Reason)
		s.Error = v.Stop.Error()
	}
	return s
}
