package main

import (
	"fmt"
	"time"
)

// writeSnapshot tells what a snapshot of the Do Not Contact list changes about
// the plan, or what one might save.
func (v planView) writeSnapshot(row func(string, string, ...any)) {
	switch {
	case v.Snapshot != nil:
		v.writeForecast(row)
	case v.Send == 0:
	case v.snapshotLater:
		row("snapshot", "not in a dry run, which sends nothing; the run begins with one, and sends only what is on it")
	default:
		row("snapshot", "none; one costs a request per 100 entries of the Do Not Contact list, and saves up to %s", count(v.Send))
		row("own opt-outs", "unknown without a snapshot; people's own are taken off as well (--keep-unsubscribed)")
	}
}

func (v planView) writeForecast(row func(string, string, ...any)) {
	s, f := v.Snapshot, v.Forecast
	if s.Whole {
		row("snapshot", "all %s entries of the Do Not Contact list at %s, in %s; %s not there", count(s.Entries), s.Time.Format("15:04:05"), plural(s.Requests, "request"), keysAre(f.Absent))
	} else {
		row("snapshot", "the first %s entries of the Do Not Contact list, in %s, then given up; the rest goes one by one", count(s.Entries), plural(s.Requests, "request"))
	}
	row("", "%s with it, %s without", plural(v.Requests+s.Requests, "request"), count(f.Before))
	if s.Untyped > 0 {
		row("", "entries without a known type: %s; %s sent because of them", count(s.Untyped), keysAre(f.Doubt))
	}
	if s.Unreadable > 0 {
		row("", "entries that cannot be matched with any key: %s", count(s.Unreadable))
	}
	if f.Kept > 0 {
		row("own opt-outs", "%s left on it, since people unsubscribed themselves", keysAre(f.Kept))
	}
	if f.Own > 0 {
		row("own opt-outs", "%s people's own and would be lifted; --keep-unsubscribed leaves them", entriesAre(f.Own))
	}
}

func keysAre(n int64) string {
	if n == 1 {
		return "1 key is"
	}
	return count(n) + " keys are"
}

func entriesAre(n int64) string {
	if n == 1 {
		return "1 entry is"
	}
	return count(n) + " entries are"
}

// snapshotJSON is a snapshot and its effect for a program; its fields are part
// of the interface.
type snapshotJSON struct {
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
}

func (v planView) snapshotJSON() *snapshotJSON {
	s, f := v.Snapshot, v.Forecast
	if s == nil {
		return nil
	}
	return &snapshotJSON{
		Time: s.Time.UTC(), Whole: s.Whole, Entries: s.Entries, Pages: s.Pages, Requests: s.Requests,
		Untyped: s.Untyped, Unreadable: s.Unreadable,
		Absent: f.Absent, Kept: f.Kept, Doubt: f.Doubt, Own: f.Own, Before: f.Before,
	}
}

// liftedText words how many opt-outs of people's own a run lifted.
func liftedText(n int64) string {
	if n == 1 {
		return "1 removed entry was a person's own opt-out"
	}
	return fmt.Sprintf("%s removed entries were people's own opt-outs", count(n))
}
