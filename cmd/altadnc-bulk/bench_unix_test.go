//go:build unix

package main

import (
	"bufio"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"altadnc-bulk/pkg/api"
	"altadnc-bulk/pkg/journal"
)

// The benchmarks of the built command: what a person waits for. Each measures
// whole processes, so a few iterations are enough (-benchtime 3x).

// build compiles a program the way the Dockerfile does and returns its path.
func build(b *testing.B, source string) string {
	b.Helper()
	path := filepath.Join(b.TempDir(), "program")
	cmd := exec.Command("go", "build", "-trimpath", "-ldflags=-s -w", "-o", path, source)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, out)
	}
	return path
}

// process is what one run of a program took.
type process struct {
	wall time.Duration
	cpu  time.Duration // user and system
	peak float64       // resident memory, MiB
}

// carryOut runs a command whose exit code must be the given one.
func carryOut(b *testing.B, code int, cmd *exec.Cmd) process {
	b.Helper()
	forgetPeak()
	var complaint strings.Builder
	cmd.Stderr = &complaint
	started := time.Now()
	err := cmd.Run()
	wall := time.Since(started)
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		b.Fatal(err)
	}
	if got := cmd.ProcessState.ExitCode(); got != code {
		b.Fatalf("%s: exit code %d, want %d\n%s", strings.Join(cmd.Args[1:], " "), got, code, complaint.String())
	}
	return process{wall, cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime(), peakMiB(cmd.ProcessState)}
}

// peakMiB returns the most memory that a process had resident. The kernel
// counts it in KiB, that of macOS in bytes.
func peakMiB(s *os.ProcessState) float64 {
	most := float64(s.SysUsage().(*syscall.Rusage).Maxrss)
	if runtime.GOOS == "darwin" {
		return most / (1 << 20)
	}
	return most / (1 << 10)
}

// forgetPeak makes this process small: on Linux the peak of a program begins
// with that of the process that started it, and writing a journal took much.
func forgetPeak() {
	debug.FreeOSMemory()
	os.WriteFile("/proc/self/clear_refs", []byte("5"), 0) // see proc_pid_clear_refs(5); elsewhere there is none
}

// toward returns a command that would send to the API at url.
func toward(b *testing.B, url, program string, args ...string) *exec.Cmd {
	cmd := exec.Command(program, args...)
	cmd.Env = append(os.Environ(), "ALTA_BASE_URL="+url, "ALTA_API_TOKEN=token", "XDG_STATE_HOME="+b.TempDir())
	return cmd
}

// writeAddresses writes addresses as a list in the long form.
func writeAddresses(b *testing.B, path string, addresses iter.Seq[string]) {
	b.Helper()
	file, err := os.Create(path)
	if err != nil {
		b.Fatal(err)
	}
	w := bufio.NewWriter(file)
	fmt.Fprintln(w, "identifier,identifierType")
	for address := range addresses {
		fmt.Fprintf(w, "%s,email\n", address)
	}
	if err := errors.Join(w.Flush(), file.Close()); err != nil {
		b.Fatal(err)
	}
}

func numbered(i int) api.Identifier {
	return api.Identifier{Type: api.Email, Value: fmt.Sprintf("person.%d@example.com", i)}
}

// nowhere is an address where nothing listens: a finished list sends nothing.
const nowhere = "http://127.0.0.1:9/v1"

// writeFinished writes a journal of that many removed addresses, with an intent
// and an outcome each, and the list of a run that left it.
func writeFinished(b *testing.B, rows int) (path string) {
	b.Helper()
	path = filepath.Join(b.TempDir(), "list.csv")
	writeJournal(b, path+".journal", nowhere, rows)
	view, err := journal.Load(path+".journal", nil)
	if err != nil {
		b.Fatal(err)
	}
	defer view.Close()
	// In the order of the journal, as a run of a few workers leaves it. The
	// appenders of writeJournal are many, and took their turns at random.
	writeAddresses(b, path, func(yield func(string) bool) {
		for o, err := range view.Outcomes() {
			if err != nil {
				b.Fatal(err)
			}
			if !yield(o.Identifier.Value) {
				return
			}
		}
	})
	return path
}

