package worker

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"altadnc-bulk/pkg/api"
	"altadnc-bulk/pkg/journal"
	"altadnc-bulk/pkg/reader"
)

// removal is the state of the removal of one key before a request for it leaves:
// one request after another for each form in which the key is on the Do Not
// Contact list. Without a snapshot that is only its canonical form.
//
// The outcome of the key follows from this and the answers, and from nothing
// else. The journal is kept so that an interruption at any point leads to no
// lie: where several forms are known, each record has all of them, and which of
// them the API confirmed as removed.
type removal struct {
	entry    reader.Entry
	way      way
	snapshot time.Time // when it was taken; zero for none
	forms    []string  // to ask for
	known    []form    // all that is known of its entries; none for the canonical form alone
	doubt    bool      // an earlier request may have removed a form
}

// form is an entry of the Do Not Contact list that is a key's, or may be.
type form struct {
	journal.Stored
	vague bool // without a type that the API documents: it may be another key's
}

// removal finds out how the key of an entry is to be removed.
func (p *Plan) removal(e reader.Entry) (*removal, error) {
	key := journal.KeyOf(e.Identifier)
	before := p.index().State(key)
	r := &removal{entry: e, way: p.way(key), doubt: before.Unsure || before.Intent}
	if s := p.Snapshot; s != nil {
		r.snapshot = s.Time
		if m := s.matches[key]; m != nil {
			r.forms = m.forms()
			for _, f := range m.entries {
				k := r.know(f.Stored, f.vague)
				k.vague = k.vague && f.vague
			}
		}
	}
	if before.Status != journal.None && !before.Status.Finished() {
		earlier, err := p.records.OutcomeAt(before)
		if err != nil {
			return nil, err
		}
		r.recall(earlier.Stored)
		if r.doubt && len(earlier.Stored) == 0 && len(r.known) > 0 { // that one may be gone as well
			r.know(journal.Stored{Value: cmp.Or(earlier.Sent, e.Identifier.Value)}, false)
		}
	}
	if r.way == oneByOne {
		r.askAll()
	}
	if len(r.known) > 0 {
		for _, value := range r.forms {
			r.know(journal.Stored{Value: value}, true)
		}
	}
	return r, nil
}

// recall adds what an earlier run knew. A removal that it saw stays one, even of
// a form that has come back since.
func (r *removal) recall(stored []journal.Stored) {
	for _, s := range stored {
		f := r.know(s, false)
		f.Removed = f.Removed || s.Removed
	}
}

// know returns the known form of that value, or s if there is none.
func (r *removal) know(s journal.Stored, vague bool) *form {
	i := slices.IndexFunc(r.known, func(f form) bool { return f.Value == s.Value })
	if i < 0 {
		i = len(r.known)
		r.known = append(r.known, form{s, vague})
	}
	return &r.known[i]
}

// askAll asks for the forms that an earlier run knew, and the canonical one.
func (r *removal) askAll() {
	for _, f := range r.known {
		r.forms = append(r.forms, f.Value)
	}
	if canonical := r.entry.Identifier.Value; !slices.Contains(r.forms, canonical) {
		r.forms = append(r.forms, canonical)
	}
}

// step is what an answer leads to: a record, if any, and whether the next form is
// to be asked for.
type step struct {
	outcome *journal.Outcome
	release *journal.Release
	more    bool
}

// unasked returns the outcome of a key that takes no request, nil of any other.
func (r *removal) unasked() *journal.Outcome {
	o := r.newOutcome(nil)
	in := "in the snapshot of " + r.snapshot.UTC().Format(time.RFC3339)
	switch r.way {
	case kept:
		o.Result, o.Reason = journal.Protected, "the person's own opt-out, "+in
		if r.removed(nil) > 0 { // which a restore can put back
			o.Reason += "; " + r.share(nil) + " by an earlier run"
		}
	case notThere:
		r.gone(o, nil, "not "+in)
	default:
		return nil
	}
	return o
}

// intent returns what to record before the form that follows the answers.
func (r *removal) intent(answers []fate) journal.Intent {
	return journal.Intent{
		Line: r.entry.Line, Identifier: r.entry.Identifier, Sent: r.forms[len(answers)], Stored: r.stored(answers, false),
	}
}

// after returns what the last of the answers leads to, one for each form so far.
func (r *removal) after(answers []fate) step {
	last := answers[len(answers)-1]
	gone := last.verdict == confirmed || last.verdict == absent
	switch {
	case !last.settled:
		return step{release: r.leaveOpen(answers)}
	case gone && len(answers) < len(r.forms):
		return step{release: r.between(answers), more: true}
	}
	return step{outcome: r.outcome(answers)}
}

