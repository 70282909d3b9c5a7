//go:build unix

package main

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/creack/pty"

	"altadnc-bulk/pkg/api"
)

// terminal is the command on a pseudo-terminal.
type terminal struct {
	t    *testing.T
	file *os.File
	cmd  *exec.Cmd
	done chan struct{} // everything was read

	mu   sync.Mutex
	seen strings.Builder
}

// onTerminal returns the command as it runs on a terminal that can do what
// terminals do, wherever the test runs.
func (o *oracle) onTerminal(args ...string) *exec.Cmd {
	cmd := o.command(args...)
	cmd.Env = append(cmd.Env, "TERM=xterm", "CI=", "NO_COLOR=")
	return cmd
}

func startTerminal(t *testing.T, columns uint16, cmd *exec.Cmd) *terminal {
	t.Helper()
	file, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: 40, Cols: columns})
	if err != nil {
		t.Fatal(err)
	}
	term := &terminal{t: t, file: file, cmd: cmd, done: make(chan struct{})}
	t.Cleanup(func() { cmd.Process.Kill(); file.Close() })
	go term.read()
	return term
}

func (x *terminal) read() {
	defer close(x.done)
	b := make([]byte, 4096)
	for {
		n, err := x.file.Read(b)
		x.mu.Lock()
		x.seen.Write(b[:n])
		x.mu.Unlock()
		if err != nil {
			return
		}
	}
}

func (x *terminal) output() string {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.seen.String()
}

// await waits until the terminal has shown what is asked for.
func (x *terminal) await(what string, shown func(output string) bool) {
	x.t.Helper()
	for end := time.Now().Add(time.Minute); !shown(x.output()); {
		if time.Now().After(end) {
			x.t.Fatalf("the terminal never showed %s:\n%q", what, x.output())
		}
		time.Sleep(5 * time.Millisecond)
	}
}

func (x *terminal) awaitText(text string) {
	x.t.Helper()
	x.await(text, func(output string) bool { return strings.Contains(output, text) })
}

func (x *terminal) press(keys string) {
	x.t.Helper()
	if _, err := x.file.WriteString(keys); err != nil {
		x.t.Fatal(err)
	}
}

// exit waits for the end and returns the exit code, -1 for a signal.
func (x *terminal) exit() int {
	<-x.done
	x.cmd.Wait()
	return x.cmd.ProcessState.ExitCode()
}

// frames returns the renderings of the bar, in order.
func frames(output string) []string {
	var all []string
	for _, part := range strings.Split(output, "\x1b[J")[1:] {
		line, _, _ := strings.Cut(part, "\r")
		if strings.Contains(line, "/") && !strings.HasPrefix(line, "time=") {
			all = append(all, line)
		}
	}
	return all
}

// lines returns what the terminal shows in the end, line by line; it knows the
// few control sequences that the program uses.
func lines(output string) []string {
	all := []string{""}
	row := 0
	for rest := output; rest != ""; {
		var up int
		switch r, size := utf8.DecodeRuneInString(rest); {
		case r == '\r' && strings.HasPrefix(rest, "\r\n"):
			rest, row = rest[2:], row+1
			if row == len(all) {
				all = append(all, "")
			}
		case strings.HasPrefix(rest, "\r\x1b[J"):
			rest, all = rest[4:], append(all[:row], "")
		case r == '\x1b':
			if _, err := fmt.Sscanf(rest, "\x1b[%dA", &up); err != nil {
				return append(all, fmt.Sprintf("unknown control sequence: %q", rest[:min(len(rest), 10)]))
			}
			rest, row = rest[strings.IndexByte(rest, 'A')+1:], row-up
		default:
			rest, all[row] = rest[size:], all[row]+rest[:size]
		}
	}
	return all
}

// unwrapped is what a terminal shows without its line breaks.
func unwrapped(output string) string { return strings.Join(strings.Fields(output), " ") }

