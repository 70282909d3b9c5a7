package main

import (
	"bytes"
	"math/rand/v2"
	"sync"
	"syscall"
	"time"
)

// ended is how a command came to its end.
type ended struct {
	killed         bool
	code           int // if it was not
	stdout, stderr bytes.Buffer
}

// killUntil runs a command until it ends on its own, which has to be with the
// given exit code, and kills it until then as kill does. It returns how often it
// did.
func (o *oracle) killUntil(random *rand.Rand, within int64, code int, args ...string) (killed int, last *ended) {
	o.t.Helper()
	for {
		last = o.kill(random, within, args...)
		if !last.killed {
			break
		}
		killed++
	}
	if last.code != code {
		o.t.Fatalf("a run ended by itself with %d:\n%s%s", last.code, last.stdout.String(), last.stderr.String())
	}
	return killed, last
}

// kill runs a command and ends it with SIGKILL at one of its first requests, within
// the first so many: before it is carried out, after that, or a little later. Within
// 0 is some time after its start. A command that does not get that far ends on its
// own.
func (o *oracle) kill(random *rand.Rand, within int64, args ...string) *ended {
	o.t.Helper()
	cmd := o.command(args...)
	at := o.count.Load() + 1 + random.Int64N(max(1, within))
	when := []string{"before", "after", "later"}[random.IntN(3)]
	delay := time.Duration(random.Int64N(int64(6 * time.Millisecond)))
	var once sync.Once
	started := make(chan struct{})
	kill := func() {
		<-started
		once.Do(func() { cmd.Process.Signal(syscall.SIGKILL) })
	}
	o.setHook(func(n int64, moment string) {
		switch {
		case within == 0 || n != at:
		case when == moment:
			kill()
		case when == "later" && moment == "after":
			time.AfterFunc(delay, kill)
		}
	})
	var e ended
	cmd.Stdout, cmd.Stderr = &e.stdout, &e.stderr
	if err := cmd.Start(); err != nil {
		o.t.Fatal(err)
	}
	close(started)
	if within == 0 {
		timer := time.AfterFunc(delay*20, kill)
		defer timer.Stop()
	}
	err := cmd.Wait()
	if status, ok := cmd.ProcessState.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		e.killed = true
		return &e
	}
	e.code = exitCodeOf(o.t, err)
	return &e
}
