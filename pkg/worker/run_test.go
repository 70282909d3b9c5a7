package worker

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"altadnc-bulk/pkg/api"
	"altadnc-bulk/pkg/api/sandbox"
	"altadnc-bulk/pkg/api/sandbox/sandboxtest"
	"altadnc-bulk/pkg/journal"
	"altadnc-bulk/pkg/reader"
	"altadnc-bulk/pkg/worker/pace"
)

// bench is a list, a journal and a sandbox that records what it was asked.
type bench struct {
	t       *testing.T
	path    string
	journal string
	server  http.Handler

	mu       sync.Mutex
	requests []sandbox.Request
}

// newBench writes the list and starts a sandbox without a quota whose DNC list
// holds onList, which are e-mail addresses.
func newBench(t *testing.T, list string, onList []string, faults ...string) *bench {
	t.Helper()
	folder := t.TempDir()
	b := &bench{t: t, path: filepath.Join(folder, "list.csv"), journal: filepath.Join(folder, "list.csv.journal")}
	b.write(list)
	b.serve(onList, faults...)
	return b
}

// serve puts another sandbox in the place of the one before.
func (b *bench) serve(onList []string, faults ...string) {
	b.t.Helper()
	opts := sandbox.Options{Limit: -1, List: []api.OptOut{}, Log: b.log}
	for _, value := range onList {
		opts.List = append(opts.List, api.OptOut{Identifier: api.Identifier{Type: api.Email, Value: value}})
	}
	for _, text := range faults {
		fault, err := sandbox.ParseFault(text)
		if err != nil {
			b.t.Fatal(err)
		}
		opts.Faults = append(opts.Faults, fault)
	}
	server, err := sandbox.New(opts)
	if err != nil {
		b.t.Fatal(err)
	}
	b.server = server
}

func (b *bench) write(list string) {
	b.t.Helper()
	if err := os.WriteFile(b.path, []byte(list), 0o600); err != nil {
		b.t.Fatal(err)
	}
}

func (b *bench) log(r sandbox.Request) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.requests = append(b.requests, r)
}

// asked returns the identifiers of the requests so far, in order.
func (b *bench) asked() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	var values []string
	for _, r := range b.requests {
		values = append(values, r.Identifier.Value)
	}
	return values
}

// setup is what a test changes about a run.
type setup struct {
	plan    PlanOptions
	workers int
	limit   int64
	ctx     context.Context
	edit    func(*journal.Journal) // between plan and run
	config  func(*Config)
}

// run plans and carries out one run, as the command does.
func (b *bench) run(s setup) (Summary, *Plan) {
	b.t.Helper()
	file, err := os.Open(b.path)
	if err != nil {
		b.t.Fatal(err)
	}
	defer file.Close()
	j, err := journal.Open(b.journal, journal.Identity{BaseURL: "https://api.example.com/v1"})
	if err != nil {
		b.t.Fatal(err)
	}
	defer j.Close()
	list := NewList("list.csv", file, reader.Options{})
	plan, err := NewPlan(list, j, s.plan)
	if err != nil {
		b.t.Fatal(err)
	}
	client, err := api.New(api.Config{BaseURL: "https://api.example.com/v1", Token: api.NewToken("t"), Transport: sandboxtest.Transport(b.server)})
	if err != nil {
		b.t.Fatal(err)
	}
	cfg := Config{Client: client, Pace: pace.New(pace.Config{}), Journal: j, Workers: s.workers, Limit: s.limit}
	if s.config != nil {
		s.config(&cfg)
	}
	if s.edit != nil {
		s.edit(j)
	}
	if s.ctx == nil {
		s.ctx = b.t.Context()
	}
	summary, err := NewRun(cfg, list, plan).Remove(s.ctx)
	if err != nil {
		b.t.Fatal(err)
	}
	if summary.Err != nil {
		b.t.Errorf("accounting: %v", summary.Err)
	}
	return summary, plan
}

