package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"altadnc-bulk/pkg/worker"
)

// grace is how long requests under way may take once the program is asked to end.
const grace = 8 * time.Second

// stopping returns a context that ends with a *worker.Stop when the program is
// asked to end or its time is over. The first signal stops cleanly; a second one
// ends the program at once, which loses nothing either: what was sent without an
// answer is in the journal. Call release when the work is done.
func (a *app) stopping(maxDuration time.Duration, told func(string)) (ctx context.Context, release func()) {
	ctx, cancel := context.WithCancelCause(context.Background())
	signal.Ignore(syscall.SIGPIPE) // a pager or tee that ends must not end a run of hours
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	if !signal.Ignored(syscall.SIGHUP) { // as nohup has it
		signal.Notify(signals, syscall.SIGHUP)
	}
	done := make(chan struct{})
	go func() {
		for asked := 0; ; asked++ {
			select {
			case <-done:
				return
			case s := <-signals:
				stop := stopFor(s)
				if asked > 0 && s == syscall.SIGHUP {
					continue // a terminal that goes away says so twice: the system, and the shell
				}
				if asked > 0 {
					if isTerminal(a.stderr) {
						briefly(func() { fmt.Fprintln(a.stderr) }) // the bar has no end of line
					}
					os.Exit(stopCode(stop.Reason))
				}
				briefly(func() { told(stoppingText(stop.Reason) + "; a second signal ends at once") })
				cancel(stop)
			}
		}
	}()
	if maxDuration > 0 {
		timer := time.AfterFunc(maxDuration, func() {
			briefly(func() { told(stoppingText(worker.StopDuration)) })
			cancel(&worker.Stop{Reason: worker.StopDuration})
		})
		context.AfterFunc(ctx, func() { timer.Stop() })
	}
	return ctx, func() {
		signal.Stop(signals)
		close(done)
		cancel(nil)
	}
}

// briefly waits a second for tell, no longer: a stopped terminal, or a pipe that
// is not read, must not keep the program from stopping.
func briefly(tell func()) {
	told := make(chan struct{})
	go func() {
		tell()
		close(told)
	}()
	select {
	case <-told:
	case <-time.After(time.Second):
	}
}

func stoppingText(reason worker.StopReason) string {
	return fmt.Sprintf("%s: stopping within %s", reason, grace)
}

func stopFor(s os.Signal) *worker.Stop {
	switch s {
	case syscall.SIGTERM:
		return &worker.Stop{Reason: worker.StopTerminated}
	case syscall.SIGHUP:
		return &worker.Stop{Reason: worker.StopHangup}
	}
	return &worker.Stop{Reason: worker.StopInterrupted}
}
