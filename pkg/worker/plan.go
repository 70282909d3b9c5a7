package worker

import (
	"errors"
	"fmt"
	"io"
	"iter"
	"math"
	"time"

	"altadnc-bulk/pkg/api"
	"altadnc-bulk/pkg/journal"
	"altadnc-bulk/pkg/reader"
)

// Records is a journal as planning needs it: one that this run holds, or a view
// of one that another run may hold, or that does not exist yet.
type Records interface {
	Index() *journal.Index
	OutcomeAt(journal.State) (journal.Outcome, error)
	Outcomes() iter.Seq2[journal.Outcome, error]
}

// PlanOptions choose what a run sends besides keys that were never finished.
type PlanOptions struct {
	// Again sends finished keys of the list once more.
	Again bool
	// SkipFailed leaves alone what failed in an earlier run.
	SkipFailed bool
}

// Plan is what a list and its journal show before anything is sent. All counts
// are entries of the list, unless they say keys: a key is one identifier under
// one type, which is one request.
type Plan struct {
	Layout reader.Layout
	SHA256 string // of the list's bytes, hexadecimal

	Rows       reader.Rows // the list's records, which gave Entries
	Entries    int64
	Duplicates int64
	Completed  int64 // phone numbers whose country came only from the default region
	Refused    Refused
	Types      map[api.IdentifierType]int64 // keys a type

	Keys     journal.Tally // by [journal.Status.Account]
	Send     int64         // keys this run would send
	Requests int64         // that this takes, if each needs one attempt: one a key without a snapshot
	Reopen   int64         // keys finished earlier, to be sent once more: see PlanOptions.Again, Forecast.Reappeared
	Doubtful int64         // keys that were not found, unsure: a snapshot may find them

	// Snapshot is what the plan knows of the Do Not Contact list, nil for
	// nothing, and Forecast what that changes. See [Plan.Use].
	Snapshot *Snapshot
	Forecast Forecast

	// Oldest and Newest are when the keys that are skipped were finished; zero
	// without any.
	Oldest, Newest time.Time

	// Elsewhere is how many finished keys of the journal are not on the list as it
	// is read: the list has changed, or was read with other options.
	Elsewhere int64

	// Left are requests of an earlier run that got no answer and whose keys are no
	// longer on the list: their fate will stay unknown.
	Left []journal.Key

	opts    PlanOptions
	keep    bool // people's own opt-outs stay
	records Records
	first   []reader.Entry // keys with an intent outstanding: to be sent first
	again   int64          // finished keys recorded before this offset are reopened
}

// refusedExamples is how many refused entries a plan keeps to show.
const refusedExamples = 10

// Refused tallies the entries that cannot be sent.
type Refused struct {
	Total  int64
	New    int64            // not in the journal yet
	ByCode map[string]int64 // by Refusal.Code of package canonical
	First  []RefusedEntry   // the first ten
}

// RefusedEntry is one entry that cannot be sent, and why.
type RefusedEntry struct {
	Line   int
	Column string
	Type   api.IdentifierType // "" when it is not known
	Code   string
	Reason string
}

// NewPlan reads the whole list and compares it with records. It changes nothing
// but the marks in the index. The error is that of reading the list: a
// *[reader.ListError] for a list that cannot be used.
func NewPlan(list *List, records Records, opts PlanOptions) (*Plan, error) {
	p := &Plan{Types: map[api.IdentifierType]int64{}, opts: opts, records: records}
	p.Refused.ByCode = map[string]int64{}
	in, err := list.pass()
	if err != nil {
		return nil, err
	}
	for {
		e, err := in.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		p.add(e)
	}
	p.Layout, p.Rows = in.Layout(), in.Rows() // of JSONL the layout is known only now
	if p.SHA256, err = in.sum(); err != nil {
		return nil, fmt.Errorf("%s: %w", list.name, err)
	}
	return p, p.compare()
}

func (p *Plan) index() *journal.Index { return p.records.Index() }

// add counts one entry and marks its key as one that this list holds.
func (p *Plan) add(e reader.Entry) {
	p.Entries++
	if e.Refusal != nil {
		p.Refused.add(e, p.index())
		return
	}
	if e.Completed {
		p.Completed++
	}
	key := journal.KeyOf(e.Identifier)
	if p.index().Mark(key, journal.MarkListed) {
		p.Duplicates++
		return
	}
	p.Types[e.Identifier.Type]++
	if p.index().State(key).Unanswered() {
		p.first = append(p.first, e)
	}
}

func (r *Refused) add(e reader.Entry, ix *journal.Index) {
	r.Total++
	r.ByCode[e.Refusal.Code]++
	if ix.State(refusedKey(e)).Status == journal.None {
		r.New++
	}
	if len(r.First) < refusedExamples {
		r.First = append(r.First, RefusedEntry{e.Line, e.Column, e.Identifier.Type, e.Refusal.Code, e.Refusal.Reason})
	}
}

