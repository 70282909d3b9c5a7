//go:build unix

package pace

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/gofrs/flock"

	"altadnc-bulk/pkg/api"
)

// childDepartures is how many departures a child makes, and childInterval what
// lies between them.
const (
	childDepartures = 24
	childInterval   = 50 * time.Millisecond
)

// TestPaceChild is the process that the tests below start: 16 waiters that
// share one pace, and with it that of other children, print when they departed.
func TestPaceChild(t *testing.T) {
	dir := os.Getenv("ALTADNC_PACE_CHILD")
	if dir == "" {
		return // not started by a test
	}
	shared := openShared(t, dir)
	if os.Getenv("ALTADNC_PACE_CHILD_LOCKS") != "" {
		flock.New(shared.lockPath()).Lock()
		fmt.Println("departed", time.Now().UnixNano())
		select {}
	}
	pace := New(Config{Rate: Rate{PerMinute: float64(time.Minute / childInterval)}, Shared: shared})
	left := make(chan time.Time)
	for range 16 {
		go func() {
			for {
				if depart(t.Context(), pace, nil) != nil {
					return
				}
				left <- time.Now()
			}
		}()
	}
	for range childDepartures {
		fmt.Println("departed", (<-left).UnixNano())
	}
}

type child struct {
	t   *testing.T
	cmd *exec.Cmd
	out *bufio.Scanner
}

func startChild(t *testing.T, dir string, env ...string) *child {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestPaceChild$")
	cmd.Env = append(append(os.Environ(), "ALTADNC_PACE_CHILD="+dir), env...)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return &child{t, cmd, bufio.NewScanner(out)}
}

// next returns the time of the next departure, false when there is none.
func (c *child) next() (time.Time, bool) {
	for c.out.Scan() {
		var nanos string
		if n, _ := fmt.Sscanf(c.out.Text(), "departed %s", &nanos); n == 1 {
			unix, err := strconv.ParseInt(nanos, 10, 64)
			if err != nil {
				c.t.Error(err)
			}
			return time.Unix(0, unix), true
		}
	}
	return time.Time{}, false
}

// A slow machine departs later, never earlier: so these tests only ask how
// early the last departure was.

func TestSharedOfProcesses(t *testing.T) {
	if testing.Short() {
		t.Skip("takes more than two seconds")
	}
	for _, n := range []int{2, 3} {
		dir, start := t.TempDir(), time.Now()
		var children []*child
		for range n {
			children = append(children, startChild(t, dir))
		}
		var last time.Time
		total := 0
		for _, c := range children {
			for at, ok := c.next(); ok; at, ok = c.next() {
				last = later(last, at)
				total++
			}
			if err := c.cmd.Wait(); err != nil {
				t.Error(err)
			}
		}
		if least := time.Duration(total) * childInterval * 99 / 100; total != n*childDepartures || last.Sub(start) < least {
			t.Errorf("%d processes made %d departures in %s, want at least %s", n, total, last.Sub(start), least)
		}
	}
}

func TestPaceFrozenProcess(t *testing.T) {
	if testing.Short() {
		t.Skip("takes more than two seconds")
	}
	c := startChild(t, t.TempDir())
	c.next()
	if err := c.cmd.Process.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	time.Sleep(1500 * time.Millisecond) // the freeze
	thawed := time.Now()
	if err := c.cmd.Process.Signal(syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
	var last time.Time
	n := 0
	for at, ok := c.next(); ok; at, ok = c.next() {
		if at.After(thawed) {
			last = at
			n++
		}
	}
	// One was due, and one may have had its turn before the freeze.
	if least := time.Duration(n-2) * childInterval * 99 / 100; last.Sub(thawed) < least {
		t.Errorf("%d departures within %s after the freeze, want at least %s", n, last.Sub(thawed), least)
	}
	if err := c.cmd.Wait(); err != nil {
		t.Error(err)
	}
}

func TestSharedLockDiesWithItsProcess(t *testing.T) {
	dir := t.TempDir()
	c := startChild(t, dir, "ALTADNC_PACE_CHILD_LOCKS=1")
	c.next()
	if err := c.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	c.cmd.Wait()
	openShared(t, dir)
}

// A file of the pace that is a link or a pipe is not written through, made or
// waited for.
func TestSharedFollowsNoLink(t *testing.T) {
	const precious = "identifier,type\nada@example.com,email\n"
	for name, place := range map[string]func(list, path string) error{
		"a link":            os.Symlink,
		"a link to nothing": func(list, path string) error { return os.Symlink(list+".none", path) },
		"a pipe":            func(_, path string) error { return syscall.Mkfifo(path, 0o600) },
	} {
		for _, pathOf := range []func(*Shared) string{(*Shared).path, (*Shared).lockPath} {
			dir := t.TempDir()
			list, path := filepath.Join(dir, "list.csv"), pathOf(openShared(t, dir))
			if err := errors.Join(os.WriteFile(list, []byte(precious), 0o600), os.Remove(path), place(list, path)); err != nil {
				t.Fatal(err)
			}
			if _, err := OpenShared(dir, Account{BaseURL: "http://127.0.0.1/v1", Token: api.NewToken("secret")}); err == nil || !strings.Contains(err.Error(), path+": not a regular file; move it away") {
				t.Errorf("%s: %v", name, err)
			}
			if got, err := os.ReadFile(list); err != nil || string(got) != precious {
				t.Errorf("%s: the list is now %q (%v)", name, got, err)
			}
			if _, err := os.Lstat(list + ".none"); err == nil {
				t.Errorf("%s was followed", name)
			}
		}
	}
}

// Nor is one that takes the place of a file between the look and the open.
func TestOpenFlagsFollowNoLink(t *testing.T) {
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(link+".none", link); err != nil {
		t.Fatal(err)
	}
	if f, err := os.OpenFile(link, os.O_CREATE|os.O_RDWR|openFlags, 0o600); err == nil {
		f.Close()
		t.Error("the link was followed")
	}
}
