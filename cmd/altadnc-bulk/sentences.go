package main

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"time"
)

// sentences is the log for a person at a terminal: what a record says as key and
// value to a program, it says in words.
type sentences struct {
	screen *screen
	level  slog.Leveler
	attrs  []slog.Attr
}

// Enabled implements [slog.Handler].
func (h *sentences) Enabled(_ context.Context, level slog.Level) bool {
	return level >= h.level.Level()
}

// WithAttrs implements [slog.Handler].
func (h *sentences) WithAttrs(attrs []slog.Attr) slog.Handler {
	with := *h
	with.attrs = append(slices.Clip(h.attrs), attrs...)
	return &with
}

// WithGroup implements [slog.Handler]. This program has no groups.
func (h *sentences) WithGroup(string) slog.Handler { return h }

// Handle implements [slog.Handler].
func (h *sentences) Handle(_ context.Context, r slog.Record) error {
	attrs := slices.Clone(h.attrs)
	r.Attrs(func(a slog.Attr) bool {
		attrs = append(attrs, a)
		return true
	})
	clock := zoned(r.Time, "15:04") + "  "
	text := clock + strings.ReplaceAll(printable(sentence(r.Message, attrs)), "\n", " ")
	_, err := h.screen.Write([]byte(wrap(text, h.screen.width(), len(clock)) + "\n"))
	return err
}

// sentence says what happened, the facts of it, then why and what to do.
func sentence(message string, attrs []slog.Attr) string {
	var facts, why, todo string
	for _, a := range attrs {
		name, value := strings.ReplaceAll(a.Key, "_", " "), valueText(a.Value)
		switch a.Key {
		case "why", "cause", "reason":
			why = ": " + value
		case "hint", "try":
			todo = "; " + value
		case "for", "after", "of":
			facts += " " + name + " " + value
		case "type":
			facts += ", " + value
		case "identifier":
			facts += " " + value
		case "per_minute":
			facts += ", " + value + " a minute"
		default:
			facts += ", " + name + " " + value
		}
	}
	if list, ok := strings.CutPrefix(facts, ", "); ok && !strings.Contains(message, ": ") {
		facts = ": " + list
	}
	return message + facts + why + todo
}

// valueText words a value: long times as elsewhere, short ones to the hundredth.
func valueText(v slog.Value) string {
	if v.Kind() != slog.KindDuration {
		return v.String()
	}
	if d := v.Duration(); d < 10*time.Second {
		return d.Round(10 * time.Millisecond).String()
	}
	return short(v.Duration())
}
