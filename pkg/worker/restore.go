package worker

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"

	"altadnc-bulk/pkg/api"
	"altadnc-bulk/pkg/journal"
)

// Restoration puts keys back on the Do Not Contact list, up to
// [api.MaxAddition] identifiers a request, one request after the other. Make it
// with [NewRestoration], use it once.
//
// What a batch holds is durable before its request leaves. After a crash the
// keys of that batch are still removed as far as the journal knows, and are
// sent once more: to add what is on the list already changes nothing.
//
// The API takes a batch as a whole or not at all. Which identifiers it refuses is
// found out by smaller batches, see grouping; all others go back.
type Restoration struct {
	session
	plan  *RestorePlan
	pause bool

	queue    []piece // read from the journal, and to be sent
	grouping grouping
	trial    trial
	parked   []piece // refused one by one since the API last took any
	aside    []piece // to be sent after others, see doubt

	restored, refused, identifiers atomic.Int64
}

// NewRestoration returns a restore that carries out plan, whose records must be
// the journal in cfg. With pause Alta pauses the workflows that are active for
// these people, which is the API's default.
func NewRestoration(cfg Config, plan *RestorePlan, pause bool) *Restoration {
	return &Restoration{session: newSession(cfg), plan: plan, pause: pause}
}

// Progress returns the counts as they are now, in keys: restored, failed (the API
// refused to put them back; they stay removed), and pending, the rest. It is safe
// for concurrent use with Run.
func (r *Restoration) Progress() Progress {
	p := Progress{Identifiers: r.identifiers.Load(), Requests: r.sender.requests.Load(), Outage: r.sender.outage.now()}
	p.Counts = journal.Counts{journal.Restored: r.restored.Load(), journal.Failed: r.refused.Load()}
	p.Counts[journal.Pending] = r.plan.Keys - p.Counts.Total()
	return p
}

// Run sends what the plan says and returns the outcome. Ending ctx stops it, as
// with [Run.Remove]. The error is for a run that could not begin, in which case
// nothing was sent.
func (r *Restoration) Run(ctx context.Context) (Summary, error) {
	ctx, end, err := r.begin(ctx, r.plan.Name, r.plan.SHA256)
	if err != nil {
		return Summary{}, err
	}
	defer end()
	r.written(r.sendAll(ctx))
	r.release(slices.Concat(r.parked, r.queue, r.aside), fate{began: true})
	done := r.Progress()
	s := Summary{
		Entries: r.plan.Keys, Counts: done.Counts, Identifiers: done.Identifiers, Requests: done.Requests, Stop: stopOf(ctx),
	}
	if err := r.finish("restore: ", &s); err != nil && s.Stop == nil {
		s.Stop = &Stop{StopJournal, err}
	}
	return s, nil
}

// sendAll sends the keys in the order of the journal. The error is that of reading
// the journal.
func (r *Restoration) sendAll(ctx context.Context) error {
	for o, err := range r.plan.records.Outcomes() {
		if err != nil {
			return err
		}
		if !r.plan.wants(o) {
			continue
		}
		unanswered := r.plan.state(o).Intent // by an earlier restore
		for _, p := range piecesOf(o) {
			p.applied = unanswered
			r.queue = append(r.queue, p)
		}
		for len(r.queue) >= api.MaxAddition {
			if !r.send(ctx) {
				return nil
			}
		}
	}
	for len(r.queue)+len(r.aside) > 0 {
		if len(r.queue) == 0 {
			far := len(r.aside) * 2 / 5 // again and again, that is all over it
			r.queue, r.aside = slices.Concat(r.aside[far:], r.aside[:far]), nil
		}
		if !r.send(ctx) {
			return nil
		}
	}
	r.settle()
	return nil
}

// comeback is a key on its way back. It is restored when all its stored forms
// are, which may be in two batches.
type comeback struct {
	line    int
	id      api.Identifier
	forms   []journal.Stored
	known   bool  // finished before: only a restore can have left its intent
	left    int   // forms without an answer
	part    bool  // some forms are back
	applied bool  // an attempt without an answer may have put some back
	refusal error // of the last form that was refused
}

// piece is one form of a key: one place in a batch.
type piece struct {
	*comeback
	form journal.Stored
	err  error // with which the API refused it

	announced bool // that it is about to go back
}

func piecesOf(o journal.Outcome) []piece {
	c := &comeback{line: o.Line, id: o.Identifier, forms: putBackForms(o), known: o.Result.Finished()}
	c.left = len(c.forms)
	pieces := make([]piece, 0, c.left)
	for _, form := range c.forms {
		pieces = append(pieces, piece{comeback: c, form: form})
	}
	return pieces
}

func (p piece) record() journal.Restore {
	return journal.Restore{Line: p.line, Identifier: p.id, Sent: p.form.Value}
}

func (p piece) optOut() api.NewOptOut {
	return api.NewOptOut{Identifier: api.Identifier{Type: p.id.Type, Value: p.form.Value}, Name: p.form.Label}
}

