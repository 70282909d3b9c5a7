package main

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"altadnc-bulk/pkg/api"
	"altadnc-bulk/pkg/journal"
	"altadnc-bulk/pkg/worker"
	"altadnc-bulk/pkg/worker/pace"
)

// caller is what every command has that makes requests: where they go, at what
// pace, and how it talks meanwhile.
type caller struct {
	*app
	api    apiFlags
	output outputFlags

	target target
	screen *screen
	log    *slog.Logger
	client *api.Client
	pace   *pace.Pace
	spent  time.Duration   // of --max-duration
	night  context.Context // of work in many parts, which a signal or --max-duration ends; nil where each part has its own
}

// session checks flags and environment, and does work with the sandbox served
// if --sandbox asks for it.
func (c *caller) session(work func() error) (err error) {
	c.screen = &screen{w: c.stderr}
	if c.log, err = c.output.logger(c.screen); err != nil {
		return err
	}
	if c.target, err = c.api.resolve(c.app); err != nil {
		return err
	}
	if c.api.sandbox {
		s, err := serveSandbox()
		if err != nil {
			return err
		}
		defer s.close()
		c.target.config.BaseURL = s.url
	}
	defer c.close()
	return work()
}

// connect makes what sends requests; nothing leaves yet.
func (c *caller) connect() (err error) {
	if c.client, err = api.New(c.target.config); err != nil {
		return err
	}
	if proxy := c.client.Proxy(); proxy != "" {
		c.log.Info("requests go through the proxy set in the environment", "proxy", proxy)
	}
	cfg := pace.Config{Rate: c.api.rate, MaxWait: c.api.maxQuotaWait, Shared: c.sharedPace(), Log: c.log}
	if cfg.Shared == nil && !c.api.sandbox {
		cfg.Burst = 0 // it is unknown what an earlier run sent
	}
	c.pace = pace.New(cfg)
	return nil
}

func (c *caller) close() {
	if c.client != nil {
		c.client.CloseIdleConnections()
	}
}

// config returns how to work, with the journal j, which a listing does not need.
func (c *caller) config(j *journal.Journal) worker.Config {
	return worker.Config{
		Client: c.client, Pace: c.pace, Journal: j, Log: c.log, Version: version(),
		Workers: c.api.workers, MaxAttempts: c.api.maxAttempts, MaxOutage: c.api.maxOutage,
		Grace: grace, Unmask: c.output.verbose,
	}
}

// sharedPace is the pace that all runs of this user for the account keep
// together; nil where there is none to keep.
func (c *caller) sharedPace() *pace.Shared {
	if c.api.sandbox || c.api.rate.PerMinute == 0 {
		return nil
	}
	to := c.target.config
	shared, err := pace.OpenShared("", pace.Account{BaseURL: to.BaseURL, ID: to.AccountID, Token: to.Token})
	if err != nil {
		c.log.Warn("the pace is not shared with other runs on this machine", "cause", err)
		return nil
	}
	return shared
}

// working begins a part of the work: it shows how that goes, until hide, in a
// context that a signal or --max-duration ends. The time until release counts:
// a question between two parts takes none of it.
func (c *caller) working(show func() (hide func())) (ctx context.Context, hide, release func()) {
	ctx, release = c.night, func() {}
	if ctx == nil {
		ctx, release = c.allowed()
	}
	hide = func() {}
	if !c.output.quiet {
		hide = show()
	}
	return ctx, hide, release
}

// allowed returns a context that a signal ends, or the end of what is left of
// --max-duration.
func (c *caller) allowed() (ctx context.Context, release func()) {
	began, left := time.Now(), c.api.maxDuration
	if left > 0 {
		left = max(1, left-c.spent)
	}
	ctx, end := c.stopping(left, func(s string) { c.log.Info(s) })
	return ctx, func() {
		c.spent += time.Since(began)
		end()
	}
}

// bar reports whether a progress bar can be shown.
func (c *caller) bar() bool {
	return !c.output.noProgress && isTerminal(c.stderr) && c.getenv("TERM") != "dumb" && c.getenv("CI") == ""
}

// wait returns how long no request may be sent, and why.
func (c *caller) wait() (time.Duration, string) {
	until, why := c.pace.HeldUntil()
	if left := time.Until(until); left > 0 {
		return left, why
	}
	return 0, ""
}

// waiting describes an outage, or a pause worth mentioning; "" for none.
func (c *caller) waiting(o worker.Outage) string {
	s := state{Progress: worker.Progress{Outage: o}}
	s.wait, s.why = c.wait()
	if trouble := s.trouble(); trouble != "" {
		return ", " + trouble
	}
	return ""
}

// listed words how far a listing has come.
func (c *caller) listed(l *worker.Listing) string {
	p := l.Progress()
	text := fmt.Sprintf("reading the Do Not Contact list: %s entries, %s", count(p.Entries), plural(p.Pages, "page"))
	rate := c.pace.Measured()
	if wait := c.waiting(p.Outage); wait != "" || rate == 0 {
		return text + wait
	}
	return text + fmt.Sprintf(", %.0f/min", rate)
}

// destination words where requests go.
func (c *caller) destination() string {
	if c.api.sandbox {
		return "the sandbox on this machine; nothing real is touched"
	}
	return c.target.config.BaseURL
}
