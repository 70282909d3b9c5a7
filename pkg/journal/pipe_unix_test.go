//go:build !windows

package journal

import (
	"syscall"
	"testing"
)

// Nothing waits for the other end of a pipe that is where a journal or its lock
// should be.
func TestPipesAreRefused(t *testing.T) {
	path := newPath(t)
	must(t, syscall.Mkfifo(path, 0o600))
	if _, err := Open(path, testIdentity); err == nil {
		t.Error("a pipe was opened as a journal")
	}
	if _, err := Load(path, nil); err == nil {
		t.Error("a pipe was read as a journal")
	}
	if _, err := Verify(path); err == nil {
		t.Error("a pipe was verified")
	}
	other := newPath(t)
	must(t, syscall.Mkfifo(other+lockSuffix, 0o600))
	if _, err := Holder(other); err != nil {
		t.Errorf("Holder = %v", err)
	}
	if err := mustOpen(t, other).Begin(testRun); err == nil {
		t.Error("a pipe was taken for a lock")
	}
	if _, err := Open("/dev/null", testIdentity); err == nil {
		t.Error("/dev/null was opened as a journal")
	}
}
