package worker

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"altadnc-bulk/pkg/api"
	"altadnc-bulk/pkg/journal"
	"altadnc-bulk/pkg/reader"
	"altadnc-bulk/pkg/reader/canonical"
)

func TestSnapshotSpendsRequestsOnlyWhereTheyCount(t *testing.T) {
	tests := []struct {
		name       string
		rows       int
		dnc        []api.OptOut
		pages      func(p *Plan) int64
		removed    int64
		atMost     int
		whole      bool
		pagesTaken int64
	}{
		{"a third of a big list", 3002, append(numbered(2700, 302), numbered(50000, 700)...), func(*Plan) int64 { return 0 }, 302, (11 + 302) * 105 / 100, true, 11},
		{"a short list against a long one", 40, append(numbered(20000, 8960), numbered(0, 40)...), func(p *Plan) int64 { return AutoPages(p.Requests) }, 40, 46, false, 5},
		{"auto that comes to the end", 600, numbered(590, 400), func(p *Plan) int64 { return AutoPages(p.Requests) }, 10, 14, true, 4},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := newDesk(t, rows(tt.rows), tt.dnc)
			d.with(func(list *List, j *journal.Journal, cfg Config) {
				p, err := NewPlan(list, j, PlanOptions{})
				if err != nil {
					t.Fatal(err)
				}
				shot, stop := TakeSnapshot(t.Context(), NewListing(cfg), Matching{Wanted: p.Wants}, tt.pages(p))
				if stop != nil {
					t.Fatal(stop)
				}
				if shot.Whole != tt.whole || shot.Pages != tt.pagesTaken {
					t.Errorf("whole = %v after %d pages, want %v after %d", shot.Whole, shot.Pages, tt.whole, tt.pagesTaken)
				}
				p.Use(shot, false)
				foreseen := p.Requests + shot.Requests
				cfg.Workers = 16
				s, err := NewRun(cfg, list, p).Remove(t.Context())
				if err != nil || s.Err != nil || s.Stop != nil {
					t.Fatal(err, s.Err, s.Stop)
				}
				if n := len(d.took()); n > tt.atMost || int64(n) != s.Requests || int64(n) != foreseen {
					t.Errorf("%d requests, %d in the summary, %d foreseen; want the same, and at most %d", n, s.Requests, foreseen, tt.atMost)
				}
				if s.Counts[journal.Removed] != tt.removed || s.Counts[journal.NotFound] != int64(tt.rows)-tt.removed {
					t.Errorf("counts = %+v, want %d removed", s.Counts, tt.removed)
				}
			})
		})
	}
}

func TestAutoPages(t *testing.T) {
	for requests, want := range map[int64]int64{0: 5, 1: 5, 50: 5, 51: 6, 60: 6, 3002: 301} {
		if got := AutoPages(requests); got != want {
			t.Errorf("AutoPages(%d) = %d, want %d", requests, got, want)
		}
	}
}

