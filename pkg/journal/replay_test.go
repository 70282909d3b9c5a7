package journal_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
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
	"altadnc-bulk/pkg/worker"
	"altadnc-bulk/pkg/worker/pace"
)

const replayName = "list.csv.journal"

// Its first records take more than one sector.
var replayIdentity = journal.Identity{BaseURL: "https://api.example.com/v1", AccountID: strings.Repeat("account-", 8)}

// entries of the list: 22 people on the Do Not Contact list, two of them in
// another spelling, four who are not, one twice, and three that are not
// addresses.
func replayList() (list string, people []string, dnc []api.OptOut) {
	var b strings.Builder
	b.WriteString("identifier,type\n")
	for i := range 26 {
		person := fmt.Sprintf("person%02d@example.com", i)
		people = append(people, person)
		b.WriteString(person + ",email\n")
		if i < 22 {
			dnc = append(dnc, api.OptOut{Identifier: api.Identifier{Type: api.Email, Value: person}, Label: "label of " + person})
		}
		if i < 2 {
			dnc = append(dnc, api.OptOut{Identifier: api.Identifier{Type: api.Email, Value: strings.ToUpper(person)}})
		}
	}
	b.WriteString(people[3] + ",email\nbroken,email\nas well,email\nno address,email\n")
	return b.String(), people, dnc
}

// truth is a server that knows what happened.
type truth struct {
	sandbox *sandbox.Sandbox
	mu      sync.Mutex
	asked   map[string]int
	applied map[string]bool // removed at some time
	faults  map[string]string
}

func newTruth(t *testing.T, dnc []api.OptOut) *truth {
	t.Helper()
	s := &truth{asked: map[string]int{}, applied: map[string]bool{}}
	var err error
	s.sandbox, err = sandbox.New(sandbox.Options{Limit: -1, List: append([]api.OptOut{}, dnc...), Log: func(r sandbox.Request) {
		if r.Method == http.MethodDelete && r.Applied {
			s.applied[strings.ToLower(r.Identifier.Value)] = true
		}
		s.asked[strings.ToLower(r.Identifier.Value)]++
	}})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func (s *truth) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	time.Sleep(3 * time.Millisecond) // of fake time: requests overlap, and so do their records
	raw, _ := io.ReadAll(r.Body)
	r.Body = io.NopCloser(bytes.NewReader(raw))
	s.mu.Lock()
	defer s.mu.Unlock()
	fault := ""
	for who, f := range s.faults {
		if bytes.Contains(raw, []byte(who)) {
			fault = f
			delete(s.faults, who)
		}
	}
	switch fault {
	case "":
		s.sandbox.ServeHTTP(w, r)
	case "drop":
		s.sandbox.ServeHTTP(discard{http.Header{}}, r)
		panic(http.ErrAbortHandler)
	default:
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(map[string]int{"400": 400, "500": 500}[fault])
		io.WriteString(w, `{"error":"Error","message":"as fated"}`)
	}
}

// discard is an answer that never arrives.
type discard struct{ header http.Header }

func (d discard) Header() http.Header         { return d.header }
func (d discard) Write(p []byte) (int, error) { return len(p), nil }
func (d discard) WriteHeader(int)             {}

// cut is the moment of a power cut: what is left of the files, what was called
// durable by then, and the truth.
type cut struct {
	journal.Remains
	durable int64
	applied map[string]bool
	asked   map[string]int
	dnc     []api.OptOut
	told    string // distinguishes truths
}

// replay is the life of a journal with all its power cuts.
type replay struct {
	t       *testing.T
	folder  string
	disk    *journal.PowerDisk
	server  *truth
	journal *journal.Journal // open now
	durable int64
	cuts    []cut
}

func newReplay(t *testing.T, folder string, left journal.Left, server *truth) *replay {
	t.Helper()
	r := &replay{t: t, folder: folder, server: server}
	r.disk = journal.NewPowerDisk(left, folder, time.Millisecond, r.watch)
	return r
}

func (r *replay) path() string { return filepath.Join(r.folder, replayName) }

