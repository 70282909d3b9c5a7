package main

import (
	"context"
	"fmt"
	"log/slog"
	"math"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/schollz/progressbar/v3"

	"altadnc-bulk/pkg/journal"
	"altadnc-bulk/pkg/worker"
)

// state is a run at one moment, as progress shows it.
type state struct {
	worker.Progress
	total     int64         // keys to send, those that earlier runs finished included
	settled   int64         // of these, done
	earlier   int64         // of these, by earlier runs
	perMinute float64       // as measured; 0 is unknown
	wait      time.Duration // how long nothing may leave
	why       string        // and for what reason
}

// left returns how long the rest takes at the measured rate; 0 when that is unknown.
func (s state) left() time.Duration {
	if s.perMinute <= 0 || s.Outage.For > 0 {
		return 0
	}
	rest := time.Duration(float64(s.total-s.settled) / s.perMinute * float64(time.Minute))
	return rest + s.wait
}

// frame renders one line of progress. It leaves three columns free, so that it does not
// wrap when the terminal echoes ^C after it. What matters least goes first as the line
// gets narrower.
//
// A new bar is made for each frame: the library keeps the width, the rate and a
// clock of its own, all of which are different here (the terminal may be
// resized, and the rate is that of the pace).
func frame(s state, width int) string {
	counts := fmt.Sprintf("%s removed, %s not found, %s failed", count(s.Counts[journal.Removed]), count(s.Counts[journal.NotFound]), count(s.Counts[journal.Failed])) + also(", ", s.earlier, "earlier")
	var tail, least []string
	trouble := s.trouble()
	if trouble != "" {
		tail = append(tail, trouble)
	} else if s.perMinute > 0 {
		tail = append(tail, fmt.Sprintf("%.0f/min", s.perMinute))
	}
	brief := []string{counts} // without the pace, but a pause must not look like a hang
	if left := s.left(); left > 0 {
		least = []string{short(left) + " left"}
		tail = append(tail, least...)
		brief = append(brief, least...)
	}
	if trouble != "" {
		what, _, _ := strings.Cut(trouble, ":")
		brief, least = tail, []string{what}
	}
	all := append([]string{counts}, tail...)
	for _, layout := range []struct {
		bar  int
		text []string
	}{{24, all}, {12, all}, {8, all}, {8, brief}, {12, tail}, {8, least}, {0, least}, {8, nil}} {
		line := bar(s, layout.bar)
		if len(layout.text) > 0 {
			line += "  " + strings.Join(layout.text, ", ")
		}
		if utf8.RuneCountInString(line) <= width-3 {
			return line
		}
	}
	return truncate(count(s.settled)+"/"+count(s.total), width-3)
}

// trouble words why nothing leaves, "" if something does.
func (s state) trouble() string {
	if text := outageText(s.Outage); text != "" {
		return text
	}
	if s.wait > time.Second {
		return "waiting " + short(s.wait) + ": " + s.why
	}
	return ""
}

// outageText words an outage, "" for none.
func outageText(o worker.Outage) string {
	if o.For == 0 {
		return ""
	}
	text := "no answer from the API for " + short(o.For)
	if next := time.Until(o.Next); next > time.Second {
		return text + ", retrying in " + short(next)
	}
	return text + ", retrying"
}

// bar renders how much is done: a percentage, a bar if width is not 0, and the
// counts, which the library would write without separators.
func bar(s state, width int) string {
	of := fmt.Sprintf("(%s/%s)", count(s.settled), count(s.total))
	if width == 0 {
		return fmt.Sprintf("%d%% %s", 100*s.settled/max(s.total, 1), of)
	}
	var b strings.Builder
	p := progressbar.NewOptions64(max(s.total, 1),
		progressbar.OptionSetWriter(&b),
		progressbar.OptionSetWidth(width),
		progressbar.OptionSetElapsedTime(false),
		progressbar.OptionSetPredictTime(false),
		progressbar.OptionSetTheme(progressbar.Theme{Saucer: "=", SaucerHead: ">", SaucerPadding: " ", BarStart: "[", BarEnd: "]"}),
		progressbar.OptionSetRenderBlankState(true))
	if s.settled > 0 {
		p.Set64(min(s.settled, s.total)) // renders nothing below a percent: the empty bar stays
	}
	line := b.String()
	return strings.TrimSpace(line[strings.LastIndexByte(line, '\r')+1:]) + " " + of
}

func truncate(s string, width int) string {
	runes := []rune(s)
	if len(runes) <= width {
		return s
	}
	return string(runes[:max(width, 0)])
}

// showProgress keeps people informed of a run until the returned function is
// called: a bar on a terminal, elsewhere a log line a minute.
func showProgress(s *screen, log *slog.Logger, bar bool, now func() state) (stop func()) {
	line := func() func(int) string {
		v := now()
		return func(width int) string { return frame(v, width) }
	}
	return follow(s, bar, line, func() {
		v := now()
		left := "unknown"
		if d := v.left(); d > 0 || v.settled == v.total {
			left = short(d)
		}
		log.Info("progress", "done", v.settled, "of", v.total, "removed", v.Counts[journal.Removed], "not_found", v.Counts[journal.NotFound],
			"failed", v.Counts[journal.Failed], "per_minute", int(math.Round(v.perMinute)), "left", left)
	})
}

// showLine is showProgress for work whose end is unknown: a line of text in
// place of the bar.
func showLine(s *screen, log *slog.Logger, bar bool, text func() string) (stop func()) {
	line := func() func(int) string {
		v := text()
		return func(width int) string { return truncate(v, width-1) }
	}
	return follow(s, bar, line, func() { log.Info("progress", "done", text()) })
}

// follow draws a line on the terminal again and again, or without one logs
// progress once a minute, until the returned function is called. What line
// returns is called with the screen locked, by the one that logs: it must not
// wait.
func follow(s *screen, bar bool, line func() func(width int) string, tell func()) (stop func()) {
	every, show := time.Minute, tell
	if bar {
		every, show = 250*time.Millisecond, func() { s.draw(line()) }
		show()
	}
	ctx, cancel := context.WithCancel(context.Background())
	var done sync.WaitGroup
	done.Go(func() {
		tick := time.NewTicker(every)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
				show()
			}
		}
	})
	return func() {
		cancel()
		done.Wait()
		if bar {
			show()
			s.keep()
		}
	}
}
