package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"syscall"
	"testing"

	"altadnc-bulk/pkg/worker"
)

// TestUnwritableHint: the advice is about what is wrong.
func TestUnwritableHint(t *testing.T) {
	for _, c := range []struct {
		err  error
		code int
		says string
	}{
		{fs.ErrNotExist, exitUsage, "the folder does not exist"},
		{syscall.ENOENT, exitUsage, "the folder does not exist"},
		{syscall.ENOTDIR, exitUsage, "the folder does not exist"},
		{syscall.EACCES, exitUsage, "let this user write there"},
		{syscall.EPERM, exitUsage, "let this user write there"},
		{syscall.EROFS, exitUsage, "let this user write there"},
		{syscall.ENOSPC, exitTrouble, "make room on the disk"},
		{syscall.EDQUOT, exitTrouble, "make room on the disk"},
		{syscall.EFBIG, exitTrouble, "make room on the disk"},
		{syscall.EIO, exitTrouble, "check the disk"},
		{errors.New("unknown"), exitTrouble, "check the disk"},
	} {
		err := fmt.Errorf("append: %w", &fs.PathError{Op: "write", Path: "list.csv.journal", Err: c.err})
		if e := notBegun(err); e.code != c.code || !strings.HasPrefix(e.hint, c.says) {
			t.Errorf("%v: exit code %d, %q; want %d, %q", c.err, e.code, e.hint, c.code, c.says)
		}
		if hint := stopHint(&worker.Stop{Reason: worker.StopJournal, Err: err}); !strings.HasPrefix(hint, c.says) {
			t.Errorf("%v: %q, want %q", c.err, hint, c.says)
		}
	}
}

// TestNoFolderForJournal: a run ends before anything is sent, and a dry run warns
// of it and goes on.
func TestNoFolderForJournal(t *testing.T) {
	s := newSession(t)
	s.sandbox()
	s.file("list.csv", "identifier,type\nada.lovell@example.com,email\n")
	s.file("file", "")
	for _, journal := range []string{"missing/list.journal", "file/list.journal"} {
		code, _, stderr := s.runApart("remove", "--yes", "-q", "--rate", "0", "--journal", journal, "list.csv")
		if code != exitUsage || !strings.Contains(stderr, "the folder does not exist: create it") || strings.Contains(stderr, "make room") {
			t.Errorf("%s: exit code %d:\n%s", journal, code, stderr)
		}
		code, _, stderr = s.runApart("remove", "--dry-run", "--journal", journal, "list.csv")
		if journal == "missing/list.journal" && code != exitOK || !strings.Contains(stderr, "the journal cannot be written") || !strings.Contains(stderr, "the folder does not exist") {
			t.Errorf("%s, dry run: exit code %d:\n%s", journal, code, stderr)
		}
	}
	code, _, stderr := s.runApart("remove", "--dry-run", "-q", "list.csv")
	if _, err := os.Stat("list.csv.journal"); code != exitOK || stderr != "" || err == nil {
		t.Errorf("a dry run that nothing is in the way of: exit code %d, journal: %v\n%s", code, err, stderr)
	}
}

// TestTokenFile: the marks that editors and shells put before a text do not belong
// to the token.
func TestTokenFile(t *testing.T) {
	s := newSession(t)
	for name, content := range map[string]string{
		"plain": "secret-of-the-test\n", "marked": "\ufeffsecret-of-the-test\r\n", "marked alone": "\ufeff",
		"UTF-16LE": "\xff\xfes\x00e\x00c\x00r\x00e\x00t\x00-\x00o\x00f\x00-\x00t\x00h\x00e\x00-\x00t\x00e\x00s\x00t\x00\r\x00\n\x00",
	} {
		s.file("token", content)
		token, err := (&apiFlags{tokenFile: "token"}).token(&app{})
		want, _ := (&apiFlags{}).token(&app{getenv: func(string) string { return "secret-of-the-test" }})
		if name == "marked alone" {
			if err == nil || !strings.Contains(err.Error(), "the file is empty") {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		if err != nil || token.Digest() != want.Digest() {
			t.Errorf("%s: another token, %v", name, err)
		}
	}
}