func (r *replay) watch(left journal.Remains) {
	if r.journal != nil {
		r.durable = journal.Durable(r.journal, r.durable)
	}
	s := r.server
	s.mu.Lock()
	defer s.mu.Unlock()
	c := cut{Remains: left, durable: r.durable, applied: maps.Clone(s.applied), asked: maps.Clone(s.asked), dnc: s.sandbox.OptOuts()}
	c.told = fmt.Sprint(c.applied, c.dnc)
	r.cuts = append(r.cuts, c)
}

// do does a run of the worker with the journal as a command does.
func (r *replay) do(work func(*worker.List, *journal.Journal, worker.Config)) {
	r.t.Helper()
	list, _, _ := replayList()
	j, err := r.disk.Open(r.path(), replayIdentity)
	r.must(err)
	r.journal = j
	client := sandboxtest.Client(r.t, r.server)
	work(worker.NewList("list.csv", strings.NewReader(list), reader.Options{}), j, worker.Config{
		Client: client, Pace: pace.New(pace.Config{}), Journal: j, Workers: 4, MaxAttempts: 2,
		Version: "1.0.0", Reading: []string{"--columns=identifier,type", "--default-region=US", "--encoding=windows-1252"},
	})
	r.must(j.Close())
	r.journal = nil
}

func (r *replay) must(err error) {
	r.t.Helper()
	if err != nil {
		r.t.Fatal(err)
	}
}

func (r *replay) remove(opts worker.PlanOptions, snapshot bool) {
	r.t.Helper()
	r.do(func(list *worker.List, j *journal.Journal, cfg worker.Config) {
		plan, err := worker.NewPlan(list, j, opts)
		r.must(err)
		if snapshot {
			shot, stop := worker.TakeSnapshot(r.t.Context(), worker.NewListing(cfg), worker.Matching{Wanted: plan.Wants}, 0)
			if stop != nil {
				r.t.Fatal(stop)
			}
			plan.Use(shot, false)
		}
		s, err := worker.NewRun(cfg, list, plan).Remove(context.Background())
		r.must(err)
		if s.Stop != nil || s.Err != nil {
			r.t.Fatal(s.Stop, s.Err)
		}
	})
}

// chapter is a command of a life, and what is on the Do Not Contact list when it
// has come to its end.
type chapter struct {
	name   string
	faults map[string]string
	run    func(*replay)
	after  func(before []string, who string) bool
}

func chapters() []chapter {
	original := func(before []string, who string) bool { return slices.Contains(before, who) }
	nobody := func([]string, string) bool { return false }
	return []chapter{
		{
			"remove", map[string]string{"person05": "400", "person07": "drop", "person09": "500"},
			func(r *replay) { r.remove(worker.PlanOptions{}, false) },
			func(before []string, who string) bool { return who == strings.ToUpper(who) },
		},
		{"restore", nil, func(r *replay) { r.restore() }, original},
		{"remove --again --snapshot", nil, func(r *replay) { r.remove(worker.PlanOptions{Again: true}, true) }, nobody},
		{"verify", nil, func(r *replay) { r.verify() }, nobody},
	}
}

func (r *replay) restore() {
	r.t.Helper()
	r.do(func(list *worker.List, j *journal.Journal, cfg worker.Config) {
		plan, err := worker.NewRestorePlan("list.csv", list, j, worker.RestoreOptions{Unsure: true})
		r.must(err)
		s, err := worker.NewRestoration(cfg, plan, true).Run(context.Background())
		r.must(err)
		if s.Stop != nil {
			r.t.Fatal(s.Stop)
		}
	})
}

func (r *replay) verify() {
	r.t.Helper()
	r.do(func(list *worker.List, j *journal.Journal, cfg worker.Config) {
		plan, err := worker.NewPlan(list, j, worker.PlanOptions{})
		r.must(err)
		v, err := worker.Verify(context.Background(), cfg, list, plan, worker.Matching{})
		r.must(err)
		if v.Stop != nil || len(v.Contradictions) > 0 {
			r.t.Fatal(v.Stop, v.Contradictions)
		}
	})
}

// opened is what opening makes of what a power cut left.
type opened struct {
	err     error
	lost    int64
	records int64
	size    int             // of the journal then
	begins  bool            // it is the beginning of the whole, up to the end of a line
	torn    []string        // digests of what was set aside, by this opening or an earlier one
	states  []journal.State // of the people
}

