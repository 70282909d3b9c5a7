package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"altadnc-bulk/pkg/journal"
	"altadnc-bulk/pkg/worker"
)

// removal is one run of the remove command.
type removal struct {
	job
	limit       int64
	maxRemovals int64
	again       bool
	skipFailed  bool
	snapshot    when
	keep        bool

	recording *worker.Recording // that every list of a night is compared with; nil for none
	brief     bool              // the plan is one of many
}

// when is a value of --snapshot.
type when string

const (
	snapshotNever  when = "never"
	snapshotAuto   when = "auto"
	snapshotAlways when = "always"
)

func (w *when) String() string { return string(*w) }

func (w *when) Type() string { return "when" }

func (w *when) Set(s string) error {
	switch when(s) {
	case snapshotNever, snapshotAuto, snapshotAlways:
		*w = when(s)
		return nil
	}
	return errors.New("never, auto or always")
}

func (a *app) removeCommand() *cobra.Command {
	r := &removal{job: job{caller: caller{app: a}}}
	cmd := &cobra.Command{
		Use:   "remove LIST",
		Short: "Take everything on LIST off the Do Not Contact list; run it again to resume",
		Long: `remove sends one DELETE for each identifier on LIST (CSV, JSONL, .xlsx, or - for
standard input) and records each outcome in a journal beside it. Running the
same command again carries on where the last run stopped; what is finished is not
sent again.

Whoever is taken off the list can be contacted again.`,
		Example: `  altadnc-bulk remove --sandbox contacts.csv    # a trial, nothing real
  altadnc-bulk remove --dry-run contacts.csv    # what would be sent
  altadnc-bulk remove contacts.csv              # asks, then sends; resumes
  altadnc-bulk remove --type email --yes --json -q nightly.csv`,
		Args: oneList(),
		RunE: func(cmd *cobra.Command, args []string) error { return r.run(cmd, args[0]) },
	}
	r.register(cmd)
	r.registerChoice(cmd)
	fl := cmd.Flags()
	fl.Int64Var(&r.limit, "limit", 0, "send at most `N` removals, then end with exit code 10")
	fl.BoolVar(&r.again, "again", false, "send again what is finished on this list")
	return cmd
}

// registerChoice registers the flags that choose what of a list is sent.
func (r *removal) registerChoice(cmd *cobra.Command) {
	fl := cmd.Flags()
	fl.Int64Var(&r.maxRemovals, "max-removals", 0, "refuse to start if more than `N` would be sent")
	fl.BoolVar(&r.skipFailed, "skip-failed", false, "do not retry what failed in an earlier run")
	r.snapshot = snapshotNever
	fl.Var(&r.snapshot, "snapshot", "`when` to list the Do Not Contact list first, 100 entries a request, and send only what is on it: never, auto (which gives up after a tenth of the requests that it could save) or always")
	fl.BoolVar(&r.keep, "keep-unsubscribed", false, "keep opt-outs that people made themselves; takes a snapshot of the whole list, the only way to know")
}

func (r *removal) run(cmd *cobra.Command, arg string) error {
	if err := r.problems(cmd); err != nil {
		return err
	}
	r.api.tokenless = r.dryRun && !r.wantsSnapshot()
	return r.job.run(cmd, arg, func(arg string) (*list, error) { return r.read.open(r.app, arg) }, func() error {
		forget, err := r.forgetful()
		if err != nil {
			return err
		}
		defer forget()
		if r.dryRun {
			return r.showPlan()
		}
		v, end, err := r.remove()
		if err != nil {
			return err
		}
		return r.conclude(v, end)
	})
}

// temporary reports whether the journal goes away with the sandbox.
func (r *removal) temporary() bool { return r.api.sandbox && r.read.journal == "" }

// forgetful gives the list of a sandbox a journal that forget deletes.
func (r *removal) forgetful() (forget func(), err error) {
	if !r.temporary() {
		return func() {}, nil
	}
	forgetKilled()
	folder, err := os.MkdirTemp("", sandboxFolders)
	if err != nil {
		return nil, err
	}
	r.list.journal = filepath.Join(folder, filepath.Base(r.list.path)+".journal")
	return func() { os.RemoveAll(folder) }, nil
}

// sandboxFolders are where the journals of --sandbox are until its run ends.
const sandboxFolders = "altadnc-bulk-sandbox-*"

