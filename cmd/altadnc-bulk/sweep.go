package main

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"altadnc-bulk/pkg/journal"
	"altadnc-bulk/pkg/worker"
)

// defaultSettle is how long ago a list must have changed for a sweep to take it.
const defaultSettle = 10 * time.Second

// sweep is one run of the sweep command: a removal for each list of a folder.
type sweep struct {
	removal
	settle   time.Duration
	keepDone age
	page     bool
}

func (a *app) sweepCommand() *cobra.Command {
	s := &sweep{removal: removal{job: job{caller: caller{app: a}}, brief: true}}
	cmd := &cobra.Command{
		Use:   "sweep FOLDER",
		Short: "Take every list in FOLDER off the Do Not Contact list, as a nightly job",
		Long: `sweep removes every list in FOLDER (csv, tsv, jsonl, ndjson, xlsx, each also as
.gz), in the order of their names, as "remove --yes" would. A list that has been
worked through moves with its journal to FOLDER/done, together with NAME-failed,
a list of what failed that remove accepts. Nothing there is ever overwritten.

A list that cannot be read, or whose journal is damaged, stays where it is, is
reported, and does not hold up the others. Whatever affects them all ends the
night: a refused token, an outage, a spent quota, a signal, --max-duration. The
exit code is the worst of all. Killed and started again, it carries on.

With --page each list in done has a page beside it, NAME.html, as report --format
html writes it, and index.html leads to those of the last night that had any.

Left alone are hidden files, names that begin with ~$, folders and links, files
with other endings, and files younger than --settle.`,
		Example: `  altadnc-bulk sweep --dry-run contacts
  altadnc-bulk sweep --yes -q --max-duration 6h --keep-done 90d contacts`,
		Args: oneArgument("FOLDER", "the folder that holds the lists"),
		RunE: func(cmd *cobra.Command, args []string) error { return s.run(cmd, args[0]) },
	}
	s.registerSending(cmd)
	s.read.registerReading(cmd)
	s.registerChoice(cmd)
	fl := cmd.Flags()
	fl.DurationVar(&s.settle, "settle", defaultSettle, "leave alone files that changed less than this `time` ago")
	fl.BoolVar(&s.page, "page", false, "write a page for people beside each finished list, and an index.html of the night's")
	fl.Var(&s.keepDone, "keep-done", "delete lists done longer ago than this `time`, such as 90d, with their journals (default: delete nothing)")
	return cmd
}

func (s *sweep) run(cmd *cobra.Command, path string) error {
	problems := s.problems(cmd)
	if s.settle < 0 {
		problems = errors.Join(problems, fmt.Errorf("--settle %s: must not be negative", s.settle))
	}
	if s.page && s.api.sandbox {
		problems = errors.Join(problems, errors.New("--page: a sandbox moves no list to done, where pages are"))
	}
	if problems != nil {
		return problems
	}
	s.api.tokenless = s.dryRun && !s.wantsSnapshot()
	s.pingStart(cmd)
	return s.session(func() error {
		s.yes = s.yes || s.api.sandbox
		f, err := newFolder(path)
		if err != nil {
			return err
		}
		if s.dryRun {
			return s.showPlans(f)
		}
		lock, err := f.lock()
		if err != nil {
			return err
		}
		defer lock.Close()
		if !s.api.sandbox {
			if err := f.finishMove(); err != nil {
				return err
			}
		}
		return s.sweep(f)
	})
}

// showPlans is --dry-run: the plans are the result.
func (s *sweep) showPlans(f *folder) error {
	s.warnUnwritable(filepath.Join(f.path, "LIST.journal"))
	waiting, err := f.lists(s.settle)
	if err != nil {
		return err
	}
	plans, forget, err := s.plans(f, waiting)
	defer forget()
	if err != nil {
		return err
	}
	if err := s.print(plans, s.watchers.json); err != nil || plans.ExitCode == exitOK {
		return err
	}
	return &exitError{code: plans.ExitCode}
}

