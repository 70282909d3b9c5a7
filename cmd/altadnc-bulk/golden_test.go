package main

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"

	"altadnc-bulk/pkg/api/sandbox"
)

// session is a transcript of commands and what they print, as on a terminal.
// The program runs within the test, in a folder of its own.
type session struct {
	t      *testing.T
	env    map[string]string
	folder string
	last   string // output of the last command
	code   int    // its exit code
	text   bytes.Buffer

	handler atomic.Pointer[http.Handler] // what answers at ALTA_BASE_URL
}

func newSession(t *testing.T) *session {
	s := &session{t: t, env: map[string]string{"ALTA_API_TOKEN": "secret-of-the-test"}, folder: t.TempDir()}
	t.Chdir(s.folder)
	t.Setenv("XDG_STATE_HOME", s.folder)
	return s
}

// file writes a file of the session's folder.
func (s *session) file(name, content string) {
	s.t.Helper()
	if err := os.WriteFile(filepath.Join(s.folder, name), []byte(content), 0o600); err != nil {
		s.t.Fatal(err)
	}
}

// sandbox serves the API with the embedded list, without a quota.
func (s *session) sandbox(faults ...string) {
	s.t.Helper()
	opts := sandbox.Options{Limit: -1}
	for _, text := range faults {
		fault, err := sandbox.ParseFault(text)
		if err != nil {
			s.t.Fatal(err)
		}
		opts.Faults = append(opts.Faults, fault)
	}
	handler, err := sandbox.New(opts)
	if err != nil {
		s.t.Fatal(err)
	}
	s.serve(handler)
}

// serve makes handler answer from now on, at the same address as before.
func (s *session) serve(handler http.Handler) {
	if s.handler.Swap(&handler) != nil {
		return
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { (*s.handler.Load()).ServeHTTP(w, r) }))
	s.t.Cleanup(server.Close)
	s.env["ALTA_BASE_URL"] = server.URL + "/v1"
}

// say writes a heading into the transcript.
func (s *session) say(heading string) { fmt.Fprintf(&s.text, "# %s\n", heading) }

// run carries out one command line and adds it to the transcript.
func (s *session) run(args ...string) {
	var out, stdout bytes.Buffer
	a := &app{stdin: strings.NewReader(""), stdout: io.MultiWriter(&out, &stdout), stderr: &out, getenv: func(name string) string { return s.env[name] }}
	s.code = a.run(args)
	s.checkSchema(args, stdout.Bytes())
	s.last = s.steady(out.String())
	line := "$ altadnc-bulk"
	for _, arg := range args {
		line += " " + shellQuote(arg)
	}
	fmt.Fprintf(&s.text, "%s\n%sexit %d\n\n", printable(s.steady(line)), s.last, s.code)
}

// steady puts names in the place of what differs from run to run.
func (s *session) steady(text string) string {
	text = strings.ReplaceAll(text, s.folder, "FOLDER")
	for _, r := range []struct{ pattern, name string }{
		{`127\.0\.0\.1:\d+`, "127.0.0.1:PORT"},
		{`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)`, "TIME"},
		{`\d{4}-\d\d-\d\d( \d\d:\d\d(:\d\d)? [A-Z]+[+-]?\d*)?`, "DATE"},
		{`until .*\d\d:\d\d [A-Z]+[+-]?\d*`, "until CLOCK"},
		{`at \d\d:\d\d:\d\d [A-Z]+[+-]?\d*`, "at CLOCK"},
		{`(sha256"?:? "?)[0-9a-f]{64}`, "${1}DIGEST"},
		{`process \d+ on "[^"]*"`, `process PID on "HOST"`},
		{`\.prom-\d+`, ".prom-RANDOM"},
		{`after \d+s`, "after 0s"},
		{`\(byte \d+\)`, "(byte N)"},
		{` +\d+ (good records|minutes? of requests)`, " N $1"}, // as many as the clock made
	} {
		text = regexp.MustCompile(r.pattern).ReplaceAllString(text, r.name)
	}
	return text
}

