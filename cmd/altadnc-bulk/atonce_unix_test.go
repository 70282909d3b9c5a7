//go:build unix

package main

import (
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"altadnc-bulk/pkg/api/sandbox"
)

// account is the API with the account's true quota, and one machine that uses it.
type account struct {
	t      *testing.T
	seen   recorder
	server *httptest.Server
	state  string
	count  atomic.Int64
	killAt atomic.Int64 // the request that kills who sent it
	victim atomic.Pointer[os.Process]
}

func newAccount(t *testing.T, kind sandbox.WindowKind) *account {
	t.Helper()
	a := &account{t: t, state: t.TempDir()}
	box, err := sandbox.New(sandbox.Options{Kind: kind, Log: a.seen.log})
	if err != nil {
		t.Fatal(err)
	}
	a.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if a.count.Add(1) == a.killAt.Load() {
			a.victim.Load().Signal(syscall.SIGKILL)
		}
		box.ServeHTTP(w, r)
	}))
	t.Cleanup(a.server.Close)
	return a
}

func (a *account) command(args ...string) *exec.Cmd {
	cmd := exec.Command("altadnc-bulk", args...)
	cmd.Env = append(os.Environ(), "ALTA_BASE_URL="+a.server.URL+"/v1", "ALTA_API_TOKEN=token", "XDG_STATE_HOME="+a.state)
	return cmd
}

// A run that is killed while requests leave at once, again and again, exceeds no
// quota: the next one knows what left.
func TestKillAtOnce(t *testing.T) {
	if testing.Short() {
		t.Skip("takes a quarter of a minute")
	}
	const kills = 12
	a := newAccount(t, sandbox.Sliding)
	path, _ := writeList(t, 300, 0)
	for range kills {
		cmd := a.command("remove", "--yes", "-q", path)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		a.victim.Store(cmd.Process)
		a.killAt.Store(a.count.Load() + 2 + rand.Int64N(8))
		cmd.Wait()
		if cmd.ProcessState.Sys().(syscall.WaitStatus).Signal() != syscall.SIGKILL {
			t.Fatalf("ended by itself: %s", cmd.ProcessState)
		}
	}
	if err := a.command("remove", "--yes", "-q", "--max-duration", "6s", path).Run(); exitCodeOf(t, err) != exitLimit {
		t.Fatal(err)
	}
	a.server.Close() // nothing is under way any more
	n, first, last := len(a.seen.requests), a.seen.requests[0].Time, a.seen.requests[len(a.seen.requests)-1].Time
	t.Logf("%d kills, %d requests in %s", kills, n, last.Sub(first).Round(time.Second))
	_, refused := arrived(a.seen.requests, time.Hour)
	if most := most(a.seen.requests); most > 99 || refused > 0 || n < 80 || last.Sub(first) > 50*time.Second {
		t.Errorf("%d requests in %s, at most %d in 60 s, %d refused; want 80 to 99 within a minute", n, last.Sub(first), most, refused)
	}
}

// A list of 80 is done in seconds where the API shows that the minute is unused.
func TestShortListAtOnce(t *testing.T) {
	for _, kind := range []sandbox.WindowKind{sandbox.Fixed, sandbox.Sliding} {
		a := newAccount(t, kind)
		path, _ := writeList(t, 80, 0)
		started := time.Now()
		if out, err := a.command("remove", "--yes", "-q", path).CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		took := time.Since(started)
		t.Logf("%s window: 80 requests took %s", kind, took.Round(time.Millisecond))
		a.server.Close() // nothing is under way any more
		if _, refused := arrived(a.seen.requests, time.Hour); refused > 0 || len(a.seen.requests) != 80 || took > 30*time.Second {
			t.Errorf("%s window: %d requests in %s, %d refused; evenly it would take 50 s", kind, len(a.seen.requests), took, refused)
		}
	}
}
