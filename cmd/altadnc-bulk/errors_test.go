package main

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"altadnc-bulk/pkg/journal"
)

// TestGoldenErrors holds every message that a wrong call, list, journal or
// answer gets, in full: what, where, why, and what to do. What can be checked of
// that is checked; the rest is for those who read testdata/golden/errors.txt.
func TestGoldenErrors(t *testing.T) {
	folder := here(t)
	s := newSession(t)
	s.sandbox()
	s.file("list.csv", "identifier,type\nada.lovell@example.com,email\n")
	s.file("two.csv", "identifier,type\nada.lovell@example.com,email\nben.okafor@example.com,email\n")
	s.file("none.txt", "")
	wrong := func(code int, args ...string) {
		t.Helper()
		s.run(args...)
		s.checkError(code)
	}

	s.say("The command line")
	wrong(2, "remvoe", "list.csv")
	wrong(2, "frobnicate")
	wrong(2, "journal", "verfy", "list.csv.journal")
	wrong(2, "remove")
	wrong(2, "remove", "list.csv", "two.csv")
	wrong(2, "journal", "verify")
	wrong(2, "remove", "--dry-rum", "list.csv")
	wrong(2, "remove", "-rate", "90", "list.csv")
	wrong(2, "remove", "--colour", "list.csv")
	wrong(2, "remove", "--journal")
	wrong(2, "remove", "--timeout", "30", "list.csv")
	wrong(2, "remove", "--rate", "fast", "list.csv")
	wrong(2, "remove", "--limit", "1.5", "list.csv")
	wrong(2, "remove", "--rate", "-1", "--reserve", "-1", "--workers", "0", "--timeout", "0s", "--max-attempts", "0", "--max-quota-wait", "0s", "--max-duration", "-1s", "list.csv")
	wrong(2, "remove", "--reserve", "97", "list.csv")
	wrong(2, "remove", "--limit", "-1", "--max-removals", "-1", "list.csv")
	wrong(2, "remove", "--format", "xls", "--type", "fax", "--delimiter", ";;", "list.csv")
	wrong(2, "remove", "--log-format", "xml", "list.csv")
	wrong(2, "report", "--outcome", "gone", "list.csv")
	wrong(2, "remove", "--yes", "-")
	wrong(2, "remove", "--sandbox", "--base-url", "http://127.0.0.1:1", "list.csv")
	wrong(2, "sandbox", "--listen", "0.0.0.0:80", "--window-kind", "round", "--fault", "explode")
	wrong(2, "sandbox", "--list", "missing.jsonl")
	wrong(2, "journal", "repair", "list.csv.journal")

	s.say("The API and the token")
	base := s.env["ALTA_BASE_URL"]
	s.env["ALTA_API_TOKEN"] = ""
	wrong(2, "remove", "list.csv")
	wrong(2, "remove", "--token-file", "missing", "list.csv")
	wrong(2, "remove", "--token-file", "none.txt", "list.csv")
	s.env["ALTA_API_TOKEN"] = "secret-of-the-test"
	wrong(2, "remove", "--base-url", "http://api.example.com/v1", "list.csv")
	wrong(2, "remove", "--base-url", "api.example.com", "list.csv")
	wrong(2, "remove", "--base-url", "https://api.example.com/v1", "--rate", "99", "list.csv")
	wrong(2, "remove", "--base-url", "https://api.example.com/v1", "--rate", "0", "list.csv")

	s.say("The list")
	wrong(2, "remove", "--yes", "missing.csv")
	wrong(2, "remove", "--yes", ".")
	s.file("unknown.csv", "colour,size\nred,10\n")
	wrong(2, "remove", "--yes", "unknown.csv")
	s.file("headless.csv", "ada.lovell@example.com\nben.okafor@example.com\n")
	wrong(2, "remove", "--yes", "headless.csv")
	s.file("untyped.csv", "identifier\nada.lovell@example.com\n")
	wrong(2, "remove", "--yes", "untyped.csv")
	s.file("empty.csv", "")
	wrong(2, "remove", "--yes", "empty.csv")
	s.file("latin1.csv", "identifier,type\nada.lovell@example.com,email\nJos\xe9,web_chat\n")
	wrong(2, "remove", "--yes", "latin1.csv")
	s.file("book.xlsx", "PK\x03\x04\x14\x00\x06\x00")
	wrong(2, "remove", "--yes", "book.xlsx")
	s.file("quote.csv", "identifier,type\n\"ada.lovell@example.com,email\nben.okafor@example.com,email\n")
	wrong(2, "remove", "--yes", "quote.csv")
	wrong(2, "remove", "--yes", "--encoding", "ebcdic", "list.csv")
	wrong(2, "remove", "--yes", "--identifier-column", "address", "list.csv")

	s.say("The question")
	wrong(2, "remove", "list.csv")
	wrong(2, "remove", "--yes", "--max-removals", "1", "two.csv")

	s.say("The journal")
	wrong(2, "journal", "verify", "missing.journal")
	wrong(6, "journal", "verify", "list.csv")
	wrong(6, "journal", "verify", "empty.csv")
	wrong(6, "remove", "--yes", "--journal", "list.csv", "two.csv")
	s.checkRun("remove", "--yes", "--rate", "0", "--workers", "1", "-q", "two.csv")
	wrong(6, "remove", "--yes", "--base-url", "https://api.example.com/v1", "two.csv")
	wrong(2, "journal", "repair", "two.csv.journal", "--to", "new.journal")
	held, err := journal.Open("two.csv.journal", journal.Identity{BaseURL: base})
	if err != nil {
		t.Fatal(err)
	}
	wrong(11, "remove", "--yes", "two.csv")
	held.Close()
	damage(t, "two.csv.journal")
	wrong(6, "remove", "--yes", "two.csv")
	wrong(6, "status", "two.csv")
	wrong(6, "report", "two.csv")
	wrong(6, "journal", "verify", "two.csv.journal")
	s.run("journal", "repair", "two.csv.journal", "--to", "new.journal")
	if _, moves, _ := strings.Cut(s.last, "damaged one:\n"); exec.Command("sh", "-ec", moves).Run() != nil {
		t.Errorf("the moves do not work:\n%s", moves)
	}
	s.run("journal", "verify", "two.csv.journal")
	if _, err := os.Stat("two.csv.journal.damaged"); err != nil || s.code != exitOK {
		t.Errorf("after the moves: exit code %d, %v", s.code, err)
	}

	s.say("Answers that end a run")
	stops := func(code int, faults ...string) {
		t.Helper()
		os.Remove("list.csv.journal")
		os.Remove("list.csv.journal.lock")
		s.sandbox(faults...)
		wrong(code, "remove", "--yes", "-q", "--rate", "0", "--workers", "1", "list.csv")
	}
	stops(4, "401")
	stops(4, "403")
	stops(5, "429=3600")
	stops(5, "html")
	stops(5, "redirect=https://login.example.com/")
	s.serve(http.NotFoundHandler())
	os.Remove("list.csv.journal")
	os.Remove("list.csv.journal.lock")
	wrong(5, "remove", "--yes", "-q", "--rate", "0", "list.csv")
	s.sandbox("400")
	s.file("many.csv", rows(30))
	wrong(5, "remove", "--yes", "-q", "--rate", "0", "--workers", "1", "many.csv")

	s.say("Results that cannot be written")
	s.sandbox()
	wrong(5, "remove", "--yes", "-q", "--rate", "0", "--metrics-file", "missing/altadnc.prom", "list.csv")
	s.golden("errors.txt", folder)
}