// sweep takes every list off that waits in the folder.
func (s *sweep) sweep(f *folder) error {
	waiting, err := f.lists(s.settle)
	if err != nil {
		return err
	}
	v := &sweepSummary{Folder: f.path, LeftAlone: waiting.leftAlone, Lists: []result{}, Started: time.Now().UTC()}
	if len(waiting.names) > 0 {
		forget, err := s.prepare(f, waiting)
		defer forget()
		if err != nil {
			return err
		}
	}
	ctx, release := s.allowed()
	defer release()
	s.night = ctx
	if s.page {
		if err := s.missingPages(f); err != nil {
			return err
		}
	}
	for _, name := range waiting.names {
		if ctx.Err() != nil || v.Stopped != "" {
			v.NotBegun = append(v.NotBegun, name)
			continue
		}
		s.take(f, name, v)
	}
	var stop *worker.Stop
	if errors.As(context.Cause(ctx), &stop) {
		v.stop(stop.Reason)
	}
	if s.recording != nil {
		v.Totals.Requests += s.recording.Requests()
	}
	if s.api.sandbox {
		s.keepDone = 0 // nothing real is touched
	}
	if err := f.clean(time.Duration(s.keepDone)); err != nil {
		s.complain(&exitError{err: fmt.Errorf("--keep-done: %w", err)})
		v.ExitCode = worse(v.ExitCode, exitTrouble)
	}
	v.Ended = time.Now().UTC()
	if s.page && len(v.Lists)+len(v.NotBegun) > 0 {
		if err := s.writeIndex(f, v); err != nil {
			s.complain(&exitError{err: fmt.Errorf("--page: %w", err)})
			v.ExitCode = worse(v.ExitCode, exitTrouble)
		}
	}
	return s.conclude(v, &exitError{code: v.ExitCode})
}

// prepare makes sure that the user wants the lists removed, and knows what to
// compare them with. forget must be called when they are done, in any case.
func (s *sweep) prepare(f *folder, waiting waiting) (forget func(), err error) {
	forget = func() {}
	if !s.yes || s.wantsSnapshot() {
		var plans *sweepPlan
		if plans, forget, err = s.plans(f, waiting); err != nil {
			return forget, err
		}
		if err := s.agreeAll(f, plans); err != nil {
			return forget, err
		}
	}
	if s.client == nil {
		err = s.connect()
	}
	return forget, err
}

// agreeAll shows the plans and asks once for all lists, unless --yes was given.
func (s *sweep) agreeAll(f *folder, p *sweepPlan) error {
	if s.yes {
		return nil
	}
	s.yes, s.list = true, &list{path: f.path}
	fmt.Fprint(s.stderr, text(p, widthOf(s.stderr)))
	if p.Send == 0 {
		return nil
	}
	question := fmt.Sprintf("Send %s of %s? These people can then be contacted again. [y/N]", plural(p.Send, "removal"), plural(int64(len(p.Lists)), "list"))
	return s.confirm(question, "y", "yes")
}

// plans says what would be sent of every list. With a snapshot it takes the one
// that the whole night is compared with, into a file that forget deletes.
func (s *sweep) plans(f *folder, waiting waiting) (p *sweepPlan, forget func(), err error) {
	p, forget = s.planAll(f, waiting), func() {}
	if p.Send == 0 || !s.wantsSnapshot() {
		return p, forget, nil
	}
	if err := s.connect(); err != nil {
		return nil, forget, err
	}
	if forget, err = s.record(p.Send); err != nil || s.yes && !s.dryRun {
		return p, forget, err // the plans are not shown
	}
	return s.planAll(f, waiting), forget, nil
}