func listFile(t *testing.T, content string) string {
	t.Helper()
	path := t.TempDir() + "/list.csv"
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestQuestion: nothing but a clear yes sends anything, and from a thousand
// removals on a clear yes is their number.
func TestQuestion(t *testing.T) {
	for _, tt := range []struct {
		name string
		rows int
		keys string
		code int
		sent int64
		says string
	}{
		{"y", 2, "y\n", 0, 2, "Read \"identifier\" as identifier, \"type\" as type. Send 2 removals? These people can then be contacted again. [y/N] y"},
		{"yes in capitals", 1, " YES \n", 0, 1, "Send 1 removal?"},
		{"n", 2, "n\n", 2, 0, "declined: nothing was sent"},
		{"empty line", 2, "\n", 2, 0, "declined: nothing was sent"},
		{"something else", 2, "yes please\n", 2, 0, "declined: nothing was sent"},
		{"number when few", 2, "2\n", 2, 0, "declined: nothing was sent"},
		{"end of input", 2, "\x04", 2, 0, "[y/N] \r\naltadnc-bulk: declined: nothing was sent"},
		{"end of input after y", 2, "y\x04\x04", 2, 0, "declined: nothing was sent"},
		{"interrupted", 2, "\x03", 130, 0, "[y/N] ^C\r\naltadnc-bulk: interrupted: nothing was sent"},
		{"y when many", 1001, "y\n\n", 2, 0, "That is not the number of removals. Type 1,001 to send them, or nothing to send none:"},
		{"n when many", 1001, "n\n", 2, 0, "to send them: n altadnc-bulk: declined: nothing was sent"},
		{"another number", 1001, "1000\n1000\n", 2, 0, "to send none: altadnc-bulk: declined: nothing was sent"},
		{"the number after another", 1001, "1000\n1,001\n", 0, 1001, "to send none: Finished, "},
		{"the number", 1001, "1001\n", 0, 1001, "(1,001)"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			o := newOracle(t, nil)
			path := listFile(t, rows(tt.rows))
			term := startTerminal(t, 120, o.onTerminal("remove", "--rate", "0", "--no-progress", path))
			term.await("the question", func(output string) bool {
				return strings.Contains(output, "[y/N] ") || strings.Contains(output, "to send them: ")
			})
			term.press(tt.keys)
			if code := term.exit(); code != tt.code {
				t.Errorf("exit code %d, want %d:\n%s", code, tt.code, term.output())
			}
			if n := o.count.Load(); n != tt.sent {
				t.Errorf("%d requests, want %d", n, tt.sent)
			}
			if !strings.Contains(term.output(), tt.says) && !strings.Contains(unwrapped(term.output()), tt.says) {
				t.Errorf("the terminal does not say %q:\n%s", tt.says, term.output())
			}
			if _, err := os.Stat(path + ".journal"); (err == nil) != (tt.sent > 0) {
				t.Errorf("journal: %v, after %d requests", err, tt.sent)
			}
		})
	}
}

// TestQuestionNeedsBothEnds: a question that nobody sees is not asked.
func TestQuestionNeedsBothEnds(t *testing.T) {
	o := newOracle(t, nil)
	cmd := o.command("remove", "--rate", "0", listFile(t, rows(1)))
	var stderr strings.Builder
	cmd.Stderr = &stderr
	term := startTerminal(t, 80, cmd)
	term.press("y\n")
	if code := term.exit(); code != exitUsage || !strings.Contains(stderr.String(), "no terminal to confirm on") {
		t.Errorf("exit code %d:\n%s", code, stderr.String())
	}
}

// stall makes the oracle hold back its nth request until release is called.
func stall(o *oracle, nth int64) (release func()) {
	gate := make(chan struct{})
	o.setHook(func(n int64, when string) {
		if n == nth && when == "before" {
			<-gate
		}
	})
	release = sync.OnceFunc(func() { close(gate) })
	o.t.Cleanup(release)
	return release
}

// TestBarOfInterruptedRun: Ctrl-C lets what is under way end; the bar stays at
// what was done, log lines stand above it, the summary below.
func TestBarOfInterruptedRun(t *testing.T) {
	o := newOracle(t, nil)
	release := stall(o, 5)
	term := startTerminal(t, 100, o.onTerminal("remove", "--rate", "0", "--workers", "1", "--yes", listFile(t, rows(10)+"nonsense,email\n")))
	term.awaitText("(4/10)")
	term.press("\x03")
	term.awaitText("a second signal ends at once")
	release()
	if code := term.exit(); code != exitInterrupt {
		t.Errorf("exit code %d, want %d", code, exitInterrupt)
	}
	all := lines(term.output())
	text := strings.Join(all, "\n")
	if strings.Contains(text, "level=") {
		t.Errorf("a log line is not a sentence:\n%s", text)
	}
	if strings.Count(text, "/10)") != 1 || strings.Contains(text, "100%") || strings.Contains(text, "unknown control") {
		t.Errorf("there is not one bar that shows what was done:\n%s", text)
	}
	order := []string{"Plan for ", "interrupted: stopping", "50% [===========>            ] (5/10)  0 removed, 5 not found, 0 failed", "Stopped: interrupted", "Go on with:"}
	for _, line := range all {
		if len(order) > 0 && strings.Contains(line, order[0]) {
			order = order[1:]
		}
	}
	if len(order) > 0 {
		t.Errorf("%q is missing or out of place:\n%s", order[0], text)
	}
}