// forgetKilled deletes the journals of sandboxes whose runs were killed: those
// that no process holds. A run that has not begun has none yet.
func forgetKilled() {
	journals, _ := filepath.Glob(filepath.Join(os.TempDir(), sandboxFolders, "*.journal"))
	for _, path := range journals {
		holder, err := journal.Holder(path)
		folder := filepath.Dir(path)
		if info, lstat := os.Lstat(folder); err == nil && holder == nil && lstat == nil && info.IsDir() {
			os.RemoveAll(folder)
		}
	}
}

func (r *removal) problems(cmd *cobra.Command) error {
	var problems []error
	if fl := cmd.Flags().Lookup("limit"); fl != nil && fl.Changed && r.limit < 1 {
		problems = append(problems, fmt.Errorf("--limit %d: at least 1; leave it out for no limit", r.limit))
	}
	if r.maxRemovals < 1 && cmd.Flags().Changed("max-removals") {
		problems = append(problems, fmt.Errorf("--max-removals %d: at least 1; leave it out to allow any number", r.maxRemovals))
	}
	if r.keep && r.snapshot == snapshotNever && cmd.Flags().Changed("snapshot") {
		problems = append(problems, errors.New("--keep-unsubscribed needs a snapshot to know who unsubscribed, and --snapshot never forbids one; leave one of them out"))
	}
	return errors.Join(problems...)
}

func (r *removal) plan(records history) (*worker.Plan, error) {
	if err := r.read.compare(records, r.list, r.log); err != nil {
		return nil, err
	}
	return worker.NewPlan(r.list.List, records, worker.PlanOptions{Again: r.again, SkipFailed: r.skipFailed})
}

// showPlan is --dry-run: the plan is the result. A snapshot that was asked for
// is taken, since listing changes nothing.
func (r *removal) showPlan() error {
	r.warnUnwritable(r.list.journal)
	records, err := journal.Load(r.list.journal, &r.target.identity)
	if err != nil {
		return err
	}
	defer records.Close()
	r.warnLost(records.Lost())
	plan, err := r.plan(records)
	if err != nil {
		return err
	}
	if r.wantsSnapshot() {
		if err := r.connect(); err != nil {
			return err
		}
		unbegun, err := r.takeSnapshot(plan)
		if err != nil {
			return err
		}
		if unbegun != nil {
			stop := unbegun.Stop
			return &exitError{code: stopCode(stop.Reason), err: fmt.Errorf("%s: stopped before the plan was complete: %w", r.list.path, stop), hint: stopHint(stop)}
		}
	}
	return r.print(r.newPlan(plan), r.watchers.json)
}

// remove takes the list off, and returns its outcome and how that ends the
// command; an error if nothing was sent.
func (r *removal) remove() (*removeSummary, *exitError, error) {
	j, err := r.openJournal()
	if err != nil {
		return nil, nil, err
	}
	defer j.Close()
	plan, err := r.plan(j)
	if err != nil {
		return nil, nil, err
	}
	if r.client == nil {
		if err := r.connect(); err != nil {
			return nil, nil, err
		}
	}
	summary, err := r.takeSnapshot(plan)
	if summary == nil && err == nil {
		if err = r.agree(r.newPlan(plan)); err == nil {
			summary, err = r.carryOut(j, plan)
		}
	}
	if err != nil {
		return nil, nil, err
	}
	v, end := r.outcome(plan, summary)
	return v, end, nil
}

// wantsSnapshot reports whether this run is to take a snapshot at all.
func (r *removal) wantsSnapshot() bool { return r.keep || r.snapshot != snapshotNever }

// pages returns how many pages a snapshot may take that is to save some of the
// given number of requests; 0 means all.
func (r *removal) pages(requests int64) int64 {
	if r.snapshot != snapshotAuto || r.keep {
		return 0 // half a snapshot cannot tell whose opt-outs the rest are
	}
	if r.limit > 0 {
		requests = min(requests, r.limit)
	}
	return worker.AutoPages(requests)
}

// takeSnapshot lists the Do Not Contact list for the plan, if it is asked to and
// there is something to send. If that ended the run it returns the outcome:
// nothing of the list was sent.
func (r *removal) takeSnapshot(plan *worker.Plan) (unbegun *worker.Summary, err error) {
	whole := r.keep || r.snapshot == snapshotAlways
	if !r.wantsSnapshot() || plan.Send == 0 && (plan.Doubtful == 0 || !whole) {
		return nil, nil
	}
	match := worker.Matching{Wanted: plan.Wants, Rules: r.read.values()}
	if r.recording != nil {
		snapshot, err := r.recording.Snapshot(match)
		if err == nil {
			plan.Use(snapshot, r.keep)
		}
		return nil, err
	}
	started := time.Now()
	listing := worker.NewListing(r.config(nil))
	ctx, hide, release := r.working(func() func() {
		return showLine(r.screen, r.log, r.bar(), func() string { return r.listed(listing) })
	})
	defer release()
	snapshot, stop := worker.TakeSnapshot(ctx, listing, match, r.pages(plan.Requests))
	hide()
	if stop != nil {
		s := plan.Unbegun(stop, started, listing.Progress().Requests)
		return &s, nil
	}
	plan.Use(snapshot, r.keep)
	return nil, nil
}