// leaveOpen keeps a key for the next run. If none of its attempts can have been
// applied its intent ends, so that a later "not on the list" is sure.
func (r *removal) leaveOpen(answers []fate) *journal.Release {
	last := answers[len(answers)-1]
	if !last.began || anyApplied(answers) {
		return nil
	}
	reason := "the run stopped before an attempt was answered"
	if answer := (*api.Error)(nil); errors.As(last.err, &answer) {
		reason = answer.Error()
	}
	return r.newRelease(answers, reason)
}

// between says what is certain of the forms so far before the next one is asked
// for. The intent of an attempt without an answer stays.
func (r *removal) between(answers []fate) *journal.Release {
	last := answers[len(answers)-1]
	switch {
	case anyConfirmed(answers):
		return r.newRelease(answers, r.share(answers)+"; the rest follows")
	case last.applied:
		return nil
	}
	return r.newRelease(answers, "not on the DNC list in this form")
}

// outcome decides a key whose forms were all tried, or one of which failed.
// Doubt from before, or from an attempt without an answer, marks everything but
// a confirmed removal.
func (r *removal) outcome(answers []fate) *journal.Outcome {
	last := answers[len(answers)-1]
	o := r.newOutcome(answers)
	switch {
	case last.verdict == confirmed || last.verdict == absent:
		r.gone(o, answers, "not on the DNC list")
	case r.removed(answers) > 0:
		o.Result, o.Reason = journal.Partial, r.share(answers)+": "+last.err.Error()
	default:
		o.Result, o.Reason = journal.Failed, last.err.Error()
	}
	return o
}

// gone fills in the outcome of a key of which no form is left.
func (r *removal) gone(o *journal.Outcome, answers []fate, absent string) {
	switch {
	case anyConfirmed(answers): // whatever the other forms met
		o.Result, o.HTTPStatus, o.Unsure = journal.Removed, http.StatusOK, false
		o.Sent = r.forms[slices.IndexFunc(answers, fate.removed)]
	case slices.ContainsFunc(r.known, func(f form) bool { return f.Removed }):
		o.Result, o.Reason, o.Unsure = journal.Removed, "removed by an earlier run; now "+absent, false
	default:
		o.Result, o.Reason = journal.NotFound, absent
		if o.Unsure {
			o.Reason += "; an earlier request may have removed it"
		}
	}
}

func (r *removal) newOutcome(answers []fate) *journal.Outcome {
	o := &journal.Outcome{
		Line: r.entry.Line, Identifier: r.entry.Identifier,
		Unsure: r.doubt || anyApplied(answers), Stored: r.stored(answers, true),
	}
	for i, a := range answers {
		o.Sent, o.HTTPStatus = r.forms[i], a.status()
		o.Attempts += a.attempts
	}
	return o
}

func (r *removal) newRelease(answers []fate, reason string) *journal.Release {
	return &journal.Release{
		Line: r.entry.Line, Identifier: r.entry.Identifier, Sent: r.forms[len(answers)-1], Reason: reason,
		HTTPStatus: answers[len(answers)-1].status(), Stored: r.stored(answers, false),
	}
}

// share words how many of the forms are removed.
func (r *removal) share(answers []fate) string {
	return fmt.Sprintf("%d of %d stored forms removed", r.removed(answers), len(r.stored(answers, false)))
}

func (r *removal) removed(answers []fate) (n int) {
	for _, s := range r.stored(answers, false) {
		if s.Removed {
			n++
		}
	}
	return n
}

// stored returns what is known of the key's entries by now. At the end, what may
// be another key's counts no longer, unless a request removed it or may have.
func (r *removal) stored(answers []fate, end bool) []journal.Stored {
	var all []journal.Stored
	for _, f := range r.known {
		touched := false
		if i := slices.Index(r.forms, f.Value); i >= 0 && i < len(answers) {
			f.Removed = f.Removed || answers[i].removed()
			touched = answers[i].applied
		}
		if !end || !f.vague || f.Removed || touched {
			all = append(all, f.Stored)
		}
	}
	return all
}

func anyConfirmed(answers []fate) bool { return slices.ContainsFunc(answers, fate.removed) }

// anyApplied reports whether a request may have been applied without an answer
// that says so.
func anyApplied(answers []fate) bool {
	return slices.ContainsFunc(answers, func(a fate) bool { return a.applied && !a.removed() })
}