// TestSecondSignal ends the program at once, whatever is under way.
func TestSecondSignal(t *testing.T) {
	o := newOracle(t, nil)
	stall(o, 1)
	term := startTerminal(t, 100, o.onTerminal("remove", "--rate", "0", "--yes", listFile(t, rows(3))))
	term.awaitText("(0/3)")
	term.await("a request under way", func(string) bool { return o.count.Load() > 0 })
	term.press("\x03")
	term.awaitText("a second signal ends at once")
	term.press("\x03")
	if code := term.exit(); code != exitInterrupt || strings.Contains(term.output(), "Stopped:") || !strings.HasSuffix(term.output(), "\n") {
		t.Errorf("exit code %d:\n%s", code, term.output())
	}
}

// TestBarFitsResizedTerminal: no rendering is wider than the terminal is.
func TestBarFitsResizedTerminal(t *testing.T) {
	o := newOracle(t, nil)
	release := stall(o, 3)
	term := startTerminal(t, 110, o.onTerminal("remove", "--rate", "0", "--workers", "1", "--yes", listFile(t, rows(4))))
	term.awaitText("(2/4)  0 removed, 2 not found")
	for _, columns := range []uint16{60, 30, 12} {
		if err := pty.Setsize(term.file, &pty.Winsize{Rows: 40, Cols: columns}); err != nil {
			t.Fatal(err)
		}
		term.await(fmt.Sprintf("a bar of %d columns", columns), func(output string) bool {
			all := frames(output)
			return len(all) > 0 && utf8.RuneCountInString(all[len(all)-1]) < int(columns)
		})
	}
	release()
	if code := term.exit(); code != exitOK {
		t.Errorf("exit code %d", code)
	}
}

// TestBarOnlyWhereItWorks: a terminal that cannot move its cursor, a build
// server and a file get log lines; there are no colours anywhere.
func TestBarOnlyWhereItWorks(t *testing.T) {
	for _, tt := range []struct {
		name string
		env  []string
		args []string
		bar  bool
	}{
		{"terminal", nil, nil, true},
		{"NO_COLOR", []string{"NO_COLOR=1"}, nil, true},
		{"dumb terminal", []string{"TERM=dumb"}, nil, false},
		{"build server", []string{"CI=1"}, nil, false},
		{"no bar wanted", nil, []string{"--no-progress"}, false},
		{"quiet", nil, []string{"-q"}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			o := newOracle(t, nil)
			cmd := o.onTerminal(append([]string{"remove", "--rate", "0", "--yes", listFile(t, rows(2))}, tt.args...)...)
			cmd.Env = append(cmd.Env, tt.env...)
			term := startTerminal(t, 80, cmd)
			if code := term.exit(); code != exitOK {
				t.Fatalf("exit code %d:\n%s", code, term.output())
			}
			if bar := len(frames(term.output())) > 0; bar != tt.bar {
				t.Errorf("bar %t, want %t:\n%q", bar, tt.bar, term.output())
			}
			if !tt.bar && strings.Contains(term.output(), "\x1b") {
				t.Errorf("control sequences on a terminal without a bar:\n%q", term.output())
			}
			if strings.Contains(term.output(), "m\x1b") || strings.Contains(term.output(), "\x1b[0m") {
				t.Errorf("colours:\n%q", term.output())
			}
		})
	}
}

