package worker

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"altadnc-bulk/pkg/api"
	"altadnc-bulk/pkg/journal"
	"altadnc-bulk/pkg/reader"
	"altadnc-bulk/pkg/reader/canonical"
)

// taking is the removal of one key: a request for each form in which it stands
// on the Do Not Contact list, one after the other. Without a snapshot that is
// its canonical form alone.
//
// Between two forms the journal is kept so that a crash tells no lie: a form
// that was removed is recorded as a failure with status 200 that says what is
// still to do, which the next run tries again and whose forms it remembers.
type taking struct {
	entry     reader.Entry
	way       way
	forms     []string
	earlier   journal.Outcome // what the journal knows of the key; zero for nothing
	doubt     bool            // an attempt without an answer may have removed a form
	applied   bool            // one of this run may have
	confirmed []string        // forms of which this run saw the removal
	attempts  int
	last      fate
	began     bool // an intent is outstanding
}

// take finds out how a key is to be removed.
func (r *Run) take(e reader.Entry) (*taking, error) {
	key := journal.KeyOf(e.Identifier)
	before := r.plan.index().State(key)
	t := &taking{entry: e, way: r.plan.way(key), doubt: before.Unsure || before.Intent}
	if before.Status != journal.None && !before.Status.Finished() {
		var err error
		if t.earlier, err = r.plan.records.OutcomeAt(before); err != nil {
			return nil, err
		}
	}
	switch t.way {
	case oneByOne:
		t.forms = t.remembered()
	case inStoredForm:
		t.forms = r.plan.Snapshot.held[key].forms()
	}
	return t, nil
}

// remembered returns the forms that an earlier run sent, and the canonical one.
func (t *taking) remembered() []string {
	var forms []string
	for _, s := range t.earlier.Stored {
		forms = append(forms, s.Value)
	}
	if sent := t.earlier.Sent; sent != "" && !slices.Contains(forms, sent) {
		forms = append(forms, sent)
	}
	if own := t.entry.Identifier.Value; !slices.Contains(forms, own) {
		forms = append(forms, own)
	}
	return forms
}

// partly tells whether an earlier run removed some forms of the key, and knew it.
func (t *taking) partly() bool {
	return t.earlier.Result == journal.Partial
}

// answerStatus is the status of the answer that gave err.
func answerStatus(err error) int {
	if err == nil {
		return http.StatusOK
	}
	var answer *api.Error
	if errors.As(err, &answer) {
		return answer.Status
	}
	return 0
}

// remove takes one key off the Do Not Contact list and writes down what became
// of it.
func (r *Run) remove(ctx context.Context, e reader.Entry) {
	t, err := r.take(e)
	if err != nil {
		r.sender.stop(&Stop{StopJournal, err})
		return
	}
	switch t.way {
	case notThere:
		r.record(r.absent(t))
		return
	case kept:
		r.record(r.protected(t))
		return
	}
	if !r.remember(t) {
		return
	}
	for i := range t.forms {
		if !r.takeForm(ctx, t, i) {
			return
		}
	}
	o := r.outcome(t)
	if o.Result == journal.NotFound && r.plan.Snapshot == nil && rewritten(t.entry) {
		r.tally.rewritten()
	}
	r.record(o)
}

// rewritten tells whether the canonical form of an entry is not what stands in
// its cell. The API compares what is sent with what it stores, letter by letter.
func rewritten(e reader.Entry) bool {
	return canonical.Cleaned(api.Identifier{Type: e.Identifier.Type, Value: e.Raw}) != e.Identifier
}

// remember writes down the forms of a key that an interrupted run may have
// removed one of, before the next one is sent: the journal keeps the form of its
// last decision only, and a second interruption would make it forget this one.
func (r *Run) remember(t *taking) bool {
	known := r.stored(t)
	if !t.doubt || t.way != inStoredForm || len(known) < 2 || len(known) == len(t.earlier.Stored) {
		return true
	}
	remembered := journal.Failed
	if t.partly() {
		remembered = journal.Partial
	}
	return r.append(r.cfg.Journal.Outcome(journal.Outcome{
		Line: t.entry.Line, Identifier: t.entry.Identifier, Sent: t.sent(), Result: remembered,
		Reason: "a request for one of its stored forms got no answer; the rest follows",
		Unsure: true, Time: time.Now(), Stored: known,
	}))
}

