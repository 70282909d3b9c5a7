package worker

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
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

// modelKey is what must be known of a key, said in the simplest way.
type modelKey struct {
	status   journal.Status // without regard to an outstanding intent
	unsure   bool
	intent   bool
	reopened bool
	removed  bool // confirmed by a run before it was reopened
	at       int  // when status was decided
}

func (k modelKey) state() journal.State {
	s := journal.State{Status: k.status, Unsure: k.unsure, Intent: k.intent, Reopened: k.reopened}
	if k.intent && !k.status.Finished() {
		s.Status = journal.Pending
	}
	return s
}

// model is a small DNC list, a small journal and the rules between them.
type model struct {
	t      *rapid.T
	keys   map[string]*modelKey
	onList map[string]bool // the truth at the API
	clock  int

	reopenedAt int

	row              int      // attempts without an answer, since the last one
	answered         bool     // anything was, in this run
	asked            []string // requests of this run
	fates            []string // of these, in order
	outages, rejects []parkedKey
	again            []parkedKey // to be sent again: others failed beside them
}

type parkedKey struct {
	name   string
	unsure bool
}

// The fates of a request, most of them good.
var fates = []string{"ok", "ok", "ok", "ok", "400", "500", "drop", "401", "kill before", "kill after"}

func (m *model) key(name string) *modelKey {
	if m.keys[name] == nil {
		m.keys[name] = &modelKey{}
	}
	return m.keys[name]
}

func (m *model) decide(name string, status journal.Status, unsure bool) {
	m.clock++
	removed := m.key(name).removed && !status.Finished()
	*m.key(name) = modelKey{status: status, unsure: unsure, removed: removed, at: m.clock}
}

// run plays a run with one worker, and reports whether it was killed.
func (m *model) run(list []string, opts PlanOptions, maxAttempts int) (killed bool) {
	m.asked, m.fates, m.outages, m.rejects, m.again, m.row, m.answered = nil, nil, nil, nil, nil, 0, false
	m.leave(list)
	m.reopen(list, opts)
	var queue []string
	for _, first := range []bool{true, false} {
		for _, name := range list {
			if m.key(name).intent == first && !slices.Contains(queue, name) && m.wanted(name, opts) {
				queue = append(queue, name)
			}
		}
	}
	for _, name := range queue {
		end := m.send(name, maxAttempts)
		for end == "" && len(m.again) > 0 {
			p := m.again[0]
			m.again = m.again[1:]
			end = m.attempts(p.name, p.unsure, true, maxAttempts)
		}
		switch end {
		case "killed":
			return true
		case "stopped":
			for _, p := range m.rejects {
				if !p.unsure {
					m.key(p.name).intent = false
				}
			}
			return false
		}
	}
	if len(m.outages) > 0 && !m.answered {
		return false // an outage, which is not waited for
	}
	if len(m.outages) > 0 {
		m.asked, m.fates = append(m.asked, ""), append(m.fates, "ok") // a page of the list shows the API at work
	}
	m.flush(&m.outages)
	m.flush(&m.rejects)
	return false
}

// leave ends the intents of keys that left the list.
func (m *model) leave(list []string) {
	for name, k := range m.keys {
		if k.intent && !slices.Contains(list, name) {
			k.intent, k.unsure = false, true
		}
	}
}

func (m *model) reopen(list []string, opts PlanOptions) {
	if !opts.Again {
		return
	}
	before := math.MaxInt
	for _, name := range list {
		if k := m.key(name); k.reopened {
			before = m.reopenedAt
		}
	}
	reopens := false
	for _, name := range list {
		if k := m.key(name); k.status.Finished() && k.at < before {
			m.clock++
			k.removed = k.status == journal.Removed
			k.unsure = k.unsure || k.removed
			k.status, k.reopened, k.at, reopens = journal.Pending, true, m.clock, true
		}
	}
	if reopens {
		m.clock++
		m.reopenedAt = m.clock
	}
}

func (m *model) wanted(name string, opts PlanOptions) bool {
	switch k := m.key(name); {
	case k.intent, k.status == journal.None, k.status == journal.Pending:
		return true
	case k.status == journal.Failed, k.status == journal.Partial:
		return !opts.SkipFailed
	}
	return false
}

