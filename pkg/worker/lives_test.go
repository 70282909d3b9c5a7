package worker

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"altadnc-bulk/pkg/api"
	"altadnc-bulk/pkg/api/sandbox"
	"altadnc-bulk/pkg/api/sandbox/sandboxtest"
	"altadnc-bulk/pkg/journal"
	"altadnc-bulk/pkg/reader"
	"altadnc-bulk/pkg/worker/pace"
)

// life is a Do Not Contact list that nothing else changes, and the journal of a
// removal list. It knows what this program took off and has not put back.
type life struct {
	t       *rapid.T
	folder  string
	sandbox *sandbox.Sandbox
	gone    map[string]bool // stored forms that are off the list because of us

	fates []string          // of the requests to come; then all is well
	left  map[string][]byte // journal and lock as a kill left them, by suffix
	kill  func()
}

// The people, and the forms in which each may be stored.
var (
	people    = []string{"ada@example.com", "ben@example.com", "cleo@example.com"}
	spellings = []func(string) string{
		func(s string) string { return s },
		strings.ToUpper,
		func(s string) string { return strings.ToUpper(s[:1]) + s[1:] },
	}
)

// The fates of a request in a life.
var lifeFates = []string{"ok", "ok", "ok", "ok", "ok", "400", "500", "drop before", "drop after", "401", "kill before", "kill after"}

func (l *life) path() string { return filepath.Join(l.folder, "list.csv") }

func (l *life) stored() map[string]bool {
	on := map[string]bool{}
	for _, o := range l.sandbox.OptOuts() {
		on[o.Value] = true
	}
	return on
}

// apply lets the API do what was asked, and notes what that changed.
func (l *life) apply(w http.ResponseWriter, r *http.Request) {
	before := l.stored()
	l.sandbox.ServeHTTP(w, r)
	after := l.stored()
	for form := range before {
		if !after[form] {
			l.gone[form] = true
		}
	}
	for form := range after {
		delete(l.gone, form)
	}
}

func (l *life) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	r.Body = io.NopCloser(bytes.NewReader(body))
	fate := "ok"
	if len(l.fates) > 0 {
		fate, l.fates = l.fates[0], l.fates[1:]
	}
	how, when, _ := strings.Cut(fate, " ")
	switch {
	case how == "ok":
		l.apply(w, r)
		return
	case how != "drop" && how != "kill":
		status, _ := strconv.Atoi(how)
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		io.WriteString(w, `{"error":"Error","message":"as fated"}`)
		return
	case when == "after":
		l.apply(discard{http.Header{}}, r)
	}
	if how == "kill" && l.left == nil {
		l.left = map[string][]byte{}
		for _, suffix := range []string{".journal", ".journal.lock"} {
			l.left[suffix], _ = os.ReadFile(l.path() + suffix)
		}
		l.kill()
	}
	panic(http.ErrAbortHandler)
}

// night does one run, however it ends, with the journal as a kill leaves it.
func (l *life) night(run func(context.Context, *List, *journal.Journal, Config)) {
	ctx, cancel := context.WithCancelCause(context.Background())
	defer cancel(nil)
	l.left, l.kill = nil, func() { cancel(errors.New("killed")) }
	l.do(func(list *List, j *journal.Journal, cfg Config) { run(ctx, list, j, cfg) })
	for suffix, left := range l.left {
		l.must(os.WriteFile(l.path()+suffix, left, 0o600))
	}
}

func (l *life) do(work func(*List, *journal.Journal, Config)) {
	file, err := os.Open(l.path())
	l.must(err)
	defer file.Close()
	j, err := journal.Open(l.path()+".journal", journal.Identity{BaseURL: "https://api.example.com/v1"})
	l.must(err)
	defer j.Close()
	client, err := api.New(api.Config{BaseURL: "https://api.example.com/v1", Token: api.NewToken("test-token"), Transport: sandboxtest.Transport(l)})
	l.must(err)
	work(NewList("list.csv", file, reader.Options{}), j, Config{
		Client: client, Pace: pace.New(pace.Config{}), Journal: j, Workers: 1, MaxAttempts: 2, MaxOutage: time.Nanosecond, Grace: time.Nanosecond,
	})
}

func (l *life) must(err error) {
	if err != nil {
		l.t.Fatal(err)
	}
}

