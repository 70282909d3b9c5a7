package worker

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"altadnc-bulk/pkg/api"
	"altadnc-bulk/pkg/api/sandbox"
	"altadnc-bulk/pkg/api/sandbox/sandboxtest"
	"altadnc-bulk/pkg/journal"
	"altadnc-bulk/pkg/reader"
	"altadnc-bulk/pkg/worker/pace"
)

// desk is a removal list and its journal before a Do Not Contact list whose
// entries have all that the API stores.
type desk struct {
	t        *testing.T
	path     string
	opts     reader.Options
	sandbox  *sandbox.Sandbox
	handler  http.Handler
	attempts int // for one request; 0 for as many as a run makes by default
	pages    int // entries a page of the list; 0 for as many as the API gives

	mu       sync.Mutex
	requests []sandbox.Request
	looked   int // requests that took has returned
}

func newDesk(t *testing.T, list string, dnc []api.OptOut, faults ...string) *desk {
	t.Helper()
	d := &desk{t: t, path: filepath.Join(t.TempDir(), "list.csv")}
	d.write(list)
	d.serve(dnc, faults...)
	return d
}

// write changes the removal list.
func (d *desk) write(list string) {
	d.t.Helper()
	if err := os.WriteFile(d.path, []byte(list), 0o600); err != nil {
		d.t.Fatal(err)
	}
}

// serve puts the API in another mood; dnc is what is on its list from now on.
func (d *desk) serve(dnc []api.OptOut, faults ...string) {
	d.t.Helper()
	opts := sandbox.Options{Limit: -1, List: append([]api.OptOut{}, dnc...), PageLimit: d.pages, Log: d.log}
	for _, text := range faults {
		fault, err := sandbox.ParseFault(text)
		if err != nil {
			d.t.Fatal(err)
		}
		opts.Faults = append(opts.Faults, fault)
	}
	s, err := sandbox.New(opts)
	if err != nil {
		d.t.Fatal(err)
	}
	d.sandbox, d.handler = s, s
}

// mood is serve with the list as it is now.
func (d *desk) mood(faults ...string) { d.t.Helper(); d.serve(d.sandbox.OptOuts(), faults...) }

func (d *desk) log(r sandbox.Request) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.requests = append(d.requests, r)
}

// took returns the requests since the last look: "DELETE email ada@example.com
// 200", "GET 200", "POST 3 200".
func (d *desk) took() (asked []string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, r := range d.requests[d.looked:] {
		what := r.Method
		switch r.Method {
		case http.MethodDelete:
			what += " " + string(r.Identifier.Type) + " " + r.Identifier.Value
		case http.MethodPost:
			what += fmt.Sprintf(" %d", r.Identifiers)
		}
		asked = append(asked, fmt.Sprintf("%s %d", what, r.Status))
	}
	d.looked = len(d.requests)
	return asked
}

// values returns the identifiers of all requests so far, in order.
func (d *desk) values() (values []string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, r := range d.requests {
		values = append(values, r.Identifier.Value)
	}
	return values
}

func (d *desk) client() *api.Client {
	d.t.Helper()
	c, err := api.New(api.Config{BaseURL: "https://api.example.com/v1", Token: api.NewToken("test-token"), Transport: sandboxtest.Transport(d.handler)})
	if err != nil {
		d.t.Fatal(err)
	}
	return c
}

// with opens list and journal as a command does.
func (d *desk) with(work func(*List, *journal.Journal, Config)) {
	d.t.Helper()
	file, err := os.Open(d.path)
	if err != nil {
		d.t.Fatal(err)
	}
	defer file.Close()
	j, err := journal.Open(d.path+".journal", journal.Identity{BaseURL: "https://api.example.com/v1"})
	if err != nil {
		d.t.Fatal(err)
	}
	defer j.Close()
	work(NewList("list.csv", file, d.opts), j, Config{Client: d.client(), Pace: pace.New(pace.Config{MaxWait: 10 * time.Minute}), Journal: j, Workers: 1, MaxAttempts: d.attempts, MaxOutage: time.Nanosecond})
}

// errand is what a test changes about a run.
type errand struct {
	plan     PlanOptions
	snapshot bool
	pages    int64
	keep     bool
	workers  int
	limit    int64
	ctx      context.Context
	edit     func(*journal.Journal) // between plan and run
	config   func(*Config)
}

