package worker

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"altadnc-bulk/pkg/api"
	"altadnc-bulk/pkg/journal"
	"altadnc-bulk/pkg/reader"
)

const adaList = "identifier,type\nada@example.com,email\n"

var ada = api.Identifier{Type: api.Email, Value: "ada@example.com"}

// killedWith leaves the journal of a run that was killed when a form of ada's
// was about to leave.
func (d *desk) killedWith(sent string) {
	d.with(func(_ *List, j *journal.Journal, _ Config) {
		j.Begin(journal.Run{})
		j.Intent(journal.Intent{Line: 2, Identifier: ada, Sent: sent, Stored: []journal.Stored{{Value: sent}}})
	})
}

// A 200 that broke off is not a confirmation, neither now nor for a later run.
func TestBrokenConfirmationIsNoneLater(t *testing.T) {
	for _, snapshot := range []bool{true, false} {
		d := newDesk(t, adaList, []api.OptOut{entry(api.Email, "ada@example.com")})
		inner := d.sandbox
		d.attempts = 1
		d.handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method != http.MethodDelete {
				inner.ServeHTTP(w, r)
				return
			}
			w.Header().Set("Content-Type", "application/json")
			w.Write([]byte(`{"ok":`))
		})
		d.remove(errand{snapshot: true})
		d.serve(nil) // somebody else takes it off
		d.remove(errand{snapshot: snapshot})
		if o, state := d.outcome(ada); state.Status != journal.NotFound || !state.Unsure {
			t.Errorf("snapshot %v: %+v, %+v; want not found, unsure", snapshot, o, state)
		}
	}
}

// A form that the API confirmed stays confirmed, whatever the next form meets.
func TestConfirmedFormIsRemembered(t *testing.T) {
	for _, fault := range []string{"401", "400", "html"} {
		d := newDesk(t, adaList, []api.OptOut{entry(api.Email, "ADA@example.com")})
		d.killedWith("ADA@example.com")
		d.mood(fault + ",identifier=ada@example.com")
		d.remove(errand{})
		d.mood()
		d.remove(errand{})
		if o, state := d.outcome(ada); state.Status != journal.Removed {
			t.Errorf("%s: %+v, %+v; want removed", fault, o, state)
		}
		if _, p := d.restore(revival{}); p.Keys != 1 {
			t.Errorf("%s: restore puts %d keys back, want 1", fault, p.Keys)
		}
	}
}

func TestConfirmedFormSurvivesTwoInterruptions(t *testing.T) {
	d := newDesk(t, adaList, []api.OptOut{entry(api.Email, "ADA@example.com"), entry(api.Email, "Ada@example.com")})
	d.mood("html,identifier=Ada@example.com") // the first one is confirmed, the second in doubt
	d.remove(errand{snapshot: true})
	d.serve([]api.OptOut{entry(api.Email, "Ada@example.com"), entry(api.Email, "aDa@example.com")})
	d.mood("html,identifier=Ada@example.com", "html,identifier=aDa@example.com")
	d.remove(errand{snapshot: true})
	d.serve(nil)
	d.mood()
	d.remove(errand{snapshot: true})
	if o, state := d.outcome(ada); state.Status != journal.Removed {
		t.Errorf("%+v, %+v; want removed", o, state)
	}
}

// What a run removed and --again does not find was removed all the same, in the
// form and with the label that it had.
func TestAgainKeepsWhatWasRemoved(t *testing.T) {
	for _, snapshot := range []bool{false, true} {
		stored := entry(api.Email, "Ada@example.com")
		stored.Label = "Ada L."
		d := newDesk(t, adaList, []api.OptOut{stored})
		before := d.written()
		d.remove(errand{snapshot: true})
		d.remove(errand{plan: PlanOptions{Again: true}, snapshot: snapshot})
		if o, state := d.outcome(ada); state.Status != journal.Removed || state.Unsure {
			t.Errorf("%+v, %+v; want removed", o, state)
		}
		d.restore(revival{})
		equal(t, "on the list again", d.written(), before)
	}
}

