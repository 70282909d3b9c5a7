package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
)

// TestWhileRunning: status and report read along and change nothing, a second
// run learns who is at work.
func TestWhileRunning(t *testing.T) {
	o := newOracle(t, []string{"p000@example.com", "p001@example.com"})
	path, _ := writeList(t, 6, 1)
	reached, gate := make(chan struct{}), make(chan struct{})
	o.setHook(func(n int64, when string) {
		if n == 3 && when == "before" {
			close(reached)
			<-gate
		}
	})
	run := o.command("remove", "--yes", "--rate", "0", "--workers", "1", "-q", path)
	if err := run.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { run.Process.Kill() })
	<-reached
	before, err := os.ReadFile(path + ".journal")
	if err != nil {
		t.Fatal(err)
	}

	var s status
	out, err := o.command("status", "--json", path).Output()
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(out, &s); err != nil {
		t.Fatal(err)
	}
	if s.Removed != 2 || s.Open != 4 || s.Intent != 1 || s.Duplicate != 1 || !strings.Contains(s.Holder, strconv.Itoa(run.Process.Pid)) {
		t.Errorf("status during a run: %s", out)
	}
	out, err = o.command("report", "--outcome", "removed,open", path).Output()
	if err != nil || strings.Count(string(out), ",removed,") != 2 || strings.Count(string(out), `,open,,"sent, but no answer arrived"`) != 1 || strings.Count(string(out), ",open,,not sent yet") != 3 {
		t.Errorf("report during a run: %v\n%s", err, out)
	}
	_, err = o.command("remove", "--yes", "--rate", "0", path).Output()
	if code := exitCodeOf(t, err); code != exitLocked || !strings.Contains(string(err.(*exec.ExitError).Stderr), strconv.Itoa(run.Process.Pid)) {
		t.Errorf("second run: exit code %d, %s", code, err.(*exec.ExitError).Stderr)
	}
	if after, err := os.ReadFile(path + ".journal"); err != nil || string(after) != string(before) {
		t.Errorf("reading along changed the journal: %v", err)
	}

	close(gate)
	if err := run.Wait(); err != nil {
		t.Error(err)
	}
	if n := o.count.Load(); n != 6 {
		t.Errorf("%d requests, want 6", n)
	}
}