// takeForm removes one form of a key. It tells whether to go on; if not, all
// that can be said of the key has been written down.
func (r *Run) takeForm(ctx context.Context, t *taking, i int) bool {
	form := api.Identifier{Type: t.entry.Identifier.Type, Value: t.forms[i]}
	intent := func() error {
		return r.cfg.Journal.Intent(journal.Intent{Line: t.entry.Line, Identifier: t.entry.Identifier, Sent: form.Value})
	}
	t.last = r.sender.send(ctx, intent, func(ctx context.Context) (api.Answer, error) {
		return r.cfg.Client.Remove(ctx, form)
	})
	for _, o := range t.last.ready {
		r.record(o)
	}
	t.attempts += t.last.attempts
	t.began = t.began || t.last.began
	if !t.last.settled {
		r.leaveOpen(t)
		return false
	}
	switch t.last.verdict {
	case confirmed:
		t.confirmed = append(t.confirmed, form.Value)
	case absent:
		t.applied = t.applied || t.last.applied
		t.doubt = t.doubt || t.last.applied
	default:
		r.giveUp(t)
		return false
	}
	return i == len(t.forms)-1 || r.between(t)
}

// between writes down what is certain of the forms so far, before the request
// for the next one.
func (r *Run) between(t *taking) bool {
	var err error
	switch {
	case len(t.confirmed) > 0:
		err = r.cfg.Journal.Outcome(r.part(t, "the rest follows"))
	case !t.last.applied:
		err = r.cfg.Journal.Release(r.release(t, "not on the DNC list in this form"))
	default:
		return true // the intent stands for the attempt without an answer
	}
	t.began = false
	return r.append(err)
}

// giveUp is the outcome of a key of which a form was refused or got no answer.
func (r *Run) giveUp(t *taking) {
	o := r.outcome(t)
	switch t.last.verdict {
	case retry:
		r.sender.streak.parkTrouble(o)
	case rejected:
		r.sender.streak.parkRejected(o)
	default:
		r.record(o)
	}
}

// leaveOpen keeps an entry for the next run. If none of its attempts can have
// been applied its intent is closed, so that a later "not on the list" is sure.
func (r *Run) leaveOpen(t *taking) {
	if !t.began || t.last.applied || t.applied {
		return
	}
	r.append(r.cfg.Journal.Release(r.release(t, "the run stopped before an attempt was answered")))
}

// release ends the intent of a key whose last request was not applied.
func (r *Run) release(t *taking, reason string) journal.Release {
	release := journal.Release{Line: t.entry.Line, Identifier: t.entry.Identifier, Reason: reason}
	if answer := (*api.Error)(nil); errors.As(t.last.err, &answer) {
		release.HTTPStatus = answer.Status
		if t.last.verdict != absent {
			release.Reason = answer.Error()
		}
	}
	return release
}

// outcome words what became of a key whose forms were all settled, or one of
// which failed. Doubt from before, or from an attempt of this run without an
// answer, marks everything but a confirmed removal.
func (r *Run) outcome(t *taking) journal.Outcome {
	o := journal.Outcome{
		Line: t.entry.Line, Identifier: t.entry.Identifier, Sent: t.sent(),
		Attempts: t.attempts, Unsure: t.doubt || t.last.applied, Time: time.Now(), Stored: r.stored(t),
	}
	o.HTTPStatus = answerStatus(t.last.err)
	gone := t.last.verdict == confirmed || t.last.verdict == absent
	switch {
	case gone && (len(t.confirmed) > 0 || t.partly()):
		o.Result, o.HTTPStatus, o.Unsure = journal.Removed, 200, false
	case gone:
		o.Result, o.Reason = journal.NotFound, "not on the DNC list"
		if o.Unsure {
			o.Reason = "not on the DNC list; an earlier request may have removed it"
		}
	case len(t.confirmed) > 0 || t.partly():
		return r.part(t, t.last.err.Error())
	default:
		o.Result, o.Reason = journal.Failed, t.last.err.Error()
	}
	return o
}