// send plays the attempts of one key.
func (m *model) send(name string, maxAttempts int) (end string) {
	k := m.key(name)
	doubt := k.unsure || k.intent
	k.unsure, k.intent = doubt, true
	if k.status == journal.None || k.removed { // forms are known
		m.clock++
		k.status, k.at = journal.Pending, m.clock
	}
	return m.attempts(name, doubt, false, maxAttempts)
}

// attempts asks for a key until that settles it. doubt says that a request of an
// earlier run may have removed it, applied that one of this run may have.
func (m *model) attempts(name string, doubt, applied bool, maxAttempts int) (end string) {
	k := m.key(name)
	for attempt := 1; ; attempt++ {
		fate := rapid.SampledFrom(fates).Draw(m.t, "fate of "+name)
		m.asked, m.fates = append(m.asked, name), append(m.fates, fate)
		switch fate {
		case "ok":
			m.answer(maxAttempts)
			m.flush(&m.rejects)
			if m.onList[name] || k.removed {
				delete(m.onList, name)
				m.decide(name, journal.Removed, false)
			} else {
				m.decide(name, journal.NotFound, doubt || applied)
			}
			return ""
		case "400":
			m.answer(maxAttempts)
			m.rejects = append(m.rejects, parkedKey{name, doubt || applied})
			return ""
		case "401":
			if !applied {
				k.intent = false
			}
			return "stopped"
		case "kill after":
			delete(m.onList, name)
			return "killed"
		case "kill before":
			return "killed"
		case "drop":
			delete(m.onList, name)
		}
		applied = true
		if m.row++; m.row == fewAttempts {
			return "stopped" // an outage
		}
		if attempt == maxAttempts {
			m.outages = append(m.outages, parkedKey{name, true})
			return ""
		}
	}
}

// answer notes that the API is at work. What is parked has failed if nothing but its
// own attempts did.
func (m *model) answer(maxAttempts int) {
	if m.row > maxAttempts*len(m.outages) {
		m.again, m.outages = append(m.again, m.outages...), nil
	}
	m.flush(&m.outages)
	m.row, m.answered = 0, true
}

func (m *model) flush(parked *[]parkedKey) {
	for _, p := range *parked {
		status := journal.Failed
		if m.key(p.name).removed {
			status = journal.Partial
		}
		m.decide(p.name, status, p.unsure)
	}
	*parked = nil
}

// TestModel plays random nights: lists that change, runs that fail, stop and are
// killed, people who come back on the DNC list. After each, the program must
// have asked for exactly what the model asks for, in its order, and its journal
// must say exactly what the model knows.
func TestModel(t *testing.T) {
	names := []string{"a@example.com", "b@example.com", "c@example.com", "d@example.com", "e@example.com"}
	nights := 0
	synctest.Test(t, func(t *testing.T) {
		withoutDeadline := struct{ rapid.TB }{t} // which fake time does not have
		rapid.Check(withoutDeadline, func(t *rapid.T) {
			folder, err := os.MkdirTemp("", "altadnc-bulk-model-*")
			if err != nil {
				t.Fatal(err)
			}
			defer os.RemoveAll(folder)
			m := &model{t: t, keys: map[string]*modelKey{}, onList: map[string]bool{}}
			for range rapid.IntRange(1, 6).Draw(t, "nights") {
				nights++
				for _, name := range names {
					if rapid.IntRange(0, 3).Draw(t, "on the DNC list: "+name) == 0 {
						m.onList[name] = true
					}
				}
				list := rapid.SliceOfN(rapid.SampledFrom(names), 1, 7).Draw(t, "list")
				opts := PlanOptions{
					Again:      rapid.IntRange(0, 4).Draw(t, "again") == 0,
					SkipFailed: rapid.Bool().Draw(t, "skip failed"),
				}
				night(t, folder, m, list, opts)
			}
		})
	})
	t.Logf("%d nights", nights)
}

const modelAttempts = 2

