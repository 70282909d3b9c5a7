package main

import (
	"bufio"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"altadnc-bulk/pkg/journal"
	"altadnc-bulk/pkg/worker"
)

// restore is one run of the restore command.
type restore struct {
	caller
	read listFlags

	dryRun bool
	yes    bool
	all    bool
	unsure bool
	pause  bool
	since  string

	from time.Time // --since
	args []string  // as typed, for the command to go on with
	list *list     // without a worker.List for --all
}

func (a *app) restoreCommand() *cobra.Command {
	r := &restore{caller: caller{app: a}}
	cmd := &cobra.Command{
		Use:   "restore LIST",
		Short: "Put back on the Do Not Contact list what remove LIST took off",
		Long: `restore puts the identifiers of LIST that its journal says were removed back on
the Do Not Contact list, up to 500 in one request. It asks before, can be
interrupted and run again, and records what is back: remove then skips it,
unless --again is given.

With a snapshot (remove --snapshot) an entry gets back the form in which it was
stored and its label; without, the form that was sent. What cannot come back:
when an entry was made, and that a person made it themself. Alta will show all
of them as added by hand, today.`,
		Example: `  altadnc-bulk restore --dry-run contacts.csv
  altadnc-bulk restore contacts.csv
  altadnc-bulk restore --since 2026-01-31T18:00:00Z --all contacts.csv`,
		Args: oneList(),
		RunE: func(cmd *cobra.Command, args []string) error { return r.run(cmd, args[0]) },
	}
	r.api.register(cmd)
	r.read.register(cmd)
	r.output.registerTalk(cmd)
	fl := cmd.Flags()
	fl.BoolVar(&r.output.json, "json", false, "print the result as one JSON object")
	fl.BoolVar(&r.dryRun, "dry-run", false, "print the plan; ask, write and send nothing")
	fl.BoolVarP(&r.yes, "yes", "y", false, "do not ask before sending")
	fl.BoolVar(&r.all, "all", false, "put back all that the journal says was removed, whether on LIST or not; LIST is not read")
	fl.StringVar(&r.since, "since", "", "only what was removed at this `time` or later: 2026-01-31 or 2026-01-31T18:00:00Z")
	fl.BoolVar(&r.unsure, "unsure", false, "put back as well what a request without an answer may have removed")
	fl.BoolVar(&r.pause, "pause-active-workflows", true, "let Alta pause the workflows that are active for these people, as the API does by itself")
	return cmd
}

func (r *restore) run(cmd *cobra.Command, arg string) (err error) {
	if r.from, err = parseSince(r.since); err != nil {
		return err
	}
	if err := r.prepare(); err != nil {
		return err
	}
	if r.list, err = r.open(arg); err != nil {
		return err
	}
	defer r.list.Close()
	r.args = resumeArgs(cmd, arg)
	if r.api.sandbox {
		s, err := r.serve()
		if err != nil {
			return err
		}
		defer s.close()
		r.yes = true
	}
	if r.dryRun {
		return r.showPlan()
	}
	return r.restore()
}

// parseSince reads a date, which begins at midnight of this machine's time zone,
// or a time.
func parseSince(s string) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	if t, err := time.Parse(time.RFC3339, s); err == nil {
		return t, nil
	}
	t, err := time.ParseInLocation(time.DateOnly, s, time.Local)
	if err != nil {
		return t, usageError("", "--since %q: a date such as 2026-01-31, or a time such as 2026-01-31T18:00:00Z", s)
	}
	return t, nil
}

// open opens the list; with --all it need not be there any more.
func (r *restore) open(arg string) (*list, error) {
	if !r.all {
		return r.read.open(r.app, arg)
	}
	l := &list{path: arg, journal: r.read.journal}
	if l.journal == "" {
		if arg == "-" {
			return nil, usageError("a list from standard input has no name to put a journal beside", "LIST is -, but --journal is missing")
		}
		l.journal = arg + ".journal"
	}
	return l, nil
}

func (r *restore) plan(h worker.History) (*worker.RestorePlan, error) {
	return worker.NewRestorePlan(r.list.path, r.list.List, h, worker.RestoreOptions{Since: r.from, Unsure: r.unsure})
}