// An interruption while finished keys are reopened leaves all as they were, and
// the summary says that the next run must be told again.
func TestAgainInterruptedWhileItReopens(t *testing.T) {
	n := 2*reopenBatch + 10
	d := newDesk(t, rows(n), nil)
	d.remove(errand{workers: 16})
	d.took()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	s, _ := d.remove(errand{plan: PlanOptions{Again: true}, ctx: ctx})
	if !s.Again || s.Counts[journal.Skipped] != int64(n) {
		t.Errorf("%+v, want nothing reopened, and to be told so", s)
	}
	d.with(func(_ *List, j *journal.Journal, _ Config) { // killed after the first batch
		j.Begin(journal.Run{})
		var batch []journal.Reopening
		for _, o := range numbered(0, reopenBatch) {
			batch = append(batch, journal.Reopening{Identifier: o.Identifier})
		}
		j.Reopen(batch)
	})
	if s, p := d.remove(errand{}); p.Send != 0 || s.Again || len(d.took()) != 0 {
		t.Errorf("%d to be sent without the flag, %+v", p.Send, s.Counts)
	}
	s, p := d.remove(errand{plan: PlanOptions{Again: true}, limit: 1})
	if p.Reopen != int64(n) || s.Again {
		t.Errorf("reopened %d, want %d; %+v", p.Reopen, n, s.Counts)
	}
	if _, p = d.remove(errand{workers: 16}); p.Send != int64(n)-1 {
		t.Errorf("%d to be sent by the run that goes on, want %d", p.Send, n-1)
	}
}

// A snapshot that holds what the journal calls not found opens it again if that
// was unsure, and reports it if it was not.
func TestSnapshotContradictsNotFound(t *testing.T) {
	for _, unsure := range []bool{true, false} {
		d := newDesk(t, adaList, []api.OptOut{entry(api.Email, "Ada@Example.com")})
		d.with(func(_ *List, j *journal.Journal, _ Config) {
			j.Begin(journal.Run{})
			j.Outcome(journal.Outcome{Line: 2, Identifier: ada, Result: journal.NotFound, HTTPStatus: 404, Attempts: 1, Unsure: unsure})
		})
		s, p := d.remove(errand{snapshot: true})
		o, state := d.outcome(ada)
		switch {
		case unsure && (p.Forecast.Reappeared != 1 || p.Reopen != 1 || p.Send != 1 || state.Status != journal.Removed || len(d.left()) != 0):
			t.Errorf("unsure: plan %+v, %+v; want it removed", p.Forecast, o)
		case !unsure && (p.Forecast.Contradicted != 1 || p.Reopen != 0 || p.Send != 0 || s.Counts[journal.Skipped] != 1 || len(d.left()) != 1):
			t.Errorf("sure: plan %+v, %+v; want it left alone and told", p.Forecast, s.Counts)
		}
	}
}

// A form that a snapshot found and whose request got no answer is asked for by
// every later run, with a snapshot or without.
func TestStoredFormIsNotForgotten(t *testing.T) {
	d := newDesk(t, adaList, []api.OptOut{entry(api.Email, "Ada@Example.com")})
	d.attempts = 1
	d.mood("drop-before")
	d.remove(errand{}) // one by one, without an answer
	d.mood("drop-before,identifier=Ada@Example.com")
	d.remove(errand{snapshot: true})
	d.mood()
	d.remove(errand{})
	if o, state := d.outcome(ada); state.Status != journal.Removed || len(d.left()) != 0 {
		t.Errorf("%+v, left %v; want it removed", o, d.left())
	}
}

// What was removed in part can be put back, whatever becomes of the rest.
func TestPartialThenKept(t *testing.T) {
	d := newDesk(t, adaList, []api.OptOut{entry(api.Email, "ADA@example.com"), entry(api.Email, "Ada@example.com")})
	d.mood("400,identifier=Ada@example.com")
	d.remove(errand{snapshot: true})
	if o, _ := d.outcome(ada); o.Result != journal.Partial {
		t.Fatalf("%+v, want a part removed", o)
	}
	d.serve([]api.OptOut{ownEntry(api.Email, "Ada@example.com")})
	d.remove(errand{keep: true})
	if o, _ := d.outcome(ada); o.Result != journal.Protected || !strings.Contains(o.Reason, "1 of 2 stored forms removed") {
		t.Errorf("%+v, want it kept, and the part to be told", o)
	}
	if s, p := d.restore(revival{}); p.Keys != 1 || s.Counts[journal.Restored] != 1 {
		t.Errorf("restore: %+v, want the part back", p)
	}
	equal(t, "on the list", d.left(), []string{"email ADA@example.com", "email Ada@example.com"})
}

