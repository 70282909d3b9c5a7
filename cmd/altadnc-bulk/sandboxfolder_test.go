package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"altadnc-bulk/pkg/journal"
)

// TestKilledSandboxesAreForgotten: a killed run of a sandbox leaves its journal,
// which names people; the next one deletes it, and none that is still in use.
func TestKilledSandboxesAreForgotten(t *testing.T) {
	temp := t.TempDir()
	t.Setenv("TMPDIR", temp)
	begin := func(folder string) *journal.Journal {
		if err := os.Mkdir(filepath.Join(temp, folder), 0o700); err != nil {
			t.Fatal(err)
		}
		j, err := journal.Open(filepath.Join(temp, folder, "list.csv.journal"), journal.Identity{BaseURL: sandboxIdentity})
		if err != nil {
			t.Fatal(err)
		}
		if err := j.Begin(journal.Run{}); err != nil {
			t.Fatal(err)
		}
		return j
	}
	begin("altadnc-bulk-sandbox-killed").Close()
	begin("another-folder").Close()
	defer begin("altadnc-bulk-sandbox-busy").Close()
	for _, name := range []string{"altadnc-bulk-sandbox-new", "elsewhere"} {
		if err := os.Mkdir(filepath.Join(temp, name), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("another-folder", filepath.Join(temp, "altadnc-bulk-sandbox-link")); err != nil {
		t.Skip(err)
	}
	s := newSession(t)
	s.file("list.csv", "identifier,type\nada.lovell@example.com,email\n")
	if code, _, stderr := s.runApart("remove", "--sandbox", "-q", "--rate", "0", "list.csv"); code != exitOK {
		t.Fatalf("exit code %d:\n%s", code, stderr)
	}
	left, err := filepath.Glob(filepath.Join(temp, "a*"))
	if err != nil {
		t.Fatal(err)
	}
	for i := range left {
		left[i] = strings.TrimPrefix(filepath.Base(left[i]), "altadnc-bulk-sandbox-")
	}
	if got := strings.Join(left, " "); got != "busy link new another-folder" {
		t.Errorf("left are %s", got)
	}
	if _, err := os.Stat(filepath.Join(temp, "another-folder", "list.csv.journal")); err != nil {
		t.Error(err)
	}
}
