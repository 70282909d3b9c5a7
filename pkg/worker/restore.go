package worker

import (
	"context"
	"errors"
	"fmt"
	"net/http"
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
type Restoration struct {
	session
	plan  *RestorePlan
	pause bool

	taken   *piece  // the last one that the API took; nil as long as it took none
	parked  []piece // refused one by one since the API last took any
	aside   []piece // of refused batches, while it took none
	samples int     // batches from which single identifiers were tried

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

// Run sends what the plan says and returns what became of it. Ending ctx stops
// it, as with [Run.Remove]. The error is for a run that could not begin, in
// which case nothing was sent.
func (r *Restoration) Run(ctx context.Context) (Summary, error) {
	ctx, end, err := r.begin(ctx, r.plan.Name, r.plan.SHA256)
	if err != nil {
		return Summary{}, err
	}
	defer end()
	r.written(r.sendAll(ctx))
	r.release(append(r.parked, r.aside...), fate{began: true})
	done := r.Progress()
	s := Summary{
		Entries: r.plan.Keys, Counts: done.Counts, Identifiers: done.Identifiers, Requests: done.Requests, Stop: stopOf(ctx),
	}
	if err := r.finish("restore: ", &s); err != nil && s.Stop == nil {
		s.Stop = &Stop{StopJournal, err}
	}
	return s, nil
}

// sendAll fills batches in the order of the journal and sends them. The error is
// that of reading the journal.
func (r *Restoration) sendAll(ctx context.Context) error {
	batch := make([]piece, 0, api.MaxAddition)
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
			if batch = append(batch, p); len(batch) < api.MaxAddition {
				continue
			}
			if !r.put(ctx, batch) {
				return nil
			}
			batch = make([]piece, 0, api.MaxAddition)
		}
	}
	if len(batch) == 0 || r.put(ctx, batch) {
		r.rest(ctx)
	}
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
	refusal error // of the last form that was refused
}

