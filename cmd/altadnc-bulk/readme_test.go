package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

func readme(t *testing.T) string {
	t.Helper()
	content, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// docs returns the README and all topics of help.
func docs(t *testing.T) string {
	t.Helper()
	text := readme(t)
	for _, topic := range topics() {
		text += string(topic.page)
	}
	return text
}

// block returns the code block of a text that contains what is asked for.
func block(t *testing.T, text, contains string) string {
	t.Helper()
	for _, m := range regexp.MustCompile("(?s)```[a-z]*\n(.*?)```").FindAllStringSubmatch(text, -1) {
		if strings.Contains(m[1], contains) {
			return m[1]
		}
	}
	t.Fatalf("no code block contains %q", contains)
	return ""
}

// commands returns every command of the program.
func commands(cmd *cobra.Command) []*cobra.Command {
	all := []*cobra.Command{cmd}
	for _, sub := range cmd.Commands() {
		all = append(all, commands(sub)...)
	}
	return all
}

// TestReadmePicture: the plan and the summary in the README are those that a
// newcomer sees.
func TestReadmePicture(t *testing.T) {
	picture := block(t, readme(t), "$ altadnc-bulk remove --sandbox testdata/first-run.csv")
	summary := block(t, readme(t), "Finished, testdata/first-run.csv")
	content := readShared(t, here(t), "first-run.csv")
	s := newSession(t)
	if err := os.Mkdir("testdata", 0o700); err != nil {
		t.Fatal(err)
	}
	s.file("testdata/first-run.csv", content)
	s.checkRun("remove", "--sandbox", "--dry-run", "testdata/first-run.csv")
	for line := range strings.Lines(s.last) {
		if before, _, ok := strings.Cut(line, "until "); ok {
			line = before
		}
		if !strings.Contains(picture, strings.TrimSuffix(line, "\n")) {
			t.Errorf("the README does not show %q", line)
		}
	}
	s.checkRun("remove", "--sandbox", "--rate", "0", "testdata/first-run.csv")
	_, ending, _ := strings.Cut(s.last, "Finished, testdata/first-run.csv after 0s\n")
	if _, shown, _ := strings.Cut(summary, "after 1s\n"); shown != ending || ending == "" {
		t.Errorf("the README shows\n%s\na run ends with\n%s", shown, ending)
	}
}

// TestDocsFlags: every flag that the README and the topics name exists.
func TestDocsFlags(t *testing.T) {
	known := []string{"rm", "read-only", "tmpfs", "now", "user", "same-dir", "setenv", "help", "build-arg", "tags", "always", "dirty", "some-flag"} // docker's, systemd's, cobra's, git's, and none
	for _, cmd := range commands((&app{}).command()) {
		cmd.Flags().VisitAll(func(f *pflag.Flag) { known = append(known, f.Name) })
	}
	for _, m := range regexp.MustCompile("[ `(]--([a-z][a-z-]*)").FindAllStringSubmatch(docs(t), -1) {
		if !slices.Contains(known, m[1]) {
			t.Errorf("the README or a topic names --%s, which does not exist", m[1])
		}
	}
}

// TestDocsFields: every field of the JSON output is documented.
func TestDocsFields(t *testing.T) {
	text := docs(t)
	s := newSession(t)
	s.sandbox("401,first=1")
	s.file("list.csv", "identifier,type\nADA.lovell@example.com,email\nnobody,email\n")
	for _, args := range [][]string{
		{"remove", "--dry-run", "--json", "list.csv"},
		{"remove", "--yes", "--json", "-q", "--rate", "0", "list.csv"},
		{"remove", "--yes", "--json", "-q", "--rate", "0", "--snapshot", "always", "list.csv"},
		{"remove", "--yes", "--json", "-q", "--rate", "0", "list.csv"},
		{"status", "--json", "list.csv"},
		{"check", "--json", "--rate", "0", "list.csv"},
		{"verify", "--json", "-q", "--rate", "0", "list.csv"},
		{"sweep", "--yes", "--json", "-q", "--rate", "0", "--settle", "0s", "."},
	} {
		s.run(args...)
		object, _, _ := strings.Cut(s.last, "\n}\n")
		var fields map[string]json.RawMessage
		if err := json.Unmarshal([]byte(object+"\n}"), &fields); err != nil {
			t.Fatalf("%q: %v\n%s", args, err, s.last)
		}
		for name := range fields {
			if !strings.Contains(text, "`"+name+"`") {
				t.Errorf("%q: help json does not document %q", args, name)
			}
		}
	}
}

// TestDocsNightly runs the line for cron as it is written, but for
// its folders.
func TestDocsNightly(t *testing.T) {
	_, line, ok := strings.Cut(block(t, docs(t), "MAILTO="), "* * * ")
	if !ok {
		t.Fatal("no topic has a line for cron")
	}
	checkNight(t, line)
}

// TestUnitNightly runs what the systemd unit of the packages runs.
func TestUnitNightly(t *testing.T) {
	unit, err := os.ReadFile("../../packaging/systemd/altadnc-bulk@.service")
	if err != nil {
		t.Fatal(err)
	}
	var line string
	var env []string
	for text := range strings.Lines(string(unit)) {
		if value, ok := strings.CutPrefix(text, "ExecStart="); ok {
			line = value
		}
		if value, ok := strings.CutPrefix(text, "Environment="); ok {
			env = append(env, strings.Fields(value)...)
		}
	}
	checkNight(t, line, env...)
}

// checkNight runs the line of a shell that sweeps a folder, which must keep
// people's own opt-outs. Its folders are others here.
func checkNight(t *testing.T, line string, env ...string) {
	t.Helper()
	o := newOracle(t, []string{"ada@example.com"})
	folder := t.TempDir()
	token := filepath.Join(folder, ".token")
	line = strings.NewReplacer("/usr/local/bin/", "", "/usr/bin/", "", "/srv/dnc", folder, "/var/lib/altadnc-bulk/lists/%i", folder,
		"/etc/altadnc/token", token, "${CREDENTIALS_DIRECTORY}/token", token).Replace(line)
	old := time.Now().Add(-time.Minute)
	for name, content := range map[string]string{
		".token":     "token\n",
		"monday.csv": "identifier,type\nada@example.com,email\n", "tuesday.csv": "identifier,type\nben@example.com,email\nnobody,email\n",
		"wednesday.csv": "colour\nred\n", "friday.csv": "identifier,type\ncleo@example.com,email\n",
	} {
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, old, old); err != nil {
			t.Fatal(err)
		}
	}
	sh := exec.Command("sh", "-c", line)
	sh.Env = append(append(o.command().Env, "ALTA_API_TOKEN=", "ALTADNC_RATE=0"), env...)
	out, err := sh.CombinedOutput()
	if code := exitCodeOf(t, err); code != exitUsage || !strings.Contains(string(out), "wednesday.csv") {
		t.Errorf("exit code %d:\n%s", code, out)
	}
	for _, name := range []string{"done/monday.csv", "done/monday.csv.journal", "done/tuesday-failed.csv", "wednesday.csv", "done/friday.csv"} {
		if _, err := os.Stat(filepath.Join(folder, name)); err != nil {
			t.Errorf("after the night: %v", err)
		}
	}
	if n := o.count.Load(); n != 1 { // the listing; what is on it is people's own
		t.Errorf("%d requests, want 1", n)
	}
}

