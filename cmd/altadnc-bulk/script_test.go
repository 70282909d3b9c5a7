package main

import (
	"errors"
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"altadnc-bulk/pkg/api"
	"altadnc-bulk/pkg/api/sandbox"
)

func TestMain(m *testing.M) {
	// Under the race detector each command would sleep for a second at its end.
	os.Setenv("GORACE", "atexit_sleep_ms=0")
	if _, started := os.LookupEnv(schemaFolder); !started { // by a test: it works elsewhere
		folder, err := filepath.Abs("../../testdata/schemas")
		if err != nil {
			panic(err)
		}
		os.Setenv(schemaFolder, folder)
	}
	testscript.Main(m, map[string]func(){"altadnc-bulk": heldMain})
}

// TestScripts drives the built command the way a shell does: one behaviour a
// file, against a sandbox on a loopback port that records every request.
func TestScripts(t *testing.T) {
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(env *testscript.Env) error {
			env.Setenv("ROOT", root)
			env.Setenv("HOME", env.WorkDir)
			env.Setenv("XDG_STATE_HOME", filepath.Join(env.WorkDir, ".state"))
			env.Setenv("TZ", "UTC")
			env.Setenv("GORACE", os.Getenv("GORACE"))
			env.Setenv(schemaFolder, os.Getenv(schemaFolder))
			t, folder := env.T(), env.WorkDir
			env.Defer(func() {
				if _, err := checkJournals(folder); err != nil {
					t.Fatal(err)
				}
			})
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"api":      startAPI,
			"requests": countRequests,
			"code":     exitCode,
		},
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
	})
}

// recorder keeps what a script's sandbox was asked.
type recorder struct {
	mu       sync.Mutex
	requests []sandbox.Request
	seen     int
}

func (r *recorder) log(request sandbox.Request) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.requests = append(r.requests, request)
}

// startAPI is the script command `api [fault...]`: it serves a sandbox without
// a quota whose DNC list holds the addresses in the file onlist, the entries in
// onlist.jsonl, or the embedded list, and points the environment at it.
func startAPI(ts *testscript.TestScript, neg bool, args []string) {
	opts := sandbox.Options{Limit: -1, Token: "secret-token"}
	for _, text := range args {
		fault, err := sandbox.ParseFault(text)
		ts.Check(err)
		opts.Faults = append(opts.Faults, fault)
	}
	if content, err := os.ReadFile(ts.MkAbs("onlist")); err == nil {
		opts.List = []api.OptOut{}
		for line := range strings.Lines(string(content)) {
			id := api.Identifier{Type: api.Email, Value: strings.TrimSpace(line)}
			opts.List = append(opts.List, api.OptOut{Identifier: id})
		}
	}
	if _, err := os.Stat(ts.MkAbs("onlist.jsonl")); err == nil {
		var err error
		opts.List, err = readOptOuts(ts.MkAbs("onlist.jsonl"))
		ts.Check(err)
	}
	rec := &recorder{}
	opts.Log = rec.log
	handler, err := sandbox.New(opts)
	ts.Check(err)
	server := httptest.NewServer(handler)
	ts.Defer(server.Close)
	recorders.Store(ts.Getenv("WORK"), rec)
	ts.Setenv("ALTA_BASE_URL", server.URL+"/v1")
	ts.Setenv("ALTA_API_TOKEN", "secret-token")
}

// recorders finds the recorder of a script by its work folder.
var recorders sync.Map

// countRequests is the script command `requests N [WORD...]`: N requests since
// the last look, naming the given identifiers, in any order.
func countRequests(ts *testscript.TestScript, neg bool, args []string) {
	found, ok := recorders.Load(ts.Getenv("WORK"))
	if !ok {
		ts.Fatalf("requests: no api was started")
	}
	rec := found.(*recorder)
	rec.mu.Lock()
	defer rec.mu.Unlock()
	fresh := rec.requests[rec.seen:]
	rec.seen = len(rec.requests)
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	var all []string
	for _, r := range fresh {
		all = append(all, fmt.Sprintf("%s %d", r.Identifier.Value, r.Status))
	}
	if len(fresh) != want {
		ts.Fatalf("%d requests, want %d:\n%s", len(fresh), want, strings.Join(all, "\n"))
	}
	for _, value := range args[1:] {
		if !strings.Contains(strings.Join(all, "\n"), value) {
			ts.Fatalf("no request names %s:\n%s", value, strings.Join(all, "\n"))
		}
	}
}

// exitCode is the script command `code N PROGRAM ARG...`: it must exit with N.
func exitCode(ts *testscript.TestScript, neg bool, args []string) {
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	var exit *exec.ExitError
	if err := ts.Exec(args[1], args[2:]...); errors.As(err, &exit) {
		got = exit.ExitCode()
	} else if err != nil {
		ts.Fatalf("%s: %v", args[1], err)
	}
	if got != want {
		ts.Fatalf("%s exited with %d, want %d", strings.Join(args[1:], " "), got, want)
	}
}
