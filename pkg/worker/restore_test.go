package worker

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"altadnc-bulk/pkg/api"
	"altadnc-bulk/pkg/journal"
)

// revival is what a test changes about a restore.
type revival struct {
	opts   RestoreOptions
	all    bool
	ctx    context.Context
	config func(*Config)
}

func (d *desk) restore(v revival) (s Summary, p *RestorePlan) {
	d.t.Helper()
	d.with(func(list *List, j *journal.Journal, cfg Config) {
		if v.all {
			list = nil
		}
		var err error
		if p, err = NewRestorePlan("list.csv", list, j, v.opts); err != nil {
			d.t.Fatal(err)
		}
		if v.config != nil {
			v.config(&cfg)
		}
		if v.ctx == nil {
			v.ctx = d.t.Context()
		}
		if s, err = NewRestoration(cfg, p, true).Run(v.ctx); err != nil {
			d.t.Fatal(err)
		}
	})
	if s.Counts[journal.Restored]+s.Counts[journal.Failed]+s.Counts[journal.Pending] != s.Entries || s.Entries != p.Keys {
		d.t.Errorf("%+v does not add up to %d keys", s, p.Keys)
	}
	d.addsUp(s)
	return s, p
}

// written is a list as people see it, without what cannot come back.
func (d *desk) written() []string {
	var all []string
	for _, o := range d.sandbox.OptOuts() {
		all = append(all, string(o.Type)+" "+o.Value+" "+o.Label)
	}
	slices.Sort(all)
	return all
}

func TestRestoreBringsTheListBack(t *testing.T) {
	dnc := numbered(0, 1203)
	for i := range dnc {
		if i%3 == 0 {
			dnc[i].Value, dnc[i].Label = strings.ToUpper(dnc[i].Value[:1])+dnc[i].Value[1:], fmt.Sprintf("Person %d", i)
		}
	}
	for i := range 20 { // keys in two forms, some of them across two batches
		dnc = append(dnc, entry(api.Email, strings.ToUpper(dnc[490+i].Value)))
	}
	d := newDesk(t, rows(1300), dnc)
	before := d.written()
	s, _ := d.remove(errand{snapshot: true, workers: 16})
	if s.Counts[journal.Removed] != 1203 || len(d.left()) != 0 {
		t.Fatalf("counts = %+v, %d left", s.Counts, len(d.left()))
	}
	d.took()
	back, p := d.restore(revival{})
	equal(t, "requests", d.took(), []string{"POST 500 200", "POST 500 200", "POST 223 200"})
	if back.Counts[journal.Restored] != 1203 || back.Identifiers != 1223 || back.Requests != 3 || p.Requests() != 3 || p.Labelled != 401 {
		t.Errorf("summary = %+v, %d labels; want 1203 keys in 3 requests", back, p.Labelled)
	}
	if after := d.written(); !slices.Equal(after, before) {
		t.Errorf("the list has %d entries after, %d before, and differs", len(after), len(before))
	}

	back, p = d.restore(revival{})
	if back.Entries != 0 || p.Restored != 1203 || len(d.took()) != 0 {
		t.Errorf("a second restore: %+v, want nothing to do", back)
	}
	s, plan := d.remove(errand{})
	if s.Counts[journal.Skipped] != 1300 || plan.Keys.Counts[journal.Restored] != 1203 || len(d.took()) != 0 {
		t.Errorf("a removal after it: %+v, want all to be skipped", s.Counts)
	}
	s, _ = d.remove(errand{plan: PlanOptions{Again: true}, snapshot: true, workers: 16})
	if s.Counts[journal.Removed] != 1203 || len(d.left()) != 0 {
		t.Errorf("with --again: %+v, %d left; want all to be removed again", s.Counts, len(d.left()))
	}
}