// digest distinguishes texts without keeping them.
func digest(s string) string {
	sum := sha256.Sum256([]byte(s))
	return string(sum[:])
}

// study is what is known of the power cuts of a life.
type study struct {
	t      *testing.T
	people []string
	before []string // what was on the Do Not Contact list when the life began
	folder string
	whole  []byte // the journal in the end
	random *rand.Rand
	most   int // things left by one power cut that are looked at
	rare   int // one in so many openings is cut off as well

	known                            map[[32]byte]*opened
	journals, reruns                 map[string]bool // looked at
	lefts, second, openings, bounded int
}

// open opens what a power cut left.
func (s *study) open(left journal.Left) *opened {
	s.t.Helper()
	sum := left.Sum()
	if s.known[sum] == nil {
		s.known[sum] = s.openOn(left, func(journal.Remains) {})
	}
	return s.known[sum]
}

func (s *study) openOn(left journal.Left, watch func(journal.Remains)) *opened {
	s.t.Helper()
	s.lay(left)
	disk := journal.NewPowerDisk(left, s.folder, 0, watch)
	path := filepath.Join(s.folder, replayName)
	j, err := disk.Open(path, replayIdentity)
	if err != nil {
		return &opened{err: err}
	}
	o := &opened{lost: j.Lost(), records: journal.Records(j)}
	for _, person := range s.people {
		o.states = append(o.states, j.Index().State(journal.KeyOf(api.Identifier{Type: api.Email, Value: person})))
	}
	o.err = j.Close()
	watch(disk.Remains())
	content, _ := os.ReadFile(path)
	o.size, o.begins = len(content), bytes.HasPrefix(s.whole, content) && (len(content) == 0 || content[len(content)-1] == '\n')
	aside, _ := filepath.Glob(path + ".torn-*")
	for _, name := range aside {
		torn, _ := os.ReadFile(name)
		o.torn = append(o.torn, digest(string(torn)))
	}
	return o
}

// lay makes the folder hold what a power cut left, and nothing else.
func (s *study) lay(left journal.Left) {
	s.t.Helper()
	earlier, err := filepath.Glob(filepath.Join(s.folder, "*"))
	for _, path := range earlier {
		err = errors.Join(err, os.Remove(path))
	}
	if err = errors.Join(err, left.Lay(s.folder)); err != nil {
		s.t.Fatal(err)
	}
}

// judge compares what was opened with what was true at the moment of the cut. The
// torn tail that there was lies beside the journal.
func (s *study) judge(what string, c *cut, left journal.Left, o *opened, tail string) {
	s.t.Helper()
	wrong := func(format string, args ...any) {
		s.t.Helper()
		for name, content := range left {
			s.t.Logf("%s: %q", name, content)
		}
		s.t.Fatalf("%s: "+format, append([]any{what}, args...)...)
	}
	switch {
	case o.err != nil:
		wrong("refused: %v", o.err)
	case o.lost != 0:
		wrong("%d records are said to be lost", o.lost)
	case o.records < c.durable:
		wrong("%d records, and %d were called durable", o.records, c.durable)
	case !o.begins:
		wrong("the journal is not the beginning of what was written")
	case tail != "" && !slices.Contains(o.torn, digest(tail)):
		wrong("the torn tail is not beside it")
	}
	on := map[string]bool{}
	for _, e := range c.dnc {
		on[e.Value] = true
	}
	for i, state := range o.states {
		person := s.people[i]
		sure := !state.Unsure && !state.Intent
		switch {
		case c.asked[person] > 0 && state.Status == journal.None:
			wrong("%s was asked for and is unknown", person)
		case state.Intent: // nothing is claimed
		case state.Status == journal.Removed && !c.applied[person]:
			wrong("%s is called removed and never was", person)
		case state.Status == journal.NotFound && sure && c.applied[person]:
			wrong("%s is surely not found and was removed", person)
		case state.Status == journal.Restored && !on[person]:
			wrong("%s is called restored and is not on the list", person)
		case (state.Status == journal.Removed || state.Status == journal.NotFound) && sure && on[person]:
			wrong("%s is %v and on the list", person, state.Status)
		}
	}
}

