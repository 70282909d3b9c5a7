//go:build unix

package main

import (
	"bytes"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// limited returns the command of args under a limit of blocks of 512 bytes for
// any file that it writes: for the journal, a disk that is full.
func (o *oracle) limited(blocks int, args ...string) *exec.Cmd {
	cmd := o.command(args...)
	script := fmt.Sprintf(`ulimit -f %d; exec "$0" "$@"`, blocks)
	limited := exec.Command("sh", append([]string{"-c", script, cmd.Path}, args...)...)
	limited.Env = cmd.Env
	return limited
}

// A journal that cannot grow ends the run with 5; answers that could not be
// recorded are reported; with room again the list is finished, and no answer was
// lost unmarked.
func TestFullDisk(t *testing.T) {
	path, keys := writeList(t, 60, 0)
	o := newOracle(t, keys[:45])
	stops := 0
	for blocks := 4; ; blocks += 4 {
		var stderr bytes.Buffer
		cmd := o.limited(blocks, "remove", "--yes", "--rate", "0", "-q", path)
		cmd.Stderr = &stderr
		code := exitCodeOf(t, cmd.Run())
		if code == 0 {
			break
		}
		if code != 5 || !strings.Contains(stderr.String(), "make room on the disk") {
			t.Fatalf("exited with %d, want 5:\n%s", code, stderr.String())
		}
		stops++
	}
	if stops < 3 {
		t.Fatalf("the disk was full %d times, want the run to meet it", stops)
	}
	o.compare(path, stops*4)
	if got := o.count.Load(); got > int64(len(keys)+stops*4) {
		t.Errorf("%d requests for %d keys and %d full disks", got, len(keys), stops)
	}
}

// Where no journal can be written nothing is sent.
func TestFolderThatCannotBeWritten(t *testing.T) {
	path, keys := writeList(t, 3, 0)
	o := newOracle(t, keys)
	missing := filepath.Join(t.TempDir(), "missing", "list.journal")
	var stderr bytes.Buffer
	cmd := o.command("remove", "--yes", "--rate", "0", "--journal", missing, path)
	cmd.Stderr = &stderr
	if code := exitCodeOf(t, cmd.Run()); code == 0 || !strings.Contains(stderr.String(), missing) {
		t.Errorf("exited with %d:\n%s", code, stderr.String())
	}
	if n := o.count.Load(); n != 0 {
		t.Errorf("%d requests without a journal", n)
	}
}

// A second run of the same journal ends at once and names the first.
func TestSecondRun(t *testing.T) {
	path, keys := writeList(t, 3, 0)
	o := newOracle(t, keys)
	underWay, finish := make(chan struct{}), make(chan struct{})
	o.setHook(func(n int64, when string) {
		if n == 1 && when == "before" {
			close(underWay)
			<-finish
		}
	})
	first := o.command("remove", "--yes", "--rate", "0", "-q", path)
	if err := first.Start(); err != nil {
		t.Fatal(err)
	}
	<-underWay
	var stderr bytes.Buffer
	second := o.command("remove", "--yes", "--rate", "0", path)
	second.Stderr = &stderr
	if code := exitCodeOf(t, second.Run()); code != 11 {
		t.Errorf("the second run exited with %d, want 11", code)
	}
	if want := fmt.Sprint(first.Process.Pid); !strings.Contains(stderr.String(), want) {
		t.Errorf("it does not name process %s:\n%s", want, stderr.String())
	}
	out, err := o.command("status", path).Output()
	if err != nil || !strings.Contains(string(out), ": a run is in progress (process ") {
		t.Errorf("status during a run: %v\n%s", err, out)
	}
	if out, err := o.command("report", path).Output(); err != nil || strings.Count(string(out), "\n") != 4 {
		t.Errorf("report during a run: %v\n%s", err, out)
	}
	close(finish)
	if err := first.Wait(); err != nil {
		t.Error(err)
	}
	o.compare(path, 0)
}