// The answers that decide what becomes of a form.
var (
	answer200    = fate{verdict: confirmed, attempts: 1, began: true, settled: true}
	answer404    = fate{verdict: absent, err: &api.Error{Kind: api.NotFound, Status: 404}, attempts: 1, began: true, settled: true}
	answer400    = fate{verdict: rejected, err: &api.Error{Kind: api.Rejected, Status: 400}, attempts: 1, began: true, settled: true}
	noAnswer     = fate{verdict: retry, err: errors.New("no answer"), attempts: 5, began: true, applied: true, settled: true}
	lateNotFound = fate{verdict: absent, err: answer404.err, attempts: 2, began: true, applied: true, settled: true}
	refused401   = fate{verdict: unauthorized, err: &api.Error{Kind: api.Unauthorized, Status: 401}, attempts: 1, began: true}
	cutOff       = fate{verdict: cut, err: errors.New("cut off"), attempts: 1, began: true, applied: true}
	neverLeft    = fate{}
)

// TestRemovalDecides goes through what can be known of a key and what can be
// answered, and compares what is recorded. A form that a record calls removed is
// marked so.
func TestRemovalDecides(t *testing.T) {
	const shot = "2026-01-31T12:00:00Z"
	const own, spelled, other = "ada@example.com", "Ada@example.com", "ADA@example.com"
	sure := func(values ...string) (all []form) {
		for _, v := range values {
			all = append(all, form{Stored: journal.Stored{Value: v}})
		}
		return all
	}
	gone := func(values ...string) []form {
		all := sure(values...)
		for i := range all {
			all[i].Removed = true
		}
		return all
	}
	vague := func(values ...string) []form {
		all := sure(values...)
		for i := range all {
			all[i].vague = true
		}
		return all
	}
	tests := []struct {
		name    string
		way     way
		forms   []string
		known   []form
		doubt   bool
		answers []fate
		want    []string // a record for each answer; "-" for none
	}{
		{"removed", oneByOne, []string{own}, nil, false, []fate{answer200}, []string{"removed 200"}},
		{"removed for sure, whatever was before", oneByOne, []string{own}, nil, true, []fate{answer200}, []string{"removed 200"}},
		{"not there", oneByOne, []string{own}, nil, false, []fate{answer404}, []string{"not_found 404"}},
		{"not there, but an earlier request got no answer", oneByOne, []string{own}, nil, true, []fate{answer404}, []string{"not_found 404 unsure"}},
		{"not there, but the attempt before got no answer", oneByOne, []string{own}, nil, false, []fate{lateNotFound}, []string{"not_found 404 unsure"}},
		{"refused", oneByOne, []string{own}, nil, false, []fate{answer400}, []string{"failed 400"}},
		{"refused, in doubt", oneByOne, []string{own}, nil, true, []fate{answer400}, []string{"failed 400 unsure"}},
		{"no answer", oneByOne, []string{own}, nil, false, []fate{noAnswer}, []string{"failed 0 unsure"}},
		{"stopped by 401", oneByOne, []string{own}, nil, false, []fate{refused401}, []string{"release 401"}},
		{"stopped in flight", oneByOne, []string{own}, nil, false, []fate{cutOff}, []string{"-"}},
		{"stopped before it left", oneByOne, []string{own}, nil, false, []fate{neverLeft}, []string{"-"}},

		{"in one stored form", inStoredForm, []string{spelled}, sure(spelled), false, []fate{answer200}, []string{"removed 200 as Ada, Ada!"}},
		{"two forms, both removed", inStoredForm, []string{spelled, other}, sure(spelled, other), false, []fate{answer200, answer200}, []string{"release 200 as Ada, Ada! ADA", "removed 200 as Ada, Ada! ADA!"}},
		{"two forms, the second gone", inStoredForm, []string{spelled, other}, sure(spelled, other), false, []fate{answer200, answer404}, []string{"release 200 as Ada, Ada! ADA", "removed 200 as Ada, Ada! ADA"}},
		{"two forms, the first gone", inStoredForm, []string{spelled, other}, sure(spelled, other), false, []fate{answer404, answer200}, []string{"release 404 as Ada, Ada ADA", "removed 200 as ADA, Ada ADA!"}},
		{"two forms, both gone", inStoredForm, []string{spelled, other}, sure(spelled, other), false, []fate{answer404, answer404}, []string{"release 404 as Ada, Ada ADA", "not_found 404 as ADA, Ada ADA"}},
		{"two forms, the second refused", inStoredForm, []string{spelled, other}, sure(spelled, other), false, []fate{answer200, answer400}, []string{"release 200 as Ada, Ada! ADA", "partial 400 as ADA, Ada! ADA"}},
		{"two forms, the second without an answer", inStoredForm, []string{spelled, other}, sure(spelled, other), false, []fate{answer200, noAnswer}, []string{"release 200 as Ada, Ada! ADA", "partial 0 unsure as ADA, Ada! ADA"}},
		{"two forms, the first refused", inStoredForm, []string{spelled, other}, sure(spelled, other), false, []fate{answer400}, []string{"failed 400 as Ada, Ada ADA"}},
		{"two forms, stopped at the second", inStoredForm, []string{spelled, other}, sure(spelled, other), false, []fate{answer200, refused401}, []string{"release 200 as Ada, Ada! ADA", "release 401 as ADA, Ada! ADA"}},
		{"two forms, cut off at the second", inStoredForm, []string{spelled, other}, sure(spelled, other), false, []fate{answer200, cutOff}, []string{"release 200 as Ada, Ada! ADA", "-"}},
		{"two forms, doubt about the first stands at a stop", inStoredForm, []string{spelled, other}, sure(spelled, other), false, []fate{lateNotFound, refused401}, []string{"-", "-"}},
		{"two forms, doubt about the first marks the end", inStoredForm, []string{spelled, other}, sure(spelled, other), false, []fate{lateNotFound, answer404}, []string{"-", "not_found 404 unsure as ADA, Ada ADA"}},
		{"two forms, a removal outweighs that doubt", inStoredForm, []string{spelled, other}, sure(spelled, other), false, []fate{lateNotFound, answer200}, []string{"-", "removed 200 as ADA, Ada ADA!"}},

		{"a form that may be another key's, and was not", inStoredForm, []string{spelled, own}, vague(spelled, own), false, []fate{answer404, answer200}, []string{"release 404 as Ada, Ada ada", "removed 200, ada!"}},
		{"a form that may be another key's, without an answer", inStoredForm, []string{spelled, own}, vague(spelled, own), false, []fate{lateNotFound, answer404}, []string{"-", "not_found 404 unsure, Ada"}},

		{"the rest of a part is gone", oneByOne, []string{spelled, own}, append(gone(spelled), vague(own)...), false, []fate{answer404, answer404}, []string{"release 404 as Ada, Ada! ada", "removed 404, Ada!"}},
		{"the rest of a part is refused again", inStoredForm, []string{other}, append(sure(other), gone(spelled)...), false, []fate{answer400}, []string{"partial 400 as ADA, ADA Ada!"}},
		{"the rest of a part is not in the snapshot", notThere, nil, gone(spelled), true, nil, []string{"removed 0, Ada!"}},
		{"not in the snapshot", notThere, nil, nil, false, nil, []string{"not_found 0"}},
		{"not in the snapshot, in doubt", notThere, nil, sure(spelled), true, nil, []string{"not_found 0 unsure, Ada"}},
		{"kept", kept, nil, sure(spelled), true, nil, []string{"protected 0 unsure, Ada"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			taken, _ := time.Parse(time.RFC3339, shot)
			r := &removal{
				entry: reader.Entry{Line: 2, Identifier: ada}, way: tt.way, snapshot: taken,
				forms: tt.forms, known: tt.known, doubt: tt.doubt,
			}
			var got []string
			if o := r.unasked(); o != nil {
				got = append(got, told(step{outcome: o}))
			}
			for i := range tt.answers {
				intent := r.intent(tt.answers[:i])
				if sent := intent.Sent; sent != tt.forms[i] || len(intent.Stored) != len(tt.known) {
					t.Errorf("intent %d is for %q and lists %v", i, sent, intent.Stored)
				}
				s := r.after(tt.answers[:i+1])
				if s.more != (i < len(tt.answers)-1) {
					t.Errorf("after answer %d: more = %v", i, s.more)
				}
				got = append(got, told(s))
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("written: %q\nwant     %q", got, tt.want)
			}
		})
	}
}