// night lets the model and the program do the same run and compares them.
func night(t *rapid.T, folder string, m *model, list []string, opts PlanOptions) {
	var truth []api.OptOut
	for name := range m.onList {
		truth = append(truth, api.OptOut{Identifier: api.Identifier{Type: api.Email, Value: name}})
	}
	killed := m.run(list, opts, modelAttempts)

	path := filepath.Join(folder, "list.csv.journal")
	ctx, cancel := context.WithCancelCause(context.Background())
	defer cancel(nil)
	server := &fatedServer{t: t, fates: m.fates, journal: path, kill: func() { cancel(errors.New("killed")) }}
	var err error
	if server.sandbox, err = sandbox.New(sandbox.Options{Limit: -1, List: append([]api.OptOut{}, truth...)}); err != nil {
		t.Fatal(err)
	}
	text := "identifier,type\n" + strings.Join(list, ",email\n") + ",email\n"
	if err := os.WriteFile(filepath.Join(folder, "list.csv"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	runForModel(t, ctx, folder, path, server, opts)
	if !slices.Equal(server.asked, m.asked) {
		t.Fatalf("asked for %v\nthe model asks for %v (%v)", server.asked, m.asked, m.fates)
	}
	if killed {
		for suffix, left := range server.left {
			if err := os.WriteFile(path+suffix, left, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	compareWithModel(t, path, m)
}

func runForModel(t *rapid.T, ctx context.Context, folder, path string, server http.Handler, opts PlanOptions) {
	file, err := os.Open(filepath.Join(folder, "list.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	j, err := journal.Open(path, journal.Identity{BaseURL: "https://api.example.com/v1"})
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	l := NewList("list.csv", file, reader.Options{})
	plan, err := NewPlan(l, j, opts)
	if err != nil {
		t.Fatal(err)
	}
	client, err := api.New(api.Config{BaseURL: "https://api.example.com/v1", Token: api.NewToken("test-token"), Transport: sandboxtest.Transport(server)})
	if err != nil {
		t.Fatal(err)
	}
	s, err := NewRun(Config{Client: client, Pace: pace.New(pace.Config{}), Journal: j, Workers: 1, MaxAttempts: modelAttempts, MaxOutage: time.Nanosecond, Grace: time.Nanosecond}, l, plan).Remove(ctx)
	if err != nil || s.Err != nil {
		t.Fatal(err, s.Err)
	}
}

func compareWithModel(t *rapid.T, path string, m *model) {
	view, err := journal.Load(path, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer view.Close()
	for name, k := range m.keys {
		got := view.Index().State(journal.KeyOf(api.Identifier{Type: api.Email, Value: name}))
		got.Offset = 0
		if want := k.state(); got != want {
			t.Fatalf("%s: the journal says %+v, the model %+v; asked %v (%v)", name, got, want, m.asked, m.fates)
		}
	}
}

// fatedServer is a sandbox in which each request has its fate. A kill keeps the
// journal as it is at that moment; what the program still does after it, it does
// to a file that is put back afterwards.
type fatedServer struct {
	t       *rapid.T
	sandbox http.Handler
	fates   []string
	journal string
	kill    func()

	asked []string
	left  map[string][]byte // of the journal and its lock file, by suffix
}

func (s *fatedServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	raw, _ := io.ReadAll(r.Body)
	r.Body = io.NopCloser(bytes.NewReader(raw))
	var body api.Identifier
	json.Unmarshal(raw, &body)
	n := len(s.asked)
	fate := "kill before"
	if n < len(s.fates) {
		fate = s.fates[n]
	}
	switch fate {
	case "ok":
		s.sandbox.ServeHTTP(w, r)
	case "400", "401", "500":
		status, _ := strconv.Atoi(fate)
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		fmt.Fprint(w, `{"error":"Error","message":"as fated"}`)
	case "kill before":
	default:
		s.sandbox.ServeHTTP(discard{http.Header{}}, r)
	}
	s.asked = append(s.asked, body.Value)
	if strings.HasPrefix(fate, "kill") && s.left == nil {
		s.left = map[string][]byte{}
		for _, suffix := range []string{"", ".lock"} {
			s.left[suffix], _ = os.ReadFile(s.journal + suffix)
		}
		s.kill()
	}
	if strings.HasPrefix(fate, "kill") || fate == "drop" {
		panic(http.ErrAbortHandler)
	}
}

// discard is an answer that never arrives.
type discard struct{ header http.Header }

func (d discard) Header() http.Header         { return d.header }
func (d discard) Write(p []byte) (int, error) { return len(p), nil }
func (d discard) WriteHeader(int)             {}