// TestNoControlCharacters: neither a list, its name nor an answer can move the
// cursor of a terminal, ring its bell or change its title.
func TestNoControlCharacters(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusBadRequest)
		io.WriteString(w, `{"error":"bad\u001b[31m","message":"\u001b]0;title\u0007 \u202e reversed \u009b2J"}`)
	}))
	defer server.Close()
	folder := t.TempDir()
	path := folder + "/evil\x1b[2J.csv"
	content := "na\x1b[31mme,identifier,type\n" +
		"\x1b]0;title\x07,ada@example.com,email\n" +
		"Ben,ben\x1b[2J@example.com,email\n" +
		"Cleo,cleo@example.com,\x1b[5m\n" +
		"\u202eDan,\u202edan@example.com,email\n"
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{
		{"remove", "--dry-run", path},
		{"remove", "--yes", "--rate", "0", path},
		{"remove", "--yes", "--rate", "0", "-v", path},
		{"remove", "--yes", "--rate", "0", "--log-format", "json", path},
		{"status", path},
		{"report", path},
		{"journal", "verify", path + ".journal"},
		{"remove", "--yes", "--identifier-column", "\x1b[2J", path},
		{"status", "\x1b[2J.csv"},
		{"\x1b[2J"},
	} {
		cmd := exec.Command("altadnc-bulk", args...)
		cmd.Env = append(os.Environ(), "CI=1", "ALTA_BASE_URL="+server.URL+"/v1", "ALTA_API_TOKEN=token", "XDG_STATE_HOME="+folder)
		term := startTerminal(t, 200, cmd)
		term.exit()
		if output := term.output(); strings.ContainsAny(output, "\x1b\x07\u202e\u009b") || output == "" {
			t.Errorf("%q: %q", args, output)
		}
	}
}

// The list holds what strangers typed: on a terminal it must not act.
func TestSnapshotOnATerminal(t *testing.T) {
	list := []api.OptOut{
		{Identifier: api.Identifier{Type: api.WebChat, Value: "visitor\x1b[2J\x07"}, Label: "\u202etxt\u009b2J"},
		{Identifier: api.Identifier{Type: api.Email, Value: "ada@example.com"}, Label: "Zoë\x00"},
	}
	for _, format := range []string{"csv", "jsonl"} {
		o := newOracleOf(t, list, 0)
		x := startTerminal(t, 100, o.onTerminal("snapshot", "--rate", "0", "--output-format", format))
		if code := x.exit(); code != 0 {
			t.Errorf("%s: exit code %d", format, code)
		}
		out := x.output()
		if i := strings.IndexAny(out, "\x1b\x07\x00\u202e\u009b"); i >= 0 {
			t.Errorf("%s: a control character reached the terminal: %q", format, out)
		}
		if !strings.Contains(out, "ada@example.com") || !strings.Contains(out, "Zoë") {
			t.Errorf("%s: the list did not: %q", format, out)
		}
	}
}

// TestQuestionOfOwnOptOuts: with a snapshot the question says how many opt-outs
// of people's own a yes would lift.
func TestQuestionOfOwnOptOuts(t *testing.T) {
	own := false
	list := []api.OptOut{{Identifier: api.Identifier{Type: api.Email, Value: "person0@example.com"}, IsManuallyAdded: &own}}
	o := newOracleOf(t, list, 0)
	x := startTerminal(t, 160, o.onTerminal("remove", "--rate", "0", "--no-progress", "--snapshot", "always", listFile(t, rows(2))))
	x.awaitText("[y/N]")
	x.press("n\n")
	if code := x.exit(); code != exitUsage || !strings.Contains(x.output(), "Send 1 removal, including 1 person's own opt-out?") {
		t.Errorf("exit code %d:\n%s", code, x.output())
	}
}

// TestQuestionStaysInSight: at 80 columns and 24 rows the last screen has what
// matters, however much was refused above it, and no line is wider.
func TestQuestionStaysInSight(t *testing.T) {
	own := false
	list := []api.OptOut{{Identifier: api.Identifier{Type: api.Email, Value: "person0@example.com"}, IsManuallyAdded: &own}}
	o := newOracleOf(t, list, 0)
	var b strings.Builder
	b.WriteString("Name,Email Address,Mobile Phone,User Email,Company\nAda,person0@example.com,,x@example.com,Example\n")
	for range 9 {
		b.WriteString("Ben,,1.41556E+10,,Example\n")
	}
	path := listFile(t, b.String())
	cmd := o.onTerminal("remove", "--rate", "0", "--snapshot", "always", filepath.Base(path))
	cmd.Dir = filepath.Dir(path)
	x := startTerminal(t, 80, cmd)
	x.awaitText("[y/N]")
	all := lines(x.output())
	screen := strings.Join(all[max(0, len(all)-24):], " ")
	for _, says := range []string{
		"to send      1 request (email 1)",
		"1 entry is people's own and would be removed; --keep-unsubscribed keeps them",
		`Read "Email Address" as email, "Mobile Phone" as phone. NOT READ: "User Email" (looks like email). Send 1 removal, including 1 person's own opt-out?`,
	} {
		if !strings.Contains(unwrapped(screen), unwrapped(says)) {
			t.Errorf("the last screen does not say %q:\n%s", says, strings.Join(all, "\n"))
		}
	}
	for _, line := range all {
		if utf8.RuneCountInString(line) > 80 {
			t.Errorf("%q is wider than the terminal", line)
		}
	}
	x.press("n\n")
	x.exit()
}

