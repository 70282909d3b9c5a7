package main

import (
	"cmp"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/spf13/cobra"
)

// screen is stderr during a run: log lines go through it, and on a terminal the
// last line is a progress bar that they must not tear.
type screen struct {
	mu   sync.Mutex
	w    io.Writer
	bar  func(width int) string // renders the bar; nil for none
	line string                 // the bar as shown on the terminal
}

// Write writes whole log lines above the bar.
func (s *screen) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.bar == nil {
		return s.w.Write(p)
	}
	width := s.width()
	erased := erase(s.line, width)
	s.line = s.bar(width)
	if _, err := io.WriteString(s.w, erased+string(p)+s.line); err != nil {
		return 0, err
	}
	return len(p), nil
}

// draw puts a bar in the place of the one before. Every rendering fits in the
// width that it is given.
func (s *screen) draw(bar func(width int) string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	width := s.width()
	erased := erase(s.line, width)
	s.bar, s.line = bar, bar(width)
	io.WriteString(s.w, erased+s.line)
}

// keep leaves the bar where it is and continues below it.
func (s *screen) keep() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.bar != nil {
		io.WriteString(s.w, "\n")
		s.bar, s.line = nil, ""
	}
}

// erase returns what takes line off a terminal of the given width (ECMA-48 CUU
// and ED). The terminal may have become narrower since the line was written;
// then it has broken the line into several, and the cursor is on the last one.
func erase(line string, width int) string {
	up := ""
	if rows := (utf8.RuneCountInString(line) + width - 1) / width; rows > 1 {
		up = fmt.Sprintf("\x1b[%dA", rows-1)
	}
	return up + "\r\x1b[J"
}

// width returns the columns of the terminal, which only tests leave out.
func (s *screen) width() int { return cmp.Or(widthOf(s.w), 80) }

// outputFlags say how the program talks while it works.
type outputFlags struct {
	quiet      bool
	verbose    bool
	noProgress bool
	logFormat  string
}

// register registers the flags for what goes to stderr.
func (f *outputFlags) register(cmd *cobra.Command) {
	fl := cmd.Flags()
	fl.BoolVarP(&f.quiet, "quiet", "q", false, "print only warnings, and the summary if something failed")
	fl.BoolVarP(&f.verbose, "verbose", "v", false, "log more, and show identifiers in full")
	fl.BoolVar(&f.noProgress, "no-progress", false, "no progress bar")
	fl.StringVar(&f.logFormat, "log-format", "text", "`format` of log lines: text (sentences on a terminal, key=value elsewhere) or json")
}

// logger returns the log of a run: sentences for a person at a terminal, else
// lines for programs. Quiet keeps warnings and errors.
func (f *outputFlags) logger(s *screen) (*slog.Logger, error) {
	level := slog.LevelInfo
	switch {
	case f.quiet:
		level = slog.LevelWarn
	case f.verbose:
		level = slog.LevelDebug
	}
	opts := &slog.HandlerOptions{Level: level, ReplaceAttr: logAttr}
	switch {
	case f.logFormat == "json":
		return slog.New(slog.NewJSONHandler(s, opts)), nil
	case f.logFormat == "text" && isTerminal(s.w):
		return slog.New(&sentences{screen: s, level: level}), nil
	case f.logFormat == "text":
		return slog.New(slog.NewTextHandler(s, opts)), nil
	}
	return nil, usageError("", "--log-format %q: text or json", f.logFormat)
}

// logAttr keeps log lines short and safe to print.
func logAttr(groups []string, attr slog.Attr) slog.Attr {
	if len(groups) == 0 && attr.Key == slog.TimeKey {
		return slog.String(slog.TimeKey, attr.Value.Time().Format("2006-01-02T15:04:05Z07:00"))
	}
	switch attr.Value.Kind() {
	case slog.KindDuration: // JSON would have it in nanoseconds
		return slog.String(attr.Key, attr.Value.Duration().String())
	case slog.KindString:
		return slog.String(attr.Key, strings.ReplaceAll(printable(attr.Value.String()), "\n", " "))
	}
	return attr
}
