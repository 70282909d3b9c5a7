package main

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"altadnc-bulk/pkg/journal"
	"altadnc-bulk/pkg/worker"
)

// removal is one run of the remove command.
type removal struct {
	caller
	read listFlags

	dryRun      bool
	yes         bool
	limit       int64
	maxRemovals int64
	again       bool
	skipFailed  bool
	snapshot    string
	keep        bool

	args []string // as typed, for the command to go on with
	list *list
}

func (a *app) removeCommand() *cobra.Command {
	r := &removal{caller: caller{app: a}}
	cmd := &cobra.Command{
		Use:   "remove LIST",
		Short: "Take everything on LIST off the Do Not Contact list; run it again to resume",
		Long: `remove sends one DELETE for each identifier on LIST (CSV or JSONL, or - for
standard input) and records each outcome in a journal beside it. Running the
same command again goes on where an earlier run ended, and sends nothing that is
finished.

Whoever is taken off the list can be contacted again.`,
		Example: `  altadnc-bulk remove --sandbox testdata/first-run.csv
  altadnc-bulk remove --dry-run contacts.csv
  altadnc-bulk remove --type email --yes --json -q nightly.csv`,
		Args: oneList(),
		RunE: func(cmd *cobra.Command, args []string) error { return r.run(cmd, args[0]) },
	}
	r.api.register(cmd)
	r.read.register(cmd)
	r.output.register(cmd)
	fl := cmd.Flags()
	fl.BoolVar(&r.dryRun, "dry-run", false, "print the plan; ask, write and send nothing")
	fl.BoolVarP(&r.yes, "yes", "y", false, "do not ask before sending")
	fl.Int64Var(&r.limit, "limit", 0, "send at most `N` removals, then end with exit code 10")
	fl.Int64Var(&r.maxRemovals, "max-removals", 0, "refuse to start when more than `N` would be sent")
	fl.BoolVar(&r.again, "again", false, "send finished keys of this list again")
	fl.BoolVar(&r.skipFailed, "skip-failed", false, "leave alone what failed in an earlier run")
	r.registerSnapshot(cmd)
	return cmd
}

func (f *outputFlags) register(cmd *cobra.Command) {
	f.registerTalk(cmd)
	fl := cmd.Flags()
	fl.BoolVar(&f.json, "json", false, "print the result as one JSON object")
	fl.StringVar(&f.metricsFile, "metrics-file", "", "write metrics for node_exporter's textfile collector to this `file`")
}

// registerTalk registers the flags for what goes to stderr.
func (f *outputFlags) registerTalk(cmd *cobra.Command) {
	fl := cmd.Flags()
	fl.BoolVarP(&f.quiet, "quiet", "q", false, "print nothing but warnings, unless something needs attention")
	fl.BoolVarP(&f.verbose, "verbose", "v", false, "tell more, and name identifiers in full")
	fl.BoolVar(&f.noProgress, "no-progress", false, "no progress bar")
	fl.StringVar(&f.logFormat, "log-format", "text", "`format` of log lines: text, json")
}

func (r *removal) run(cmd *cobra.Command, arg string) error {
	if err := r.check(cmd); err != nil {
		return err
	}
	if err := r.prepare(); err != nil {
		return err
	}
	var err error
	if r.list, err = r.read.open(r.app, arg); err != nil {
		return err
	}
	defer r.list.Close()
	r.args = resumeArgs(cmd, arg)
	if r.api.sandbox {
		end, err := r.startSandbox()
		if err != nil {
			return err
		}
		defer end()
	}
	if r.dryRun {
		return r.showPlan()
	}
	return r.remove()
}

func (r *removal) check(cmd *cobra.Command) error {
	var problems []error
	if r.limit < 1 && cmd.Flags().Changed("limit") {
		problems = append(problems, fmt.Errorf("--limit %d: at least 1; leave it out for no limit", r.limit))
	}
	if r.maxRemovals < 1 && cmd.Flags().Changed("max-removals") {
		problems = append(problems, fmt.Errorf("--max-removals %d: at least 1; leave it out to allow any number", r.maxRemovals))
	}
	if err := errors.Join(append(problems, r.checkSnapshot())...); err != nil {
		return &exitError{exitUsage, err, ""}
	}
	return nil
}

// startSandbox serves the sandbox on a loopback port. Unless a journal is named
// it lives in a temporary folder that goes with the sandbox.
func (r *removal) startSandbox() (end func(), err error) {
	s, err := serveSandbox()
	if err != nil {
		return nil, &exitError{exitUsage, err, ""}
	}
	r.target.config.BaseURL = s.url
	r.yes = true
	if r.read.journal != "" {
		return s.close, nil
	}
	folder, err := os.MkdirTemp("", "altadnc-bulk-sandbox-*")
	if err != nil {
		s.close()
		return nil, &exitError{exitUsage, err, ""}
	}
	r.list.journal = filepath.Join(folder, filepath.Base(r.list.path)+".journal")
	return func() { s.close(); os.RemoveAll(folder) }, nil
}

func (r *removal) planOptions() worker.PlanOptions {
	return worker.PlanOptions{Again: r.again, SkipFailed: r.skipFailed}
}

// showPlan is --dry-run: the plan is the result.
func (r *removal) showPlan() error {
	records, err := loadRecords(r.list.journal, &r.target.identity)
	if err != nil {
		return err
	}
	defer records.Close()
	plan, err := worker.NewPlan(r.list.List, records, r.planOptions())
	if err != nil {
		return err
	}
	v := r.view(plan)
	if r.output.json {
		return r.printJSON(v.json())
	}
	return r.print(v.write)
}