func (d *desk) remove(e errand) (s Summary, p *Plan) {
	d.t.Helper()
	d.with(func(list *List, j *journal.Journal, cfg Config) {
		var err error
		if p, err = NewPlan(list, j, e.plan); err != nil {
			d.t.Fatal(err)
		}
		if e.snapshot || e.keep {
			m := Matching{Wanted: p.Wants, Rules: d.opts.Values}
			shot, stop := TakeSnapshot(d.t.Context(), NewListing(cfg), m, e.pages)
			if stop != nil {
				d.t.Fatal(stop)
			}
			p.Use(shot, e.keep)
		}
		cfg.Workers, cfg.Limit = max(1, e.workers), e.limit
		if e.ctx == nil {
			e.ctx = d.t.Context()
		}
		if e.config != nil {
			e.config(&cfg)
		}
		if e.edit != nil {
			e.edit(j)
		}
		if s, err = NewRun(cfg, list, p).Remove(e.ctx); err != nil {
			d.t.Fatal(err)
		}
	})
	if s.Err != nil {
		d.t.Errorf("accounting: %v", s.Err)
	}
	d.addsUp(s)
	return s, p
}

// addsUp makes sure that the journal has all requests of a run, however it ended, but
// with a journal that could not be written.
func (d *desk) addsUp(s Summary) {
	d.t.Helper()
	if s.Stop == nil || s.Stop.Reason != StopJournal {
		if sum := total(d.sent().Minutes); sum.Requests != s.Requests {
			d.t.Errorf("minutes add up to %d requests, want %d", sum.Requests, s.Requests)
		}
	}
}

// outcome returns what the journal says of a key, and its state.
func (d *desk) outcome(id api.Identifier) (journal.Outcome, journal.State) {
	d.t.Helper()
	view, err := journal.Load(d.path+".journal", nil)
	if err != nil {
		d.t.Fatal(err)
	}
	defer view.Close()
	state := view.Index().State(journal.KeyOf(id))
	o, err := view.OutcomeAt(state)
	if err != nil {
		d.t.Fatal(err)
	}
	return o, state
}

// states returns the states of the keys of e-mail addresses in the journal.
func (d *desk) states(values ...string) []journal.State {
	d.t.Helper()
	view, err := journal.Load(d.path+".journal", nil)
	if err != nil {
		d.t.Fatal(err)
	}
	defer view.Close()
	var states []journal.State
	for _, v := range values {
		s := view.Index().State(journal.KeyOf(api.Identifier{Type: api.Email, Value: v}))
		s.Offset = 0
		states = append(states, s)
	}
	return states
}

// left returns what is on the Do Not Contact list, in the order of their values.
func (d *desk) left() []string {
	var all []string
	for _, o := range d.sandbox.OptOuts() {
		all = append(all, string(o.Type)+" "+o.Value)
	}
	slices.Sort(all)
	return all
}

func entry(t api.IdentifierType, value string) api.OptOut {
	return api.OptOut{Identifier: api.Identifier{Type: t, Value: value}, IsManuallyAdded: new(true)}
}

// own is an entry that the person made.
func ownEntry(t api.IdentifierType, value string) api.OptOut {
	o := entry(t, value)
	o.IsManuallyAdded = new(false)
	return o
}

// numbered returns n entries from the given number on.
func numbered(from, n int) []api.OptOut {
	var all []api.OptOut
	for i := from; i < from+n; i++ {
		all = append(all, entry(api.Email, address(i)))
	}
	return all
}

func address(i int) string { return fmt.Sprintf("p%05d@example.com", i) }

func addresses(n int) (all []string) {
	for i := range n {
		all = append(all, address(i))
	}
	return all
}

// rows returns a list of n numbered addresses.
func rows(n int) string {
	var b strings.Builder
	b.WriteString("identifier,type\n")
	for _, o := range numbered(0, n) {
		b.WriteString(o.Value + ",email\n")
	}
	return b.String()
}

func equal(t *testing.T, what string, got, want []string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s:\n  %s\nwant\n  %s", what, strings.Join(got, "\n  "), strings.Join(want, "\n  "))
	}
}

func wantStop(t *testing.T, s Summary, reason StopReason) {
	t.Helper()
	switch {
	case s.Stop == nil && reason != "":
		t.Fatalf("the run finished, want a stop for %q", reason)
	case s.Stop != nil && s.Stop.Reason != reason:
		t.Fatalf("stop = %v, want %q", s.Stop, reason)
	}
}