// piece is one form of a key: one place in a batch.
type piece struct {
	*comeback
	form journal.Stored
	err  error // with which the API refused it

	applied bool // an attempt without an answer may have put it back
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

// put puts a batch back. One that the API refuses is sent again in halves, until it
// is known which identifiers it refuses. It reports whether to go on.
func (r *Restoration) put(ctx context.Context, batch []piece) bool {
	f := r.ask(ctx, batch)
	for i := range batch {
		batch[i].applied = batch[i].applied || f.applied
	}
	switch {
	case !f.settled:
		return false
	case f.verdict == confirmed:
		return r.confirmed(batch)
	case len(batch) == 1:
		return r.refuse(ctx, batch[0], f.err)
	case r.taken == nil:
		return r.sample(ctx, batch)
	}
	return r.halve(ctx, batch)
}

// ask sends a batch, and stops the run if the answer is none to it.
func (r *Restoration) ask(ctx context.Context, batch []piece) fate {
	f := r.sender.insist(ctx, func() error { return r.announce(batch) }, r.request(batch))
	switch {
	case !f.settled:
		r.release(batch, f)
	case f.verdict == absent:
		r.sender.stop(&Stop{StopForeign, f.err})
		f.settled = false
	case f.verdict != confirmed:
		r.sender.streak.answered() // what counts here are single identifiers, see refuse
	}
	return f
}

func (r *Restoration) halve(ctx context.Context, batch []piece) bool {
	half := len(batch) / 2
	if !r.put(ctx, batch[:half]) {
		r.release(batch[half:], fate{began: true})
		return false
	}
	return r.put(ctx, batch[half:])
}

// maxSamples is of how many refused batches single identifiers are tried before
// the request is taken for wrong.
const maxSamples = 5

// sample finds out whether it is the request that is refused or what stands in it,
// as long as the API has taken nothing at all: by single identifiers from all over
// the batch. If none is taken, the rest waits until one of another batch is.
func (r *Restoration) sample(ctx context.Context, batch []piece) bool {
	n := min(streakLimit, len(batch))
	var rest []piece
	for i, p := range batch {
		if r.taken != nil || i*n/len(batch) == (i-1)*n/len(batch) && i > 0 {
			rest = append(rest, p)
		} else if !r.put(ctx, []piece{p}) {
			r.aside = append(append(r.aside, rest...), batch[i+1:]...)
			return false
		}
	}
	if r.taken != nil {
		return len(rest) == 0 || r.put(ctx, rest)
	}
	r.aside = append(r.aside, rest...)
	r.samples++
	return len(rest) == 0 || r.samples < maxSamples || r.wrong()
}

// rest goes through what waits when all batches were sent.
func (r *Restoration) rest(ctx context.Context) {
	if r.taken == nil && len(r.parked) >= streakLimit {
		r.wrong()
		return
	}
	for len(r.aside) > 0 {
		n := min(len(r.aside), api.MaxAddition)
		batch := r.aside[:n]
		if r.aside = r.aside[n:]; !r.put(ctx, batch) {
			return
		}
	}
	r.settle()
}

// wrong stops the run for refusals that are the request's, not the identifiers'.
func (r *Restoration) wrong() bool {
	last := r.parked[len(r.parked)-1]
	r.sender.stop(&Stop{StopRejections, fmt.Errorf("%d identifiers in a row were refused, the last one: %w", len(r.parked), last.err)})
	return false
}

// announce makes durable that a batch is about to be put back.
func (r *Restoration) announce(batch []piece) error {
	records := make([]journal.Restore, 0, len(batch))
	for _, p := range batch {
		records = append(records, p.record())
	}
	return r.cfg.Journal.Restoring(records)
}

func (r *Restoration) request(batch []piece) request {
	a := api.Addition{PauseActiveProspectWorkflows: r.pause}
	for _, p := range batch {
		a.Identifiers = append(a.Identifiers, api.NewOptOut{
			Identifier: api.Identifier{Type: p.id.Type, Value: p.form.Value}, Name: p.form.Label,
		})
	}
	return func(ctx context.Context) (api.Answer, error) { return r.cfg.Client.Add(ctx, a) }
}

// confirmed writes down which keys are back with all their forms.
func (r *Restoration) confirmed(batch []piece) bool {
	if !r.settle() {
		return false
	}
	var records []journal.Restore
	keys := int64(0)
	for _, p := range batch {
		if p.known {
			r.taken = &p
		}
		p.left--
		p.part = true
		if p.left > 0 {
			continue
		}
		if p.refusal != nil {
			if !r.remains(p) {
				return false
			}
			continue
		}
		keys++
		for _, form := range p.forms {
			records = append(records, journal.Restore{Line: p.line, Identifier: p.id, Sent: form.Value, HTTPStatus: 200})
		}
	}
	if len(records) > 0 && !r.written(r.cfg.Journal.Restored(records)) {
		return false
	}
	r.restored.Add(keys)
	r.identifiers.Add(int64(len(batch)))
	return true
}

// refuse parks an identifier that the API does not take: it is the identifier's
// fault only if the API takes others. When it takes none of many in a row, one that
// it has taken tells: to add what is on the list changes nothing.
func (r *Restoration) refuse(ctx context.Context, p piece, err error) bool {
	p.err = err
	r.parked = append(r.parked, p)
	if len(r.parked) < streakLimit || r.taken == nil {
		return ctx.Err() == nil
	}
	switch f := r.ask(ctx, []piece{*r.taken}); {
	case !f.settled:
		return false
	case f.verdict != confirmed:
		return r.wrong()
	}
	known := journal.Release{Line: r.taken.line, Identifier: r.taken.id, Reason: "sent once more to see whether the API takes anything, which it did", HTTPStatus: http.StatusOK}
	return r.written(r.cfg.Journal.Release(known)) && r.settle() && ctx.Err() == nil
}

// settle writes down what is refused for its own fault.
func (r *Restoration) settle() bool {
	parked := r.parked
	r.parked = nil
	for _, p := range parked {
		p.left--
		p.refusal = fmt.Errorf("%s: %w", api.Identifier{Type: p.id.Type, Value: p.form.Value}.Masked(), p.err)
		if p.left == 0 && !r.remains(p) {
			return false
		}
	}
	return true
}

// remains writes down that a key stays removed, and tells it.
func (r *Restoration) remains(p piece) bool {
	var answer *api.Error
	release := journal.Release{Line: p.line, Identifier: p.id, Reason: p.refusal.Error(), Restore: true}
	if errors.As(p.refusal, &answer) {
		release.Reason, release.HTTPStatus = "not put back: "+answer.Error(), answer.Status
	}
	if !p.applied && !p.part && !r.written(r.cfg.Journal.Release(release)) { // else it may be back: the next restore asks again
		return false
	}
	r.refused.Add(1)
	r.cfg.Log.Warn("not put back", "line", p.line, "type", p.id.Type, "identifier", r.name(p.id), "reason", release.Reason)
	return true
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
	for _, p := range batch {
		if !p.known || p.applied || p.part || p.form != p.forms[len(p.forms)-1] {
			continue // once a key
		}
		if !r.written(r.cfg.Journal.Release(journal.Release{Line: p.line, Identifier: p.id, Reason: reason, HTTPStatus: f.status()})) {
			return
		}
	}
}
