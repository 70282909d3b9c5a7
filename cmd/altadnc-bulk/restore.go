package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"altadnc-bulk/pkg/journal"
	"altadnc-bulk/pkg/worker"
)

// restore is one run of the restore command.
type restore struct {
	job
	all    bool
	unsure bool
	barred bool // --refused
	pause  bool
	since  string

	from time.Time // --since
}

func (a *app) restoreCommand() *cobra.Command {
	r := &restore{job: job{caller: caller{app: a}}}
	cmd := &cobra.Command{
		Use:   "restore LIST",
		Short: "Put back on the Do Not Contact list what remove LIST took off",
		Long: `restore puts the identifiers of LIST that its journal says were removed back on
the Do Not Contact list, up to 500 in one request. It asks first, can be
interrupted and run again, and records what is back, so that remove skips it
unless --again is given.

With a snapshot (remove --snapshot) an entry gets back its stored form and its
label; without one, the form that was sent. What is lost: when an entry was made,
and that the person made it. Alta will show all of them as added by hand, today.`,
		Example: `  altadnc-bulk restore --dry-run contacts.csv
  altadnc-bulk restore contacts.csv
  altadnc-bulk restore --since 2026-01-31T18:00:00Z --all contacts.csv`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 && r.all && r.read.journal != "" {
				return nil
			}
			return oneList()(cmd, args)
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			return r.run(cmd, append(args, strings.TrimSuffix(r.read.journal, ".journal"))[0])
		},
	}
	r.register(cmd)
	fl := cmd.Flags()
	fl.BoolVar(&r.all, "all", false, "put back all that the journal says was removed, whether on LIST or not; LIST is not read, and not needed with --journal")
	fl.StringVar(&r.since, "since", "", "only what was removed at this `time` or later: 2026-01-31 or 2026-01-31T18:00:00Z")
	fl.BoolVar(&r.unsure, "unsure", false, "also put back what a request without an answer may have removed")
	fl.BoolVar(&r.barred, "refused", false, "retry what the API refused to put back before")
	fl.BoolVar(&r.pause, "pause-active-workflows", true, "let Alta pause the workflows that are active for these people, as the API does by default")
	return cmd
}

func (r *restore) run(cmd *cobra.Command, arg string) (err error) {
	if r.from, err = parseSince(r.since); err != nil {
		return err
	}
	r.api.tokenless = r.dryRun
	return r.job.run(cmd, arg, r.read.name, func() error {
		if r.dryRun {
			return r.showPlan()
		}
		return r.restore()
	})
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

// plan reads the list as the journal says it was read, unless told otherwise;
// with --all it is not read, and need not be there any more.
func (r *restore) plan(h history) (*worker.RestorePlan, error) {
	err := r.read.recall(h)
	if err == nil && !r.all {
		err = r.read.compare(h, r.list, r.log)
	}
	if err == nil && !r.all {
		err = r.read.openFile(r.app, r.list)
	}
	if err != nil {
		return nil, err
	}
	return worker.NewRestorePlan(r.list.path, r.list.List, h, worker.RestoreOptions{Since: r.from, Unsure: r.unsure, Refused: r.barred})
}

// history is a journal, of which a restore is made.
type history interface {
	worker.Records
	recorded
}

// showPlan is --dry-run: the plan is the result.
func (r *restore) showPlan() error {
	r.warnUnwritable(r.list.journal)
	records, err := journal.Load(r.list.journal, &r.target.identity)
	if err != nil {
		return err
	}
	defer records.Close()
	r.warnLost(records.Lost())
	if !records.Exists() {
		return r.noJournal()
	}
	plan, err := r.plan(records)
	if err != nil {
		return err
	}
	if err := r.print(r.newPlan(plan), r.watchers.json); err != nil {
		return err
	}
	return r.complete(plan.Elsewhere)
}

// complete is an error if the journal has finished keys that are not on the
// list: they are not put back.
func (r *restore) complete(missing int64) error {
	if missing == 0 {
		return nil
	}
	return &exitError{
		code: exitFailures, err: fmt.Errorf("%s: %s", r.list.path, elsewhereText(missing)),
		hint: "--all puts back all that the journal says was removed",
	}
}

func (r *restore) noJournal() error {
	return usageError("give the removal's journal with --journal", "%s: no such journal, so nothing is known to have been removed", r.list.journal)
}

func (r *restore) restore() error {
	j, err := r.openJournal()
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
	if !r.output.quiet {
		fmt.Fprint(r.stderr, text(r.newPlan(plan), widthOf(r.stderr)))
	}
	if plan.Keys == 0 {
		now := time.Now()
		return r.conclude(plan, worker.Summary{Started: now, Ended: now})
	}
	if !r.yes {
		question := fmt.Sprintf("Put %s back on the Do Not Contact list? [y/N]", plural(plan.Keys, "identifier"))
		if err := r.confirm(question, "y", "yes"); err != nil {
			return err
		}
	}
	if err := r.connect(); err != nil {
		return err
	}
	return r.carryOut(j, plan)
}

func (r *restore) carryOut(j *journal.Journal, plan *worker.RestorePlan) error {
	cfg := r.config(j)
	cfg.Reading = r.read.reading()
	run := worker.NewRestoration(cfg, plan, r.pause)
	ctx, hide, release := r.working(func() func() {
		return showLine(r.screen, r.log, r.bar(), func() string { return r.restored(run, plan) })
	})
	defer release()
	summary, err := run.Run(ctx)
	hide()
	if err != nil {
		return notBegun(err)
	}
	return r.conclude(plan, summary)
}

// restored words how far a restore has come.
func (r *restore) restored(run *worker.Restoration, plan *worker.RestorePlan) string {
	p := run.Progress()
	text := fmt.Sprintf("put back %s of %s", count(p.Counts[journal.Restored]), count(plan.Keys))
	if refused := p.Counts[journal.Failed]; refused > 0 {
		text += fmt.Sprintf(", %s refused", count(refused))
	}
	return text + r.waiting(p.Outage)
}

// conclude prints the summary and turns it into an exit code.
func (r *restore) conclude(plan *worker.RestorePlan, s worker.Summary) error {
	v := r.newSummary(plan, s)
	end := r.ended(v.ExitCode, s.Stop)
	if s.Stop != nil && s.Stop.Reason == worker.StopRejections {
		end.hint = "look at the reason above; where it is the identifiers that are refused, the same command goes on with others (see: altadnc-bulk help restore)"
	}
	if missing := r.complete(plan.Elsewhere); missing != nil && end.err == nil {
		end.err, end.hint = missing, asExit(missing).hint
	}
	return r.job.conclude(v, end)
}
