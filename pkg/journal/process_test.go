//go:build unix

package journal

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// TestMain lets the test binary be the process that is killed or whose disk is
// full: it appends to the journal named in the environment until it cannot,
// and prints the number of each key whose intent or outcome is durable.
func TestMain(m *testing.M) {
	path := os.Getenv("JOURNAL_TEST_APPEND")
	if path == "" {
		os.Exit(m.Run())
	}
	signal.Ignore(syscall.SIGXFSZ)
	if limit, err := strconv.ParseUint(os.Getenv("JOURNAL_TEST_FSIZE"), 10, 64); err == nil {
		unix.Setrlimit(unix.RLIMIT_FSIZE, &unix.Rlimit{Cur: limit, Max: limit})
	}
	from, _ := strconv.Atoi(os.Getenv("JOURNAL_TEST_FROM"))
	if err := appendUntilKilled(path, from); err != nil {
		fmt.Println("error", err)
	}
}

func appendUntilKilled(path string, from int) error {
	j, err := Open(path, testIdentity)
	if err != nil {
		return err
	}
	if err := j.Begin(testRun); err != nil {
		return err
	}
	for n := from; ; n++ {
		if err := j.Intent(Intent{Identifier: mail(n)}); err != nil {
			return err
		}
		fmt.Println("intent", n)
		if err := j.Outcome(removed(n)); err != nil {
			return err
		}
		fmt.Println("outcome", n)
	}
}

// child runs appendUntilKilled, kills it after lines of output (never if that
// is 0), and returns what it printed.
func child(t *testing.T, path string, from, lines int, fsize string) []string {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "JOURNAL_TEST_APPEND="+path, "JOURNAL_TEST_FROM="+strconv.Itoa(from), "JOURNAL_TEST_FSIZE="+fsize)
	out, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	var printed []string
	for in := bufio.NewScanner(out); in.Scan(); {
		printed = append(printed, in.Text())
		if len(printed) == lines {
			must(t, cmd.Process.Kill())
		}
	}
	cmd.Wait()
	return printed
}

// compare checks that a journal has at least what a child has printed.
func compare(t *testing.T, path string, printed []string) *Journal {
	t.Helper()
	j := mustOpen(t, path)
	for _, p := range printed {
		what, number, _ := strings.Cut(p, " ")
		n, _ := strconv.Atoi(number)
		got := j.Index().State(keyOf(n)).Status
		if what == "intent" && got == None || what == "outcome" && got != Removed {
			t.Errorf("printed %q, but the journal says %v", p, got)
		}
	}
	return j
}

func TestKilledProcessLosesNothing(t *testing.T) {
	t.Parallel()
	path := newPath(t)
	var all []string
	for round := range 12 {
		all = append(all, child(t, path, round*10000, 1+7*round, "")...)
		must(t, compare(t, path, all).Close())
	}
	t.Logf("12 kills, %d records printed as durable", len(all))
}

func TestFullDisk(t *testing.T) {
	for _, fsize := range []string{"0", "1", "600", "2000", "5001"} {
		t.Run(fsize+" bytes", func(t *testing.T) {
			path := newPath(t)
			printed := child(t, path, 0, 0, fsize)
			last := len(printed) - 1
			if last < 0 || !strings.Contains(printed[last], "error") || !strings.Contains(printed[last], "too large") {
				t.Fatalf("printed %q", printed)
			}
			if fsize < "2" {
				return
			}
			j := compare(t, path, printed[:last])
			must(t, j.Begin(testRun))
			must(t, j.Outcome(removed(77)))
		})
	}
}