// states returns how the keys of e-mail addresses stand in the journal.
func (b *bench) states(values ...string) []journal.State {
	b.t.Helper()
	view, err := journal.Load(b.journal, nil)
	if err != nil {
		b.t.Fatal(err)
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

// emails returns the CSV list of n numbered addresses.
func emails(n int) string {
	var b strings.Builder
	b.WriteString("identifier,type\n")
	for i := range n {
		fmt.Fprintf(&b, "%s,email\n", address(i))
	}
	return b.String()
}

func address(i int) string { return fmt.Sprintf("p%03d@example.com", i) }

func addresses(n int) []string {
	var all []string
	for i := range n {
		all = append(all, address(i))
	}
	return all
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

func TestRunRecordsEveryOutcome(t *testing.T) {
	b := newBench(t, "identifier,type\na@example.com,email\nA@example.com,email\ngone@example.com,email\nbroken,email\n", []string{"a@example.com"})
	s, _ := b.run(setup{})
	wantStop(t, s, "")
	want := journal.Counts{journal.Removed: 1, journal.NotFound: 1, journal.Failed: 1, journal.Duplicate: 1}
	if s.Counts != want || s.Entries != 4 || s.Requests != 2 {
		t.Errorf("counts = %+v, want %+v", s.Counts, want)
	}
	s, _ = b.run(setup{})
	want = journal.Counts{journal.Skipped: 2, journal.Failed: 1, journal.Duplicate: 1}
	if s.Counts != want {
		t.Errorf("counts of the second run = %+v, want %+v", s.Counts, want)
	}
	if got := len(b.asked()); got != 2 {
		t.Errorf("%d requests, want 2", got)
	}
}

func TestStopsAtOnce(t *testing.T) {
	tests := []struct {
		fault  string
		reason StopReason
		intent bool // may the request have been applied
	}{
		{"401", StopUnauthorized, false},
		{"403", StopForbidden, false},
		{"html", StopForeign, true},
		{"redirect", StopForeign, true},
	}
	for _, tt := range tests {
		t.Run(tt.fault, func(t *testing.T) {
			b := newBench(t, emails(3), addresses(3), tt.fault)
			s, _ := b.run(setup{workers: 1})
			wantStop(t, s, tt.reason)
			if s.Counts[journal.Pending] != 3 || s.Requests != 1 {
				t.Errorf("counts = %+v, want all 3 open after 1 request", s.Counts)
			}
			want := journal.State{Status: journal.Pending, Intent: tt.intent}
			if got := b.states(address(0))[0]; got != want {
				t.Errorf("state = %+v, want %+v", got, want)
			}
		})
	}
}

func TestAnswerUnknownMakesNotFoundUnsure(t *testing.T) {
	for _, fault := range []string{"drop-after,first=1", "garbage,first=1", "500,first=1", "drop-before,first=1"} {
		t.Run(fault, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := newBench(t, emails(1), nil, fault)
				s, _ := b.run(setup{})
				wantStop(t, s, "")
				if s.Counts[journal.NotFound] != 1 || s.Unsure != 1 {
					t.Errorf("counts = %+v, want 1 not found, unsure", s.Counts)
				}
				if got := b.states(address(0))[0]; got.Status != journal.NotFound || !got.Unsure {
					t.Errorf("state = %+v, want not found, unsure", got)
				}
			})
		})
	}
}

func TestConfirmationTakesTheMarkOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, emails(1), addresses(1), "500,first=1")
		s, _ := b.run(setup{})
		if s.Counts[journal.Removed] != 1 || s.Unsure != 0 {
			t.Errorf("counts = %+v, want 1 removed and sure", s.Counts)
		}
	})
}

func TestOutageLeavesEverythingOpen(t *testing.T) {
	for _, workers := range []int{1, 4, 16} {
		t.Run(fmt.Sprint(workers), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := newBench(t, emails(50), addresses(50), "500")
				s, _ := b.run(setup{workers: workers})
				wantStop(t, s, StopOutage)
				if s.Counts[journal.Pending] != 50 || s.Counts[journal.Failed] != 0 {
					t.Errorf("counts = %+v, want 50 open", s.Counts)
				}
				if s.Requests > streakLimit+int64(workers) {
					t.Errorf("%d requests, want at most %d", s.Requests, streakLimit+workers)
				}
			})
		})
	}
}

func TestFailuresAreWrittenOnceTheAPIAnswers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, emails(10), addresses(10), "500,identifier="+address(3), "400,identifier="+address(5))
		s, _ := b.run(setup{workers: 2})
		wantStop(t, s, "")
		if s.Counts[journal.Removed] != 8 || s.Counts[journal.Failed] != 2 || s.Requests != 8+5+1 {
			t.Errorf("counts = %+v, want 8 removed, 2 failed, 14 requests", s.Counts)
		}
		if got := b.states(address(3), address(5)); !got[0].Unsure || got[1].Unsure {
			t.Errorf("states = %+v, want the first one unsure alone", got)
		}
	})
}