func (s *sweep) planAll(f *folder, waiting waiting) *sweepPlan {
	p := &sweepPlan{Folder: f.path, LeftAlone: waiting.leftAlone, Lists: []result{}}
	for _, name := range waiting.names {
		plan, err := s.planOne(filepath.Join(f.path, name))
		if err != nil {
			p.failed(filepath.Join(f.path, name), asExit(err))
			continue
		}
		p.Lists = append(p.Lists, plan)
		p.Send += plan.Send
		p.Requests += plan.Requests
		p.perMinute = plan.PerMinute
	}
	return p
}

// planOne plans one list as its removal will, without taking its journal.
func (s *sweep) planOne(path string) (*removePlan, error) {
	r := s.removal
	var err error
	if r.list, err = r.read.open(r.app, path); err != nil {
		return nil, err
	}
	defer r.list.Close()
	records, err := journal.Load(r.list.journal, &r.target.identity)
	if err != nil {
		return nil, err
	}
	defer records.Close()
	plan, err := r.plan(records)
	if err != nil {
		return nil, err
	}
	if r.recording != nil {
		if _, err := r.takeSnapshot(plan); err != nil {
			return nil, err
		}
	}
	return r.newPlan(plan), nil
}

// record lists the Do Not Contact list once for the whole night.
func (s *sweep) record(requests int64) (forget func(), err error) {
	file, err := os.CreateTemp("", "altadnc-bulk-snapshot-*")
	if err != nil {
		return func() {}, fmt.Errorf("a file for the snapshot: %w", err)
	}
	os.Remove(file.Name()) // where the system allows it, so that however this program ends, it is not left behind
	forget = func() { file.Close(); os.Remove(file.Name()) }
	listing := worker.NewListing(s.config(nil))
	ctx, hide, release := s.working(func() func() {
		return showLine(s.screen, s.log, s.bar(), func() string { return s.listed(listing) })
	})
	defer release()
	recording, stop := worker.Record(ctx, listing, s.pages(requests), file)
	hide()
	if stop != nil {
		return forget, &exitError{code: stopCode(stop.Reason), err: fmt.Errorf("stopped before anything was sent: %w", stop), hint: stopHint(stop)}
	}
	s.recording = recording
	return forget, nil
}

// take removes one list and puts it away once it is finished. What went wrong
// with it is reported at once, under its own name.
func (s *sweep) take(f *folder, name string, v *sweepSummary) {
	path := filepath.Join(f.path, name)
	r := s.removal
	summary, end, err := r.one(path)
	if err != nil {
		end = asExit(err)
		s.complain(end)
		v.failed(path, end)
		return
	}
	s.complain(end)
	swept := &sweptList{removeSummary: summary}
	v.add(swept)
	if gone := end.code == exitOK || end.code == exitFailures; !gone || s.api.sandbox {
		return
	}
	if swept.MovedTo, swept.FailedList, err = f.putAway(name, r.failedList(summary)); err != nil {
		s.complain(asExit(err))
		v.stop(stopFolder) // the next one would meet the same
	} else if s.page {
		swept.Page = s.pageFor(f, filepath.Base(swept.MovedTo), v)
	}
}

// stopFolder ends a night whose lists cannot be put away.
const stopFolder worker.StopReason = "list not put away"

// one removes the list at path.
func (r *removal) one(path string) (v *removeSummary, end *exitError, err error) {
	if r.list, err = r.read.open(r.app, path); err != nil {
		return nil, nil, err
	}
	defer r.list.Close()
	forget, err := r.forgetful()
	if err != nil {
		return nil, nil, err
	}
	defer forget()
	return r.remove()
}

// failedList returns what writes the entries that failed as a list of their own,
// nil if none did.
func (r *removal) failedList(v *removeSummary) func(io.Writer) error {
	if v.Failed == 0 {
		return nil
	}
	return func(w io.Writer) error {
		l, records, err := r.read.openRecorded(r.app, v.List)
		if err != nil {
			return err
		}
		defer l.Close()
		defer records.Close()
		out := bufio.NewWriter(w)
		report := reportFlags{outcomes: []string{"failed"}}
		_, err = report.write(l, records, out)
		return cmp.Or(err, out.Flush())
	}
}
