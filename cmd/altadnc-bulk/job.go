package main

import (
	"bufio"
	"cmp"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"altadnc-bulk/pkg/journal"
	"altadnc-bulk/pkg/worker"
)

// job is what the commands have in common that send what a list says.
type job struct {
	caller
	read     listFlags
	watchers watchers
	dryRun   bool
	yes      bool

	resume string // the command to type to go on
	repeat string // the same, if it did not come to reopen what --again is for
	list   *list
}

func (j *job) register(cmd *cobra.Command) {
	j.read.register(cmd)
	j.registerSending(cmd)
}

// registerSending registers the flags that say how to send, whatever it is.
func (j *job) registerSending(cmd *cobra.Command) {
	j.api.register(cmd)
	j.output.register(cmd)
	j.watchers.register(cmd)
	fl := cmd.Flags()
	fl.BoolVar(&j.dryRun, "dry-run", false, "print the plan; do not ask, write or send anything")
	fl.BoolVarP(&j.yes, "yes", "y", false, "do not ask before sending")
}

// run does work with the list that arg names, as open opens it.
func (j *job) run(cmd *cobra.Command, arg string, open func(arg string) (*list, error), work func() error) error {
	j.pingStart(cmd)
	return j.session(func() (err error) {
		if j.list, err = open(arg); err != nil {
			return err
		}
		defer j.list.Close()
		j.resume, j.repeat = resumeCommand(cmd, arg), commandLine(cmd, nil, nil, []string{arg})
		j.yes = j.yes || j.api.sandbox
		return work()
	})
}

// openJournal takes the journal of the list for this run.
func (j *job) openJournal() (*journal.Journal, error) {
	opened, err := journal.Open(j.list.journal, j.target.identity)
	switch {
	case isMisplaced(err), isForbidden(err), isFull(err):
		return nil, notBegun(err)
	case err != nil:
		return nil, err
	}
	if torn := opened.Torn(); torn != nil {
		j.log.Warn("the end of the journal was torn by an interruption and has been set aside", "journal", j.list.journal, "lines", torn.Lines, "bytes", torn.Bytes, "saved_to", torn.SavedTo)
	}
	if openToAll(j.list.journal) {
		j.log.Warn("the journal names people and can be read by every user of this machine; chmod o-r it", "journal", j.list.journal)
	}
	j.warnLost(opened.Lost())
	return opened, nil
}

// warnLost says how many records the journal has lost, if any.
func (j *job) warnLost(records int64) {
	if records > 0 {
		j.log.Warn("the journal has fewer records than the lock file beside it knows of: it was cut, deleted or replaced; what is not found from now on is marked unsure",
			"journal", j.list.journal, "lost", records, "hint", "restore it from a backup, or delete the lock file too if you mean to start over")
	}
}

// confirm asks on the terminal. Only one of the answers is a yes: an empty line,
// the end of input and everything else are not.
func (j *job) confirm(question string, answers ...string) error {
	return j.confirmTwice(question, "", answers...)
}

// confirmTwice is confirm, but asks again, once, after an answer that is neither a
// yes nor a no: a number that was typed wrong.
func (j *job) confirmTwice(question, again string, answers ...string) error {
	if !isTerminal(j.stdin) || !isTerminal(j.stderr) || j.list.path == "-" {
		return usageError("look at the plan with --dry-run, then add --yes", "%s: no terminal to confirm on; nothing was sent", j.list.path)
	}
	in := bufio.NewReader(j.stdin)
	for ; question != ""; question, again = again, "" {
		fmt.Fprint(j.stderr, wrap(printable(question), widthOf(j.stderr), 0)+" ")
		line, stop, err := typed(in)
		if stop != nil || err != nil { // the terminal has not gone to a new line
			fmt.Fprintln(j.stderr)
		}
		if stop != nil {
			return &exitError{code: stopCode(stop.Reason), err: fmt.Errorf("%s: nothing was sent", stop.Reason)}
		}
		if err != nil {
			break
		}
		answer := strings.ToLower(strings.TrimSpace(line))
		if slices.Contains(answers, answer) {
			return nil
		}
		if slices.Contains([]string{"", "n", "no"}, answer) {
			break
		}
	}
	return usageError("", "declined: nothing was sent")
}

// typed returns the line that a person types, or why the program is asked to end
// meanwhile.
func typed(in *bufio.Reader) (line string, stop *worker.Stop, err error) {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer signal.Stop(signals)
	type result struct {
		line string
		err  error
	}
	read := make(chan result, 1)
	go func() {
		line, err := in.ReadString('\n')
		read <- result{line, err}
	}()
	select {
	case r := <-read:
		return r.line, nil, r.err
	case s := <-signals:
		return "", stopFor(s), nil
	}
}

// ended returns the end of work that stop ended with code, nil for none. A stop
// without a cause was asked for, and the result says so.
func (j *job) ended(code int, stop *worker.Stop) *exitError {
	if stop == nil || stop.Err == nil {
		return &exitError{code: code}
	}
	return &exitError{code: code, err: fmt.Errorf("%s: stopped: %w", j.list.path, stop), hint: stopHint(stop)}
}

// conclude prints the result of work that ended this way.
func (j *job) conclude(r result, end *exitError) error {
	j.told = r
	if j.watchers.json || !j.output.quiet || end.code != exitOK {
		if err := j.print(r, j.watchers.json); err != nil {
			end = &exitError{code: cmp.Or(end.code, exitTrouble), err: errors.Join(err, end.err), hint: end.hint}
		}
	}
	if end.code == exitOK {
		return nil
	}
	return end
}