func TestRestoreChooses(t *testing.T) {
	d := newDesk(t, rows(6), append(numbered(0, 3), entry(api.Email, "other@example.com")))
	id := func(i int) api.Identifier { return numbered(i, 1)[0].Identifier }
	day := func(n int) time.Time { return time.Date(2026, 1, n, 12, 0, 0, 0, time.UTC) }
	d.with(func(_ *List, j *journal.Journal, _ Config) {
		if err := j.Begin(journal.Run{}); err != nil {
			t.Fatal(err)
		}
		for _, o := range []journal.Outcome{
			{Identifier: id(0), Result: journal.Removed, HTTPStatus: 200, Time: day(1)},
			{Identifier: id(1), Result: journal.Removed, HTTPStatus: 200, Time: day(2)},
			{Identifier: id(2), Result: journal.NotFound, HTTPStatus: 404, Unsure: true, Time: day(3)},
			{Identifier: id(3), Result: journal.NotFound, HTTPStatus: 404, Time: day(3)},
			{Identifier: id(4), Result: journal.Failed, HTTPStatus: 400, Time: day(3)},
			{Identifier: id(5), Result: journal.Protected, Time: day(3)},
			{Identifier: api.Identifier{Type: api.Email, Value: "other@example.com"}, Result: journal.Removed, HTTPStatus: 200, Time: day(4)},
			{Line: 9, Refused: true, Column: "identifier", Raw: "nonsense", Result: journal.Failed, Reason: "no @ sign", Time: day(4)},
		} {
			if err := j.Outcome(o); err != nil {
				t.Fatal(err)
			}
		}
	})
	tests := []struct {
		name string
		v    revival
		want RestorePlan
	}{
		{"of the list", revival{}, RestorePlan{Keys: 2, Identifiers: 2, Doubtful: 1}},
		{"with unsure ones", revival{opts: RestoreOptions{Unsure: true}}, RestorePlan{Keys: 3, Identifiers: 3, Unsure: 1}},
		{"since", revival{opts: RestoreOptions{Since: day(2)}}, RestorePlan{Keys: 1, Identifiers: 1, Earlier: 1, Doubtful: 1}},
		{"since the moment after", revival{opts: RestoreOptions{Since: day(2).Add(time.Millisecond)}}, RestorePlan{Earlier: 2, Doubtful: 1}},
		{"of the whole journal", revival{all: true}, RestorePlan{Keys: 3, Identifiers: 3, Doubtful: 1}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d.with(func(list *List, j *journal.Journal, _ Config) {
				if tt.v.all {
					list = nil
				}
				p, err := NewRestorePlan("list.csv", list, j, tt.v.opts)
				if err != nil {
					t.Fatal(err)
				}
				got := RestorePlan{Keys: p.Keys, Identifiers: p.Identifiers, Unsure: p.Unsure, Earlier: p.Earlier, Doubtful: p.Doubtful}
				if got != tt.want {
					t.Errorf("plan = %+v, want %+v", got, tt.want)
				}
			})
		})
	}
	d.serve(nil)
	if s, _ := d.restore(revival{opts: RestoreOptions{Since: day(2)}}); s.Counts[journal.Restored] != 1 {
		t.Errorf("summary = %+v, want 1 restored", s)
	}
	equal(t, "on the list", d.left(), []string{"email p00001@example.com"})
	if s, _ := d.restore(revival{opts: RestoreOptions{Unsure: true}}); s.Counts[journal.Restored] != 2 {
		t.Errorf("summary = %+v, want 2 restored", s)
	}
	equal(t, "on the list", d.left(), []string{"email p00000@example.com", "email p00001@example.com", "email p00002@example.com"})
	if _, state := d.outcome(id(2)); state != (journal.State{Status: journal.Restored, Offset: state.Offset}) {
		t.Errorf("state = %+v, want it restored without a mark", state)
	}
}

// Of a key that was removed in part, the API has confirmed a removal: it goes back
// without asking, whether the rest failed or the run was stopped.
func TestRestoreOfAPart(t *testing.T) {
	for _, fault := range []string{"400", "401"} {
		d := newDesk(t, adaList, []api.OptOut{entry(api.Email, "ADA@example.com"), entry(api.Email, "Ada@example.com")})
		d.mood(fault + ",identifier=Ada@example.com")
		d.remove(errand{snapshot: true})
		equal(t, fault+": left after the removal", d.left(), []string{"email Ada@example.com"})
		d.mood()
		if s, p := d.restore(revival{}); p.Keys != 1 || p.Unsure != 0 || s.Counts[journal.Restored] != 1 {
			t.Errorf("%s: plan %+v, summary %+v; want the key back", fault, p, s)
		}
		equal(t, fault+": on the list", d.left(), []string{"email ADA@example.com", "email Ada@example.com"})
	}
}