// golden compares the transcript with testdata/golden/NAME, or writes it with
// UPDATE_GOLDEN=1 in the environment.
func (s *session) golden(name string, folder string) {
	s.t.Helper()
	path := filepath.Join(folder, "testdata", "golden", name)
	if os.Getenv("UPDATE_GOLDEN") != "" {
		if err := os.WriteFile(path, s.text.Bytes(), 0o644); err != nil {
			s.t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		s.t.Fatal(err)
	}
	if bytes.Equal(want, s.text.Bytes()) {
		return
	}
	got, old := strings.Split(s.text.String(), "\n"), strings.Split(string(want), "\n")
	for i := range max(len(got), len(old)) {
		if i >= len(got) || i >= len(old) || got[i] != old[i] {
			s.t.Fatalf("%s:%d differs; UPDATE_GOLDEN=1 go test ./cmd/altadnc-bulk writes it anew\n got %q\nwant %q",
				path, i+1, strings.Join(got[min(i, len(got)):min(i+3, len(got))], "\n"), strings.Join(old[min(i, len(old)):min(i+3, len(old))], "\n"))
		}
	}
}

// here is the folder of this package, before a test leaves it.
func here(t *testing.T) string {
	t.Helper()
	folder, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	return folder
}

func readShared(t *testing.T, folder, name string) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(folder, "..", "..", "testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// TestGoldenRuns holds what a person sees of a list from the plan to the report.
func TestGoldenRuns(t *testing.T) {
	folder := here(t)
	s := newSession(t)
	s.file("crm-export.csv", readShared(t, folder, "crm-export.csv"))
	s.say("The plan at the usual pace")
	s.sandbox()
	s.run("remove", "--dry-run", "crm-export.csv")
	s.run("remove", "--dry-run", "--limit", "5", "--max-duration", "1s", "crm-export.csv")
	s.say("Nothing was sent yet")
	s.run("status", "crm-export.csv")
	s.say("A part of it, then the rest, then once more")
	s.run("remove", "--yes", "--rate", "0", "--workers", "1", "--limit", "4", "crm-export.csv")
	s.run("status", "crm-export.csv")
	s.run("remove", "--yes", "--rate", "0", "--workers", "1", "crm-export.csv")
	s.run("remove", "--yes", "--rate", "0", "--workers", "1", "crm-export.csv")
	s.run("remove", "--yes", "--rate", "0", "--workers", "1", "-q", "crm-export.csv")
	s.say("As it stands now")
	s.run("status", "crm-export.csv")
	s.run("report", "--outcome", "failed", "crm-export.csv")
	s.run("journal", "verify", "crm-export.csv.journal")
	s.golden("runs.txt", folder)
}

// TestGoldenTrouble holds what a person sees when answers fail.
func TestGoldenTrouble(t *testing.T) {
	folder := here(t)
	s := newSession(t)
	s.file("list.csv", "identifier,type\n"+"ada.lovell@example.com,email\nben.okafor@example.com,email\nnobody@example.com,email\n")
	s.say("Two refusals, then an answer that never came and a 404 after it")
	s.sandbox("400,first=2", "drop-after,identifier=nobody@example.com")
	s.run("remove", "--yes", "--rate", "0", "--workers", "1", "--max-attempts", "1", "list.csv")
	s.run("status", "list.csv")
	s.sandbox()
	s.run("remove", "--yes", "--rate", "0", "--workers", "1", "-v", "list.csv")
	s.run("status", "list.csv")
	s.say("The same for a program")
	s.file("other.csv", "identifier,type\nada.lovell@example.com,email\nADA.lovell@example.com,email\nnobody,email\n")
	s.run("remove", "--dry-run", "--json", "other.csv")
	s.run("remove", "--yes", "--rate", "0", "--json", "-q", "--journal", "named.journal", "other.csv")
	s.run("status", "--json", "--journal", "named.journal", "other.csv")
	s.golden("trouble.txt", folder)
}

// TestGoldenHelp holds the help of every command, and with it the list of
// commands: one that is added shows up here.
func TestGoldenHelp(t *testing.T) {
	folder := here(t)
	s := newSession(t)
	s.run("--help")
	for _, cmd := range (&app{}).command().Commands() {
		if cmd.Name() == "completion" || cmd.Name() == "help" {
			continue
		}
		s.run(cmd.Name(), "--help")
		for _, sub := range cmd.Commands() {
			s.run(cmd.Name(), sub.Name(), "--help")
		}
	}
	s.golden("help.txt", folder)
}
