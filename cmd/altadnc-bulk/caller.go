package main

import (
	"cmp"
	"context"
	"log/slog"
	"time"

	"altadnc-bulk/pkg/api"
	"altadnc-bulk/pkg/journal"
	"altadnc-bulk/pkg/worker"
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
	pace   *worker.Pace
	spent  time.Duration // of --max-duration
}

// prepare checks flags and environment.
func (c *caller) prepare() (err error) {
	c.screen = &screen{w: c.stderr}
	if c.log, err = c.output.logger(c.screen); err != nil {
		return err
	}
	c.target, err = c.api.resolve(c.app)
	return err
}

// connect makes what sends requests; nothing leaves yet. Close ends it.
func (c *caller) connect() (err error) {
	if c.client, err = api.New(c.target.config); err != nil {
		return &exitError{exitUsage, err, ""}
	}
	if proxy := c.client.Proxy(); proxy != "" {
		c.log.Info("requests go through the proxy that the environment names", "proxy", proxy)
	}
	c.pace = worker.NewPace(worker.PaceConfig{PerMinute: c.api.rate, Reserve: c.api.reserve, Shared: c.sharedPace(), Log: c.log})
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
		Workers: c.api.workers, MaxAttempts: c.api.maxAttempts, MaxQuotaWait: c.api.maxQuotaWait,
		Unmask: c.output.verbose,
	}
}

// sharedPace is the pace that all runs of this user for the account keep
// together; nil where there is none to keep.
func (c *caller) sharedPace() *worker.SharedPace {
	if c.api.sandbox || c.api.rate == 0 {
		return nil
	}
	scope := c.target.config.BaseURL + "\n" + cmp.Or(c.target.config.AccountID, c.target.config.Token.Digest())
	shared, err := worker.OpenSharedPace("", scope)
	if err != nil {
		c.log.Warn("the pace is not shared with other runs on this machine", "cause", err)
	}
	return shared
}

// working returns the context of work that a signal or --max-duration ends. The
// time that release is called counts: work can be done in several parts, with a
// question in between that takes none of it.
func (c *caller) working() (ctx context.Context, release func()) {
	began := time.Now()
	left := c.api.maxDuration
	if left > 0 {
		left = max(1, left-c.spent)
	}
	ctx, end := c.stopping(left, func(s string) { c.log.Info(s) })
	return ctx, func() {
		c.spent += time.Since(began)
		end()
	}
}

// perMinute is the pace to expect.
func (c *caller) perMinute() float64 {
	if c.api.rate == 0 {
		return 0
	}
	return max(1, c.api.rate-c.api.reserve)
}

// bar tells whether a progress bar can be shown.
func (c *caller) bar() bool {
	return !c.output.noProgress && isTerminal(c.stderr) && c.getenv("TERM") != "dumb" && c.getenv("CI") == ""
}

// held tells how long nothing may leave, and why.
func (c *caller) held() (time.Duration, string) {
	until, why := c.pace.HeldUntil()
	if left := time.Until(until); left > 0 {
		return left, why
	}
	return 0, ""
}

// destination words where requests go.
func (c *caller) destination() string {
	if c.api.sandbox {
		return "the sandbox on this machine, nothing real is touched"
	}
	return c.target.config.BaseURL
}