// TestHelpExamples carries out the examples in the help of every command.
func TestHelpExamples(t *testing.T) {
	content := readShared(t, here(t), "first-run.csv")
	for _, cmd := range commands((&app{}).command()) {
		if cmd.CommandPath() == "altadnc-bulk" || strings.Contains(cmd.CommandPath(), " completion") || strings.Contains(cmd.CommandPath(), " help") {
			continue
		}
		t.Run(cmd.CommandPath(), func(t *testing.T) {
			if n := strings.Count(cmd.Example, "altadnc-bulk "); n < 1 || n > 4 {
				t.Errorf("%d examples", n)
			}
			for line := range strings.Lines(cmd.Example) {
				s := newSession(t)
				s.sandbox()
				if err := os.Mkdir("testdata", 0o700); err != nil {
					t.Fatal(err)
				}
				s.file("testdata/first-run.csv", content)
				for _, name := range []string{"contacts.csv", "list.csv"} {
					s.file(name, "identifier,type\nada.lovell@example.com,email\n")
				}
				if err := os.Mkdir("contacts", 0o700); err != nil {
					t.Fatal(err)
				}
				s.file("contacts/monday.csv", "identifier,type\nada.lovell@example.com,email\n")
				s.file("nightly.csv", "identifier\nada.lovell@example.com\n")
				s.checkRun("remove", "--yes", "-q", "--rate", "0", "contacts.csv")
				s.example(cmd, line)
			}
		})
	}
}

// example carries out one line of an example, without what a shell does.
func (s *session) example(cmd *cobra.Command, line string) {
	s.t.Helper()
	line, _, _ = strings.Cut(line, " #")
	line, _, _ = strings.Cut(line, " > ")
	_, line, ok := strings.Cut(line, "altadnc-bulk ")
	if !ok {
		return
	}
	args := strings.Fields(line)
	if args[0] == "sandbox" { // it would serve until it is stopped
		if err := cmd.ParseFlags(args[1:]); err != nil {
			s.t.Errorf("%s: %v", line, err)
		}
		return
	}
	if strings.HasPrefix(line, "journal repair") {
		damage(s.t, "contacts.csv.journal")
	}
	if slices.Contains([]string{"remove", "sweep", "check", "verify", "snapshot", "restore"}, args[0]) {
		args = append(args, "--rate=0") // as it is written, but at once
	}
	s.run(args...)
	asks := s.code == exitUsage && strings.Contains(s.last, "no terminal to confirm on")
	if s.code != exitOK && !asks {
		s.t.Errorf("altadnc-bulk %s: exit code %d:\n%s", line, s.code, s.last)
	}
}