// TestPowerCuts cuts the power at every operation that a life of a journal does on
// its files, leaves all that its writes and syncs permit, and opens that as the next
// run does: nothing that was called durable is lost, nothing is claimed that was not
// so, nothing is refused, and the same command comes to its end. So it is if the
// power fails once more while a journal is opened. CUTS in the environment says how
// much of what can be left at an operation is looked at.
func TestPowerCuts(t *testing.T) {
	_, people, dnc := replayList()
	server := newTruth(t, dnc)
	life := newReplay(t, t.TempDir(), nil, server)
	all := chapters()
	var chapterOf []int // of each cut
	for i, ch := range all {
		server.faults = maps.Clone(ch.faults)
		synctest.Test(t, func(t *testing.T) { life.t = t; ch.run(life) })
		life.watch(life.disk.Remains())
		for len(chapterOf) < len(life.cuts) {
			chapterOf = append(chapterOf, i)
		}
	}
	whole, err := os.ReadFile(life.path())
	life.t = t
	life.must(err)
	s := &study{
		t: t, people: people, folder: t.TempDir(), whole: whole, random: rand.New(rand.NewPCG(1, 2)), most: 32, rare: 40,
		known: map[[32]byte]*opened{}, journals: map[string]bool{}, reruns: map[string]bool{},
	}
	stride := 1
	if testing.Short() || journal.RaceDetector {
		s.rare, stride = s.rare*4, 3
	}
	if n, err := strconv.Atoi(os.Getenv("CUTS")); err == nil {
		s.most, s.rare = n, 8
	}
	for _, e := range dnc {
		s.before = append(s.before, e.Value)
	}
	for i := 0; i < len(life.cuts); i += stride {
		ch := all[chapterOf[i]]
		s.cut(fmt.Sprintf("%s, operation %d", ch.name, i), &life.cuts[i], ch)
	}
	t.Logf("%d operations, each %d. looked at; %d states, at %d operations not all there can be; %d more of a second cut, in %d openings; %d different ones opened, %d commands run again",
		len(life.cuts), stride, s.lefts, s.bounded, s.second, s.openings, len(s.known), len(s.reruns))
}

// cut looks at what a power cut leaves.
func (s *study) cut(what string, c *cut, ch chapter) {
	s.t.Helper()
	lefts, all := c.Lefts(s.most, s.random)
	if !all {
		s.bounded++
	}
	for _, left := range lefts {
		s.lefts++
		o := s.open(left)
		tail := left[replayName][min(len(left[replayName]), o.size):]
		s.judge(what, c, left, o, tail)
		if journal := digest(left[replayName]); !s.journals[journal] {
			s.journals[journal] = true
			s.cutAgain(what, c, left, tail)
		}
		if id := fmt.Sprint(ch.name, o.records, c.told); !s.reruns[id] {
			s.reruns[id] = true
			s.rerun(what, c, ch, left)
		}
	}
}

// cutAgain cuts the power while what the first cut left is opened.
func (s *study) cutAgain(what string, c *cut, left journal.Left, tail string) {
	s.t.Helper()
	if s.random.IntN(s.rare) > 0 {
		return
	}
	s.openings++
	var cuts []journal.Remains
	s.openOn(left, func(r journal.Remains) { cuts = append(cuts, r) })
	for k, again := range cuts {
		lefts, _ := again.Lefts(12, s.random)
		for _, left := range lefts {
			s.second++
			s.judge(fmt.Sprintf("%s, operation %d of opening", what, k), c, left, s.open(left), tail)
		}
	}
}

// rerun does the command again that was cut off, and expects it to come to its end.
func (s *study) rerun(what string, c *cut, ch chapter, left journal.Left) {
	s.t.Helper()
	s.lay(left)
	server := newTruth(s.t, c.dnc)
	next := newReplay(s.t, s.folder, left, server)
	synctest.Test(s.t, func(t *testing.T) { next.t = t; ch.run(next) })
	var want, got []string
	for _, who := range s.before {
		if ch.after(s.before, who) {
			want = append(want, who)
		}
	}
	for _, e := range server.sandbox.OptOuts() {
		got = append(got, e.Value)
	}
	slices.Sort(want)
	slices.Sort(got)
	if !slices.Equal(got, want) {
		s.t.Fatalf("%s, run again: on the list are\n%q, want\n%q", what, got, want)
	}
}