func (r *removal) view(plan *worker.Plan) planView {
	kept := r.list.journal
	if r.temporary() {
		kept = "temporary, gone at the end"
	}
	return planView{
		Plan: plan, list: r.list.path, reading: r.read.words(), journal: kept, baseURL: r.destination(),
		perMinute: r.perMinute(), limit: r.limit, nightly: r.api.maxDuration, now: time.Now(),
		snapshotLater: r.wantsSnapshot() && plan.Snapshot == nil,
	}
}

// temporary tells whether the journal goes away with the sandbox.
func (r *removal) temporary() bool { return r.api.sandbox && r.read.journal == "" }

func (r *removal) remove() error {
	j, err := journal.Open(r.list.journal, r.target.identity)
	if err != nil {
		return err
	}
	defer j.Close()
	if torn := j.Recovered(); torn != nil {
		r.log.Warn("the end of the journal was torn by an interruption; it was set aside", "journal", r.list.journal, "lines", torn.Lines, "bytes", torn.Bytes, "saved_to", torn.SavedTo)
	}
	plan, err := worker.NewPlan(r.list.List, j, r.planOptions())
	if err != nil {
		return err
	}
	if err := r.connect(); err != nil {
		return err
	}
	defer r.close()
	if stopped, err := r.takeSnapshot(plan); stopped || err != nil {
		return err
	}
	if err := r.agree(r.view(plan)); err != nil {
		return err
	}
	return r.carryOut(j, plan)
}

// agree shows the plan and makes sure that it is wanted.
func (r *removal) agree(v planView) error {
	switch {
	case r.output.quiet:
	case r.yes && r.output.logFormat == "json": // for a program that reads lines
		r.log.Info("plan", "entries", v.Entries, "duplicate", v.Duplicates, "refused", v.Refused.Total, "skipped", v.Skip(),
			"send", v.Send, "requests", v.requests(), "per_minute", v.perMinute)
	default:
		fmt.Fprint(r.stderr, text(v.write))
	}
	if r.maxRemovals > 0 && v.sending() > r.maxRemovals {
		return usageError("check the list; if it is right, raise --max-removals, or send a part with --limit",
			"%s: %s would be sent, --max-removals allows %s", r.list.path, plural(v.sending(), "removal"), count(r.maxRemovals))
	}
	if r.yes || v.Send == 0 {
		return nil
	}
	return r.confirm(v)
}

func (r *removal) carryOut(j *journal.Journal, plan *worker.Plan) error {
	cfg := r.config(j)
	cfg.Limit = r.limit
	run := worker.NewRun(cfg, r.list.List, plan)
	ctx, release := r.working()
	defer release()
	hide := func() {}
	if !r.output.quiet && plan.Send > 0 {
		hide = showProgress(r.screen, r.log, r.bar(), func() state { return r.state(run, plan) })
	}
	summary, err := run.Remove(ctx)
	hide()
	if err != nil {
		return notBegun(err)
	}
	return r.conclude(plan, summary)
}

func (r *removal) state(run *worker.Run, plan *worker.Plan) state {
	p := run.Progress()
	s := state{Progress: p, total: plan.Send, settled: p.Done() - p.Refused - p.Free, perMinute: r.pace.PerMinute()}
	if r.limit > 0 {
		s.total = min(s.total, r.limit)
	}
	s.held, s.why = r.held()
	return s
}

// conclude tells the summary and turns it into an exit code.
func (r *removal) conclude(plan *worker.Plan, s worker.Summary) error {
	v := summaryView{Summary: s, snapshot: plan.Snapshot != nil, list: r.list.path, journal: r.list.journal, reading: r.read.words(), rereading: r.read.words("journal", "encoding", "delimiter"),
		again: strings.Join(r.args, " "), code: summaryCode(s), temporary: r.temporary(), skippedFrom: plan.Oldest, skippedTo: plan.Newest}
	for _, o := range s.Unrecorded {
		fmt.Fprintf(r.stderr, "altadnc-bulk: answered but not in the journal: %s:%d: %s %s: %s\n",
			r.list.Name(), o.Line, o.Identifier.Type, printable(o.Identifier.Masked()), o.Result)
	}
	told := r.tell(v)
	if r.output.metricsFile != "" {
		if err := writeMetrics(r.output.metricsFile, v); err != nil {
			told = errors.Join(told, fmt.Errorf("--metrics-file: %w; its folder must exist and be writable", err))
		}
	}
	if told != nil {
		fmt.Fprintf(r.stderr, "altadnc-bulk: %s\n", printable(told.Error()))
		v.code = cmp.Or(v.code, exitTrouble)
	}
	switch {
	case s.Err != nil:
		return &exitError{v.code, fmt.Errorf("the counts of this run contradict each other, which is a defect of altadnc-bulk: %w", s.Err), "please report it with the journal's record of this run"}
	case s.Stop != nil && s.Stop.Err != nil: // else it was asked for, and the summary has said so
		return &exitError{v.code, fmt.Errorf("%s: stopped: %w", r.list.path, s.Stop), stopHint(s.Stop.Reason)}
	case v.code != exitOK:
		return &exitError{code: v.code}
	}
	return nil
}

func (r *removal) tell(v summaryView) error {
	if r.output.json {
		return r.printJSON(v.json())
	}
	if r.output.quiet && v.code == exitOK {
		return nil
	}
	return r.print(v.write)
}

// resumeArgs is the command line to type for going on.
func resumeArgs(cmd *cobra.Command, arg string) []string {
	line := []string{cmd.CommandPath()}
	for _, f := range changedFlags(cmd) {
		line = append(line, shellQuote(f))
	}
	return append(line, shellQuote(arg))
}
