package main

import (
	"log/slog"
	"strings"
	"testing"
	"time"
)

func TestSentence(t *testing.T) {
	for _, tt := range []struct {
		message string
		args    []any
		want    string
	}{
		{"pause over", nil, "pause over"},
		{"pause", []any{"for", time.Minute, "why", "the API answered 429"}, "pause for 1m00s: the API answered 429"},
		{"outage goes on", []any{"for", 3 * time.Minute, "stops_after", 15 * time.Minute, "cause", "no route"}, "outage goes on for 3m00s, stops after 15m: no route"},
		{"failed", []any{"line", 4, "type", "email", "identifier", "n***@example.com", "reason", "400 Bad Request"}, "failed: line 4, email n***@example.com: 400 Bad Request"},
		{"pace lowered: others use the quota too", []any{"per_minute", 71.0}, "pace lowered: others use the quota too, 71 a minute"},
		{"the pace is not reached", []any{"per_minute", 12.0, "answers_take", 1234567 * time.Microsecond, "try", "--workers 8"}, "the pace is not reached: 12 a minute, answers take 1.23s; --workers 8"},
	} {
		r := slog.NewRecord(time.Now(), slog.LevelInfo, tt.message, 0)
		r.Add(tt.args...)
		var attrs []slog.Attr
		r.Attrs(func(a slog.Attr) bool { attrs = append(attrs, a); return true })
		if got := sentence(r.Message, attrs); got != tt.want {
			t.Errorf("got %q, want %q", got, tt.want)
		}
	}
}

// TestSentences: a sentence is broken where the terminal ends, keeps the
// attributes of its logger, and lets no control character through.
func TestSentences(t *testing.T) {
	var out strings.Builder
	log := slog.New(&sentences{screen: &screen{w: &out}, level: slog.LevelInfo}).With("list", "list.csv")
	log.Debug("too much")
	log.Warn("failed\x1b[2J", "reason", "the server answered at length and at such length that this\ndoes not fit")
	clock, text, _ := strings.Cut(out.String(), "  ")
	want := `failed\x1b[2J: list list.csv: the server answered at length and at` + "\n" + strings.Repeat(" ", len(clock)+2) + "such length that this does not fit\n"
	if text != want {
		t.Errorf("got %q, want %q", text, want)
	}
}