// told puts a step into few words: what is written, the status, the mark, what was
// sent where it is not the canonical form, and the forms, those that are removed
// with a "!".
func told(s step) string {
	line := func(what string, status int, unsure bool, sent string, stored []journal.Stored) string {
		text := fmt.Sprintf("%s %d", what, status)
		if unsure {
			text += " unsure"
		}
		if sent != "" && sent != ada.Value {
			text += " as " + strings.TrimSuffix(sent, "@example.com")
		}
		for i, f := range stored {
			text += map[bool]string{true: ", ", false: " "}[i == 0] + strings.TrimSuffix(f.Value, "@example.com")
			if f.Removed {
				text += "!"
			}
		}
		return text
	}
	switch {
	case s.outcome != nil:
		o := s.outcome
		return line(o.Result.String(), o.HTTPStatus, o.Unsure, o.Sent, o.Stored)
	case s.release != nil:
		return line("release", s.release.HTTPStatus, false, s.release.Sent, s.release.Stored)
	}
	return "-"
}

// TestRemovalRecalls: what a snapshot and an earlier run know of a key are one
// knowledge.
func TestRemovalRecalls(t *testing.T) {
	const spelled, other = "Ada@example.com", "ADA@example.com"
	stored := func(value string, removed bool) journal.Stored { return journal.Stored{Value: value, Removed: removed} }
	tests := []struct {
		name    string
		dnc     []api.OptOut // nil: no snapshot
		earlier []journal.Stored
		forms   []string
		known   string
	}{
		{"nothing", nil, nil, []string{ada.Value}, ""},
		{"an earlier run's forms, and the canonical one", nil, []journal.Stored{stored(spelled, true), stored(other, false)}, []string{spelled, other, ada.Value}, "Ada! ADA ada?"},
		{"of the snapshot", []api.OptOut{entry(api.Email, spelled)}, nil, []string{spelled}, "Ada"},
		{"of both; what is gone is not asked for", []api.OptOut{entry(api.Email, other)}, []journal.Stored{stored(spelled, true)}, []string{other}, "ADA Ada!"},
		{"removed before, and there again", []api.OptOut{entry(api.Email, spelled)}, []journal.Stored{stored(spelled, true)}, []string{spelled}, "Ada!"},
		{"of no known type", []api.OptOut{entry("", spelled)}, nil, []string{spelled, ada.Value}, "Ada? ada?"},
		{"with a type and without", []api.OptOut{entry("", spelled), entry(api.Email, spelled)}, nil, []string{spelled}, "Ada"},
		{"without a type and with", []api.OptOut{entry(api.Email, spelled), entry("", spelled)}, nil, []string{spelled}, "Ada"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := newDesk(t, adaList, nil)
			d.with(func(list *List, j *journal.Journal, _ Config) {
				if tt.earlier != nil {
					if err := errors.Join(j.Begin(journal.Run{}), j.Intent(journal.Intent{Identifier: ada, Stored: tt.earlier})); err != nil {
						t.Fatal(err)
					}
				}
				plan, err := NewPlan(list, j, PlanOptions{})
				if err != nil {
					t.Fatal(err)
				}
				if tt.dnc != nil {
					s := &Snapshot{Whole: true, matches: map[journal.Key]*match{}}
					for _, o := range tt.dnc {
						s.add(o, Matching{Wanted: plan.Wants})
					}
					plan.Use(s, false)
				}
				r, err := plan.removal(reader.Entry{Line: 2, Identifier: ada})
				if err != nil {
					t.Fatal(err)
				}
				var known []string
				for _, f := range r.known {
					text := strings.TrimSuffix(f.Value, "@example.com")
					if f.Removed {
						text += "!"
					}
					if f.vague {
						text += "?"
					}
					known = append(known, text)
				}
				if got := strings.Join(known, " "); got != tt.known || !slices.Equal(r.forms, tt.forms) || r.doubt != (tt.earlier != nil) {
					t.Errorf("known %q, asked for %q, doubt %v; want %q, %q", got, r.forms, r.doubt, tt.known, tt.forms)
				}
			})
		})
	}
}