// checkRun is a command that must succeed; it is not part of the transcript.
func (s *session) checkRun(args ...string) {
	s.t.Helper()
	kept := s.text.Len()
	s.run(args...)
	s.text.Truncate(kept)
	if s.code != exitOK {
		s.t.Fatalf("%q: exit code %d:\n%s", args, s.code, s.last)
	}
}

// checkError checks of the last command what a test can check of an error.
func (s *session) checkError(code int) {
	s.t.Helper()
	_, message, ok := strings.Cut(s.last, "altadnc-bulk: ")
	switch {
	case s.code != code:
		s.t.Errorf("exit code %d, want %d:\n%s", s.code, code, s.last)
	case !ok || strings.HasPrefix(message, "\n"):
		s.t.Errorf("does not begin with the program's name and what is wrong:\n%s", s.last)
	case !strings.HasSuffix(message, "\n") || strings.Contains(message, "\n\n"):
		s.t.Errorf("lines are missing or empty:\n%s", s.last)
	case strings.Contains(strings.ToLower(message), "failed to"), strings.Contains(message, "%!"), strings.Contains(message, "<nil>"):
		s.t.Errorf("words that tell nothing:\n%s", s.last)
	case strings.Contains(s.last, "lovell@"):
		s.t.Errorf("names a person in full:\n%s", s.last)
	case strings.Contains(message, "secret-of-the-test"):
		s.t.Errorf("tells the token:\n%s", s.last)
	case !advises(message):
		s.t.Errorf("does not say what to do:\n%s", s.last)
	}
}

// advises reports whether a message says what to do: on a line of its own, after
// a semicolon, or by naming what would be right.
func advises(message string) bool {
	for _, advice := range []string{"\n  ", "; ", "such as", ": at least ", ": at most ", ": between ", ": use ", "must be ", ": one of ", ": one or more of ", ": text or json"} {
		if strings.Contains(message, advice) {
			return true
		}
	}
	return false
}

// damage changes one byte in the middle of a journal.
func damage(t *testing.T, path string) {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	at := bytes.Index(content, []byte("ada.lovell"))
	content[at] = 'X'
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestResultOnFullDisk: a result that did not arrive is not a success.
func TestResultOnFullDisk(t *testing.T) {
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Logf("this system has no full disk to write to: %v", err)
		return
	}
	defer full.Close()
	list := filepath.Join(t.TempDir(), "list.csv")
	if err := os.WriteFile(list, []byte(rows(3)), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{
		{"remove", "--sandbox", "--rate", "0", "-q", "--json", list},
		{"remove", "--sandbox", "--rate", "0", list},
		{"remove", "--sandbox", "--dry-run", list},
		{"status", list}, {"status", "--json", list},
		{"report", list},
		{"version"},
	} {
		var stderr strings.Builder
		a := &app{stdin: strings.NewReader(""), stdout: full, stderr: io.Writer(&stderr), getenv: func(string) string { return "" }}
		if code := a.run(args); code != exitTrouble || !strings.Contains(stderr.String(), "no space left") {
			t.Errorf("%q: exit code %d:\n%s", args, code, stderr.String())
		}
	}
}

func rows(n int) string {
	var b strings.Builder
	b.WriteString("identifier,type\n")
	for i := range n {
		fmt.Fprintf(&b, "person%d@example.com,email\n", i)
	}
	return b.String()
}
