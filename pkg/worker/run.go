package worker

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"time"

	"github.com/sourcegraph/conc/pool"

	"altadnc-bulk/pkg/api"
	"altadnc-bulk/pkg/journal"
	"altadnc-bulk/pkg/reader"
	"altadnc-bulk/pkg/worker/pace"
)

// Config is how a run works. For each field that has a default, the zero value
// means the default.
type Config struct {
	Client  *api.Client
	Pace    *pace.Pace
	Journal *journal.Journal
	Log     *slog.Logger // events of the run; nil for none

	Version     string        // of the program, for the journal
	Reading     []string      // how the list is read, for the journal
	Workers     int           // requests that may be under way at once; default 4
	MaxAttempts int           // for one request; default 5
	MaxOutage   time.Duration // how long an outage is waited for; default 15 minutes
	Grace       time.Duration // for requests under way when the run stops; default 8 seconds
	Limit       int64         // keys to send at most; 0 means all
	Unmask      bool          // name identifiers in full in the log
}

func (c Config) withDefaults() Config {
	set := func(n *int, value int) {
		if *n == 0 {
			*n = value
		}
	}
	set(&c.Workers, 4)
	set(&c.MaxAttempts, 5)
	if c.MaxOutage == 0 {
		c.MaxOutage = 15 * time.Minute
	}
	if c.Grace == 0 {
		c.Grace = 8 * time.Second
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return c
}

// Run is one run over a list. Make it with [NewRun], use it once.
type Run struct {
	session
	list  *List
	plan  *Plan
	tally tally

	reopened bool // what the plan reopens

	mu         sync.Mutex
	unrecorded []journal.Outcome
}

// NewRun returns a run that carries out plan. The journal in cfg must be the
// one that the plan was made with.
func NewRun(cfg Config, list *List, plan *Plan) *Run {
	r := &Run{session: newSession(cfg), list: list, plan: plan}
	r.sender.keyed = true
	return r
}

// Remove sends what the plan says and returns the outcome. Ending ctx stops the
// run: its cause, if it is a *Stop, is the reason in the summary. Whatever ends
// the run early is in Summary.Stop; the error is for a run that could not begin,
// in which case nothing was sent.
func (r *Run) Remove(ctx context.Context) (Summary, error) {
	ctx, end, err := r.begin(ctx, r.list.name, r.plan.SHA256)
	if err != nil {
		return Summary{}, err
	}
	defer end()

	stop := r.prepare(ctx)
	if stop == nil && !r.plan.idle() {
		stop = r.sendAll(ctx)
	}
	stop = r.settleParked(ctx, stop)
	return r.summary(stop), nil
}

// sendAll lets the workers empty the list, and returns why they stopped before.
func (r *Run) sendAll(ctx context.Context) *Stop {
	feed := newFeed(r.list, r.plan, r.cfg.Limit)
	workers := pool.New().WithMaxGoroutines(r.cfg.Workers)
	for range r.cfg.Workers {
		workers.Go(func() { r.work(ctx, feed) })
	}
	workers.Wait()
	if stop := stopOf(ctx); stop != nil {
		return stop
	}
	return feed.stopped()
}

// refusedBatch is how many refused entries are recorded at once: otherwise a
// list of nothing else would take a sync for each.
const refusedBatch = 1000

// work is the life of one worker.
func (r *Run) work(ctx context.Context, feed *feed) {
	var refused []journal.Outcome // that came one after the other
	defer func() { r.record(refused...) }()
	for {
		for p, ok := r.sender.outage.resend(); ok; p, ok = r.sender.outage.resend() {
			p.again(ctx)
		}
		e, err := feed.next(ctx)
		if err != nil {
			return
		}
		if e.Refusal != nil {
			if refused = append(refused, refusedOutcome(e)); len(refused) == refusedBatch {
				r.record(refused...)
				refused = refused[:0]
			}
			continue
		}
		r.record(refused...)
		refused = refused[:0]
		r.remove(ctx, e)
	}
}

func refusedOutcome(e reader.Entry) journal.Outcome {
	return journal.Outcome{
		Line: e.Line, Identifier: api.Identifier{Type: e.Identifier.Type}, Result: journal.Failed,
		Reason: e.Refusal.Reason, Refused: true, Column: e.Column, Raw: e.Raw,
	}
}

// settleParked decides on the entries that waited for the API to show itself at
// work when the list is at its end, and returns why the run stopped, if it did. In
// a stop they stay open.
func (r *Run) settleParked(ctx context.Context, stop *Stop) *Stop {
	atEnd := func() bool { return stop == nil || stop.Reason == StopLimit }
	for atEnd() {
		undecided, again := r.sender.outage.drain()
		if len(undecided)+len(again) == 0 {
			break
		}
		r.settleTrouble(ctx, undecided, again)
		if s := stopOf(ctx); s != nil {
			stop = s
		}
	}
	if atEnd() {
		if s := r.settleSuspects(ctx); s != nil {
			stop = s
		}
	}
	rejects := r.sender.streak.drain()
	if atEnd() {
		for _, o := range rejects {
			r.record(o)
		}
		if stop == nil {
			stop = stopOf(ctx) // one could not be written down
		}
		return stop
	}
	undecided, again := r.sender.outage.drain()
	for _, p := range append(undecided, again...) {
		rejects = append(rejects, p.outcome)
	}
	for _, o := range rejects {
		if !o.Unsure {
			r.written(r.cfg.Journal.Release(journal.Release{Line: o.Line, Identifier: o.Identifier, Sent: o.Sent, Reason: o.Reason, HTTPStatus: o.HTTPStatus}))
		}
	}
	return stop
}

// settleSuspects decides at the end of the list about entries that were the last to
// be answered, by something other than the API. There is no other key to try, so the
// list of opt-outs is requested: if the API answers that, the entries were to blame.
// It returns why the run stopped, if it did.
func (r *Run) settleSuspects(ctx context.Context) *Stop {
	suspects := r.sender.suspicion.drain()
	if len(suspects) == 0 {
		return nil
	}
	if (len(suspects) == 1 || r.sender.outage.answeredBefore()) && r.sender.works(ctx, r.cfg.Client) {
		for _, o := range suspects {
			r.record(o)
		}
		return nil
	}
	r.sender.stop(&Stop{StopForeign, about(suspects[0], errors.New(suspects[0].Reason))})
	return stopOf(ctx)
}

// settleTrouble is settleParked for entries that are out of attempts. If others
// were answered in this run, and the API still answers something else, it was the
// entries; else they are probes of an outage, which is waited for.
func (r *Run) settleTrouble(ctx context.Context, undecided, again []parked) {
	if len(undecided) > 0 {
		if r.sender.outage.answeredBefore() && r.sender.works(ctx, r.cfg.Client) {
			for _, p := range undecided {
				r.record(p.outcome)
			}
			undecided = nil
		} else if over := r.sender.outage.declare(errors.New(undecided[0].outcome.Reason)); over != nil {
			r.sender.stop(&Stop{StopOutage, over})
		}
	}
	workers := pool.New().WithMaxGoroutines(r.cfg.Workers)
	for _, p := range append(undecided, again...) {
		if ctx.Err() != nil {
			r.sender.outage.park(p) // it stays open
			continue
		}
		workers.Go(func() { p.again(ctx) })
	}
	workers.Wait()
}

// prepare writes down what the plan changes before anything is sent.
func (r *Run) prepare(ctx context.Context) *Stop {
	if s := r.plan.Snapshot; s != nil {
		if err := r.cfg.Journal.Traffic(s.Traffic); err != nil {
			return &Stop{StopJournal, err}
		}
	}
	for _, left := range r.plan.Left {
		if err := r.cfg.Journal.ReleaseKey(left, "no longer on the list"); err != nil {
			return &Stop{StopJournal, err}
		}
	}
	if r.plan.Reopen == 0 {
		return nil
	}
	stop := r.reopen(ctx)
	r.reopened = stop == nil
	return stop
}

// reopenBatch bounds the memory that reopening takes.
const reopenBatch = 1000

// reopen records durably which finished keys are to be sent once more: all of
// them, or, if it is interrupted, none.
func (r *Run) reopen(ctx context.Context) *Stop {
	in, err := r.list.pass()
	if err != nil {
		return &Stop{StopListChanged, err}
	}
	batch := make([]journal.Reopening, 0, reopenBatch)
	for err == nil {
		var e reader.Entry
		if e, err = in.Read(); err == nil && r.reopens(e) {
			key, err := r.reopening(e.Identifier)
			if err != nil {
				return &Stop{StopJournal, err}
			}
			batch = append(batch, key)
		}
		if len(batch) < reopenBatch && err == nil {
			continue
		}
		if stop := stopOf(ctx); stop != nil {
			return stop
		}
		if err := r.cfg.Journal.Reopen(batch); err != nil {
			return &Stop{StopJournal, err}
		}
		batch = batch[:0]
	}
	if !errors.Is(err, io.EOF) {
		return &Stop{StopListChanged, err}
	}
	if sum, err := in.sum(); err != nil || sum != r.plan.SHA256 {
		return &Stop{StopListChanged, errors.Join(err, fmt.Errorf("%s: it is no longer the list that was planned", r.list.name))}
	}
	if err := r.cfg.Journal.Reopened(); err != nil {
		return &Stop{StopJournal, err}
	}
	return nil
}

// reopening is what reopens a key, with all that is known of its forms: what an
// earlier run removed can be put back whatever this one finds.
func (r *Run) reopening(id api.Identifier) (journal.Reopening, error) {
	o, err := r.plan.records.OutcomeAt(r.plan.index().State(journal.KeyOf(id)))
	if err == nil && o.Result == journal.Removed && len(o.Stored) == 0 {
		o.Stored = []journal.Stored{{Value: cmp.Or(o.Sent, id.Value), Removed: true}}
	}
	return journal.Reopening{Identifier: id, Stored: o.Stored}, err
}

// reopens reports whether e is the first entry of a finished key that is to be
// sent once more.
func (r *Run) reopens(e reader.Entry) bool {
	if e.Refusal != nil {
		return false
	}
	key := journal.KeyOf(e.Identifier)
	state := r.plan.index().State(key)
	return state.Marked(journal.MarkListed) && r.plan.reopens(key, state)
}