func TestSnapshotMatchesStoredForms(t *testing.T) {
	const list = "identifier,type\nada@example.com,email\n+14155550123,phone\nben@example.com,email\n"
	ada, phone, ben := api.Identifier{Type: api.Email, Value: "ada@example.com"}, api.Identifier{Type: api.Phone, Value: "+14155550123"}, api.Identifier{Type: api.Email, Value: "ben@example.com"}
	untyped := func(value string) api.OptOut { return entry("", value) }
	tests := []struct {
		name    string
		dnc     []api.OptOut
		results map[api.Identifier]journal.Status
		asked   []string
		left    []string
	}{
		{
			name:    "in the stored form",
			dnc:     []api.OptOut{entry(api.Email, "Ada@Example.COM"), entry(api.Phone, "+1 (415) 555-0123")},
			results: map[api.Identifier]journal.Status{ada: journal.Removed, phone: journal.Removed, ben: journal.NotFound},
			asked:   []string{"GET 200", "DELETE email Ada@Example.COM 200", "DELETE phone +1 (415) 555-0123 200"},
		},
		{
			name:    "all stored forms of a key",
			dnc:     []api.OptOut{entry(api.Email, "Ada@Example.com"), entry(api.Email, "ada@example.com"), entry(api.Email, "ADA@example.com")},
			results: map[api.Identifier]journal.Status{ada: journal.Removed, phone: journal.NotFound, ben: journal.NotFound},
			asked:   []string{"GET 200", "DELETE email Ada@Example.com 200", "DELETE email ada@example.com 200", "DELETE email ADA@example.com 200"},
		},
		{
			name:    "another type is another key",
			dnc:     []api.OptOut{entry(api.SMS, "+14155550123"), entry(api.WebChat, "ada@example.com")},
			results: map[api.Identifier]journal.Status{ada: journal.NotFound, phone: journal.NotFound, ben: journal.NotFound},
			asked:   []string{"GET 200"},
			left:    []string{"sms +14155550123", "web_chat ada@example.com"},
		},
		{
			name:    "without a type: whatever it could be is asked for",
			dnc:     []api.OptOut{untyped("+14155550123"), untyped("Ada@example.com")},
			results: map[api.Identifier]journal.Status{ada: journal.Removed, phone: journal.Removed, ben: journal.NotFound},
			asked:   []string{"GET 200", "DELETE email Ada@example.com 200", "DELETE email ada@example.com 404", "DELETE phone +14155550123 200"},
		},
		{
			name:    "without a type beside one with",
			dnc:     []api.OptOut{untyped("ADA@example.com"), entry(api.Email, "ada@example.com")},
			results: map[api.Identifier]journal.Status{ada: journal.Removed, phone: journal.NotFound, ben: journal.NotFound},
			asked:   []string{"GET 200", "DELETE email ADA@example.com 200", "DELETE email ada@example.com 200"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := newDesk(t, list, tt.dnc)
			s, p := d.remove(errand{snapshot: true})
			wantStop(t, s, "")
			asked := d.took()
			equal(t, "requests", asked, tt.asked)
			equal(t, "left on the list", d.left(), tt.left)
			if p.Requests+1 != int64(len(asked)) {
				t.Errorf("the plan foresaw %d requests, %d were sent", p.Requests+1, len(asked))
			}
			for id, want := range tt.results {
				o, _ := d.outcome(id)
				if o.Result != want {
					t.Errorf("%s is %s, want %s", id.Value, o.Result, want)
				}
				if o.Result == journal.NotFound && (o.Attempts != 0 || !strings.HasPrefix(o.Reason, "not in the snapshot of 20")) {
					t.Errorf("%s: %d attempts, reason %q", id.Value, o.Attempts, o.Reason)
				}
			}
		})
	}
}

// The snapshot may lag behind: the API has the last word.
func TestSnapshotThatLagsBehind(t *testing.T) {
	d := newDesk(t, rows(2), append(numbered(0, 2), entry("", "p00001@example.com")))
	d.handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		d.sandbox.ServeHTTP(w, r)
		if r.Method == http.MethodGet { // somebody else is faster
			d.serve(nil)
		}
	})
	s, _ := d.remove(errand{snapshot: true})
	if s.Counts[journal.NotFound] != 2 || s.Requests != 3 {
		t.Errorf("counts = %+v, want 2 not found after 3 requests", s.Counts)
	}
	if o, _ := d.outcome(numbered(0, 1)[0].Identifier); o.HTTPStatus != 404 || o.Reason != "not on the DNC list" {
		t.Errorf("outcome = %+v, want the API's own 404", o)
	}
}

func TestSnapshotWithIdentifiersAsTheyAre(t *testing.T) {
	d := newDesk(t, "identifier,type\n Ada@Example.com ,email\nben@example.com,email\n", []api.OptOut{entry(api.Email, "Ada@Example.com"), entry(api.Email, "Ben@example.com")})
	d.opts = reader.Options{Values: canonical.Rules{AsIs: true}}
	s, _ := d.remove(errand{snapshot: true})
	if s.Counts[journal.Removed] != 1 || s.Counts[journal.NotFound] != 1 {
		t.Errorf("counts = %+v, want 1 removed, 1 not found", s.Counts)
	}
	equal(t, "requests", d.took(), []string{"GET 200", "DELETE email Ada@Example.com 200"})
}