func refusedKey(e reader.Entry) journal.Key { return journal.RefusedKey(e.Line, e.Column, e.Raw) }

// compare looks up what the journal knows of each key of the list.
func (p *Plan) compare() error {
	p.again = p.reopensBefore()
	var oldest, newest journal.State
	for key, state := range p.index().All() {
		if !state.Marked(journal.MarkListed) {
			if state.Status.Finished() {
				p.Elsewhere++
			}
			if state.Unanswered() {
				p.Left = append(p.Left, key)
			}
			continue
		}
		p.account(state)
		if state.Status == journal.NotFound && state.Unsure {
			p.Doubtful++
		}
		switch {
		case p.reopens(key, state):
			p.Reopen++
			p.Send++
		case p.sends(state):
			p.Send++
		case state.Status.Finished():
			if oldest.Status == journal.None || state.Offset < oldest.Offset {
				oldest = state
			}
			if newest.Status == journal.None || state.Offset > newest.Offset {
				newest = state
			}
		}
	}
	p.Requests = p.Send
	return p.date(oldest, newest)
}

// account counts a key of the list.
func (p *Plan) account(s journal.State) {
	s.Status = s.Status.Account()
	p.Keys.Add(s)
}

// reopensBefore returns up to which offset of the journal finished keys are to
// be reopened. Without [PlanOptions.Again] that is 0. With it, it is all of
// the journal, unless keys of this list still wait from an earlier reopening:
// then that one is continued, and what was finished after it stays finished.
func (p *Plan) reopensBefore() int64 {
	if !p.opts.Again {
		return 0
	}
	for _, state := range p.index().All() {
		if state.Reopened && state.Marked(journal.MarkListed) {
			return p.index().ReopenedAt()
		}
	}
	return math.MaxInt64
}

// reopens reports whether a key that is finished is to be sent once more.
func (p *Plan) reopens(key journal.Key, s journal.State) bool {
	return s.Status.Finished() && s.Offset < p.again || s.Unsure && p.contradicted(key, s)
}

// contradicted reports whether the snapshot holds a key that the journal calls not
// found. If that was unsure, another stored form may have been there all the time;
// otherwise it was added to the list since.
func (p *Plan) contradicted(key journal.Key, s journal.State) bool {
	if p.Snapshot == nil || s.Status != journal.NotFound {
		return false
	}
	m := p.Snapshot.matches[key]
	return m != nil && !m.vague()
}

// sends reports whether a key in its current state is to be sent.
func (p *Plan) sends(s journal.State) bool {
	switch s.Status {
	case journal.None, journal.Pending:
		return true
	case journal.Failed, journal.Partial:
		return !p.opts.SkipFailed
	}
	return false
}

// date finds out when the skipped keys were finished. The journal only grows, so
// their first and last records show it.
func (p *Plan) date(oldest, newest journal.State) error {
	if oldest.Status == journal.None {
		return nil
	}
	first, err := p.records.OutcomeAt(oldest)
	if err != nil {
		return err
	}
	last, err := p.records.OutcomeAt(newest)
	if err != nil {
		return err
	}
	p.Oldest, p.Newest = first.Time, last.Time
	return nil
}

// Skip returns how many keys are finished and stay so.
func (p *Plan) Skip() int64 { return p.Keys.Finished() - p.Reopen }

// idle reports whether a run of this plan would have nothing to send or to write.
func (p *Plan) idle() bool {
	return p.Send == 0 && p.Forecast.Absent == 0 && p.Forecast.Kept == 0 && p.Refused.New == 0 && len(p.Left) == 0
}

// Duration returns how long requests take at a pace of perMinute, the turn of
// the first one included; 0 when unpaced.
func Duration(requests int64, perMinute float64) time.Duration {
	if perMinute <= 0 {
		return 0
	}
	return time.Duration(float64(requests) / perMinute * float64(time.Minute))
}

// EachFailed calls visit with the outcome of every key of the list that failed
// when it was last tried. Refused entries are not among them.
func (p *Plan) EachFailed(visit func(journal.Outcome)) error {
	for _, state := range p.index().All() {
		failed := state.Status == journal.Failed || state.Status == journal.Partial
		if !failed || !state.Marked(journal.MarkListed) {
			continue
		}
		o, err := p.records.OutcomeAt(state)
		if err != nil {
			return err
		}
		visit(o)
	}
	return nil
}

// Check compares the entries that were read with the states of their keys. They
// always agree, unless this program is wrong.
func (p *Plan) Check() error {
	sum := p.Duplicates + p.Refused.Total + p.Keys.Total()
	if sum != p.Entries {
		return fmt.Errorf("the list has %d entries, but %d are accounted for", p.Entries, sum)
	}
	return nil
}
