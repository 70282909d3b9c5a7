package main

import (
	"bytes"
	"math"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"altadnc-bulk/pkg/journal"
)

// Whatever clocks did, the picture stays within its bounds, in a moment, and tells of
// all requests.
func TestTimelineOfAnyRuns(t *testing.T) {
	// Far apart, but rarely.
	moment := rapid.Custom(func(t *rapid.T) time.Time {
		at := time.Date(2026, 1, 1, 22, 0, 0, 0, time.UTC).Add(time.Duration(rapid.IntRange(0, 36_000).Draw(t, "second")) * time.Second)
		return at.AddDate(rapid.SampledFrom([]int{0, 0, 0, 0, 0, 0, 1, -60, 240, -2020, 7900}).Draw(t, "years"), 0, 0)
	})
	few := rapid.Int64Range(0, 99)
	minute := rapid.Custom(func(t *rapid.T) journal.Minute {
		n := few.Draw(t, "requests")
		return journal.Minute{Time: moment.Draw(t, "minute").Truncate(time.Minute), Requests: n, Most: n, Throttled: few.Draw(t, "throttled"), Unanswered: few.Draw(t, "unanswered")}
	})
	pause := rapid.Custom(func(t *rapid.T) journal.Pause {
		return journal.Pause{From: moment.Draw(t, "from"), Until: moment.Draw(t, "until"), Reason: "a 429"}
	})
	run := rapid.Custom(func(t *rapid.T) journal.RunHistory {
		h := journal.RunHistory{Run: journal.Run{Time: moment.Draw(t, "begin")}, Last: moment.Draw(t, "last")}
		h.Minutes = rapid.SliceOfN(minute, 0, 6).Draw(t, "minutes")
		h.Unended = rapid.SliceOfN(minute, 0, 2).Draw(t, "unended")
		h.Pauses = rapid.SliceOfN(pause, 0, 5).Draw(t, "pauses")
		if rapid.Bool().Draw(t, "ended") {
			h.End = &journal.End{Reason: "finished"}
		}
		return h
	})
	rapid.Check(t, func(t *rapid.T) {
		runs := rapid.SliceOfN(run, 0, 45).Draw(t, "runs")
		requests := int64(0)
		for _, run := range runs {
			for _, m := range append(run.Minutes, run.Unended...) {
				requests += m.Requests
			}
		}
		line := newTimeline(runs, false)
		if line == nil {
			return
		}
		if line.Requests != requests || line.Requests < line.Busiest {
			t.Errorf("%d requests, want %d", line.Requests, requests)
		}
		if len(line.Bars) > 3*(timelineBars+timelineRuns) || len(line.Bands) > timelinePauses {
			t.Errorf("%d bars, %d pauses", len(line.Bars), len(line.Bands))
		}
		for _, all := range [][]shape{line.Bars, line.Figures, line.Bands, line.Breaks, line.Runs, line.Ticks} {
			for _, s := range all {
				if math.IsNaN(s.X+s.Width+s.Y+s.Height) || s.X < -0.1 || s.X+s.Width > 100.3 || s.Height < 0 || s.Y < 0 || s.Y+s.Height > timelineBase+0.1 {
					t.Fatalf("out of bounds: %+v", s)
				}
			}
		}
		line.Describe()
	})
}

// Of more pauses than there is room for, the longest are drawn.
func TestTimelineOfManyPauses(t *testing.T) {
	began := time.Date(2026, 1, 1, 22, 0, 0, 0, time.UTC)
	run := journal.RunHistory{Run: journal.Run{Time: began}, Last: began, End: &journal.End{Reason: "finished"}}
	for i := range 1000 {
		from := began.Add(time.Duration(i) * time.Minute)
		run.Pauses = append(run.Pauses, journal.Pause{From: from, Until: from.Add(time.Duration(10+i%5) * time.Second)})
	}
	line := newTimeline([]journal.RunHistory{run}, false)
	if len(line.Bands) != timelinePauses || line.Brief != 1000-timelinePauses {
		t.Errorf("%d drawn, %d not", len(line.Bands), line.Brief)
	}
	for _, band := range line.Bands {
		if band.Text[:len("paused 14s")] != "paused 14s" {
			t.Fatalf("drawn: %s", band.Text)
		}
	}
}

// A bar ends with its run, also where it stands for several minutes.
func TestTimelineBarsEndWithTheirRun(t *testing.T) {
	began := time.Date(2026, 1, 1, 22, 0, 0, 0, time.UTC)
	run := journal.RunHistory{Run: journal.Run{Time: began}, Last: began, End: &journal.End{Reason: "finished"}}
	for i := range 2*timelineBars + 1 {
		run.Minutes = append(run.Minutes, journal.Minute{Time: began.Add(time.Duration(i) * time.Minute), Requests: 97})
	}
	line := newTimeline([]journal.RunHistory{run}, false)
	if last := line.Bars[len(line.Bars)-1]; line.PerBar != 3 || last.X+last.Width > 100.06 {
		t.Errorf("%d minutes a bar, the last one %+v", line.PerBar, last)
	}
}

// What was killed before it wrote anything down is not said to have sent nothing, and
// what is not drawn is counted.
func TestTimelineCountsAllRuns(t *testing.T) {
	began := time.Date(2026, 1, 1, 22, 0, 0, 0, time.UTC)
	runs := []journal.RunHistory{{Run: journal.Run{Time: began}, Last: began}}
	for i := range 50 {
		at := began.Add(time.Duration(i) * time.Hour)
		runs = append(runs, journal.RunHistory{
			Run: journal.Run{Time: at}, Last: at, End: &journal.End{Reason: "finished", Requests: 7},
			Traffic: journal.Traffic{Minutes: []journal.Minute{{Time: at, Requests: 7, Most: int64(60 - i)}}},
		})
	}
	line := newTimeline(runs, false)
	if told := line.Describe(); !strings.HasPrefix(told, "Requests a minute: at least 350 requests in all, at least 7 in the busiest minute") {
		t.Error(told)
	}
	var out bytes.Buffer
	if err := (&page{Timeline: line}).write(&out); err != nil || !strings.Contains(out.String(), "At least 350 requests. ") {
		t.Errorf("%v, or the page says what answered requests that are not on record", err)
	}
	if line.Requests != 350 || line.Most != 60 || line.Earlier != 10 || line.Idle != 0 || !line.Partly {
		t.Errorf("%+v", line)
	}
}