func TestSnapshotRemembersWhatItKnew(t *testing.T) {
	o := ownEntry(api.Email, "Ada@Example.com")
	o.Label, o.CreatedAt, o.UpdatedAt = "Ada L.", "2025-01-02T03:04:05.000Z", "2025-01-03T03:04:05.000Z"
	d := newDesk(t, "identifier,type\nada@example.com,email\n", []api.OptOut{o})
	s, p := d.remove(errand{snapshot: true})
	if p.Forecast.Own != 1 || s.Lifted != 1 {
		t.Errorf("own opt-outs: %d foreseen, %d lifted, want 1 and 1", p.Forecast.Own, s.Lifted)
	}
	got, _ := d.outcome(api.Identifier{Type: api.Email, Value: "ada@example.com"})
	want := journal.Stored{Value: o.Value, Label: o.Label, Manual: new(false), CreatedAt: o.CreatedAt, UpdatedAt: o.UpdatedAt, Removed: true}
	if len(got.Stored) != 1 || got.Sent != o.Value {
		t.Fatalf("outcome = %+v, want the stored form", got)
	}
	have := got.Stored[0]
	if have.Manual == nil || *have.Manual {
		t.Errorf("manual = %v, want false", have.Manual)
	}
	have.Manual = want.Manual
	if have != want {
		t.Errorf("stored = %+v, want %+v", have, want)
	}
}

func TestKeepUnsubscribed(t *testing.T) {
	unknown := entry(api.Email, "cleo@example.com")
	unknown.IsManuallyAdded = nil
	doubtful := entry("", "+14155550123")
	doubtful.IsManuallyAdded = nil
	d := newDesk(t, "identifier,type\nada@example.com,email\nben@example.com,email\ncleo@example.com,email\n+14155550123,sms\n+14155550123,whatsapp\n+14155550199,sms\ndan@example.com,email\n",
		[]api.OptOut{
			entry(api.Email, "ada@example.com"),
			ownEntry(api.Email, "ben@example.com"),
			unknown,
			doubtful,
			entry(api.Email, "Dan@example.com"), ownEntry(api.Email, "dan@example.com"),
		})
	d.pages = 2 // to an entry more: whether the last page is read matters
	d.mood()
	s, p := d.remove(errand{keep: true})
	wantStop(t, s, "")
	want := journal.Counts{journal.Removed: 1, journal.NotFound: 1, journal.Protected: 5}
	if s.Counts != want || s.Requests != 4 {
		t.Errorf("counts = %+v, want %+v", s.Counts, want)
	}
	if p.Forecast.Kept != 5 || p.Forecast.Own != 0 || s.Lifted != 0 {
		t.Errorf("forecast = %+v, %d lifted; want 5 kept", p.Forecast, s.Lifted)
	}
	equal(t, "left on the list", d.left(), []string{" +14155550123", "email Dan@example.com", "email ben@example.com", "email cleo@example.com", "email dan@example.com"})

	s, _ = d.remove(errand{snapshot: true})
	if s.Counts[journal.Skipped] != 7 || len(d.left()) != 5 {
		t.Errorf("counts of the next run = %+v, want all skipped: protected is finished", s.Counts)
	}
	s, _ = d.remove(errand{plan: PlanOptions{Again: true}})
	if s.Counts[journal.Protected] != 0 {
		t.Errorf("counts = %+v, want them to be sent again", s.Counts)
	}
	equal(t, "left after that", d.left(), nil) // what a snapshot once found is not forgotten
}