func TestFailuresAtTheEndOfTheListAreWritten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, emails(2), addresses(2), "500")
		s, _ := b.run(setup{})
		wantStop(t, s, "")
		if s.Counts[journal.Failed] != 2 || s.Unsure != 2 {
			t.Errorf("counts = %+v, want 2 failed, unsure", s.Counts)
		}
	})
}

func TestRejectionsStopTheRun(t *testing.T) {
	b := newBench(t, emails(50), addresses(50), "400")
	s, _ := b.run(setup{workers: 4})
	wantStop(t, s, StopRejections)
	if s.Counts[journal.Pending] != 50 || s.Counts[journal.Failed] != 0 {
		t.Errorf("counts = %+v, want 50 open", s.Counts)
	}
	for i, state := range b.states(addresses(50)...) {
		if state.Intent || state.Unsure {
			t.Errorf("%s: state = %+v, want no doubt: a refused request was not applied", address(i), state)
		}
	}
}

func TestQuotaWaitIsNoAttempt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, emails(1), addresses(1), "429=5,first=9")
		began := time.Now()
		s, _ := b.run(setup{})
		wantStop(t, s, "")
		if s.Counts[journal.Removed] != 1 || s.Unsure != 0 {
			t.Errorf("counts = %+v, want 1 removed", s.Counts)
		}
		if took := time.Since(began); took < 45*time.Second {
			t.Errorf("took %v, want at least nine pauses of 5 s", took)
		}
	})
}

func TestQuotaSpentForTooLongStops(t *testing.T) {
	tests := []struct{ name, fault string }{
		{"again and again", "429=60"},
		{"asked at once", "429=3600"},
		{"without a header", "429=none"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := newBench(t, emails(3), addresses(3), tt.fault)
				began := time.Now()
				s, _ := b.run(setup{})
				wantStop(t, s, StopQuota)
				if took := time.Since(began); took > 10*time.Minute {
					t.Errorf("stopped after %v, want no wait beyond 10 minutes", took)
				}
				for _, state := range b.states(addresses(3)...) {
					if state.Intent || state.Unsure {
						t.Errorf("state = %+v, want no doubt: a 429 was not applied", state)
					}
				}
			})
		})
	}
}

// Any answer may ask to wait, and then all workers do; too long a wait stops.
func TestRetryAfterOfOtherAnswers(t *testing.T) {
	tests := []struct {
		retryAfter string
		reason     StopReason
		took       time.Duration
	}{{"90", "", 90 * time.Second}, {"601", StopQuota, 0}}
	for _, tt := range tests {
		t.Run(tt.retryAfter, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := newBench(t, emails(1), addresses(1))
				inner, first := b.server, true
				b.server = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					if !first {
						inner.ServeHTTP(w, r)
						return
					}
					first = false
					w.Header().Set("Retry-After", tt.retryAfter)
					w.WriteHeader(http.StatusServiceUnavailable)
				})
				began := time.Now()
				s, _ := b.run(setup{})
				wantStop(t, s, tt.reason)
				if took := time.Since(began); took < tt.took || tt.took == 0 && took > 0 {
					t.Errorf("took %v, want %v", took, tt.took)
				}
			})
		})
	}
}

// What RateLimit-Reset asks for is bounded as well.
func TestQuotaThatResetsTooLateStops(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, emails(3), addresses(3))
		inner := b.server
		b.server = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("RateLimit-Limit", "100")
			w.Header().Set("RateLimit-Remaining", "0")
			w.Header().Set("RateLimit-Reset", "36000")
			inner.ServeHTTP(w, r)
		})
		began := time.Now()
		s, _ := b.run(setup{workers: 1})
		wantStop(t, s, StopQuota)
		if s.Counts[journal.Removed] != 1 || time.Since(began) > time.Minute {
			t.Errorf("counts = %+v after %v, want 1 removed and a stop at once", s.Counts, time.Since(began))
		}
	})
}

// A stop lets what is in flight finish, and its answer counts.
func TestStopRecordsTheLastAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, emails(5), addresses(5), "delay=5s")
		ctx, cancel := context.WithCancelCause(t.Context())
		time.AfterFunc(time.Second, func() { cancel(&Stop{Reason: StopTerminated}) })
		s, _ := b.run(setup{workers: 2, ctx: ctx})
		wantStop(t, s, StopTerminated)
		if s.Counts[journal.Removed] != 2 || s.Counts[journal.Pending] != 3 || s.Requests != 2 {
			t.Errorf("counts = %+v, want 2 removed, 3 open", s.Counts)
		}
	})
}