// confirmByNumber is beyond how many removals the number itself is the answer.
const confirmByNumber = 1000

// agree shows the plan and makes sure that the user wants it.
func (r *removal) agree(p *removePlan) error {
	if r.output.quiet || r.output.logFormat == "json" {
		for _, u := range p.ReadAs.Unread {
			r.log.Warn("not read: " + u.text())
		}
	}
	switch {
	case r.output.quiet:
	case r.brief || r.yes && r.output.logFormat == "json": // for a program that reads lines
		r.log.Info("plan", "entries", p.Entries, "duplicate", p.Duplicates, "refused", p.Refused.Total, "skipped", p.Skipped,
			"send", p.Send, "requests", p.requests(), "per_minute", p.PerMinute, "list", p.List)
	default:
		fmt.Fprint(r.stderr, text(p, widthOf(r.stderr)))
	}
	if r.maxRemovals > 0 && p.sending() > r.maxRemovals {
		return usageError("check the list; if it is right, raise --max-removals, or send a part with --limit",
			"%s: %s would be sent, --max-removals allows %s", r.list.path, plural(p.sending(), "removal"), count(r.maxRemovals))
	}
	if r.yes || p.Send == 0 {
		return nil
	}
	return r.ask(p)
}

// ask asks whether to send what the plan says, and repeats what matters of it.
func (r *removal) ask(p *removePlan) error {
	n, removals := count(p.sending()), plural(p.sending(), "removal")
	if p.Snapshot != nil && p.Snapshot.Own > 0 {
		removals += fmt.Sprintf(", including %s", counted(p.Snapshot.Own, "person's own opt-out", "people's own opt-outs"))
	}
	read := p.ReadAs.columns() + p.ReadAs.unread()
	if p.sending() <= confirmByNumber {
		return r.confirm(fmt.Sprintf("Read %s. Send %s? These people can then be contacted again. [y/N]", read, removals), "y", "yes")
	}
	question := fmt.Sprintf("Read %s: %s. These people can then be contacted again. Type the number of removals (%s) to send them:", read, removals, n)
	again := fmt.Sprintf("That is not the number of removals. Type %s to send them, or nothing to send none:", n)
	return r.confirmTwice(question, again, n, fmt.Sprint(p.sending()))
}

func (r *removal) carryOut(j *journal.Journal, plan *worker.Plan) (*worker.Summary, error) {
	cfg := r.config(j)
	cfg.Limit, cfg.Reading = r.limit, r.read.reading()
	run := worker.NewRun(cfg, r.list.List, plan)
	ctx, hide, release := r.working(func() func() {
		if plan.Send == 0 {
			return func() {}
		}
		return showProgress(r.screen, r.log, r.bar(), func() state { return r.state(run, plan) })
	})
	defer release()
	summary, err := run.Remove(ctx)
	hide()
	if err != nil {
		return nil, notBegun(err)
	}
	return &summary, nil
}

func (r *removal) state(run *worker.Run, plan *worker.Plan) state {
	p := run.Progress()
	s := state{Progress: p, total: plan.Send, settled: p.Counts.Total() - p.Refused - p.Free, perMinute: r.pace.Measured()}
	if r.limit > 0 {
		s.total = min(s.total, r.limit)
	}
	s.earlier = plan.Skip()
	s.total, s.settled = s.total+s.earlier, s.settled+s.earlier
	s.wait, s.why = r.wait()
	return s
}

// outcome returns the outcome of the list, and how that ends the command.
func (r *removal) outcome(plan *worker.Plan, s *worker.Summary) (*removeSummary, *exitError) {
	v := r.newSummary(plan, *s)
	for _, o := range s.Unrecorded {
		r.warn("answered, but not in the journal: %s:%d: %s %s: %s", r.list.Name(), o.Line, o.Identifier.Type, o.Identifier.Masked(), o.Result)
	}
	end := r.ended(v.ExitCode, s.Stop)
	if s.Err != nil {
		end.err = fmt.Errorf("the counts of this run contradict each other, which is a bug in altadnc-bulk: %w", s.Err)
		end.hint = "please report it with the journal's record of this run"
	}
	return v, end
}
