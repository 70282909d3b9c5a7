package main

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"altadnc-bulk/pkg/api"
	"altadnc-bulk/pkg/api/sandbox"
)

// oracle is a sandbox that knows what really happened: the truth that reports
// are compared with.
type oracle struct {
	t       *testing.T
	sandbox *sandbox.Sandbox
	server  *httptest.Server

	mu      sync.Mutex
	asked   map[string]int  // requests by identifier
	applied map[string]bool // removed here, whether or not anybody heard of it
	gone    map[string]bool // of these, those that were not put back since

	count atomic.Int64
	hook  atomic.Pointer[hook]
}

// hook is called before and after a request is carried out; n counts requests.
type hook func(n int64, when string)

func newOracle(t *testing.T, onList []string) *oracle {
	t.Helper()
	list := []api.OptOut{}
	for _, value := range onList {
		list = append(list, api.OptOut{Identifier: api.Identifier{Type: api.Email, Value: value}})
	}
	return newOracleOf(t, list, 0)
}

// newOracleOf is newOracle with entries as the API stores them, in pages of at
// most pageLimit.
func newOracleOf(t *testing.T, list []api.OptOut, pageLimit int) *oracle {
	t.Helper()
	o := &oracle{t: t, asked: map[string]int{}, applied: map[string]bool{}, gone: map[string]bool{}}
	o.setHook(func(int64, string) {})
	opts := sandbox.Options{Limit: -1, List: list, PageLimit: pageLimit, Log: o.log}
	var err error
	if o.sandbox, err = sandbox.New(opts); err != nil {
		t.Fatal(err)
	}
	o.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n := o.count.Add(1)
		(*o.hook.Load())(n, "before")
		o.sandbox.ServeHTTP(w, r)
		o.back()
		(*o.hook.Load())(n, "after")
	}))
	t.Cleanup(o.server.Close)
	return o
}

func (o *oracle) setHook(h hook) { o.hook.Store(&h) }

func (o *oracle) log(r sandbox.Request) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.asked[r.Identifier.Value]++
	if r.Applied && r.Method == http.MethodDelete {
		o.applied[r.Identifier.Value] = true
		o.gone[r.Identifier.Value] = true
	}
}

// back notes who is on the list again.
func (o *oracle) back() {
	on := o.sandbox.OptOuts()
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, e := range on {
		delete(o.gone, e.Value)
	}
}

// command returns the built command with args, pointed at the oracle.
func (o *oracle) command(args ...string) *exec.Cmd {
	cmd := exec.Command("altadnc-bulk", args...)
	cmd.Env = append(os.Environ(), "ALTA_BASE_URL="+o.server.URL+"/v1", "ALTA_API_TOKEN=token", "XDG_STATE_HOME="+o.t.TempDir())
	return cmd
}