func TestRestoreFindsOutWhichAreRefused(t *testing.T) {
	d := newDesk(t, rows(120), numbered(0, 120))
	if s, _ := d.remove(errand{workers: 16}); s.Counts[journal.Removed] != 120 {
		t.Fatalf("counts = %+v", s.Counts)
	}
	d.mood("400,identifier=p00017@example.com")
	d.took()
	s, _ := d.restore(revival{})
	if s.Counts[journal.Restored] != 119 || s.Counts[journal.Failed] != 1 || s.Stop != nil {
		t.Errorf("summary = %+v, want 119 restored, 1 refused", s)
	}
	if n := len(d.took()); n > 14 { // 2·log2(120), give or take
		t.Errorf("%d requests, want no more than halving takes", n)
	}
	if len(d.left()) != 119 || slices.Contains(d.left(), "email p00017@example.com") {
		t.Errorf("%d are back", len(d.left()))
	}
	if _, state := d.outcome(numbered(17, 1)[0].Identifier); state.Status != journal.Removed || state.Intent {
		t.Errorf("state of the refused one = %+v, want it removed", state)
	}
	d.mood()
	d.took()
	if s, p := d.restore(revival{}); s.Requests != 0 || p.Barred != 1 || p.Keys != 0 {
		t.Errorf("plan = %+v, want what is known to be refused to be left alone", p)
	}
	if s, _ = d.restore(revival{opts: RestoreOptions{Refused: true}}); s.Counts[journal.Restored] != 1 || len(d.left()) != 120 {
		t.Errorf("summary = %+v, want the refused one to be tried again when asked for", s)
	}
}

// removed writes down that the first n of its list were.
func (d *desk) removed(n int) {
	d.t.Helper()
	var all []journal.Outcome
	for i, o := range numbered(0, n) {
		all = append(all, journal.Outcome{Line: i + 2, Identifier: o.Identifier, Result: journal.Removed, HTTPStatus: 200, Attempts: 1})
	}
	d.with(func(_ *List, j *journal.Journal, _ Config) {
		if err := errors.Join(j.Begin(journal.Run{}), j.Outcome(all...)); err != nil {
			d.t.Fatal(err)
		}
	})
}

// refusing serves an API that puts nothing back of which refused says so, and
// nothing at all if that is nil.
func (d *desk) refusing(refused func(i int) bool) {
	inner := d.sandbox
	d.handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(body))
		bad := refused == nil
		for _, found := range regexp.MustCompile(`p(\d{5})@`).FindAllSubmatch(body, -1) {
			i, _ := strconv.Atoi(string(found[1]))
			bad = bad || refused(i)
		}
		if r.Method != http.MethodPost || !bad {
			inner.ServeHTTP(w, r)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusBadRequest)
		io.WriteString(w, `{"error":"BadRequest","message":"an identifier is not valid"}`)
	})
}

// However many are refused, and wherever they are, the others go back in one run
// with few requests, and the next one asks for none of the refused ones.
func TestRestoreAroundManyRefused(t *testing.T) {
	spread := func(n int) func(int) bool { return func(i int) bool { return (i+1)*n/600 > i*n/600 } }
	tests := []struct {
		name    string
		refused func(i int) bool
		n, most int64 // refused, and requests
		empty   bool  // the list holds nothing else
	}{
		{"none", spread(0), 0, 2, false},
		{"1", spread(1), 1, 17, false},
		{"10 spread", spread(10), 10, 115, false},
		{"60 spread", spread(60), 60, 380, false},
		{"60 adjacent", func(i int) bool { return i >= 40 && i < 100 }, 60, 180, false},
		{"300 spread", spread(300), 300, 720, false},
		{"300 adjacent", func(i int) bool { return i >= 40 && i < 340 }, 300, 450, false},
		{"all but one", func(i int) bool { return i != 412 }, 599, 690, false},
		{"all", spread(600), 600, 690, false},
		{"25 at the start of all", func(i int) bool { return i < 25 }, 25, 140, true},
		{"the whole first batch of all", func(i int) bool { return i < 500 }, 500, 620, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if testing.Short() && tt.n > 100 && !tt.empty {
				t.Skip("takes a second")
			}
			others := []api.OptOut{entry(api.Email, "other@example.com")}
			if tt.empty {
				others = nil
			}
			d := newDesk(t, rows(600), others)
			d.removed(600)
			d.refusing(tt.refused)
			s, _ := d.restore(revival{})
			if s.Stop != nil || s.Counts[journal.Failed] != tt.n || s.Counts[journal.Restored] != 600-tt.n || len(d.left()) != int(600-tt.n)+len(others) {
				t.Fatalf("summary = %+v, %d are back; want %d refused, the rest restored", s, len(d.left()), tt.n)
			}
			if t.Logf("%d requests", s.Requests); s.Requests > tt.most {
				t.Errorf("%d requests for %d refused, want at most %d", s.Requests, tt.n, tt.most)
			}
			if s, p := d.restore(revival{}); s.Requests != 0 || p.Barred != tt.n || p.Keys != 0 {
				t.Errorf("a second restore: %d requests, plan %+v", s.Requests, p)
			}
		})
	}
}

