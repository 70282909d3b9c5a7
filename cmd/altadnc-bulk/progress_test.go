package main

import (
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"
	"unicode/utf8"

	"altadnc-bulk/pkg/journal"
	"altadnc-bulk/pkg/worker"
)

func TestFrame(t *testing.T) {
	half := state{Progress: worker.Progress{Counts: journal.Counts{journal.Removed: 4100, journal.NotFound: 880, journal.Failed: 20}}, total: 10000, settled: 5000, perMinute: 97}
	waiting := half
	waiting.wait, waiting.why = 42*time.Second, "the API answered 429"
	silent := half
	silent.Outage.For = 3 * time.Minute
	for _, tt := range []struct {
		name  string
		state state
		width int
		want  string
	}{
		{"wide", half, 120, "50% [===========>            ] (5,000/10,000)  4,100 removed, 880 not found, 20 failed, 97/min, 52m left"},
		{"80 columns", half, 80, "50% [=====>      ] (5,000/10,000)  97/min, 52m left"},
		{"60 columns", half, 60, "50% [=====>      ] (5,000/10,000)  97/min, 52m left"},
		{"50 columns", half, 50, "50% [===>    ] (5,000/10,000)  52m left"},
		{"40 columns", half, 40, "50% (5,000/10,000)  52m left"},
		{"20 columns", half, 20, "5,000/10,000"},
		{"no room", half, 7, "5,00"},
		{"waiting", waiting, 140, "50% [===========>            ] (5,000/10,000)  4,100 removed, 880 not found, 20 failed, waiting 42s: the API answered 429, 52m left"},
		{"waiting in 80 columns", waiting, 80, "50% [===>    ] (5,000/10,000)  waiting 42s: the API answered 429, 52m left"},
		{"waiting in 40 columns", waiting, 40, "50% (5,000/10,000)  waiting 42s"},
		{"no answer", silent, 140, "50% [===========>            ] (5,000/10,000)  4,100 removed, 880 not found, 20 failed, no answer from the API for 3m00s, retrying"},
		{"nothing yet", state{total: 3, perMinute: 97}, 100, "0% [                        ] (0/3)  0 removed, 0 not found, 0 failed, 97/min, 2s left"},
		{"less than a percent", state{total: 1250, settled: 10, perMinute: 97}, 100, "0% [                        ] (10/1,250)  0 removed, 0 not found, 0 failed, 97/min, 13m left"},
		{"less than a percent in 40 columns", state{total: 1250, settled: 10, perMinute: 97}, 40, "0% [        ] (10/1,250)  13m left"},
		{"all but one", state{total: 100000, settled: 99999}, 40, "99% [==========> ] (99,999/100,000)"},
		{"all", state{total: 3, settled: 3}, 40, "100% [============] (3/3)"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := frame(tt.state, tt.width); got != tt.want {
				t.Errorf("width %d:\n got %q\nwant %q", tt.width, got, tt.want)
			}
		})
	}
}

// TestFrameFits at every width, and never claims to be ready before it is.
func TestFrameFits(t *testing.T) {
	for width := 1; width < 200; width++ {
		for _, settled := range []int64{0, 1, 500, 998, 999} {
			got := frame(state{total: 1000, settled: settled, perMinute: 97, wait: 5 * time.Second, why: "the API answered 503"}, width)
			if utf8.RuneCountInString(got) > max(width-3, 0) {
				t.Errorf("width %d: %q is too long", width, got)
			}
			if strings.Contains(got, "100%") {
				t.Errorf("width %d: %q for %d of 1000", width, got, settled)
			}
		}
	}
}

// TestErase counts the lines into which a terminal breaks one when it becomes
// narrower.
func TestErase(t *testing.T) {
	for _, tt := range []struct {
		length, width int
		want          string
	}{
		{0, 80, "\r\x1b[J"}, {79, 80, "\r\x1b[J"}, {79, 40, "\x1b[1A\r\x1b[J"}, {79, 20, "\x1b[3A\r\x1b[J"},
	} {
		if got := erase(strings.Repeat("x", tt.length), tt.width); got != tt.want {
			t.Errorf("%d columns of text on a terminal of %d: %q, want %q", tt.length, tt.width, got, tt.want)
		}
	}
}

// TestProgressWithoutTerminal: one line a minute.
func TestProgressWithoutTerminal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out strings.Builder
		s := &screen{w: &out}
		began := time.Now()
		stop := showProgress(s, slog.New(slog.NewTextHandler(s, &slog.HandlerOptions{ReplaceAttr: logAttr})), false, func() state {
			done := int64(time.Since(began).Minutes() * 97)
			return state{Progress: worker.Progress{Counts: journal.Counts{journal.Removed: done}}, total: 970, settled: done, perMinute: 97}
		})
		time.Sleep(3*time.Minute + time.Second)
		stop()
		want := ""
		for minute := 1; minute <= 3; minute++ {
			want += fmt.Sprintf("time=2000-01-01T00:0%d:00Z level=INFO msg=progress done=%d of=970 removed=%d not_found=0 failed=0 per_minute=97 left=%s\n",
				minute, minute*97, minute*97, short(time.Duration(10-minute)*time.Minute))
		}
		if got := strings.ReplaceAll(out.String(), "+00:00", "Z"); got != want {
			t.Errorf("got\n%swant\n%s", got, want)
		}
	})
}