// What has no answer when the grace is over is sent first by the next run, and
// a "not on the list" is then unsure.
func TestUnansweredIsTriedFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, emails(5), nil, "delay=20s,first=1,identifier="+address(3))
		ctx, cancel := context.WithCancelCause(t.Context())
		time.AfterFunc(time.Second, func() { cancel(&Stop{Reason: StopInterrupted}) })
		began := time.Now()
		s, _ := b.run(setup{workers: 1, ctx: ctx})
		wantStop(t, s, StopInterrupted)
		if took := time.Since(began); took != 9*time.Second {
			t.Errorf("ended after %v, want 9 s: one until the stop, eight of grace", took)
		}
		if got := b.states(address(3))[0]; got.Status != journal.Pending || !got.Intent {
			t.Errorf("state = %+v, want an outstanding intent", got)
		}
		before := len(b.asked())
		b.write(strings.Replace(emails(5), "type\n", "type\nnew@example.com,email\n", 1))
		s, plan := b.run(setup{workers: 1})
		wantStop(t, s, "")
		if plan.Keys.Unanswered != 1 {
			t.Errorf("the plan tells of %d unanswered requests, want 1", plan.Keys.Unanswered)
		}
		if first := b.asked()[before]; first != address(3) {
			t.Errorf("first request of the second run is for %s, want %s", first, address(3))
		}
		if s.Counts[journal.NotFound] != 3 || s.Unsure != 1 || s.Counts[journal.Skipped] != 3 {
			t.Errorf("counts = %+v, want 3 not found of which 1 unsure, 3 skipped", s.Counts)
		}
	})
}

func TestLimit(t *testing.T) {
	b := newBench(t, emails(5), addresses(5))
	s, _ := b.run(setup{limit: 2})
	wantStop(t, s, StopLimit)
	if s.Counts[journal.Removed] != 2 || s.Counts[journal.Pending] != 3 {
		t.Errorf("counts = %+v, want 2 removed, 3 open", s.Counts)
	}
	s, _ = b.run(setup{limit: 3})
	wantStop(t, s, "")
	if got := len(b.asked()); got != 5 {
		t.Errorf("%d requests, want 5", got)
	}
}

func TestListThatChangesIsNotSent(t *testing.T) {
	tests := []struct {
		name, list string
		sent       int
	}{
		{"another key", strings.Replace(emails(5), address(2), "new@example.com", 1), 2},
		{"a key more", emails(6), 5},
		{"a key less", emails(4), 4},
		{"another order", "identifier,type\n" + strings.Join(reversed(strings.Split(strings.TrimSpace(emails(5)), "\n")[1:]), "\n") + "\n", 5},
		{"broken", "identifier,type\n" + address(0) + ",email\n\"open", 1},
		{"emptied", "", 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := newBench(t, emails(5), addresses(6))
			s, _ := b.run(setup{workers: 1, edit: func(*journal.Journal) { b.write(tt.list) }})
			wantStop(t, s, StopListChanged)
			if got := len(b.asked()); got != tt.sent {
				t.Errorf("sent %v, want %d", b.asked(), tt.sent)
			}
			if slices.Contains(b.asked(), "new@example.com") || slices.Contains(b.asked(), address(5)) {
				t.Errorf("sent a key that the plan did not count: %v", b.asked())
			}
		})
	}
}

func reversed(lines []string) []string { slices.Reverse(lines); return lines }

// An answer that cannot be written down is told, and nothing more is sent.
func TestJournalThatCannotBeWrittenStopsTheRun(t *testing.T) {
	b := newBench(t, emails(5), addresses(5))
	var j *journal.Journal
	inner := b.server
	b.server = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		inner.ServeHTTP(w, r)
		j.Close()
	})
	s, _ := b.run(setup{workers: 1, edit: func(opened *journal.Journal) { j = opened }})
	wantStop(t, s, StopJournal)
	if len(s.Unrecorded) != 1 || s.Unrecorded[0].Identifier.Value != address(0) || s.Unrecorded[0].Result != journal.Removed {
		t.Errorf("unrecorded = %+v, want the removal of %s", s.Unrecorded, address(0))
	}
	if s.Counts[journal.Pending] != 5 || s.Requests != 1 {
		t.Errorf("counts = %+v, want 5 open after 1 request", s.Counts)
	}
	if got := b.states(address(0))[0]; !got.Intent {
		t.Errorf("state = %+v, want the intent to be outstanding", got)
	}
}