// An API that takes nothing any more is not asked once a key, and nothing counts
// as refused for it.
func TestRestoreNoticesWhenNothingIsTakenAnyMore(t *testing.T) {
	d := newDesk(t, rows(1500), nil)
	d.removed(1500)
	taken := 0
	inner := d.handler
	d.handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if taken++; taken > 1 {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(http.StatusBadRequest)
			io.WriteString(w, `{"error":"BadRequest","message":"no"}`)
			return
		}
		inner.ServeHTTP(w, r)
	})
	s, _ := d.restore(revival{})
	wantStop(t, s, StopRejections)
	if s.Counts[journal.Restored] != 500 || s.Counts[journal.Failed] != 0 || s.Requests > streakLimit+2 {
		t.Errorf("summary = %+v, want 500 back, none refused", s)
	}
	for _, state := range d.states(addresses(1500)[500:]...) {
		if state.Intent || state.Barred || state.Status != journal.Removed {
			t.Fatalf("state = %+v, want removed and nothing else", state)
		}
	}
}

// A request that is wrong in itself is not sent once a key, and no key counts as
// refused for it: an entry of the list shows that.
func TestRestoreStopsWhenAllAreRefused(t *testing.T) {
	d := newDesk(t, rows(200), []api.OptOut{ownEntry(api.Email, "own@example.com"), entry(api.Email, "other@example.com")})
	d.removed(200)
	before := d.sandbox.OptOuts()
	d.refusing(nil)
	inner := d.handler
	d.handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if r.Body = io.NopCloser(bytes.NewReader(body)); bytes.Contains(body, []byte("own@example.com")) {
			t.Errorf("a person's own opt-out was sent: %s", body)
		}
		inner.ServeHTTP(w, r)
	})
	s, _ := d.restore(revival{})
	wantStop(t, s, StopRejections)
	if s.Counts[journal.Pending] != 200 || s.Requests > streakLimit+2 || !strings.Contains(s.Stop.Error(), "an entry that is on the list") {
		t.Errorf("summary = %+v, want all 200 open after few requests", s)
	}
	d.mood()
	d.took()
	if s, _ = d.restore(revival{}); s.Counts[journal.Restored] != 200 || s.Stop != nil || len(d.took()) != 1 {
		t.Errorf("summary = %+v, want all restored at once when the API takes them", s)
	}
	if after := d.sandbox.OptOuts()[:2]; len(before) != 2 || !reflect.DeepEqual(before, after) {
		t.Errorf("entries on the list are %+v, and were %+v", after, before)
	}
}

// On an empty list nothing shows that. Then twenty are left alone, and each run
// meets others, so that none is stopped by the same ones.
func TestRestoreWithNothingToTryWith(t *testing.T) {
	d := newDesk(t, rows(200), nil)
	d.removed(200)
	d.mood("400")
	s, _ := d.restore(revival{})
	wantStop(t, s, StopRejections)
	if s.Counts[journal.Failed] != streakLimit || s.Counts[journal.Pending] != 200-streakLimit || s.Requests > 70 {
		t.Errorf("summary = %+v, want a stop after %d", s, streakLimit)
	}
	d.mood()
	if s, p := d.restore(revival{}); s.Counts[journal.Restored] != 200-streakLimit || p.Barred != streakLimit {
		t.Errorf("summary = %+v, want the others restored", s)
	}
	if s, _ = d.restore(revival{opts: RestoreOptions{Refused: true}}); s.Counts[journal.Restored] != streakLimit || len(d.left()) != 200 {
		t.Errorf("summary = %+v, want all restored when they are asked for", s)
	}
}

