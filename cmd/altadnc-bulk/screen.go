package main

import (
	"io"
	"log/slog"
	"os"
	"strings"
	"sync"

	"golang.org/x/term"
)

// screen is stderr while a run goes on: log lines go through it, and on a
// terminal the last line is a progress bar that they must not tear.
type screen struct {
	mu   sync.Mutex
	w    io.Writer
	line string // the bar as it stands on the terminal, "" for none
}

// Write writes whole log lines above the bar.
func (s *screen) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.line == "" {
		return s.w.Write(p)
	}
	if _, err := io.WriteString(s.w, eraseLine+string(p)+s.line); err != nil {
		return 0, err
	}
	return len(p), nil
}

// eraseLine goes to the start of a terminal's line and erases it (ECMA-48 EL).
const eraseLine = "\r\x1b[K"

// draw puts line in the place of the bar; "" takes the bar away.
func (s *screen) draw(line string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if line == s.line {
		return
	}
	s.line = line
	io.WriteString(s.w, eraseLine+line)
}

// keep leaves the bar where it is and goes on below it.
func (s *screen) keep() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.line != "" {
		io.WriteString(s.w, "\n")
		s.line = ""
	}
}

// width returns the columns of the terminal, 80 where it does not tell.
func (s *screen) width() int {
	if f, ok := s.w.(*os.File); ok {
		if width, _, err := term.GetSize(int(f.Fd())); err == nil && width > 0 {
			return width
		}
	}
	return 80
}

// outputFlags say how the program talks while it works.
type outputFlags struct {
	json        bool
	quiet       bool
	verbose     bool
	noProgress  bool
	logFormat   string
	metricsFile string
}

// logger returns the log of a run. Quiet keeps warnings and errors.
func (f *outputFlags) logger(w io.Writer) (*slog.Logger, error) {
	opts := &slog.HandlerOptions{ReplaceAttr: logAttr}
	switch {
	case f.quiet:
		opts.Level = slog.LevelWarn
	case f.verbose:
		opts.Level = slog.LevelDebug
	}
	switch f.logFormat {
	case "text":
		return slog.New(slog.NewTextHandler(w, opts)), nil
	case "json":
		return slog.New(slog.NewJSONHandler(w, opts)), nil
	}
	return nil, usageError("", "--log-format %q: text or json", f.logFormat)
}

// logAttr keeps log lines short and safe to print.
func logAttr(groups []string, attr slog.Attr) slog.Attr {
	if len(groups) == 0 && attr.Key == slog.TimeKey {
		return slog.String(slog.TimeKey, attr.Value.Time().Format("2006-01-02T15:04:05Z07:00"))
	}
	if attr.Value.Kind() == slog.KindString {
		return slog.String(attr.Key, strings.ReplaceAll(printable(attr.Value.String()), "\n", " "))
	}
	return attr
}
