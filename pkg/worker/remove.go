package worker

import (
	"context"
	"log/slog"
	"slices"

	"altadnc-bulk/pkg/api"
	"altadnc-bulk/pkg/journal"
	"altadnc-bulk/pkg/reader"
	"altadnc-bulk/pkg/reader/canonical"
)

// remove takes one key off the Do Not Contact list and records the outcome.
func (r *Run) remove(ctx context.Context, e reader.Entry) {
	key, err := r.plan.removal(e)
	if !r.written(err) {
		return
	}
	if o := key.unasked(); o != nil {
		r.record(*o)
		return
	}
	r.carryOn(ctx, key, nil, fate{})
}

// carryOn asks for the forms of a key that follow the answers; earlier is the
// result of attempts for the first of these.
func (r *Run) carryOn(ctx context.Context, key *removal, answers []fate, earlier fate) {
	for more := true; more; earlier = (fate{}) {
		answers = append(answers, r.ask(ctx, key, answers, earlier))
		more = r.follow(key, answers)
	}
}

// ask requests the removal of the form that follows the answers.
func (r *Run) ask(ctx context.Context, key *removal, answers []fate, earlier fate) fate {
	form := api.Identifier{Type: key.entry.Identifier.Type, Value: key.forms[len(answers)]}
	intent := func() error { return r.cfg.Journal.Intent(key.intent(answers)) }
	f := r.sender.send(ctx, earlier, intent, func(ctx context.Context) (api.Answer, error) { return r.cfg.Client.Remove(ctx, form) })
	for _, o := range f.ready {
		r.record(o)
	}
	return f
}

// follow takes the step after the answers and reports whether the next form is to
// be asked for. A failure that may be the API's is parked until the API proves to
// be working.
func (r *Run) follow(key *removal, answers []fate) (more bool) {
	s, last := key.after(answers), answers[len(answers)-1]
	switch v := last.verdict; {
	case s.release != nil:
		return r.written(r.cfg.Journal.Release(*s.release)) && s.more
	case s.outcome == nil:
	case v == retry:
		r.sender.outage.park(parked{*s.outcome, func(ctx context.Context) {
			r.carryOn(ctx, key, answers[:len(answers)-1], last)
		}})
	case v == rejected:
		r.sender.streak.park(*s.outcome)
	case v == foreign && r.sender.suspicion.park(*s.outcome):
	case r.record(*s.outcome) && s.outcome.Result == journal.NotFound && r.plan.Snapshot == nil && rewritten(key.entry):
		r.tally.rewritten()
	}
	return s.more
}

// rewritten reports whether the canonical form of an entry differs from its
// cell. The API compares what is sent with what it stores, letter by letter.
func rewritten(e reader.Entry) bool {
	return canonical.Cleaned(api.Identifier{Type: e.Identifier.Type, Value: e.Raw}) != e.Identifier
}

// record makes outcomes durable, then counts them, and reports whether it could.
// An answer that cannot be written down is kept for the summary: nothing else
// knows of it.
func (r *Run) record(all ...journal.Outcome) bool {
	if !r.written(r.cfg.Journal.Outcome(all...)) {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.unrecorded = append(r.unrecorded, slices.DeleteFunc(slices.Clone(all), func(o journal.Outcome) bool { return o.Refused })...)
		return false
	}
	for _, o := range all {
		r.count(o)
	}
	return true
}

func (r *Run) count(o journal.Outcome) {
	r.tally.count(o)
	if o.Result.Account() == journal.Failed {
		level := slog.LevelWarn
		if o.Refused {
			level = slog.LevelDebug // the plan has shown it
			o.Identifier.Value = o.Raw
		}
		r.cfg.Log.Log(context.Background(), level, "failed", "line", o.Line, "type", o.Identifier.Type, "identifier", r.name(o.Identifier), "reason", o.Reason)
	}
}
