package worker

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"altadnc-bulk/pkg/api"
	"altadnc-bulk/pkg/journal"
)

// RestoreOptions choose what a restore puts back.
type RestoreOptions struct {
	// Since leaves alone what was removed before it; zero means nothing.
	Since time.Time
	// Unsure adds the keys that a request without an answer may have removed.
	Unsure bool
	// Refused adds the keys that the API refused to put back when it was last
	// asked.
	Refused bool
}

// RestorePlan is what a journal shows before anything is put back. Counts are
// keys unless they say otherwise.
type RestorePlan struct {
	Name   string // of the list
	SHA256 string // of the list's bytes, hexadecimal; "" for the whole journal

	Listed      int64 // keys of the list; 0 for the whole journal
	Keys        int64 // to be put back
	Unsure      int64 // of these, maybe never removed
	Labelled    int64 // of these, with a label that a snapshot knew
	Own         int64 // of these, opt-outs that a snapshot knew as the person's own
	Identifiers int64 // that take their places on the Do Not Contact list: every stored form of a key
	Earlier     int64 // removed before RestoreOptions.Since: left alone
	Doubtful    int64 // maybe removed, left alone without RestoreOptions.Unsure
	Barred      int64 // refused by the API earlier, left alone without RestoreOptions.Refused
	Restored    int64 // put back by an earlier restore: nothing to do
	Unanswered  int64 // of Keys, sent by an earlier restore with an unknown answer
	// Elsewhere are finished keys of the journal that are not on the list as it is
	// read: the list has changed, or was read with other options.
	Elsewhere int64

	// Oldest and Newest are when the first and the last of Keys were removed;
	// zero without any.
	Oldest, Newest time.Time

	opts    RestoreOptions
	all     bool
	records Records
}

// NewRestorePlan finds out which keys of list its journal says were removed; a
// nil list means the whole journal, and name names it. It changes nothing but
// the marks in the index. The error is that of reading the list or the journal.
func NewRestorePlan(name string, list *List, records Records, opts RestoreOptions) (*RestorePlan, error) {
	p := &RestorePlan{Name: name, opts: opts, all: list == nil, records: records}
	if list != nil {
		if err := p.mark(list); err != nil {
			return nil, err
		}
	}
	for o, err := range records.Outcomes() {
		if err != nil {
			return nil, err
		}
		switch {
		case p.concerns(o):
			p.add(o)
		case o.Result.Finished() && !o.Refused:
			p.Elsewhere++
		}
	}
	return p, nil
}

// mark reads the list and marks its keys in the index.
func (p *RestorePlan) mark(list *List) error {
	in, err := list.pass()
	if err != nil {
		return err
	}
	for {
		e, err := in.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		if e.Refusal == nil && !p.records.Index().Mark(journal.KeyOf(e.Identifier), journal.MarkListed) {
			p.Listed++
		}
	}
	if p.SHA256, err = in.sum(); err != nil {
		return fmt.Errorf("%s: %w", list.name, err)
	}
	return nil
}

// concerns reports whether o is about a key that this restore looks at.
func (p *RestorePlan) concerns(o journal.Outcome) bool {
	if o.Refused || o.Identifier.Value == "" {
		return false
	}
	return p.all || p.records.Index().Marked(journal.KeyOf(o.Identifier), journal.MarkListed)
}

// claim is what a restore has to do with a key.
type claim uint8

const (
	untouched claim = iota // never removed
	backAgain              // put back by an earlier restore
	tooEarly               // removed before the time that was given
	barred                 // refused by the API earlier, which was not asked for
	maybe                  // an unanswered request may have removed it, which was not asked for
	wanted                 // to be put back
)

// claim judges a key by its record. A removal that the API confirmed needs no
// check, even that of a single stored form.
func (p *RestorePlan) claim(o journal.Outcome) claim {
	sure := removedSurely(o)
	switch {
	case o.Result == journal.Restored:
		return backAgain
	case !sure && !o.Unsure && !p.state(o).Unanswered():
		return untouched
	case o.Time.Before(p.opts.Since):
		return tooEarly
	case !sure && !p.opts.Unsure:
		return maybe
	case p.state(o).Barred && !p.opts.Refused:
		return barred
	}
	return wanted
}

func removedSurely(o journal.Outcome) bool {
	return o.Result == journal.Removed || slices.ContainsFunc(o.Stored, func(s journal.Stored) bool { return s.Removed })
}

func (p *RestorePlan) add(o journal.Outcome) {
	switch p.claim(o) {
	case backAgain:
		p.Restored++
	case tooEarly:
		p.Earlier++
	case maybe:
		p.Doubtful++
	case barred:
		p.Barred++
	case wanted:
		p.addWanted(o)
	}
}

func (p *RestorePlan) addWanted(o journal.Outcome) {
	p.Keys++
	if !removedSurely(o) {
		p.Unsure++
	}
	if p.state(o).Intent && o.Result.Finished() {
		p.Unanswered++
	}
	forms := putBackForms(o)
	p.Identifiers += int64(len(forms))
	p.addKnown(forms)
	if p.Oldest.IsZero() || o.Time.Before(p.Oldest) {
		p.Oldest = o.Time
	}
	if o.Time.After(p.Newest) {
		p.Newest = o.Time
	}
}

// addKnown counts what a snapshot knew of a key.
func (p *RestorePlan) addKnown(forms []journal.Stored) {
	labelled, own := false, false
	for _, s := range forms {
		labelled = labelled || s.Label != ""
		own = own || s.Manual != nil && !*s.Manual
	}
	if labelled {
		p.Labelled++
	}
	if own {
		p.Own++
	}
}

func (p *RestorePlan) state(o journal.Outcome) journal.State {
	return p.records.Index().State(journal.KeyOf(o.Identifier))
}

// wants reports whether a key is to be put back.
func (p *RestorePlan) wants(o journal.Outcome) bool { return p.concerns(o) && p.claim(o) == wanted }

// Requests returns how many requests the plan takes, if each needs one attempt.
func (p *RestorePlan) Requests() int64 {
	return (p.Identifiers + api.MaxAddition - 1) / api.MaxAddition
}

// putBackForms returns the forms of a key that were on the Do Not Contact list,
// as far as the journal knows them.
func putBackForms(o journal.Outcome) []journal.Stored {
	switch {
	case len(o.Stored) > 0:
		return o.Stored
	case o.Sent != "":
		return []journal.Stored{{Value: o.Sent}}
	}
	return []journal.Stored{{Value: o.Identifier.Value}}
}