// Half a snapshot cannot tell whose opt-outs the rest are.
func TestKeepUnsubscribedNeedsTheWholeList(t *testing.T) {
	d := newDesk(t, rows(3), []api.OptOut{ownEntry(api.Email, "p00000@example.com")})
	d.with(func(list *List, j *journal.Journal, cfg Config) {
		p, err := NewPlan(list, j, PlanOptions{})
		if err != nil {
			t.Fatal(err)
		}
		shot, stop := TakeSnapshot(t.Context(), NewListing(cfg), Matching{Wanted: p.Wants}, 0)
		if stop != nil {
			t.Fatal(stop)
		}
		shot.Whole = false
		p.Use(shot, true)
		if p.Forecast.Kept != 0 || p.Send != 3 {
			t.Errorf("forecast = %+v, %d to send; want no promise that cannot be kept", p.Forecast, p.Send)
		}
	})
}

// A stop between two stored forms is told as what it is, and the next run
// finishes the key with whatever it knows.
func TestStopBetweenTwoForms(t *testing.T) {
	ada := api.Identifier{Type: api.Email, Value: "ada@example.com"}
	dnc := func() []api.OptOut {
		return []api.OptOut{entry(api.Email, "ADA@example.com"), entry(api.Email, "Ada@example.com")}
	}
	for _, tt := range []struct {
		name string
		next errand
		asks []string
	}{
		{"with a new snapshot", errand{snapshot: true}, []string{"GET 200", "DELETE email Ada@example.com 200"}},
		{"without", errand{}, []string{"DELETE email ADA@example.com 404", "DELETE email Ada@example.com 200", "DELETE email ada@example.com 404"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := newDesk(t, "identifier,type\nada@example.com,email\n", dnc())
			d.mood("401,identifier=Ada@example.com")
			s, _ := d.remove(errand{snapshot: true})
			wantStop(t, s, StopUnauthorized)
			o, state := d.outcome(ada)
			if state.Status != journal.Pending || state.Intent || len(o.Stored) != 2 || !o.Stored[0].Removed || o.Stored[1].Removed || s.Counts[journal.Pending] != 1 {
				t.Fatalf("state %+v, outcome %+v: want it open, and the first form removed", state, o)
			}
			d.took()
			d.mood()
			s, _ = d.remove(tt.next)
			wantStop(t, s, "")
			equal(t, "requests", d.took(), tt.asks)
			o, state = d.outcome(ada)
			if state.Status != journal.Removed || state.Unsure || len(o.Stored) != 2 || s.Counts[journal.Removed] != 1 {
				t.Errorf("state %+v, outcome %+v: want it removed, with both forms", state, o)
			}
		})
	}
}

// What an earlier run may have removed is not surely "not there".
func TestSnapshotKeepsDoubt(t *testing.T) {
	d := newDesk(t, rows(1), []api.OptOut{entry(api.Email, "P00000@example.com")})
	d.mood("drop-after,identifier=P00000@example.com")
	d.with(func(list *List, j *journal.Journal, cfg Config) { // a run that is cut off after its request
		if err := j.Begin(journal.Run{}); err != nil {
			t.Fatal(err)
		}
		if err := j.Intent(journal.Intent{
			Line: 2, Identifier: numbered(0, 1)[0].Identifier, Sent: "P00000@example.com", Stored: []journal.Stored{{Value: "P00000@example.com"}},
		}); err != nil {
			t.Fatal(err)
		}
		cfg.Client.Remove(t.Context(), api.Identifier{Type: api.Email, Value: "P00000@example.com"})
	})
	d.mood()
	d.took()
	s, _ := d.remove(errand{snapshot: true})
	equal(t, "requests", d.took(), []string{"GET 200"})
	o, state := d.outcome(numbered(0, 1)[0].Identifier)
	if s.Unsure != 1 || state.Status != journal.NotFound || !state.Unsure || state.Intent || len(o.Stored) != 1 || o.Stored[0].Value != "P00000@example.com" {
		t.Errorf("state %+v, outcome %+v: want not found, unsure, and the form that is known", state, o)
	}
}