func TestFailedIsTriedAgainUnlessSkipped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, emails(2), addresses(2), "400,first=1,identifier="+address(1))
		if s, _ := b.run(setup{}); s.Counts[journal.Failed] != 1 {
			t.Fatalf("counts = %+v, want 1 failed", s.Counts)
		}
		s, plan := b.run(setup{plan: PlanOptions{SkipFailed: true}})
		if s.Counts[journal.Failed] != 1 || s.Requests != 0 || plan.Send != 0 {
			t.Errorf("counts = %+v, want 1 failed without a request", s.Counts)
		}
		s, plan = b.run(setup{})
		if s.Counts[journal.Removed] != 1 || s.Counts[journal.Skipped] != 1 || plan.Send != 1 {
			t.Errorf("counts = %+v, want 1 removed, 1 skipped", s.Counts)
		}
	})
}

func TestAgainSendsFinishedKeysOnceMore(t *testing.T) {
	b := newBench(t, emails(6), addresses(6))
	b.run(setup{})
	s, plan := b.run(setup{plan: PlanOptions{Again: true}, limit: 2, workers: 1})
	wantStop(t, s, StopLimit)
	if plan.Reopen != 6 || s.Counts[journal.NotFound] != 2 || s.Counts[journal.Pending] != 4 {
		t.Errorf("reopened %d, counts = %+v; want 6, 2 not found, 4 open", plan.Reopen, s.Counts)
	}
	// Interrupted, it goes on where it was, with the flag and without it.
	s, plan = b.run(setup{plan: PlanOptions{Again: true}, limit: 2, workers: 1})
	if plan.Reopen != 0 || s.Counts[journal.NotFound] != 2 || s.Counts[journal.Skipped] != 2 {
		t.Errorf("reopened %d, counts = %+v; want none, 2 not found, 2 skipped", plan.Reopen, s.Counts)
	}
	s, _ = b.run(setup{workers: 1})
	if s.Counts[journal.NotFound] != 2 || s.Counts[journal.Skipped] != 4 || s.Unsure != 2 {
		t.Errorf("counts = %+v; want 2 not found, unsure since an earlier run removed them, 4 skipped", s.Counts)
	}
	if got := len(b.asked()); got != 12 {
		t.Errorf("%d requests, want 12", got)
	}
	// Finished, it starts anew.
	if _, plan = b.run(setup{plan: PlanOptions{Again: true}}); plan.Reopen != 6 {
		t.Errorf("reopened %d, want 6", plan.Reopen)
	}
}

// A request without an answer whose entry left the list is named once.
func TestLeftTheList(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, emails(2), nil, "delay=20s,identifier="+address(1))
		s, _ := b.run(setup{workers: 1, ctx: stopAfter(t, time.Second)})
		wantStop(t, s, StopInterrupted)
		b.write(emails(1))
		if _, plan := b.run(setup{}); len(plan.Left) != 1 {
			t.Errorf("%d left the list, want 1", len(plan.Left))
		}
		if _, plan := b.run(setup{}); len(plan.Left) != 0 {
			t.Errorf("%d left the list the second time, want 0", len(plan.Left))
		}
		// Back on the list, the doubt is still known.
		b.write("identifier,type\n" + address(1) + ",email\n")
		b.serve(nil)
		if s, _ = b.run(setup{}); s.Counts[journal.NotFound] != 1 || s.Unsure != 1 {
			t.Errorf("counts = %+v, want 1 not found, unsure", s.Counts)
		}
	})
}

func stopAfter(t *testing.T, d time.Duration) context.Context {
	ctx, cancel := context.WithCancelCause(t.Context())
	time.AfterFunc(d, func() { cancel(errors.New("stopped by the test")) })
	return ctx
}

// Doubt outlives a run whose own attempts certainly were not applied.
func TestDoubtOutlivesARelease(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, emails(1), nil, "delay=20s")
		s, _ := b.run(setup{ctx: stopAfter(t, time.Second)})
		wantStop(t, s, StopInterrupted)
		b.serve(nil, "401")
		s, _ = b.run(setup{})
		wantStop(t, s, StopUnauthorized)
		b.serve(nil)
		s, _ = b.run(setup{})
		if s.Counts[journal.NotFound] != 1 || s.Unsure != 1 {
			t.Errorf("counts = %+v, want 1 not found, unsure", s.Counts)
		}
	})
}
