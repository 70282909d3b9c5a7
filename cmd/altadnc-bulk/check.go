package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"altadnc-bulk/pkg/api"
	"altadnc-bulk/pkg/journal"
	"altadnc-bulk/pkg/worker"
	"altadnc-bulk/pkg/worker/pace"
)

// check is one run of the check command. It reads lists as a sweep does.
type check struct {
	sweep
	result checked
}

func (a *app) checkCommand() *cobra.Command {
	c := &check{sweep: sweep{removal: removal{job: job{caller: caller{app: a}}}, settle: defaultSettle}}
	cmd := &cobra.Command{
		Use:   "check [LIST or FOLDER]",
		Short: "Look for what would go wrong: token, permission, quota, clock, folders, lists",
		Long: `check finds out what would go wrong in a run, with at most two requests: one asks
for an entry of the Do Not Contact list, the other asks to remove an address that
no list can hold. The answers show whether the token is accepted, whether removing
is permitted, how much of the account's quota others use, and whether this
machine's clock is right. It also checks that folders can be written to and
locked. Given a list, or a folder of lists, it plans them as remove or sweep would.

The exit code is the one a run would end with.`,
		Example: `  altadnc-bulk check
  altadnc-bulk check --json contacts.csv`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return nil
			}
			return oneList()(cmd, args)
		},
		RunE: func(cmd *cobra.Command, args []string) error { return c.run(cmd, args) },
	}
	c.api.register(cmd)
	c.read.register(cmd)
	c.output.register(cmd)
	cmd.Flags().BoolVar(&c.watchers.json, "json", false, "print one JSON object")
	return cmd
}

func (c *check) run(_ *cobra.Command, args []string) error {
	c.snapshot = snapshotNever
	c.api.maxQuotaWait = 1 // report a pause, but do not wait for it
	return c.session(func() error {
		if err := c.connect(); err != nil {
			return err
		}
		if err := c.checkAPI(); err != nil {
			return err
		}
		c.checkPace()
		if len(args) > 0 {
			c.checkList(args[0])
		}
		if err := c.print(&c.result, c.watchers.json); err != nil || c.result.ExitCode == exitOK {
			return err
		}
		return &exitError{code: c.result.ExitCode}
	})
}

// checkAPI asks the API.
func (c *check) checkAPI() error {
	ctx, hide, release := c.working(func() func() { return func() {} })
	defer release()
	sent := time.Now()
	p := worker.NewProbe(ctx, c.config(nil))
	hide()
	c.result.Requests = p.Requests
	var stop *worker.Stop
	if errors.As(context.Cause(ctx), &stop) {
		return &exitError{code: stopCode(stop.Reason), err: stop}
	}
	account := "the token's own account (no --account-id)"
	if id := c.target.config.AccountID; id != "" {
		account = "account " + id
	}
	if c.probed("token", p.List, fmt.Sprintf("accepted by %s, %s", c.destination(), account)) {
		c.probed("permission", p.Remove, "removing is permitted")
		if p.Remove.Confirmed {
			c.result.warn("answers", "the API claims to have removed an address that cannot exist: its 200 does not prove that an entry was there", "")
		}
	}
	c.checkQuota(p.List.Answer.Quota)
	c.checkClock(p.List.Answer.Date, sent)
	return nil
}

// probed reports the outcome of a request, and whether it was good.
func (c *check) probed(name string, p worker.Probed, well string) bool {
	switch {
	case p.Stop != nil:
		c.result.fail(name, stopCode(p.Stop.Reason), p.Stop.Error(), stopHint(p.Stop))
	case p.Err != nil:
		c.result.warn(name, "not known: "+p.Err.Error(), "")
	default:
		c.result.ok(name, well)
		return true
	}
	return false
}

func (c *check) checkQuota(q api.Quota) {
	switch {
	case !q.Known:
		c.result.ok("quota", fmt.Sprintf("the API does not say; the pace is %g requests a minute", c.api.rate.Full()))
	case q.Limit > 0:
		c.result.ok("quota", fmt.Sprintf("%d of %d requests left for the next %s; %d used, by this program or others", q.Remaining, q.Limit, short(q.Reset), q.Limit-q.Remaining))
	default:
		c.result.ok("quota", fmt.Sprintf("%s left for the next %s", plural(int64(q.Remaining), "request"), short(q.Reset)))
	}
}

// clockTolerance is how far this machine's clock may be from the API's: times in
// the journal are compared with those of entries.
const clockTolerance = 30 * time.Second

func (c *check) checkClock(theirs, sent time.Time) {
	if theirs.IsZero() {
		return
	}
	ahead := sent.Sub(theirs)
	if late := time.Until(theirs); late > 0 {
		ahead = -late
	}
	if ahead.Abs() <= clockTolerance {
		c.result.ok("clock", "agrees with the API's")
		return
	}
	c.result.warn("clock", fmt.Sprintf("%s %s the API's", short(ahead.Abs()), map[bool]string{true: "ahead of", false: "behind"}[ahead > 0]),
		"set it right: verify compares its times with the API's")
}