func TestRestoreStopsAndGoesOn(t *testing.T) {
	tests := []struct {
		fault    string
		reason   StopReason
		intent   bool // the second batch may be back
		restored int64
	}{
		{"401,every=2", StopUnauthorized, false, 500},
		{"403,every=2", StopForbidden, false, 500},
		{"500,every=2", StopOutage, true, 500},
		{"drop-after,every=2", StopOutage, true, 500},
		{"html,every=2", StopForeign, true, 500},
	}
	for _, tt := range tests {
		t.Run(tt.fault, func(t *testing.T) {
			d := newDesk(t, rows(600), nil)
			d.attempts = 1
			d.removed(600)
			d.serve(nil, tt.fault)
			s, _ := d.restore(revival{})
			if s.Stop == nil || s.Stop.Reason != tt.reason || s.Counts[journal.Restored] != tt.restored || s.Counts[journal.Pending] != 100 {
				t.Fatalf("summary = %+v, want a stop for %q after %d", s, tt.reason, tt.restored)
			}
			var intents int
			d.with(func(_ *List, j *journal.Journal, _ Config) {
				for _, state := range j.Index().All() {
					if state.Intent && state.Status == journal.Removed {
						intents++
					}
				}
			})
			if tt.intent != (intents == 100) || !tt.intent && intents != 0 {
				t.Errorf("%d keys may be back, want 100: %v", intents, tt.intent)
			}
			d.mood()
			d.took()
			s, p := d.restore(revival{})
			if s.Counts[journal.Restored] != 100 || s.Stop != nil || p.Unanswered != int64(intents) || len(d.left()) != 600 {
				t.Errorf("summary = %+v, %d on the list; want the other 100", s, len(d.left()))
			}
			equal(t, "requests", d.took(), []string{"POST 100 200"})
		})
	}
}

// A key whose stored forms are in two batches is back when both are.
func TestRestoreStopsBetweenTwoForms(t *testing.T) {
	dnc := append(numbered(0, 499), entry(api.Email, "p00499@example.com"), entry(api.Email, "P00499@example.com"))
	d := newDesk(t, rows(500), dnc)
	s, _ := d.remove(errand{snapshot: true, workers: 16})
	if s.Counts[journal.Removed] != 500 {
		t.Fatalf("counts = %+v", s.Counts)
	}
	d.mood("401,every=2")
	back, _ := d.restore(revival{})
	if back.Counts[journal.Restored] != 499 || back.Counts[journal.Pending] != 1 || len(d.left()) != 500 {
		t.Fatalf("summary = %+v, %d on the list; want the last key to be open", back, len(d.left()))
	}
	d.mood()
	back, _ = d.restore(revival{})
	if back.Counts[journal.Restored] != 1 || len(d.left()) != 501 {
		t.Errorf("summary = %+v, %d on the list, want all 501", back, len(d.left()))
	}
}

func TestRestoreIsInterrupted(t *testing.T) {
	d := newDesk(t, rows(3), numbered(0, 3))
	d.remove(errand{})
	ctx, cancel := context.WithCancelCause(t.Context())
	d.handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		cancel(&Stop{Reason: StopInterrupted})
		d.sandbox.ServeHTTP(w, r) // the answer arrives while the run stops
	})
	s, _ := d.restore(revival{ctx: ctx})
	if s.Stop == nil || s.Stop.Reason != StopInterrupted || s.Counts[journal.Restored] != 3 {
		t.Errorf("summary = %+v, want what was under way to be recorded", s)
	}
}