// showPlan is --dry-run: the plan is the result.
func (r *restore) showPlan() error {
	records, err := loadRecords(r.list.journal, &r.target.identity)
	if err != nil {
		return err
	}
	defer records.Close()
	if records.view == nil {
		return r.noJournal()
	}
	plan, err := r.plan(records.view)
	if err != nil {
		return err
	}
	v := r.view(plan)
	if r.output.json {
		return r.printJSON(v.json())
	}
	return r.print(v.write)
}

func (r *restore) noJournal() error {
	return usageError("name the journal of the removal with --journal", "%s: no such journal, so nothing is known to be removed", r.list.journal)
}

func (r *restore) restore() error {
	j, err := journal.Open(r.list.journal, r.target.identity)
	if err != nil {
		return err
	}
	defer j.Close()
	if _, _, runs := j.Runs(); runs == 0 {
		return r.noJournal()
	}
	plan, err := r.plan(j)
	if err != nil {
		return err
	}
	v := r.view(plan)
	if !r.output.quiet {
		fmt.Fprint(r.stderr, text(v.write))
	}
	if plan.Keys == 0 {
		return r.conclude(worker.RestoreSummary{Started: v.now, Ended: v.now})
	}
	if !r.yes {
		if err := r.confirm(plan); err != nil {
			return err
		}
	}
	if err := r.connect(); err != nil {
		return err
	}
	defer r.close()
	return r.carryOut(j, plan)
}

// confirm asks on the terminal; only a clear yes is one.
func (r *restore) confirm(plan *worker.RestorePlan) error {
	if !isTerminal(r.stdin) || !isTerminal(r.stderr) || r.list.path == "-" {
		return usageError("look at the plan (--dry-run), then add --yes", "%s: nobody to ask whether to put %s back, and no --yes", r.list.path, plural(plan.Keys, "identifier"))
	}
	fmt.Fprintf(r.stderr, "Put %s back on the Do Not Contact list? [y/N] ", plural(plan.Keys, "identifier"))
	answer, err := bufio.NewReader(r.stdin).ReadString('\n')
	if err != nil { // the terminal has not gone to a new line
		fmt.Fprintln(r.stderr)
		return declined()
	}
	if answer = strings.ToLower(strings.TrimSpace(answer)); answer == "y" || answer == "yes" {
		return nil
	}
	return declined()
}

func (r *restore) carryOut(j *journal.Journal, plan *worker.RestorePlan) error {
	run := worker.NewRestoration(r.config(j), plan, r.pause)
	ctx, release := r.working()
	defer release()
	hide := func() {}
	if !r.output.quiet {
		hide = showLine(r.screen, r.log, r.bar(), func() string { return r.restored(run) })
	}
	summary, err := run.Run(ctx)
	hide()
	if err != nil {
		return notBegun(err)
	}
	return r.conclude(summary)
}

// restored words how far a restore has come.
func (r *restore) restored(run *worker.Restoration) string {
	p := run.Progress()
	text := fmt.Sprintf("put back %s of %s", count(p.Restored), count(p.Keys))
	if p.Refused > 0 {
		text += fmt.Sprintf(", %s refused", count(p.Refused))
	}
	if left, why := r.held(); left > time.Second {
		text += ", waiting " + short(left) + ": " + why
	}
	return text
}

// conclude tells the summary and turns it into an exit code.
func (r *restore) conclude(s worker.RestoreSummary) error {
	v := restoreSummaryView{RestoreSummary: s, list: r.list.path, journal: r.list.journal, again: strings.Join(r.args, " "), code: restoreCode(s)}
	var told error
	switch {
	case r.output.json:
		told = r.printJSON(v.json())
	case !r.output.quiet || v.code != exitOK:
		told = r.print(v.write)
	}
	if s.Stop != nil {
		return &exitError{v.code, errors.Join(fmt.Errorf("%s: stopped: %w", r.list.path, s.Stop), told), stopHint(s.Stop.Reason)}
	}
	if told != nil || v.code == exitOK {
		return told
	}
	return &exitError{code: v.code}
}

// restoreCode returns the exit code of a restore that was carried out.
func restoreCode(s worker.RestoreSummary) int {
	switch {
	case s.Stop != nil:
		return stopCode(s.Stop.Reason)
	case s.Refused > 0:
		return exitFailures
	}
	return exitOK
}