// part is the outcome of a key of which some forms are gone and others are not,
// or not known to be.
func (r *Run) part(t *taking, why string) journal.Outcome {
	return journal.Outcome{
		Line: t.entry.Line, Identifier: t.entry.Identifier, Sent: t.sent(), Result: journal.Partial, HTTPStatus: answerStatus(t.last.err),
		Reason:   fmt.Sprintf("only a part of its %d stored forms is removed yet: %s", len(t.forms), why),
		Attempts: t.attempts, Unsure: t.last.verdict != confirmed && t.last.applied, Time: time.Now(), Stored: r.stored(t),
	}
}

// absent is the outcome of a key that the Do Not Contact list did not hold.
func (r *Run) absent(t *taking) journal.Outcome {
	o := journal.Outcome{
		Line: t.entry.Line, Identifier: t.entry.Identifier, Sent: t.sent(), Result: journal.NotFound,
		Reason: "not in the snapshot of " + r.plan.Snapshot.Time.UTC().Format(time.RFC3339), Unsure: t.doubt, Time: time.Now(), Stored: r.stored(t),
	}
	switch {
	case t.partly():
		o.Result, o.HTTPStatus, o.Unsure = journal.Removed, 200, false
		o.Reason = "removed by an earlier run; " + o.Reason
	case o.Unsure:
		o.Reason += "; an earlier request may have removed it"
	}
	return o
}

// protected is the outcome of a key that is on the Do Not Contact list because
// of the person, and stays there.
func (r *Run) protected(t *taking) journal.Outcome {
	return journal.Outcome{
		Line: t.entry.Line, Identifier: t.entry.Identifier, Result: journal.Protected,
		Reason: "the person's own opt-out, in the snapshot of " + r.plan.Snapshot.Time.UTC().Format(time.RFC3339),
		Time:   time.Now(), Stored: r.stored(t),
	}
}

// sent returns the form that stands for the request in the journal: the first
// one that was removed, else the first one that was tried.
func (t *taking) sent() string {
	switch {
	case len(t.confirmed) > 0:
		return t.confirmed[0]
	case len(t.forms) > 0:
		return t.forms[0]
	}
	return t.earlier.Sent
}

// stored returns what is known of the key's entries on the Do Not Contact list:
// from the snapshot, and from an earlier run that did not come to its end.
func (r *Run) stored(t *taking) []journal.Stored {
	var all []journal.Stored
	add := func(s journal.Stored) {
		if !slices.ContainsFunc(all, func(old journal.Stored) bool { return old.Value == s.Value }) {
			all = append(all, s)
		}
	}
	if h := r.plan.held(t.entry.Identifier); h != nil {
		for _, s := range h.stored(t.confirmed) {
			add(s)
		}
	}
	for _, s := range t.earlier.Stored {
		add(s)
	}
	if len(all) > 0 || len(t.confirmed) > 1 {
		for _, form := range t.confirmed {
			add(journal.Stored{Value: form}) // sent without being in the snapshot
		}
	}
	// An attempt without an answer may have removed another form than this run did.
	if sent := t.earlier.Sent; (t.doubt || t.partly()) && sent != "" && sent != t.sent() {
		add(journal.Stored{Value: t.sent()})
		add(journal.Stored{Value: sent})
	}
	return all
}

// held returns what the snapshot knows of an identifier, nil for nothing.
func (p *Plan) held(id api.Identifier) *held {
	if p.Snapshot == nil {
		return nil
	}
	return p.Snapshot.held[journal.KeyOf(id)]
}
