package worker

import (
	"net/http"
	"testing"

	"altadnc-bulk/pkg/api"
	"altadnc-bulk/pkg/journal"
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

// A 200 that broke off is no confirmation, neither now nor for a later run.
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

// What a run removed and --again does not find may be put back, if asked for.
func TestAgainKeepsWhatWasRemoved(t *testing.T) {
	d := newDesk(t, adaList, []api.OptOut{entry(api.Email, "ada@example.com")})
	d.remove(errand{})
	d.with(func(l *List, j *journal.Journal, cfg Config) {
		plan, err := NewPlan(l, j, PlanOptions{Again: true})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := NewRun(cfg, l, plan).Remove(t.Context()); err != nil {
			t.Fatal(err)
		}
	})
	if o, state := d.outcome(ada); state.Status != journal.NotFound || !state.Unsure {
		t.Errorf("%+v, %+v; want not found, unsure", o, state)
	}
	if _, p := d.restore(revival{opts: RestoreOptions{Unsure: true}}); p.Keys != 1 {
		t.Errorf("restore --unsure puts %d keys back, want 1", p.Keys)
	}
}