// The form that an unanswered request named is in no snapshot: it is kept in mind,
// and nobody's own opt-out.
func TestLiftedIsWhatASnapshotKnew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, "identifier,type\nada@example.com,email\n", []api.OptOut{entry(api.Email, "Ada@example.com")})
		d.mood("drop-after,first=1,identifier=ada@example.com")
		if s, _ := d.remove(errand{}); s.Unsure != 1 {
			t.Fatalf("%d unsure, want 1", s.Unsure)
		}
		s, _ := d.remove(errand{keep: true})
		if s.Counts[journal.Removed] != 1 || s.Lifted != 0 {
			t.Errorf("counts = %+v, %d lifted; want 1 removed that was added by hand", s.Counts, s.Lifted)
		}
	})
}

// The first form's request got no answer, the second one's was refused: that one
// leaves no doubt, and must not take the doubt of the first away.
func TestStopAtTheSecondFormKeepsTheDoubtOfTheFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ada := api.Identifier{Type: api.Email, Value: "ada@example.com"}
		d := newDesk(t, "identifier,type\nada@example.com,email\n", []api.OptOut{entry(api.Email, "ADA@example.com"), entry(api.Email, "Ada@example.com")})
		d.mood("drop-after,first=1,identifier=ADA@example.com", "401,identifier=Ada@example.com")
		d.attempts = 2
		s, _ := d.remove(errand{snapshot: true})
		wantStop(t, s, StopUnauthorized)
		if _, state := d.outcome(ada); state.Status != journal.Pending || !state.Unsure && !state.Intent {
			t.Errorf("state = %+v, want it open and in doubt", state)
		}
		d.serve(nil)
		d.remove(errand{snapshot: true})
		if _, state := d.outcome(ada); state.Status != journal.NotFound || !state.Unsure {
			t.Errorf("state = %+v, want not found, unsure", state)
		}
	})
}

func TestStopBeforeTheSecondFormKeepsTheDoubtOfTheFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ada := api.Identifier{Type: api.Email, Value: "ada@example.com"}
		d := newDesk(t, "identifier,type\nada@example.com,email\n", []api.OptOut{entry(api.Email, "ADA@example.com"), entry(api.Email, "Ada@example.com")})
		d.mood("drop-after,first=1,identifier=ADA@example.com")
		d.attempts = 2
		ctx, cancel := context.WithCancelCause(t.Context())
		d.handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if len(d.values()) == 2 { // the listing, and the first attempt
				cancel(&Stop{Reason: StopInterrupted})
			}
			d.sandbox.ServeHTTP(w, r)
		})
		s, _ := d.remove(errand{snapshot: true, ctx: ctx})
		wantStop(t, s, StopInterrupted)
		equal(t, "requests", d.took(), []string{"GET 200", "DELETE email ADA@example.com 0", "DELETE email ADA@example.com 404"})
		if _, state := d.outcome(ada); state.Status != journal.Pending || !state.Intent {
			t.Errorf("state = %+v, want the intent to stand", state)
		}
	})
}

// Somebody else has finished what an earlier run began.
func TestRestOfAPartIsGone(t *testing.T) {
	ada := api.Identifier{Type: api.Email, Value: "ada@example.com"}
	for _, next := range []errand{{snapshot: true}, {}} {
		d := newDesk(t, "identifier,type\nada@example.com,email\n", []api.OptOut{entry(api.Email, "ADA@example.com"), entry(api.Email, "Ada@example.com")})
		d.mood("401,identifier=Ada@example.com")
		d.remove(errand{snapshot: true})
		d.serve(nil)
		s, _ := d.remove(next)
		if o, state := d.outcome(ada); state.Status != journal.Removed || state.Unsure || s.Counts[journal.Removed] != 1 || len(o.Stored) != 2 {
			t.Errorf("snapshot %v: outcome = %+v, want it removed, as the API confirmed in the first run", next.snapshot, o)
		}
	}
}

