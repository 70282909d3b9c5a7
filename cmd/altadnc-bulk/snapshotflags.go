package main

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"altadnc-bulk/pkg/worker"
)

// The values of --snapshot.
const (
	snapshotNever  = "never"
	snapshotAuto   = "auto"
	snapshotAlways = "always"
)

func (r *removal) registerSnapshot(cmd *cobra.Command) {
	fl := cmd.Flags()
	fl.StringVar(&r.snapshot, "snapshot", snapshotNever, "list the Do Not Contact list first, 100 entries a request, and send only what is on it: `when` is never, auto (give up at a tenth of the requests) or always")
	fl.BoolVar(&r.keep, "keep-unsubscribed", false, "leave opt-outs alone that people made themselves; takes a snapshot of the whole list, without which nobody can know")
}

func (r *removal) checkSnapshot() error {
	switch r.snapshot {
	case snapshotNever, snapshotAuto, snapshotAlways:
		return nil
	}
	return fmt.Errorf("--snapshot %q: never, auto or always", r.snapshot)
}

// wantsSnapshot tells whether this run is to take a snapshot at all.
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
// there is something to send. It tells whether that ended the run; then nothing
// of the list was sent.
func (r *removal) takeSnapshot(plan *worker.Plan) (stopped bool, err error) {
	if plan.Send == 0 || !r.wantsSnapshot() {
		return false, nil
	}
	started := time.Now()
	listing := worker.NewListing(r.config(nil))
	ctx, release := r.working()
	defer release()
	hide := func() {}
	if !r.output.quiet {
		hide = showLine(r.screen, r.log, r.bar(), func() string { return r.listed(listing) })
	}
	match := worker.Matching{Wanted: plan.Wants, Region: r.read.defaultRegion, AsIs: r.read.asIs}
	snapshot, stop := worker.TakeSnapshot(ctx, listing, match, r.pages(plan.Requests))
	hide()
	if stop != nil {
		return true, r.conclude(plan, plan.Unbegun(stop, started, listing.Progress().Requests))
	}
	plan.Use(snapshot, r.keep)
	return false, nil
}

// listed words how far a listing has come.
func (c *caller) listed(l *worker.Listing) string {
	p := l.Progress()
	text := fmt.Sprintf("reading the Do Not Contact list: %s entries, %s", count(p.Entries), plural(p.Pages, "page"))
	if left, why := c.held(); left > time.Second {
		return text + ", waiting " + short(left) + ": " + why
	}
	if rate := c.pace.PerMinute(); rate > 0 {
		text += fmt.Sprintf(", %.0f/min", rate)
	}
	return text
}
