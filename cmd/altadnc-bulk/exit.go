package main

import (
	"errors"
	"fmt"

	"altadnc-bulk/pkg/journal"
	"altadnc-bulk/pkg/reader"
	"altadnc-bulk/pkg/worker"
)

// The exit codes that scripts rely on; topics/exit-codes.md lists them.
const (
	exitOK         = 0
	exitFailures   = 1   // the list is finished, some entries failed
	exitUsage      = 2   // usage, configuration, list, declined: nothing sent
	exitAuth       = 4   // authentication or permission refused
	exitTrouble    = 5   // stopped by trouble that may be over by the next run
	exitJournal    = 6   // the journal cannot be used: nothing sent
	exitLimit      = 10  // --max-duration or --limit reached
	exitLocked     = 11  // another run holds the lock
	exitHangup     = 129 // SIGHUP
	exitInterrupt  = 130 // SIGINT
	exitTerminated = 143 // SIGTERM
)

// exitMeaning words an exit code for those who see nothing else.
func exitMeaning(code int) string {
	switch code {
	case exitOK:
		return "everything is resolved"
	case exitFailures:
		return "finished, and something needs a look"
	case exitUsage:
		return "wrong usage, configuration or list: nothing was sent"
	case exitAuth:
		return "the API refused the token, or its permission"
	case exitJournal:
		return "the journal cannot be used: nothing was sent"
	case exitLimit:
		return "--max-duration or --limit reached"
	case exitLocked:
		return "another run holds the lock"
	case exitHangup:
		return "stopped cleanly by SIGHUP"
	case exitInterrupt:
		return "stopped cleanly by SIGINT"
	case exitTerminated:
		return "stopped cleanly by SIGTERM"
	}
	return "stopped by trouble that may be over by the next run"
}

// exitError ends the program with a code. err says what is wrong, hint what to
// do; either may be missing.
type exitError struct {
	code int
	err  error
	hint string
}

func (e *exitError) Error() string {
	if e.err == nil {
		return fmt.Sprintf("exit %d", e.code)
	}
	return e.err.Error()
}

func (e *exitError) Unwrap() error { return e.err }

// usageError is a problem of the command line or of its surroundings.
func usageError(hint, format string, args ...any) error {
	return &exitError{code: exitUsage, err: fmt.Errorf(format, args...), hint: hint}
}

// asExit finds the exit code of any error; an unknown one is a problem of usage
// or of this machine, and nothing was sent.
func asExit(err error) *exitError {
	var e *exitError
	if errors.As(err, &e) {
		return e
	}
	return classify(err)
}

// classify finds the exit code of an error that a package returned before
// anything was sent.
func classify(err error) *exitError {
	var (
		locked   *journal.LockedError
		damage   *journal.DamageError
		mismatch *journal.MismatchError
		list     *reader.ListError
	)
	switch {
	case errors.As(err, &locked):
		return &exitError{code: exitLocked, err: err, hint: "nothing was sent; status shows how far that run is"}
	case errors.As(err, &damage):
		return &exitError{code: exitJournal, err: err, hint: "this command sent nothing; to repair the journal: altadnc-bulk journal repair " + shellQuote(damage.Path) + " --to NEW"}
	case errors.Is(err, journal.ErrSound):
		return &exitError{code: exitUsage, err: err, hint: "use the journal as it is"}
	case errors.As(err, &mismatch):
		return &exitError{code: exitJournal, err: err, hint: "nothing was sent, and this journal was not touched; choose another one with --journal"}
	case errors.Is(err, journal.ErrNotJournal), errors.Is(err, journal.ErrNewer):
		return &exitError{code: exitJournal, err: err, hint: "nothing was sent, and the journal was not touched"}
	}
	e := &exitError{code: exitUsage, err: err}
	if errors.As(err, &list) && len(list.Flags) > 0 { // which the end of a command for one list prints as command lines
		e.hint = "\"altadnc-bulk remove --dry-run\" on this list prints the flags that read it"
	}
	return e
}

// notBegun finds the exit code of a run whose journal could not be started.
func notBegun(err error) *exitError {
	e := classify(err)
	if e.code != exitUsage {
		return e
	}
	e.code = diskCode(err)
	e.hint = unwritableHint(err)
	return e
}

// stopCode returns the exit code of a reason to stop.
func stopCode(reason worker.StopReason) int {
	switch reason {
	case worker.StopInterrupted:
		return exitInterrupt
	case worker.StopTerminated:
		return exitTerminated
	case worker.StopHangup:
		return exitHangup
	case worker.StopDuration, worker.StopLimit:
		return exitLimit
	case worker.StopUnauthorized, worker.StopForbidden:
		return exitAuth
	}
	return exitTrouble
}

// summaryCode returns the exit code of a run that was carried out. The reason
// for stopping wins over failures.
func summaryCode(s worker.Summary) int {
	switch {
	case s.Err != nil:
		return exitTrouble
	case s.Stop != nil:
		return stopCode(s.Stop.Reason)
	case s.Counts[journal.Failed] > 0:
		return exitFailures
	}
	return exitOK
}

// stopHint says what to do about a stop.
func stopHint(stop *worker.Stop) string {
	switch stop.Reason {
	case worker.StopUnauthorized:
		return "check that the token is the one from the Alta dashboard and has not expired; a user with several accounts must also give --account-id (the API answers 401 without it)"
	case worker.StopForbidden:
		return "give the token's user the permission to change the Do Not Contact list, or use another token"
	case worker.StopForeign:
		return "check --base-url and the proxy settings of this machine (HTTPS_PROXY)"
	case worker.StopUnreachable:
		return "waiting does not fix this, so nothing was retried; once check passes, the same command goes on"
	case worker.StopOutage:
		return "the API or the network is down; the next run first tries the entries that were under way"
	case worker.StopRejections:
		return "see the reason above: the list's columns or --type probably do not match the identifiers"
	case worker.StopQuota:
		return "something else uses up the account's 100 requests a minute; try again later, or leave it its share with --reserve"
	case worker.StopJournal:
		return unwritableHint(stop.Err)
	case worker.StopListing:
		return "the Do Not Contact list could not be read to the end; run again (remove also works without --snapshot and --keep-unsubscribed)"
	case worker.StopListChanged:
		return "the list changed while it was being read; nothing outside the plan was sent"
	}
	return ""
}