// Two interruptions in a row must not make the journal forget the first form.
func TestSnapshotRemembersFormsOverInterruptions(t *testing.T) {
	ada := api.Identifier{Type: api.Email, Value: "ada@example.com"}
	dnc := []api.OptOut{entry(api.Email, "ADA@example.com"), entry(api.Email, "Ada@example.com")}
	d := newDesk(t, "identifier,type\nada@example.com,email\n", dnc)
	d.mood("drop-after,first=1,identifier=ADA@example.com", "html")
	d.with(func(_ *List, j *journal.Journal, cfg Config) {
		if err := j.Begin(journal.Run{}); err != nil {
			t.Fatal(err)
		}
		stored := []journal.Stored{{Value: "ADA@example.com"}, {Value: "Ada@example.com"}}
		if err := j.Intent(journal.Intent{Line: 2, Identifier: ada, Sent: "ADA@example.com", Stored: stored}); err != nil {
			t.Fatal(err)
		}
		cfg.Client.Remove(t.Context(), api.Identifier{Type: api.Email, Value: "ADA@example.com"})
	})
	d.mood("401,identifier=Ada@example.com")
	s, _ := d.remove(errand{snapshot: true})
	wantStop(t, s, StopUnauthorized)
	d.serve(nil) // it was removed all the same
	s, _ = d.remove(errand{snapshot: true})
	if o, state := d.outcome(ada); state.Status != journal.NotFound || !state.Unsure || s.Unsure != 1 {
		t.Errorf("state = %+v, outcome = %+v, want not found, unsure", state, o)
	}
	d.restore(revival{opts: RestoreOptions{Unsure: true}})
	equal(t, "on the list", d.left(), []string{"email ADA@example.com", "email Ada@example.com"})
}

func TestLimitCountsRequestsOnly(t *testing.T) {
	d := newDesk(t, rows(10), numbered(6, 4))
	s, p := d.remove(errand{snapshot: true, limit: 2})
	wantStop(t, s, StopLimit)
	want := journal.Counts{journal.NotFound: 6, journal.Removed: 2, journal.Pending: 2}
	if s.Counts != want || s.Requests != 3 || p.Send != 4 {
		t.Errorf("counts = %+v, %d to send; want %+v, 4", s.Counts, p.Send, want)
	}
}

func TestListingStops(t *testing.T) {
	tests := []struct {
		fault  string
		reason StopReason
	}{
		{"401", StopUnauthorized}, {"403", StopForbidden}, {"400", StopListing}, {"500", StopOutage},
		{"html", StopForeign}, {"redirect", StopForeign}, {"garbage", StopOutage}, {"drop-before", StopOutage},
	}
	for _, tt := range tests {
		t.Run(tt.fault, func(t *testing.T) {
			d := newDesk(t, rows(3), numbered(0, 30))
			d.pages, d.attempts = 10, 1
			d.serve(numbered(0, 30), tt.fault+",every=2")
			d.with(func(list *List, j *journal.Journal, cfg Config) {
				p, err := NewPlan(list, j, PlanOptions{})
				if err != nil {
					t.Fatal(err)
				}
				shot, stop := TakeSnapshot(t.Context(), NewListing(cfg), Matching{Wanted: p.Wants}, 0)
				if stop == nil || stop.Reason != tt.reason || shot != nil {
					t.Fatalf("stop = %v, snapshot %v; want %q and none", stop, shot, tt.reason)
				}
				if s := p.Unbegun(stop, time.Now(), 2); s.Err != nil || s.Counts[journal.Pending] != 3 || s.Requests != 2 {
					t.Errorf("summary = %+v, want 3 open after 2 requests", s)
				}
			})
			if _, err := os.Stat(d.path + ".journal"); !errors.Is(err, os.ErrNotExist) {
				t.Errorf("a journal was made: %v", err)
			}
		})
	}
}

