package worker

import (
	"altadnc-bulk/pkg/journal"
)

// way is how a key is treated, given what a snapshot knows of it.
type way uint8

const (
	oneByOne     way = iota // asked for in its canonical form
	inStoredForm            // removed as it is on the Do Not Contact list
	notThere                // not on it: nothing to ask
	kept                    // on it because of the person, and to be left there
)

// Forecast is what a snapshot says about a plan's requests. All counts are keys
// of the list that are not finished, unless they say otherwise.
type Forecast struct {
	Before int64 // requests without the snapshot, one a key
	Absent int64 // not on the Do Not Contact list: no request
	Kept   int64 // people's own opt-outs that stay: no request
	Doubt  int64 // sent because of entries whose type is in doubt
	// Own is how many of the Do Not Contact list's entries that this plan lifts
	// came from the person.
	Own int64
	// Reappeared are keys that the journal calls not found, unsure, and that are on
	// the Do Not Contact list: they are sent. Contradicted are those that it calls
	// not found without doubt: they were added since, and are left alone.
	Reappeared, Contradicted int64
}

// Wants reports whether a snapshot for this plan has to know about a key: if it is
// to be sent, or was not found.
func (p *Plan) Wants(key journal.Key) bool {
	state := p.index().State(key)
	return state.Marked(journal.MarkListed) && (state.Status == journal.NotFound || p.reopens(key, state) || p.sends(state))
}

// Use makes the plan follow a snapshot, and counts its requests again. With
// keep, which needs a snapshot of the whole list, people's own opt-outs stay.
func (p *Plan) Use(s *Snapshot, keep bool) {
	p.Snapshot, p.keep = s, keep && s.Whole
	p.Forecast = Forecast{Before: p.Send}
	p.Send, p.Requests = 0, 0
	for key, state := range p.index().All() {
		again := state.Status.Finished() && state.Offset < p.again
		switch {
		case !state.Marked(journal.MarkListed):
		case again || p.sends(state):
			p.foresee(key)
		case p.reopens(key, state):
			p.Reopen++
			p.Forecast.Reappeared++
			p.foresee(key)
		case p.contradicted(key, state):
			p.Forecast.Contradicted++
		}
	}
}

func (p *Plan) foresee(key journal.Key) {
	requests := 1
	switch p.way(key) {
	case notThere:
		p.Forecast.Absent++
		return
	case kept:
		p.Forecast.Kept++
		return
	case inStoredForm:
		m := p.Snapshot.matches[key]
		requests = len(m.forms())
		p.Forecast.Own += m.own()
		if m.vague() {
			p.Forecast.Doubt++
		}
	}
	p.Send++
	p.Requests += int64(requests)
}

// way returns how a key is treated.
func (p *Plan) way(key journal.Key) way {
	if p.Snapshot == nil {
		return oneByOne
	}
	m := p.Snapshot.matches[key]
	switch {
	case m == nil && p.Snapshot.Whole:
		return notThere
	case m == nil:
		return oneByOne
	case p.keep && m.own() > 0:
		return kept
	}
	return inStoredForm
}

// free reports whether a key takes no request.
func (p *Plan) free(key journal.Key) bool {
	w := p.way(key)
	return w == notThere || w == kept
}