// checkPace checks whether runs of this machine can keep one pace.
func (c *check) checkPace() {
	if c.api.sandbox || c.api.rate.PerMinute == 0 {
		return
	}
	to := c.target.config
	shared, err := pace.OpenShared("", pace.Account{BaseURL: to.BaseURL, ID: to.AccountID, Token: to.Token})
	var until time.Time
	var path string
	if err == nil {
		until, path, err = shared.Held()
	}
	switch {
	case err != nil:
		c.result.warn("pace", err.Error(), "simultaneous runs do not know of each other: set XDG_STATE_HOME to a folder that can be written to")
	case !until.IsZero():
		c.result.warn("pace", fmt.Sprintf("all runs of this user are waiting until %s, because one of them was told to", zoned(until, time.TimeOnly)), "they then go on without help; if that cannot be right, delete "+path)
	default:
		c.result.ok("pace", "shared by all runs of this user")
	}
}

// checkList looks at a list, or a folder of them, as a run would find it.
func (c *check) checkList(path string) {
	info, err := os.Stat(path)
	if err == nil && info.IsDir() {
		c.checkFolder(path)
		return
	}
	l, err := c.read.name(path)
	if err == nil && info != nil && !info.Mode().IsRegular() { // next to which nothing is to be tried
		err = usageError("give a CSV, JSONL or .xlsx file, or - for standard input", "list: %s is not a regular file", path)
	}
	if err != nil {
		c.result.failBy("list", asExit(err))
		return
	}
	c.checkWritable(filepath.Dir(l.journal))
	if holder, err := journal.Holder(l.journal); err == nil && holder != nil {
		c.result.fail("journal", exitLocked, fmt.Sprintf("%s is in use by %s", l.journal, holder), "status shows how far it is")
	}
	plan, err := c.planOne(path)
	if err != nil {
		c.result.failBy("list", asExit(err))
		return
	}
	c.result.Plan = plan
	c.result.ok("list", fmt.Sprintf("%s: %s of %s to send%s", plan.List, plural(plan.Send, "removal"), counted(plan.Entries, "entry", "entries"), also(", ", plan.Refused.Total, "refused")))
}

func (c *check) checkFolder(path string) {
	c.checkWritable(path)
	f, err := newFolder(path)
	if err != nil {
		c.result.failBy("folder", asExit(err))
		return
	}
	waiting, err := f.lists(c.settle)
	if err != nil {
		c.result.failBy("folder", asExit(err))
		return
	}
	plans := c.planAll(f, waiting)
	c.result.Plan = plans
	for _, l := range plans.Lists {
		if l, ok := l.(*listFailure); ok {
			c.result.fail("list", l.ExitCode, l.Error, l.Hint)
		}
	}
	c.result.ok("folder", fmt.Sprintf("%s: %s, %s to send", path, plural(int64(len(plans.Lists)), "list"), plural(plans.Send, "removal")))
}

// checkWritable checks that a folder takes files and locks.
func (c *check) checkWritable(folder string) {
	err := tryLocks(folder)
	if err == nil {
		c.result.ok("journal", "files and locks work in "+folder)
		return
	}
	c.result.fail("journal", diskCode(err), err.Error(), unwritableHint(err))
}

// tryLocks makes a file in folder, and a lock that must keep out a second one.
func tryLocks(folder string) error {
	file, err := os.CreateTemp(folder, ".altadnc-check-*")
	if err != nil {
		return err
	}
	path := file.Name()
	defer os.Remove(path + ".lock")
	defer os.Remove(path)
	_, err = file.WriteString("altadnc-bulk check\n")
	if err = errors.Join(err, file.Sync(), file.Close()); err != nil {
		return err
	}
	lock, err := journal.Lock(path)
	if err != nil {
		return err
	}
	defer lock.Close()
	second, err := journal.Lock(path)
	if err == nil {
		second.Close()
		return fmt.Errorf("%s: locks do not work on this file system, so two runs could work at the same time", folder)
	}
	if locked := (*journal.LockedError)(nil); !errors.As(err, &locked) {
		return err
	}
	return nil
}

// checked is what a check came to.
type checked struct {
	ExitCode int           `json:"exit_code"` // the one of a run
	Checks   []checkedItem `json:"checks"`
	Plan     result        `json:"plan,omitempty"` // of the list, or of the folder's
	Requests int64         `json:"requests"`
}

// checkedItem is one thing that was looked at.
type checkedItem struct {
	Name  string `json:"name"`
	State string `json:"state"` // ok, warning or failed
	Text  string `json:"text"`
	Hint  string `json:"hint,omitempty"`
}

func (r *checked) ok(name, text string) {
	r.Checks = append(r.Checks, checkedItem{name, "ok", text, ""})
}

func (r *checked) warn(name, text, hint string) {
	r.Checks = append(r.Checks, checkedItem{name, "warning", text, hint})
}

func (r *checked) fail(name string, code int, text, hint string) {
	r.Checks = append(r.Checks, checkedItem{name, "failed", text, hint})
	r.ExitCode = worse(r.ExitCode, code)
}

func (r *checked) failBy(name string, e *exitError) { r.fail(name, e.code, e.Error(), e.hint) }

// write writes a line for each thing, and below it what to do.
func (r *checked) write(t table) {
	for _, c := range r.Checks {
		t.fact(c.State, "%-11s %s", c.Name, c.Text)
		if c.Hint != "" {
			t.fact("", "%-11s %s", "", strings.ReplaceAll(c.Hint, "\n", " "))
		}
	}
}