func TestListingIsInterruptedAtOnce(t *testing.T) {
	d := newDesk(t, rows(3), numbered(0, 30))
	ctx, cancel := context.WithCancelCause(t.Context())
	d.handler = http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		cancel(&Stop{Reason: StopTerminated})
		<-r.Context().Done() // an answer that would take for ever
		panic(http.ErrAbortHandler)
	})
	d.with(func(_ *List, _ *journal.Journal, cfg Config) {
		_, stop := NewListing(cfg).Each(ctx, 0, func(api.OptOut) error { return nil })
		if stop == nil || stop.Reason != StopTerminated {
			t.Errorf("stop = %v, want %q", stop, StopTerminated)
		}
	})
}

func TestListingRetriesAPage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, rows(1), nil)
		d.pages = 10
		d.serve(numbered(0, 30), "500,first=1", "429=0,first=1")
		d.with(func(_ *List, _ *journal.Journal, cfg Config) {
			cfg.MaxAttempts = 2
			l := NewListing(cfg)
			n := 0
			whole, stop := l.Each(t.Context(), 0, func(api.OptOut) error { n++; return nil })
			if !whole || stop != nil || n != 30 {
				t.Errorf("whole = %v, stop = %v after %d entries, want all 30", whole, stop, n)
			}
			if p := l.Progress(); p.Pages != 3 || p.Requests != 5 || p.Entries != 30 {
				t.Errorf("progress = %+v, want 3 pages in 5 requests", p)
			}
		})
	})
}

// A list that leads in circles has no end.
func TestListingThatLeadsInCircles(t *testing.T) {
	d := newDesk(t, rows(1), nil)
	next := map[string]string{"": "a", "a": "b", "b": "a"}
	d.handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		json.NewEncoder(w).Encode(map[string]any{"data": []any{}, "hasMore": true, "next": next[r.URL.Query().Get("cursor")]})
	})
	d.with(func(_ *List, _ *journal.Journal, cfg Config) {
		_, stop := NewListing(cfg).Each(t.Context(), 0, func(api.OptOut) error { return nil })
		if stop == nil || stop.Reason != StopListing {
			t.Errorf("stop = %v, want %q", stop, StopListing)
		}
	})
}

func TestListingThatCannotBePassedOn(t *testing.T) {
	d := newDesk(t, rows(1), numbered(0, 30))
	d.with(func(_ *List, _ *journal.Journal, cfg Config) {
		_, stop := NewListing(cfg).Each(t.Context(), 0, func(api.OptOut) error { return io.ErrShortWrite })
		if stop == nil || stop.Reason != StopOutput || !errors.Is(stop, io.ErrShortWrite) {
			t.Errorf("stop = %v, want %q", stop, StopOutput)
		}
	})
}

// What the API sends is not always what it documents.
func TestSnapshotOfOddEntries(t *testing.T) {
	all := func(journal.Key) bool { return true }
	s := &Snapshot{matches: map[journal.Key]*match{}}
	for _, o := range []api.OptOut{
		entry("fax", "ada@example.com"),       // of a type of tomorrow
		entry(api.Phone, "555-0123"),          // of no known country
		entry(api.Email, "twice@example.com"), // met on two pages
		ownEntry(api.Email, "twice@example.com"),
	} {
		s.add(o, Matching{Wanted: all})
	}
	if s.Untyped != 1 || s.Unreadable != 1 {
		t.Errorf("%d untyped, %d unreadable, want 1 and 1", s.Untyped, s.Unreadable)
	}
	if h := s.matches[journal.KeyOf(api.Identifier{Type: api.Email, Value: "ada@example.com"})]; h == nil || !h.entries[0].vague {
		t.Errorf("an entry of unknown type is held as %+v, want it in doubt", h)
	}
	twice := s.matches[journal.KeyOf(api.Identifier{Type: api.Email, Value: "twice@example.com"})]
	if len(twice.entries) != 1 || twice.own() != 1 {
		t.Errorf("an entry met twice is held as %+v, want its last state once", twice)
	}
	s = &Snapshot{matches: map[journal.Key]*match{}}
	s.add(entry(api.Email, "ada@example.com"), Matching{Wanted: func(journal.Key) bool { return false }})
	if len(s.matches) != 0 {
		t.Error("an entry that is not on the removal list takes memory")
	}
}
