package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"altadnc-bulk/pkg/journal"
)

// pinged is a monitor that notes what it receives.
type pinged struct {
	paths, bodies []string
	token         bool
}

func (p *pinged) ServeHTTP(_ http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	p.paths, p.bodies = append(p.paths, r.URL.Path), append(p.bodies, string(body))
	p.token = p.token || r.Header.Get("Authorization") != ""
}

// runApart is run with the streams kept apart.
func (s *session) runApart(args ...string) (code int, stdout, stderr string) {
	var out, errs bytes.Buffer
	a := &app{stdin: strings.NewReader(""), stdout: &out, stderr: &errs, getenv: func(name string) string { return s.env[name] }}
	code = a.run(args)
	s.checkSchema(args, out.Bytes())
	return code, out.String(), errs.String()
}

// TestEveryEnd: a program that reads JSON, a collector of metrics and a monitor
// hear of every end, also of one before anything was read.
func TestEveryEnd(t *testing.T) {
	s := newSession(t)
	s.sandbox()
	s.file("two.csv", "identifier,type\nada.lovell@example.com,email\nben.okafor@example.com,email\n")
	s.file("done.csv", "identifier,type\nada.lovell@example.com,email\n")
	s.file("foreign.csv", "colour,size\nred,4\n")
	s.file("damaged.csv", "identifier,type\nada.lovell@example.com,email\n")
	if err := os.Mkdir("empty", 0o700); err != nil {
		t.Fatal(err)
	}
	s.checkRun("remove", "--yes", "-q", "--rate", "0", "done.csv")
	s.checkRun("remove", "--yes", "-q", "--rate", "0", "damaged.csv")
	damage(t, "damaged.csv.journal")
	s.checkRun("remove", "--yes", "-q", "--rate", "0", "--journal", "locked.journal", "done.csv")
	holder, err := journal.Open("locked.journal", journal.Identity{BaseURL: s.env["ALTA_BASE_URL"]})
	if err != nil {
		t.Fatal(err)
	}
	defer holder.Close()

	for _, tt := range []struct {
		name  string
		code  int
		paths string // of the pings
		env   string // NAME=VALUE for this run
		args  []string
	}{
		{"finished", 0, "/start /0", "", []string{"remove", "--yes", "done.csv"}},
		{"finished in silence", 0, "/start /0", "", []string{"remove", "--yes", "-q", "done.csv"}},
		{"limit", 10, "/start /10", "", []string{"remove", "--yes", "--limit", "1", "two.csv"}},
		{"no list named", 2, "/2", "", []string{"remove"}},
		{"flag not known", 2, "/2", "", []string{"remove", "--colour", "two.csv"}},
		{"flag not understood", 2, "/2", "", []string{"remove", "--limit", "many", "two.csv"}},
		{"flag refused", 2, "/2", "", []string{"remove", "--limit", "-1", "two.csv"}},
		{"variable not understood", 2, "/2", "ALTADNC_LIMIT=many", []string{"remove", "--yes", "two.csv"}},
		{"no such list", 2, "/start /2", "", []string{"remove", "--yes", "missing.csv"}},
		{"foreign columns", 2, "/start /2", "", []string{"remove", "--yes", "foreign.csv"}},
		{"no token", 2, "/start /2", "ALTA_API_TOKEN=", []string{"remove", "--yes", "two.csv"}},
		{"no terminal", 2, "/start /2", "", []string{"remove", "--again", "done.csv"}},
		{"too many", 2, "/start /2", "", []string{"remove", "--again", "--yes", "--journal", "new.journal", "--max-removals", "1", "two.csv"}},
		{"journal damaged", 6, "/start /6", "", []string{"remove", "--yes", "damaged.csv"}},
		{"journal locked", 11, "/start /11", "", []string{"remove", "--yes", "--journal", "locked.journal", "two.csv"}},
		{"not authorized", 4, "/start /4", "ALTA_BASE_URL=" + refusing(t), []string{"remove", "--yes", "--journal", "other.journal", "two.csv"}},
		{"no folder", 2, "/start /2", "", []string{"sweep", "--yes", "missing"}},
		{"folder without lists", 0, "/start /0", "", []string{"sweep", "--yes", "empty"}},
		{"verify without a journal", 2, "/start /2", "", []string{"verify", "two.csv.gz"}},
		{"restore without a journal", 2, "/start /2", "", []string{"restore", "--yes", "two.csv.gz"}},
		{"restore", 0, "/start /0", "", []string{"restore", "--yes", "done.csv"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			monitor := &pinged{}
			server := httptest.NewServer(monitor)
			defer server.Close()
			old := s.env
			defer func() { s.env = old }()
			s.env = map[string]string{"ALTADNC_PING_URL": server.URL, "ALTADNC_METRICS_FILE": "m.prom", "ALTADNC_JSON": "true", "ALTADNC_RATE": "0"}
			for name, value := range old {
				s.env[name] = value
			}
			if name, value, ok := strings.Cut(tt.env, "="); ok {
				s.env[name] = value
			}
			os.Remove("m.prom")
			code, stdout, stderr := s.runApart(tt.args...)
			if code != tt.code {
				t.Errorf("exit code %d, want %d:\n%s", code, tt.code, stderr)
			}
			checkEndJSON(t, stdout, code)
			prom, err := os.ReadFile("m.prom")
			if err != nil || !strings.Contains(string(prom), fmt.Sprintf("\"} %d\n# HELP altadnc_last_run_timestamp", code)) || !strings.Contains(string(prom), "altadnc_exit_code{list=") {
				t.Errorf("the metrics do not tell: %v\n%s", err, prom)
			}
			if got := strings.Join(monitor.paths, " "); got != tt.paths {
				t.Errorf("pings %q, want %q", got, tt.paths)
			}
			if told := strings.Join(monitor.bodies, ""); strings.Contains(told, "@") || told == "" || monitor.token {
				t.Errorf("the monitor was told, token %v:\n%s", monitor.token, told)
			}
		})
	}
}