// TestSweepOnATerminal: the lists of a folder are shown, and asked about once.
func TestSweepOnATerminal(t *testing.T) {
	for _, tt := range []struct {
		answer string
		code   int
		sent   int64
	}{{"n\n", exitUsage, 0}, {"y\n", exitOK, 3}} {
		o := newOracle(t, nil)
		folder := t.TempDir()
		for name, n := range map[string]int{"a.csv": 1, "b.csv": 2} {
			if err := os.WriteFile(filepath.Join(folder, name), []byte(rows(n)), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		x := startTerminal(t, 120, o.onTerminal("sweep", "--rate", "0", "--no-progress", "--settle", "0s", folder))
		x.awaitText("[y/N]")
		x.press(tt.answer)
		if code := x.exit(); code != tt.code || o.count.Load() != tt.sent {
			t.Errorf("exit code %d, %d requests:\n%s", code, o.count.Load(), x.output())
		}
		for _, says := range []string{"a.csv                    1 removal of 1 entry to send", "b.csv                    2 removals of 2 entries to send", "Send 3 removals of 2 lists? These people can then be contacted again. [y/N]"} {
			if strings.Count(x.output(), says) != 1 {
				t.Errorf("the terminal does not say %q once:\n%s", says, x.output())
			}
		}
	}
}

// TestHangup: a terminal that goes away ends a run as a signal does, and one
// that was asked to outlive it goes on.
func TestHangup(t *testing.T) {
	for _, ignored := range []bool{false, true} {
		o := newOracle(t, nil)
		path := listFile(t, rows(6))
		cmd := o.command("remove", "--yes", "-q", "--rate", "0", "--workers", "1", path)
		if ignored {
			cmd.Args = append([]string{"sh", "-c", `trap "" HUP; exec "$@"`, "sh"}, cmd.Args...)
			cmd.Path = "/bin/sh"
		}
		started := make(chan struct{})
		o.setHook(func(n int64, when string) {
			if n == 3 && when == "before" {
				<-started
				cmd.Process.Signal(syscall.SIGHUP)
				time.Sleep(20 * time.Millisecond) // the system joins signals that wait; joined or not, the end is the same
				cmd.Process.Signal(syscall.SIGHUP)
			}
		})
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		close(started)
		err := cmd.Wait()
		want := map[bool]int{false: exitHangup, true: exitOK}[ignored]
		if code := exitCodeOf(t, err); code != want || (o.count.Load() == 6) != ignored {
			t.Errorf("ignored %v: exit code %d, want %d, after %d requests", ignored, code, want, o.count.Load())
		}
	}
}

// TestHelpOnATerminal: help keeps to the width of the terminal, but is never wider
// than a text that can be read.
func TestHelpOnATerminal(t *testing.T) {
	o := newOracle(t, nil)
	for _, args := range [][]string{{"help", "exit-codes"}, {"status", "--help"}} {
		for columns, want := range map[uint16][2]int{60: {50, 60}, 90: {80, 90}, 200: {85, 100}} {
			term := startTerminal(t, columns, o.onTerminal(args...))
			if code := term.exit(); code != exitOK {
				t.Fatalf("%q: exit code %d", args, code)
			}
			longest := 0
			for line := range strings.Lines(term.output()) {
				longest = max(longest, utf8.RuneCountInString(strings.TrimRight(line, "\r\n")))
			}
			if longest < want[0] || longest > want[1] {
				t.Errorf("%q at %d columns: the longest line has %d", args, columns, longest)
			}
		}
	}
}
