package worker

import (
	"context"
	"slices"
	"time"

	"altadnc-bulk/pkg/api"
	"altadnc-bulk/pkg/journal"
	"altadnc-bulk/pkg/reader/canonical"
)

// Snapshot is what a listing of the Do Not Contact list says about the keys of a
// removal list. It is not safe for concurrent use with [TakeSnapshot], and
// read-only afterwards.
type Snapshot struct {
	Time     time.Time // when it began
	Whole    bool      // all pages were read
	Pages    int64
	Entries  int64 // of the Do Not Contact list
	Requests int64 // that it took, attempts included
	// Traffic is when these left; empty where several lists share a listing.
	Traffic journal.Traffic
	// Untyped are entries without a type that the API documents: each may
	// belong to several keys.
	Untyped int64
	// Unreadable are entries that match no key at all, such as a phone number
	// without its country: it is unknown which entry of a list they are.
	Unreadable int64

	matches map[journal.Key]*match
}

// match is what the Do Not Contact list holds of one key.
type match struct {
	canonical string
	entries   []form
}

// Matching says how the entries of the Do Not Contact list are matched with the
// keys of a removal list.
type Matching struct {
	// Wanted says which keys to keep; the rest of the Do Not Contact list takes no
	// memory.
	Wanted func(journal.Key) bool
	// Rules are how the values of the removal list are read.
	Rules canonical.Rules
}

// TakeSnapshot lists the Do Not Contact list, at most maxPages pages of it (0
// means all), and keeps what matches. What was read when a *Stop ended it is
// discarded: the snapshot is then nil.
func TakeSnapshot(ctx context.Context, l *Listing, m Matching, maxPages int64) (*Snapshot, *Stop) {
	s := &Snapshot{Time: time.Now(), matches: map[journal.Key]*match{}}
	whole, stop := l.Each(ctx, maxPages, func(o api.OptOut) error {
		s.add(o, m)
		return nil
	})
	if stop != nil {
		return nil, stop
	}
	done := l.Progress()
	s.Whole, s.Pages, s.Entries, s.Requests = whole, done.Pages, done.Entries, done.Requests
	s.Traffic = l.sender.lastTraffic()
	return s, nil
}

// AutoPages is how many pages a snapshot may take that is to save some of the
// given number of requests: a tenth of them, and at least five.
func AutoPages(requests int64) int64 { return max(5, (requests+9)/10) }

// add keeps an entry with every wanted key that it may be.
func (s *Snapshot) add(o api.OptOut, m Matching) {
	types := []api.IdentifierType{o.Type}
	_, known := o.Type.Index()
	doubt := !known
	if doubt {
		all := api.IdentifierTypes()
		types = all[:]
		s.Untyped++
	}
	readable := false
	for _, t := range types {
		id, ok := m.identify(api.Identifier{Type: t, Value: o.Value})
		readable = readable || ok
		if key := journal.KeyOf(id); ok && m.Wanted(key) {
			s.keep(key, id.Value, o, doubt)
		}
	}
	if !readable {
		s.Unreadable++
	}
}

// identify returns the identifier that the entry of a removal list would have
// if it were written as id.
func (m Matching) identify(id api.Identifier) (api.Identifier, bool) {
	if m.Rules.AsIs {
		id = canonical.Cleaned(id)
		return id, id.Value != ""
	}
	id, refusal := m.Rules.Canonical(id)
	return id, refusal == nil
}

func (s *Snapshot) keep(key journal.Key, canonical string, o api.OptOut, vague bool) {
	m := s.matches[key]
	if m == nil {
		m = &match{canonical: canonical}
		s.matches[key] = m
	}
	e := form{vague: vague, Stored: journal.Stored{
		Value: o.Value, Label: o.Label, Manual: o.IsManuallyAdded, CreatedAt: o.CreatedAt, UpdatedAt: o.UpdatedAt,
	}}
	if i := slices.IndexFunc(m.entries, func(old form) bool { return old.Value == e.Value && old.vague == vague }); i >= 0 {
		m.entries[i] = e // met twice, since the list moved while it was read
		return
	}
	m.entries = append(m.entries, e)
}

// forms returns the values to send until none is left. A key of which there are
// only vague entries is sent in its canonical form as well, as it would be
// without a snapshot.
func (m *match) forms() []string {
	var forms []string
	for _, e := range m.entries {
		if !slices.Contains(forms, e.Value) {
			forms = append(forms, e.Value)
		}
	}
	if m.vague() && !slices.Contains(forms, m.canonical) {
		forms = append(forms, m.canonical)
	}
	return forms
}

// vague reports whether all entries may be another key's.
func (m *match) vague() bool {
	return !slices.ContainsFunc(m.entries, func(e form) bool { return !e.vague })
}

// own returns how many of the entries came from the person.
func (m *match) own() (n int64) {
	for _, e := range m.entries {
		if own(e.Stored) {
			n++
		}
	}
	return n
}

// own reports whether an entry came from the person. Where the API does not say,
// it counts as the person's.
func own(s journal.Stored) bool { return s.Manual == nil || !*s.Manual }