func (l *life) remove(opts PlanOptions, snapshot, keep bool) {
	l.night(func(ctx context.Context, list *List, j *journal.Journal, cfg Config) {
		plan, err := NewPlan(list, j, opts)
		l.must(err)
		if snapshot {
			shot, stop := TakeSnapshot(ctx, NewListing(cfg), Matching{Wanted: plan.Wants}, 0)
			if stop != nil {
				return
			}
			plan.Use(shot, keep)
		}
		s, err := NewRun(cfg, list, plan).Remove(ctx)
		l.must(errors.Join(err, s.Err))
	})
}

func (l *life) restore(opts RestoreOptions) {
	l.night(func(ctx context.Context, list *List, j *journal.Journal, cfg Config) {
		plan, err := NewRestorePlan("list.csv", list, j, opts)
		l.must(err)
		_, err = NewRestoration(cfg, plan, true).Run(ctx)
		l.must(err)
	})
}

// judge compares what the journal says with the truth.
func (l *life) judge(after string) {
	view, err := journal.Load(l.path()+".journal", nil)
	l.must(err)
	defer view.Close()
	on := l.stored()
	for _, person := range people {
		state := view.Index().State(journal.KeyOf(api.Identifier{Type: api.Email, Value: person}))
		lie := func(what string) {
			l.t.Fatalf("after %s: %s is %+v, but %s; on the list %v, taken off %v", after, person, state, what, on, l.gone)
		}
		var taken []string
		for form := range l.gone {
			if strings.EqualFold(form, person) {
				taken = append(taken, form)
			}
		}
		switch {
		case state.Intent: // nothing is claimed
		case state.Status == journal.Removed && len(taken) == 0:
			lie("nothing of it was removed")
		case state.Status == journal.NotFound && !state.Unsure && len(taken) > 0:
			lie("it was removed")
		case state.Status == journal.Restored && len(taken) > 0:
			lie("not all of it is back")
		case (state.Status == journal.Removed || state.Status == journal.NotFound) && !state.Unsure && on[person]:
			lie("it is on the list")
		case state.Status == journal.Removed:
			o, err := view.OutcomeAt(state)
			l.must(err)
			for _, s := range o.Stored {
				if on[s.Value] {
					lie("a known form of it is on the list")
				}
			}
		}
	}
}

// TestLives plays random lives of a list: runs one by one and with snapshots, with
// --again and --keep-unsubscribed, restores, kills anywhere, answers that are lost.
// After each run the journal is true, and in the end everything that was taken off
// can be put back.
func TestLives(t *testing.T) {
	lives, nights := 0, 0
	synctest.Test(t, func(t *testing.T) {
		withoutDeadline := struct{ rapid.TB }{t} // which fake time does not have
		rapid.Check(withoutDeadline, func(t *rapid.T) {
			lives++
			folder, err := os.MkdirTemp("", "altadnc-bulk-life-*")
			if err != nil {
				t.Fatal(err)
			}
			defer os.RemoveAll(folder)
			l := &life{t: t, folder: folder, gone: map[string]bool{}}
			dnc := []api.OptOut{}
			for _, person := range people {
				for i, spell := range spellings {
					switch rapid.IntRange(0, 3).Draw(t, person+" in form "+strconv.Itoa(i)) {
					case 0:
						dnc = append(dnc, entry(api.Email, spell(person)))
					case 1:
						dnc = append(dnc, ownEntry(api.Email, spell(person)))
					}
				}
			}
			l.sandbox, err = sandbox.New(sandbox.Options{Limit: -1, List: dnc})
			l.must(err)
			l.must(os.WriteFile(l.path(), []byte("identifier,type\n"+strings.Join(people, ",email\n")+",email\n"), 0o600))
			for range rapid.IntRange(1, 6).Draw(t, "nights") {
				nights++
				l.fates = rapid.SliceOfN(rapid.SampledFrom(lifeFates), 0, 8).Draw(t, "fates")
				what := rapid.SampledFrom([]string{"one by one", "one by one", "snapshot", "snapshot", "keep", "restore", "restore unsure"}).Draw(t, "run")
				again := rapid.IntRange(0, 3).Draw(t, "again") == 0
				switch what {
				case "restore", "restore unsure":
					l.restore(RestoreOptions{Unsure: what == "restore unsure"})
				default:
					l.remove(PlanOptions{Again: again}, what != "one by one", what == "keep")
				}
				l.judge(what)
			}
			l.fates = nil
			l.restore(RestoreOptions{Unsure: true, Refused: true})
			var lost []string
			for form := range l.gone {
				lost = append(lost, form)
			}
			slices.Sort(lost)
			if len(lost) > 0 {
				t.Fatalf("taken off and not to be put back: %v", lost)
			}
		})
	})
	t.Logf("%d lives, %d nights", lives, nights)
}