// A restore must not take a removal's doubt away.
func TestRestoreKeepsTheDoubtOfARemoval(t *testing.T) {
	d := newDesk(t, rows(1), nil)
	id := numbered(0, 1)[0].Identifier
	d.with(func(_ *List, j *journal.Journal, _ Config) {
		if err := j.Begin(journal.Run{}); err != nil {
			t.Fatal(err)
		}
		if err := j.Intent(journal.Intent{Line: 2, Identifier: id}); err != nil {
			t.Fatal(err)
		}
	})
	d.serve(nil, "401")
	s, _ := d.restore(revival{opts: RestoreOptions{Unsure: true}})
	if s.Stop == nil || s.Counts[journal.Pending] != 1 {
		t.Fatalf("summary = %+v", s)
	}
	d.mood()
	d.remove(errand{})
	if _, state := d.outcome(id); state.Status != journal.NotFound || !state.Unsure {
		t.Errorf("state = %+v, want not found, unsure", state)
	}
}

// What a restore left unanswered is no business of a removal's.
func TestRemoveLeavesAnUnansweredRestoreAlone(t *testing.T) {
	d := newDesk(t, rows(2), numbered(0, 2))
	d.attempts = 1
	d.remove(errand{})
	d.mood("drop-after")
	d.restore(revival{})
	d.mood()
	d.took()
	s, p := d.remove(errand{})
	if s.Counts[journal.Skipped] != 2 || p.Keys.Unanswered != 0 || p.Keys.Unsure != 0 || len(p.Left) != 0 || len(d.took()) != 0 {
		t.Errorf("counts = %+v, keys = %+v; want both to be skipped", s.Counts, p.Keys)
	}
	if back, p := d.restore(revival{}); back.Counts[journal.Restored] != 2 || p.Unanswered != 2 {
		t.Errorf("restore = %+v, %d unanswered, want 2", back, p.Unanswered)
	}
}

// A batch that was not taken ends one intent a key, however many forms it has.
func TestRestoreReleasesOnceAKey(t *testing.T) {
	d := newDesk(t, rows(2), append(numbered(0, 2), entry(api.Email, "P00000@example.com"), entry(api.Email, "P00001@EXAMPLE.com")))
	d.remove(errand{snapshot: true})
	before, err := journal.Verify(d.path + ".journal")
	if err != nil {
		t.Fatal(err)
	}
	d.mood("401")
	if s, p := d.restore(revival{}); p.Identifiers != 4 || s.Counts[journal.Pending] != 2 {
		t.Fatalf("%+v; want 4 identifiers of 2 keys, and both open", s)
	}
	after, err := journal.Verify(d.path + ".journal")
	if err != nil {
		t.Fatal(err)
	}
	if n := after.Kinds[journal.KindReleased] - before.Kinds[journal.KindReleased]; n != 2 {
		t.Errorf("%d releases of 2 keys", n)
	}
	for _, state := range d.states(addresses(2)...) {
		if state != (journal.State{Status: journal.Removed}) {
			t.Errorf("state = %+v, want it removed and nothing outstanding", state)
		}
	}
}

// A form whose request got no answer may be back, whatever the API says of the key's
// other forms: the key is not called refused.
func TestRestoreOfAFormWithoutAnAnswer(t *testing.T) {
	d := newDesk(t, adaList+"p00001@example.com,email\n", append(numbered(1, 1), entry(api.Email, "ADA@example.com"), entry(api.Email, "Ada@example.com")))
	if s, _ := d.remove(errand{snapshot: true}); s.Counts[journal.Removed] != 2 {
		t.Fatalf("counts = %+v", s.Counts)
	}
	d.mood()
	inner, alone := d.handler, 0
	d.handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		upper, mixed := holds(r, "ADA@"), holds(r, "Ada@")
		if upper && !mixed {
			alone++
		}
		switch {
		case upper && !mixed && alone == 1:
			w.WriteHeader(http.StatusBadGateway)
		case upper || mixed:
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(http.StatusBadRequest)
			io.WriteString(w, `{"error":"BadRequest","message":"an identifier is not valid"}`)
		default:
			inner.ServeHTTP(w, r)
		}
	})
	s, _ := d.restore(revival{config: func(cfg *Config) { cfg.MaxOutage = time.Hour }})
	if s.Counts[journal.Restored] != 1 || s.Counts[journal.Failed] != 1 || alone != 2 {
		t.Errorf("summary = %+v, %d requests for a form alone; want one key back and one not", s, alone)
	}
	if _, state := d.outcome(api.Identifier{Type: api.Email, Value: "ada@example.com"}); !state.Intent || state.Barred {
		t.Errorf("state = %+v, want it to be known that the form may be back", state)
	}
}