// writeJournal lets many append at once, because they share syncs.
func writeJournal(b testing.TB, path, base string, rows int) {
	b.Helper()
	j, err := journal.Open(path, journal.Identity{BaseURL: base})
	if err != nil {
		b.Fatal(err)
	}
	if err := j.Begin(journal.Run{List: "list.csv"}); err != nil {
		b.Fatal(err)
	}
	const appenders = 500
	var done sync.WaitGroup
	for first := range appenders {
		done.Go(func() {
			for i := first; i < rows; i += appenders {
				o := journal.Outcome{Line: i + 2, Identifier: numbered(i), Result: journal.Removed, HTTPStatus: 200, Attempts: 1}
				err := j.Intent(journal.Intent{Line: o.Line, Identifier: o.Identifier})
				if err := errors.Join(err, j.Outcome(o)); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	done.Wait()
	if err := errors.Join(j.End(journal.End{Reason: "finished"}), j.Close()); err != nil {
		b.Fatal(err)
	}
}

// BenchmarkFinished runs commands over a list that is finished, of 20,000 and of
// a million rows: remove again (resume), status and report. Beside rows/s, rows
// for a second of processor time (which a busy machine changes less) and the
// peak of resident memory it reports how many times as long as a resume, made
// just before it, the command took.
func BenchmarkFinished(b *testing.B) {
	program := build(b, ".")
	for _, rows := range []int{20_000, 1_000_000} {
		path := writeFinished(b, rows)
		resume := []string{"remove", "--yes", "-q", path}
		for _, args := range [][]string{resume, {"status", path}, {"report", path}} {
			b.Run(fmt.Sprintf("rows=%d/command=%s", rows, args[0]), func(b *testing.B) {
				var this, other, cpu time.Duration
				var peak float64
				for b.Loop() {
					other += carryOut(b, exitOK, toward(b, nowhere, program, resume...)).wall
					p := carryOut(b, exitOK, toward(b, nowhere, program, args...))
					this, cpu, peak = this+p.wall, cpu+p.cpu, max(peak, p.peak)
				}
				b.ReportMetric(float64(rows)*float64(b.N)/this.Seconds(), "rows/s")
				b.ReportMetric(float64(rows)*float64(b.N)/cpu.Seconds(), "rows/cpu-s")
				b.ReportMetric(this.Seconds()/other.Seconds(), "x-resume")
				b.ReportMetric(peak, "peak-MiB")
				b.ReportMetric(0, "ns/op") // of two processes
			})
		}
	}
}

// BenchmarkFirstRequest measures from the start of the process to the arrival
// of its first request, for a list of 100,000 addresses. It is unpaced: at a
// pace the request waits its interval as well, 0.6 s at 97 a minute.
func BenchmarkFirstRequest(b *testing.B) {
	program := build(b, ".")
	path := filepath.Join(b.TempDir(), "list.csv")
	writeAddresses(b, path, func(yield func(string) bool) {
		for i := 0; i < 100_000 && yield(numbered(i).Value); i++ {
		}
	})
	arrived := make(chan time.Time, 1)
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { arrived <- time.Now() }))
	defer server.Close()
	var waited time.Duration
	for b.Loop() {
		journal := filepath.Join(b.TempDir(), "journal")
		started := time.Now()
		carryOut(b, exitLimit, toward(b, server.URL, program, "remove", "--yes", "-q", "--rate=0", "--limit=1", "--journal", journal, path))
		waited += (<-arrived).Sub(started)
	}
	b.ReportMetric(waited.Seconds()*1000/float64(b.N), "ms-to-request")
	b.ReportMetric(0, "ns/op")
}

// BenchmarkStartUp measures what a command that does nothing takes, and how
// much of that is above an empty Go program, run just before it.
func BenchmarkStartUp(b *testing.B) {
	program := build(b, ".")
	empty := build(b, emptyProgram(b))
	for _, arg := range []string{"version", "--help"} {
		b.Run("command="+strings.Trim(arg, "-"), func(b *testing.B) {
			var this, least time.Duration
			for b.Loop() {
				least += carryOut(b, exitOK, exec.Command(empty)).wall
				this += carryOut(b, exitOK, exec.Command(program, arg)).wall
			}
			b.ReportMetric(this.Seconds()*1000/float64(b.N), "ms")
			b.ReportMetric((this-least).Seconds()*1000/float64(b.N), "ms-above-empty")
			b.ReportMetric(0, "ns/op")
		})
	}
}

func emptyProgram(b *testing.B) (path string) {
	path = filepath.Join(b.TempDir(), "empty.go")
	if err := os.WriteFile(path, []byte("package main\n\nfunc main() {}\n"), 0o600); err != nil {
		b.Fatal(err)
	}
	return path
}

// BenchmarkBinary reports how big the command is, as the Dockerfile builds it.
func BenchmarkBinary(b *testing.B) {
	for b.Loop() {
		info, err := os.Stat(build(b, "."))
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(info.Size())/(1<<20), "MiB")
	}
}
