//go:build unix

package main

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// TestSignalsWhereNobodyReads: a pipe that is full, like a terminal that Ctrl-S has
// stopped, keeps a message from being written. The signals count all the same.
func TestSignalsWhereNobodyReads(t *testing.T) {
	o := newOracle(t, nil)
	asked := make(chan struct{}, 1)
	release := stall(o, 1)
	defer release()
	held := *o.hook.Load()
	o.setHook(func(n int64, when string) {
		select {
		case asked <- struct{}{}:
		default:
		}
		held(n, when)
	})
	pipe := filepath.Join(t.TempDir(), "stderr")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	in, err := syscall.Open(pipe, syscall.O_RDONLY|syscall.O_NONBLOCK|syscall.O_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer syscall.Close(in)
	stderr, err := os.OpenFile(pipe, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer stderr.Close()
	cmd := o.command("remove", "--yes", "--rate", "0", "--workers", "1", listFile(t, rows(2)))
	cmd.Stderr = stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer time.AfterFunc(time.Minute, func() { cmd.Process.Kill() }).Stop()
	<-asked
	clog(t, pipe)
	for _, s := range []os.Signal{syscall.SIGTERM, os.Interrupt} {
		if err := cmd.Process.Signal(s); err != nil {
			t.Fatal(err)
		}
	}
	if code := exitCodeOf(t, cmd.Wait()); code != exitTerminated && code != exitInterrupt {
		t.Errorf("exit code %d", code)
	}
}

// clog writes into a pipe until there is no room for another byte.
func clog(t *testing.T, pipe string) {
	t.Helper()
	out, err := syscall.Open(pipe, syscall.O_WRONLY|syscall.O_NONBLOCK|syscall.O_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer syscall.Close(out)
	for size := 4096; size > 0; {
		_, err := syscall.Write(out, make([]byte, size))
		switch {
		case errors.Is(err, syscall.EAGAIN):
			size /= 2
		case err != nil:
			t.Fatal(err)
		}
	}
}