// send sends the next batch, and reports whether to go on.
func (r *Restoration) send(ctx context.Context) bool {
	n := r.grouping.size(len(r.queue))
	batch := r.queue[:n]
	f := r.ask(ctx, batch)
	switch {
	case !f.settled:
		return false
	case f.verdict == confirmed:
		r.queue = r.queue[n:]
		r.grouping.taken(n)
		return r.confirmed(batch)
	case n == 1:
		batch[0].err = f.err
		r.parked = append(r.parked, batch[0])
		r.queue = r.queue[1:]
	}
	r.grouping.refused(n)
	return r.doubt(ctx) && ctx.Err() == nil
}

// ask sends a batch, and stops the run if the answer does not decide it.
func (r *Restoration) ask(ctx context.Context, batch []piece) fate {
	f := r.sender.insist(ctx, func() error { return r.announce(batch) }, r.request(batch))
	for _, p := range batch {
		p.applied = p.applied || f.applied
	}
	switch {
	case !f.settled:
		r.release(batch, f)
	case f.verdict == absent:
		r.sender.stop(&Stop{StopForeign, f.err})
		f.settled = false
	case f.verdict != confirmed:
		r.sender.streak.answered() // what counts here is another row, see doubt
	}
	return f
}

// announce records durably that a batch is about to be put back, as far as that is
// not recorded yet.
func (r *Restoration) announce(batch []piece) error {
	var records []journal.Restore
	for _, p := range batch {
		if !p.announced {
			records = append(records, p.record())
		}
	}
	if err := r.cfg.Journal.Restoring(records); err != nil {
		return err
	}
	for i := range batch {
		batch[i].announced = true
	}
	return nil
}

func (r *Restoration) request(batch []piece) request {
	a := api.Addition{PauseActiveProspectWorkflows: r.pause}
	for _, p := range batch {
		a.Identifiers = append(a.Identifiers, p.optOut())
	}
	return func(ctx context.Context) (api.Answer, error) { return r.cfg.Client.Add(ctx, a) }
}

// confirmed writes down which keys are back with all their forms.
func (r *Restoration) confirmed(batch []piece) bool {
	r.trial.taken(batch[0].optOut())
	if !r.settle() {
		return false
	}
	var records []journal.Restore
	var refused []piece
	keys := int64(0)
	for _, p := range batch {
		p.left--
		p.part = true
		if p.left > 0 {
			continue
		}
		if p.refusal != nil {
			refused = append(refused, p)
			continue
		}
		keys++
		for _, form := range p.forms {
			records = append(records, journal.Restore{Line: p.line, Identifier: p.id, Sent: form.Value, HTTPStatus: 200})
		}
	}
	if !r.remain(refused) || len(records) > 0 && !r.written(r.cfg.Journal.Restored(records)) {
		return false
	}
	r.restored.Add(keys)
	r.identifiers.Add(int64(len(batch)))
	return true
}

// settle writes down what is refused for its own fault.
func (r *Restoration) settle() bool {
	var refused []piece
	for _, p := range r.parked {
		p.left--
		p.refusal = fmt.Errorf("%s: %w", p.optOut().Masked(), p.err)
		if p.left == 0 {
			refused = append(refused, p)
		}
	}
	r.parked = nil
	return r.remain(refused)
}

// remain records and logs that keys stay removed. Those that may be partly back
// are tried again by the next restore.
func (r *Restoration) remain(refused []piece) bool {
	var releases []journal.Release
	for _, p := range refused {
		if !p.applied && !p.part {
			reason, status := p.remains()
			releases = append(releases, journal.Release{Line: p.line, Identifier: p.id, Reason: reason, HTTPStatus: status, Restore: true})
		}
	}
	if !r.written(r.cfg.Journal.Release(releases...)) {
		return false
	}
	for _, p := range refused {
		reason, _ := p.remains()
		r.cfg.Log.Warn("not put back", "line", p.line, "type", p.id.Type, "identifier", r.name(p.id), "reason", reason)
	}
	r.refused.Add(int64(len(refused)))
	return true
}

// remains says why a key stays removed.
func (p piece) remains() (reason string, status int) {
	var answer *api.Error
	if errors.As(p.refusal, &answer) {
		return "not put back: " + answer.Error(), answer.Status
	}
	return p.refusal.Error(), 0
}

// release closes the intents of a batch that certainly was not applied. Where a
// removal may have left an intent as well, that one's doubt must not end.
func (r *Restoration) release(batch []piece, f fate) {
	if !f.began || f.applied {
		return
	}
	reason := "the run stopped before the batch was answered"
	if answer := (*api.Error)(nil); errors.As(f.err, &answer) {
		reason = answer.Error()
	}
	var releases []journal.Release
	for i, p := range batch {
		batch[i].announced = false
		if !p.announced || !p.known || p.applied || p.part || p.form != p.forms[len(p.forms)-1] {
			continue // once a key
		}
		releases = append(releases, journal.Release{Line: p.line, Identifier: p.id, Reason: reason, HTTPStatus: f.status()})
	}
	r.written(r.cfg.Journal.Release(releases...))
}