// writeList writes keys numbered addresses and then the first duplicates of them.
func writeList(t *testing.T, keys, duplicates int) (path string, addresses []string) {
	t.Helper()
	var b strings.Builder
	b.WriteString("identifier,type\n")
	for i := range keys {
		addresses = append(addresses, fmt.Sprintf("p%03d@example.com", i))
	}
	for _, a := range append(addresses, addresses[:duplicates]...) {
		fmt.Fprintf(&b, "%s,email\n", a)
	}
	path = filepath.Join(t.TempDir(), "list.csv")
	if err := os.WriteFile(path, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	return path, addresses
}

func exitCodeOf(t *testing.T, err error) int {
	t.Helper()
	if err == nil {
		return 0
	}
	exit, ok := err.(*exec.ExitError)
	if !ok {
		t.Fatal(err)
	}
	return exit.ExitCode()
}

// interrupt interrupts a command at its nth request. That one and those beside it
// are answered while the command stops.
func (o *oracle) interrupt(n int64, args ...string) (stdout []byte, code int) {
	o.t.Helper()
	cmd := o.command(args...)
	var out bytes.Buffer
	cmd.Stdout = &out
	stderr, err := cmd.StderrPipe()
	if err != nil {
		o.t.Fatal(err)
	}
	at := o.count.Load() + n
	started, stopping := make(chan struct{}), make(chan struct{})
	o.setHook(func(n int64, when string) {
		if n < at || when != "before" {
			return
		}
		if n == at {
			<-started
			cmd.Process.Signal(os.Interrupt)
		}
		<-stopping
	})
	defer o.setHook(func(int64, string) {})
	if err := cmd.Start(); err != nil {
		o.t.Fatal(err)
	}
	close(started)
	lines := bufio.NewScanner(stderr)
	for lines.Scan() {
		if strings.Contains(lines.Text(), "stopping") {
			close(stopping)
		}
	}
	code = exitCodeOf(o.t, cmd.Wait())
	return out.Bytes(), code
}

func TestInterruptAndResume(t *testing.T) {
	path, keys := writeList(t, 300, 20)
	o := newOracle(t, keys[:240])
	if _, code := o.interrupt(150, "remove", "--yes", "--rate", "0", "--json", path); code != 130 {
		t.Fatalf("interrupted run exited with %d, want 130", code)
	}
	if n := o.count.Load(); n < 150 || n > 160 {
		t.Fatalf("%d requests in the interrupted run, want it to stop in the middle", n)
	}

	for run, want := range []int{240 + 60, 300} {
		before := o.count.Load()
		out, err := o.command("remove", "--yes", "--rate", "0", "--json", path).Output()
		if code := exitCodeOf(t, err); code != 0 {
			t.Fatalf("run %d exited with %d, want 0", run+2, code)
		}
		var s removeSummary
		if err := json.Unmarshal(out, &s); err != nil {
			t.Fatal(err)
		}
		if run == 1 && (o.count.Load() != before || s.Skipped != int64(want)) {
			t.Errorf("the third run sent %d requests and skipped %d, want 0 and %d", o.count.Load()-before, s.Skipped, want)
		}
	}
	o.compare(path, 0)
	if n := o.count.Load(); n != 300 {
		t.Errorf("%d requests for 300 keys", n)
	}
}

// compare holds the report of a finished list against what really happened.
func (o *oracle) compare(path string, unsureAtMost int) {
	t := o.t
	t.Helper()
	out, err := o.command("report", path).Output()
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(bytes.NewReader(out)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	column := map[string]int{}
	for i, name := range rows[0] {
		column[name] = i
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	unsure := 0
	for _, row := range rows[1:] {
		key, outcome := row[column["identifier"]], row[column["dnc_outcome"]]
		switch {
		case outcome == "duplicate":
		case row[column["dnc_unsure"]] == "true":
			unsure++
		case outcome == "removed" && !o.applied[key]:
			t.Errorf("%s: reported as removed, and it was not", key)
		case outcome == "not_found" && o.applied[key]:
			t.Errorf("%s: reported as surely not found, and it was removed", key)
		case outcome != "removed" && outcome != "not_found":
			t.Errorf("%s: %s, want it to be resolved", key, outcome)
		}
		if o.asked[key] == 0 {
			t.Errorf("%s was never asked for", key)
		}
	}
	if unsure > unsureAtMost {
		t.Errorf("%d outcomes are unsure, want at most %d", unsure, unsureAtMost)
	}
	if left := o.sandbox.OptOuts(); len(left) > 0 {
		t.Errorf("%d entries are still on the list, such as %s", len(left), left[0].Identifier.Value)
	}
}

// kills is how often TestKill ends a run with SIGKILL.
const kills = 100

// TestKill ends runs with SIGKILL at random moments until the list is done: at
// a request, before or after it was carried out, or some time later.
func TestKill(t *testing.T) {
	t.Parallel()
	kills := kills
	if testing.Short() {
		kills = 10
	}
	const workers = 4
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	done, lists, requests := 0, 0, int64(0)
	for done < kills {
		path, keys := writeList(t, 60, 5)
		o := newOracle(t, keys[:45])
		n, _ := o.killUntil(random, 12, exitOK, "remove", "--yes", "--rate", "0", "--workers", fmt.Sprint(workers), "-q", path)
		o.compare(path, n*workers)
		if got := o.count.Load(); got > int64(len(keys)+n*workers) {
			t.Errorf("%d requests for %d keys and %d kills", got, len(keys), n)
		}
		done, lists, requests = done+n, lists+1, requests+o.count.Load()
	}
	t.Logf("%d kills over %d lists of 60 keys, %d requests", done, lists, requests)
}
