package main

import (
	"context"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"net"
	"net/http"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// wait is a place of the program that waits, how that ends, and the test that
// shows it: a folder, and the name of a test and its case.
type wait struct{ place, ends, shown string }

const (
	inWorker = "pkg/worker TestEveryWaitEnds/"
	inCmd    = "cmd/altadnc-bulk "
)

// waitsOfProgram are all of them. A signal is one that asks to end; from it on,
// requests under way have 8 s, and a second one ends the program at once. What a
// signal says of a run is true of --max-duration as well. Before and after a run
// the system ends the program at a signal, which loses nothing.
func waitsOfProgram() []wait {
	return []wait{
		// For the API.
		{"pkg/api/exchange.go exchange", "--timeout (30 s) from the look-up of the host to the last byte of the answer, or the signal's 8 s", "pkg/api TestTimeout"},
		{"pkg/api/exchange.go exchange", "the same while there is no connection: dialling, TLS, a proxy's CONNECT", "pkg/api TestEveryConnectionEnds"},
		{"pkg/api/exchange.go exchange", "in a run: --max-outage (15 min)", inWorker + "an answer that never comes"},
		{"pkg/worker/sender.go sleep", "after a signal: the 8 s themselves, or the last answer", inWorker + "an answer that never comes"},
		{"pkg/worker/sender.go sleep", "a backoff of at most a minute, or a signal", inWorker + "the pauses before retries"},
		{"pkg/worker/outage.go await", "--max-outage: each pause is at most a minute; or a signal", inWorker + "the end of an outage"},
		{"pkg/worker/outage.go await", "news of the one that asks, which has its own end", inWorker + "the one who asks whether an outage is over"},
		{"pkg/worker/suspicion.go admit", "news of the one that leaves alone, which has its own end; or a signal", inWorker + "the one who leaves alone"},
		{"pkg/worker/run.go sendAll", "that of all workers, which wait for nothing but the above", inWorker + "an answer"},
		{"pkg/worker/run.go settleTrouble", "the same", inWorker + "an answer for one entry that never comes"},

		// For the pace.
		{"pkg/worker/pace/pace.go Turn", "the turn before, or a signal", inWorker + "a turn of the pace"},
		{"pkg/worker/pace/pace.go await", "the interval, or a signal", inWorker + "a turn of the pace"},
		{"pkg/worker/pace/pace.go await", "--max-quota-wait (10 min) for a turn, whoever is told to wait and how often", inWorker + "the holds of other runs, without an end"},
		{"pkg/worker/pace/pace.go await", "an answer to one under way, where a server takes few at once", inWorker + "room beside those under way"},
		{"pkg/worker/pace/pace.go Lock", "the holder's, who waits for nothing but the lock of the file, a second", "pkg/worker/pace TestSharedGoesOnAlone/lock never released"},
		{"pkg/worker/pace/pace.go Unlock", "never waits: the lock is the caller's", "pkg/worker/pace TestSharedGoesOnAlone"},
		{"pkg/worker/pace/pace.go land", "never waits: who is told already need not be told again", inWorker + "room beside those under way"},
		{"pkg/worker/pace/shared.go take", "a second; then the run goes on without sharing its pace", "pkg/worker/pace TestSharedGoesOnAlone/lock never released"},

		// For the disk. A system call that never returns has no end but SIGKILL.
		{"pkg/journal/group.go append", "one write and one sync of another goroutine", "pkg/journal TestAppendsFromManyGoroutines"},
		{"pkg/journal/journal.go Close", "the same", "pkg/journal TestAppendsFromManyGoroutines"},
		{"pkg/journal/verify.go Digest", "the same", "pkg/journal TestAppendsFromManyGoroutines"},
		{"pkg/journal/recover.go save", "the end of a regular file", "pkg/journal TestEveryTruncationIsATornTail"},
		{"pkg/journal/verify.go Report", "the same", "pkg/journal TestReportOfAView"},
		{"pkg/journal/verify.go Verify", "the same", "pkg/journal TestEveryTruncationIsATornTail"},
		{"pkg/worker/list.go sum", "the same", "pkg/worker TestListThatChangesIsNotSent"},
		{"cmd/altadnc-bulk/page.go digest", "the end of a regular file", inCmd + "TestPageAddsUp"},
		{"pkg/journal/lock.go lockJournal", "five tries in 40 ms, then exit code 11", "pkg/journal TestOneRunPerJournal"},
		{"pkg/journal/lock.go Holder", "never waits: it tries", "pkg/journal TestOneRunPerJournal"},

		// For people, and other programs.
		{"cmd/altadnc-bulk/job.go typed", "an answer, the end of the terminal, or a signal", inCmd + "TestQuestion/interrupted"},
		{"cmd/altadnc-bulk/listflags.go spool", "the end of standard input, or a signal", inCmd + "TestSignalWhileStandardInputIsRead"},
		{"cmd/altadnc-bulk/ending.go post", "5 s, of which there are two; or a signal", inCmd + "TestPingEnds"},
		{"cmd/altadnc-bulk/signals.go briefly", "a second", inCmd + "TestBriefly"},
		{"cmd/altadnc-bulk/signals.go stopping", "the end of the work, or a signal, also where nobody reads what is written", inCmd + "TestSignalsWhereNobodyReads"},
		{"cmd/altadnc-bulk/progress.go follow", "the end of what is followed", inCmd + "TestProgressWithoutTerminal"},
		{"cmd/altadnc-bulk/serve.go run", "a signal: it is a server", inCmd + "TestScripts"},
		{"cmd/altadnc-bulk/serve.go serve", "never waits: there is room for the one error", inCmd + "TestScripts"},
		{"pkg/api/sandbox/trigger.go wait", "the delay that was asked for, or the end of the request", inWorker + "an answer"},
		{"pkg/api/sandbox/sandboxtest/transport.go RoundTrip", "that of the handler or of the request; for tests", "pkg/api/sandbox/sandboxtest TestTransport/context ended meanwhile"},
	}
}

// Whoever makes the program wait for something else says here how that ends, and
// shows it.
func TestEveryWaitIsListed(t *testing.T) {
	root := filepath.Join("..", "..")
	listed := map[string]bool{}
	for _, w := range waitsOfProgram() {
		listed[w.place] = true
		folder, test, _ := strings.Cut(w.shown, " ")
		if !hasTest(t, filepath.Join(root, folder), test) {
			t.Errorf("%s: there is no %s in %s", w.place, test, folder)
		}
	}
	var found []string
	err := filepath.WalkDir(root, func(file string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(file, ".go") || strings.HasSuffix(file, "_test.go") {
			return err
		}
		name, err := filepath.Rel(root, file)
		found = append(found, waitingFunctions(t, file, filepath.ToSlash(name))...)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, place := range found {
		if !listed[place] {
			t.Errorf("%s waits for something, and waitsOfProgram does not say how that ends", place)
		}
		delete(listed, place)
	}
	for place := range listed {
		t.Errorf("%s is listed, and waits for nothing", place)
	}
}

// hasTest reports whether a folder's tests have the one of that name, with its case.
func hasTest(t *testing.T, folder, name string) bool {
	t.Helper()
	name, rest, _ := strings.Cut(name, "/")
	files, err := filepath.Glob(filepath.Join(folder, "*_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	return slices.ContainsFunc(files, func(file string) bool {
		text, err := os.ReadFile(file)
		return err == nil && strings.Contains(string(text), "func "+name+"(") && strings.Contains(string(text), rest)
	})
}

// waitingFunctions returns the functions of a file that wait for something: "file
// function". A sync.Mutex is left out: what is done under one is short, or writes to
// a disk.
func waitingFunctions(t *testing.T, file, name string) []string {
	t.Helper()
	parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	places := map[string]bool{}
	for _, d := range parsed.Decls {
		f, ok := d.(*ast.FuncDecl)
		if !ok {
			continue
		}
		ast.Inspect(f, func(n ast.Node) bool {
			if waits(n) {
				places[name+" "+f.Name.Name] = true
			}
			return true
		})
	}
	return slices.Sorted(maps.Keys(places))
}

// waits reports whether a piece of a program is of the kind that waits.
func waits(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.SelectStmt, *ast.SendStmt:
		return true
	case *ast.UnaryExpr:
		return n.Op == token.ARROW
	case *ast.CallExpr:
		f, ok := n.Fun.(*ast.SelectorExpr)
		if !ok {
			return false
		}
		of, _ := f.X.(*ast.Ident)
		switch f.Sel.Name {
		case "After", "Tick", "Sleep":
			return of != nil && of.Name == "time"
		case "Copy":
			return of != nil && of.Name == "io"
		case "NewTimer", "NewTicker", "Wait", "Serve", "ReadString", "RoundTrip", "Do", "Dial",
			"WithTimeout", "WithTimeoutCause", "WithDeadline", "WithDeadlineCause", "TryLock", "TryRLock", "TryLockContext":
			return true
		}
	}
	return false
}

// TestPingEnds: a monitor that never answers costs ten seconds.
func TestPingEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		old := http.DefaultTransport
		defer func() { http.DefaultTransport = old }()
		over := make(chan struct{})
		defer close(over)
		http.DefaultTransport = &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) {
			<-over
			return nil, errors.New("over")
		}}
		var stderr strings.Builder
		began := time.Now()
		(&app{stderr: &stderr}).ping("https://monitor.example.com", "0", "all is well")
		if took := time.Since(began); took != 10*time.Second || strings.Count(stderr.String(), "warning") != 1 {
			t.Errorf("took %s:\n%s", took, &stderr)
		}
	})
}

func TestBriefly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		read := make(chan struct{})
		defer close(read)
		began := time.Now()
		briefly(func() { <-read })
		if took := time.Since(began); took != time.Second {
			t.Errorf("took %s", took)
		}
	})
}

// TestSignalWhileStandardInputIsRead: a list that never ends can be interrupted.
func TestSignalWhileStandardInputIsRead(t *testing.T) {
	o := newOracle(t, nil)
	cmd := o.command("remove", "--yes", "--journal", path.Join(t.TempDir(), "journal"), "-")
	list, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := list.Write(make([]byte, 1<<20)); err != nil { // more than a pipe holds: it reads
		t.Fatal(err)
	}
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err == nil || o.count.Load() > 0 {
		t.Errorf("ended with %v after %d requests", err, o.count.Load())
	}
}