// checkEndJSON expects one object with the exit code, and with the error if
// something ended early.
func checkEndJSON(t *testing.T, stdout string, code int) {
	t.Helper()
	var object struct {
		ExitCode *int   `json:"exit_code"`
		Error    string `json:"error"`
		Entries  *int64 `json:"entries"`
		Keys     *int64 `json:"keys"`
		Folder   string `json:"folder"`
	}
	if err := json.Unmarshal([]byte(stdout), &object); err != nil || object.ExitCode == nil || *object.ExitCode != code {
		t.Errorf("the JSON does not tell exit code %d: %v\n%s", code, err, stdout)
	}
	if summary := object.Entries != nil || object.Keys != nil || object.Folder != ""; !summary && object.Error == "" {
		t.Errorf("the JSON tells neither a summary nor an error:\n%s", stdout)
	}
}

// refusing serves an API that takes no token.
func refusing(t *testing.T) string {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusUnauthorized)
		io.WriteString(w, `{"error":"Unauthorized","message":"Invalid API token"}`)
	}))
	t.Cleanup(server.Close)
	return server.URL + "/v1"
}

// TestPingChangesNothing: a monitor that cannot be reached is a warning, which
// names neither the URL nor anything else of it; and a dry run is no night.
func TestPingChangesNothing(t *testing.T) {
	s := newSession(t)
	s.sandbox()
	s.file("list.csv", "identifier,type\nada.lovell@example.com,email\n")
	gone := httptest.NewServer(http.NotFoundHandler())
	defer gone.Close()
	for _, url := range []string{gone.URL + "/secret-uuid", "http://127.0.0.1:1/secret-uuid", "http://monitor.example/secret-uuid", "ftp://127.0.0.1/secret-uuid", "secret-uuid", "https://%zz/secret-uuid"} {
		code, _, stderr := s.runApart("remove", "--yes", "-q", "--rate", "0", "--ping-url", url, "list.csv")
		if code != exitOK || strings.Count(stderr, "warning: --ping-url: the monitor was not notified") != 2 || strings.Contains(stderr, "secret-uuid") {
			t.Errorf("%s: exit code %d:\n%s", url, code, stderr)
		}
	}
	monitor := &pinged{}
	server := httptest.NewServer(monitor)
	defer server.Close()
	s.env["ALTADNC_PING_URL"] = server.URL
	if code, _, stderr := s.runApart("remove", "--help"); code != exitOK || len(monitor.paths) > 0 {
		t.Errorf("help ended with %d, pinged %q\n%s", code, monitor.paths, stderr)
	}
	delete(s.env, "ALTADNC_PING_URL")
	s.env["ALTA_API_TOKEN"] = "" // a dry run needs none
	code, _, stderr := s.runApart("remove", "--dry-run", "--ping-url", server.URL, "--metrics-file", "dry.prom", "list.csv")
	if _, err := os.Stat("dry.prom"); code != exitOK || len(monitor.paths) > 0 || err == nil {
		t.Errorf("a dry run ended with %d, pinged %q, metrics: %v\n%s", code, monitor.paths, err, stderr)
	}
}

// TestEnvironment: flags are taken from the environment, after those of the
// command line; what has to be asked for in person is not.
func TestEnvironment(t *testing.T) {
	s := newSession(t)
	s.sandbox()
	s.file("list.csv", "identifier\nada.lovell@example.com\n")
	for _, tt := range []struct {
		name, value string
		args        []string
		code        int
		says        string
	}{
		{"ALTADNC_TYPE", "email", []string{"remove", "--dry-run"}, 0, "as email"},
		{"ALTADNC_TYPE", "fax", []string{"remove", "--dry-run", "--type", "web_chat"}, 0, "as web_chat"},
		{"ALTADNC_TYPE", "", []string{"remove", "--dry-run", "--type", "email"}, 0, "as email"},
		{"ALTADNC_MAX_DURATION", "soon", []string{"remove", "--dry-run", "--type", "email"}, 2, `ALTADNC_MAX_DURATION "soon": must be a time with a unit`},
		{"ALTADNC_YES", "true", []string{"remove", "--type", "email"}, 2, "ALTADNC_YES: --yes cannot be set in the environment"},
		{"ALTADNC_AGAIN", "true", []string{"remove", "--type", "email"}, 2, "ALTADNC_AGAIN: --again cannot be set in the environment"},
	} {
		t.Run(tt.name+"="+tt.value, func(t *testing.T) {
			s.env[tt.name] = tt.value
			defer delete(s.env, tt.name)
			code, stdout, stderr := s.runApart(append(tt.args, "list.csv")...)
			if code != tt.code || !strings.Contains(stdout+stderr, tt.says) {
				t.Errorf("exit code %d, want %d and %q:\n%s%s", code, tt.code, tt.says, stdout, stderr)
			}
		})
	}
	var errs strings.Builder
	a := &app{stdin: strings.NewReader(""), stdout: io.Discard, stderr: &errs, getenv: func(string) string { return "" }, environ: []string{"ALTADNC_KEEP_UNSUBSCRIBE=true", "ALTADNC_RATE=1", "PATH=/"}}
	if a.run([]string{"version"}); strings.Count(errs.String(), "warning") != 1 || !strings.Contains(errs.String(), "ALTADNC_KEEP_UNSUBSCRIBE is not the name of any flag") {
		t.Errorf("a misspelt variable is not told of: %q", errs.String())
	}
}
