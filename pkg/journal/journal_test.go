package journal

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"altadnc-bulk/pkg/api"
)

var (
	testIdentity = Identity{BaseURL: "https://api.example.com/v1", AccountID: "acc-1"}
	testRun      = Run{Version: "1.0.0", List: "people.csv", ListSHA256: "c0ffee"}
)

func mail(n int) api.Identifier {
	return api.Identifier{Type: api.Email, Value: fmt.Sprintf("p%d@example.com", n)}
}

func keyOf(n int) Key { return KeyOf(mail(n)) }

func removed(n int) Outcome {
	return Outcome{Line: n + 1, Identifier: mail(n), Result: Removed, HTTPStatus: 200, Attempts: 1}
}

func mustOpen(t testing.TB, path string) *Journal {
	t.Helper()
	j, err := Open(path, testIdentity)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { j.Close() })
	return j
}

func mustBegin(t testing.TB, path string) *Journal {
	t.Helper()
	j := mustOpen(t, path)
	must(t, j.Begin(testRun))
	return j
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func newPath(t testing.TB) string { return filepath.Join(t.TempDir(), "people.csv.journal") }

func readFile(t testing.TB, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	must(t, err)
	return b
}

// sixty writes a journal of 60 records with every kind but repair, and returns
// its bytes. Some records share a write.
func sixty(t testing.TB) []byte {
	t.Helper()
	path := newPath(t)
	j := mustBegin(t, path)
	for n := range 18 {
		must(t, j.Intent(Intent{Line: n + 2, Identifier: mail(n)}))
		o := removed(n)
		o.Result = []Status{Removed, NotFound, Failed, Protected}[n%4]
		must(t, j.Outcome(o))
	}
	must(t, j.Outcome(Outcome{Line: 30, Column: "email", Raw: "a\xff\x1b[2J\u202e", Result: Failed, Reason: "no @ sign", Refused: true}))
	must(t, j.Traffic(traffic(2)))
	must(t, j.End(End{Reason: "done", Entries: 21}))
	must(t, j.Begin(testRun))
	must(t, j.Reopen(reopenings(0, 1, 4)))
	must(t, j.Reopened())
	must(t, j.Intent(Intent{Identifier: mail(0)}))
	must(t, j.Release(Release{Identifier: mail(0), Reason: "429", HTTPStatus: 429}))
	batch := []Restore{{Identifier: mail(8), HTTPStatus: 200}, {Identifier: mail(12), HTTPStatus: 200}}
	must(t, j.Restoring(batch))
	must(t, j.Restored(batch))
	must(t, j.Intent(Intent{Identifier: mail(2)}))
	must(t, j.ReleaseKey(keyOf(2), "no longer on the list"))
	must(t, j.Intent(Intent{Identifier: mail(3)}))
	must(t, j.Intent(Intent{Line: 99, Identifier: mail(99)}))
	manual := false
	must(t, j.Verified([]Verified{{Line: 1, Identifier: mail(0), Found: FoundAbsent}}))
	o := removed(4)
	o.Stored = []Stored{{Value: "P4@Example.com", Label: "VIP", Manual: &manual, CreatedAt: "2026-01-01T00:00:00Z"}, {Value: "p4@example.com"}}
	must(t, j.Outcome(o))
	must(t, j.End(End{Reason: "done"}))
	must(t, j.Close())
	return readFile(t, path)
}

// traffic is of so many minutes, with a pause.
func traffic(minutes int) Traffic {
	began := time.Date(2026, 1, 31, 23, 58, 0, 0, time.UTC)
	t := Traffic{Pauses: []Pause{{began.Add(12345 * time.Millisecond), began.Add(time.Minute), "the API answered 429"}}}
	for i := range minutes {
		t.Minutes = append(t.Minutes, Minute{began.Add(time.Duration(i) * time.Minute), int64(90 + i), 97, int64(i), 2})
	}
	return t
}

func reopenings(n ...int) (batch []Reopening) {
	for _, n := range n {
		batch = append(batch, Reopening{Identifier: mail(n)})
	}
	return batch
}

func TestIndexFollowsRecords(t *testing.T) {
	intent := func(n int) func(*Journal) error {
		return func(j *Journal) error { return j.Intent(Intent{Identifier: mail(n)}) }
	}
	outcome := func(result Status, unsure bool) func(*Journal) error {
		return func(j *Journal) error {
			return j.Outcome(Outcome{Identifier: mail(1), Result: result, Unsure: unsure})
		}
	}
	release := func(j *Journal) error { return j.Release(Release{Identifier: mail(1), Reason: "refused"}) }
	releaseKey := func(j *Journal) error { return j.ReleaseKey(keyOf(1), "gone") }
	reopen := func(j *Journal) error { return errors.Join(j.Reopen(reopenings(1)), j.Reopened()) }
	reopening := func(j *Journal) error { return j.Reopen(reopenings(1)) }
	bar := func(j *Journal) error {
		return j.Release(Release{Identifier: mail(1), Reason: "not put back", Restore: true})
	}
	another := func(j *Journal) error { return errors.Join(j.End(End{}), j.Begin(testRun)) }
	batch := []Restore{{Identifier: mail(1), HTTPStatus: 200}}
	lists := []Stored{{Value: "P1@example.com", Removed: true}, {Value: "p1@example.com"}}
	listing := func(j *Journal) error { return j.Intent(Intent{Identifier: mail(1), Stored: lists}) }
	releaseAll := func(j *Journal) error { return j.Release(Release{Identifier: mail(1), Stored: lists}) }
	restoring := func(j *Journal) error { return j.Restoring(batch) }
	restored := func(j *Journal) error { return j.Restored(batch) }

	type steps = []func(*Journal) error
	tests := []struct {
		name  string
		steps steps
		want  State
		at    int // step whose record decides, 0-based
	}{
		{"nothing", steps{intent(2)}, State{}, -1},
		{"intent", steps{intent(1)}, State{Status: Pending, Intent: true}, 0},
		{"second intent", steps{intent(1), intent(1)}, State{Status: Pending, Unsure: true, Intent: true}, 0},
		{"second intent, released", steps{intent(1), intent(1), release}, State{Status: Pending, Unsure: true}, 0},
		{"released", steps{intent(1), release}, State{Status: Pending}, 0},
		{"given up", steps{intent(1), releaseKey}, State{Status: Pending, Unsure: true}, 0},
		{"removed", steps{intent(1), outcome(Removed, false)}, State{Status: Removed}, 1},
		{"not found, unsure", steps{intent(1), outcome(NotFound, true)}, State{Status: NotFound, Unsure: true}, 1},
		{"protected without intent", steps{outcome(Protected, false)}, State{Status: Protected}, 0},
		{"failed", steps{intent(1), outcome(Failed, true)}, State{Status: Failed, Unsure: true}, 1},
		{"tried again", steps{outcome(Failed, true), intent(1)}, State{Status: Pending, Unsure: true, Intent: true}, 0},
		{"tried again and released", steps{outcome(Failed, true), intent(1), release}, State{Status: Failed, Unsure: true}, 0},
		{"reopened", steps{outcome(NotFound, true), reopen}, State{Status: Pending, Unsure: true, Reopened: true}, 1},
		{"named to be reopened", steps{outcome(NotFound, true), reopening}, State{Status: NotFound, Unsure: true}, 0},
		{"another run after it", steps{outcome(NotFound, true), reopening, another, (*Journal).Reopened}, State{Status: NotFound, Unsure: true}, 0},
		{"removed and reopened", steps{outcome(Removed, false), reopen}, State{Status: Pending, Unsure: true, Reopened: true}, 1},
		{"reopened and begun", steps{outcome(NotFound, false), reopen, intent(1)}, State{Status: Pending, Intent: true, Reopened: true}, 1},
		{"reopened and done", steps{outcome(Removed, false), reopen, intent(1), outcome(Removed, false)}, State{Status: Removed}, 3},
		{"sent though finished", steps{outcome(Removed, false), intent(1)}, State{Status: Pending, Intent: true}, 1},
		{"removed in part", steps{intent(1), outcome(Partial, false)}, State{Status: Partial}, 1},
		{"a part, tried again and released", steps{outcome(Partial, false), intent(1), release}, State{Status: Partial}, 0},
		{"a part, tried again", steps{outcome(Partial, false), intent(1)}, State{Status: Pending, Intent: true}, 0},
		{"forms listed", steps{listing}, State{Status: Pending, Intent: true}, 0},
		{"forms listed by a later intent", steps{intent(1), release, listing}, State{Status: Pending, Intent: true}, 2},
		{"forms listed after a failure", steps{outcome(Failed, true), listing, release}, State{Status: Pending, Unsure: true}, 1},
		{"forms listed after a part", steps{outcome(Partial, false), listing, release}, State{Status: Pending}, 1},
		{"forms listed after a reopening", steps{outcome(NotFound, false), reopen, listing}, State{Status: Pending, Intent: true, Reopened: true}, 2},
		{"a release that lists forms", steps{outcome(NotFound, false), reopen, listing, releaseAll}, State{Status: Pending, Reopened: true}, 3},
		{"may be restored", steps{outcome(Removed, false), restoring}, State{Status: Removed, Intent: true}, 0},
		{"not restored", steps{outcome(Removed, false), restoring, release}, State{Status: Removed}, 0},
		{"refused to be restored", steps{outcome(Removed, false), restoring, bar}, State{Status: Removed, Barred: true}, 0},
		{"refused over a removal that may be applied", steps{intent(1), restoring, bar}, State{Status: Pending, Intent: true, Barred: true}, 0},
		{"refused and tried again", steps{outcome(Removed, false), bar, restoring}, State{Status: Removed, Intent: true}, 0},
		{"refused and removed again", steps{outcome(Removed, false), bar, intent(1)}, State{Status: Pending, Intent: true}, 2},
		{"restored", steps{outcome(Removed, true), restoring, restored}, State{Status: Restored}, 2},
		{"may be restored twice", steps{outcome(Removed, false), restoring, restoring}, State{Status: Removed, Intent: true}, 0},
		{"may be restored, over a removal that may be applied", steps{intent(1), restoring}, State{Status: Pending, Intent: true}, 0},
		{"sent though it may be restored", steps{outcome(Removed, false), restoring, intent(1)}, State{Status: Pending, Unsure: true, Intent: true}, 2},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			path := newPath(t)
			j := mustBegin(t, path)
			for i, step := range tt.steps {
				if i == tt.at {
					tt.want.Offset = j.size
				}
				must(t, step(j))
			}
			if got := j.Index().State(keyOf(1)); got != tt.want {
				t.Errorf("during the run: %+v, want %+v", got, tt.want)
			}
			v, err := Load(path, &testIdentity)
			must(t, err)
			defer v.Close()
			got := v.Index().State(keyOf(1))
			if got != tt.want {
				t.Errorf("loaded: %+v, want %+v", got, tt.want)
			}
			if got.Status == None {
				return
			}
			o, err := v.OutcomeAt(got)
			again := got.Status == Pending && (o.Result == Failed || o.Result == Partial) // tried again
			if err != nil || o.Identifier != mail(1) || o.Result != got.Status && !again || o.Unsure != got.Unsure {
				t.Errorf("OutcomeAt = %+v, %v", o, err)
			}
		})
	}
}

func TestOutcomeReadsBackAsWritten(t *testing.T) {
	manual := true
	at := time.Date(2026, 2, 3, 4, 5, 6, 789e6, time.UTC)
	hostile := "\x00\x1b\x7f\u0085\u200b\u202e\u2028\ufeff\U000e0041 \"\\/ ü 漢 🙂"
	tests := map[string]Outcome{
		"plain": {Line: 7, Identifier: mail(7), Result: Removed, HTTPStatus: 200, Attempts: 2, Time: at},
		"sent":  {Line: 7, Identifier: mail(7), Sent: "P7@Example.com", Result: NotFound, Reason: "gone", HTTPStatus: 404, Attempts: 1, Unsure: true, Time: at},
		"hostile": {Identifier: api.Identifier{Type: api.WebChat, Value: hostile}, Sent: hostile + "x", Result: Failed, Reason: hostile, Time: at,
			Stored: []Stored{{Value: hostile, Label: hostile, Manual: &manual, CreatedAt: "a", UpdatedAt: "b"}, {Value: "x"}}},
		"refused":             {Line: 3, Refused: true, Column: "E-Mail", Raw: hostile, Result: Failed, Reason: "no @ sign", Time: at},
		"refused with a type": {Line: 3, Refused: true, Identifier: api.Identifier{Type: api.Phone}, Raw: "1.4E+10", Result: Failed, Time: at},
	}
	for name, want := range tests {
		t.Run(name, func(t *testing.T) {
			path := newPath(t)
			j := mustBegin(t, path)
			must(t, j.Outcome(want))
			got, err := j.OutcomeAt(j.Index().State(want.Key()))
			must(t, err)
			if fmt.Sprintf("%+v", flat(got)) != fmt.Sprintf("%+v", flat(want)) {
				t.Errorf("got  %+v\nwant %+v", got, want)
			}
			if i := bytes.IndexAny(readFile(t, path), hostile[:strings.IndexByte(hostile, ' ')]); i >= 0 {
				t.Errorf("byte %d of the journal begins a character that terminals obey", i)
			}
		})
	}
}

// flat replaces pointers by what they point to, for comparing.
func flat(o Outcome) string {
	s := ""
	for _, e := range o.Stored {
		s += fmt.Sprintf("%q %q %v %q %q;", e.Value, e.Label, e.Manual != nil && *e.Manual, e.CreatedAt, e.UpdatedAt)
	}
	o.Stored = nil
	return fmt.Sprintf("%+v %s", o, s)
}

func TestRefusedEntryIsKnownByItsRawBytes(t *testing.T) {
	path := newPath(t)
	j := mustBegin(t, path)
	o := Outcome{Line: 9, Column: "email", Raw: "m\xfcller@example.com", Refused: true, Result: Failed}
	must(t, j.Outcome(o))
	must(t, j.Close())
	if got := mustOpen(t, path).Index().State(RefusedKey(9, "email", o.Raw)).Status; got != Failed {
		t.Errorf("status after reload = %v, want failed", got)
	}
}

func TestRecordsThatCannotBeWritten(t *testing.T) {
	j := mustBegin(t, newPath(t))
	size := j.size
	tests := map[string]error{
		"unknown type":       j.Intent(Intent{Identifier: api.Identifier{Type: "fax", Value: "1"}}),
		"not UTF-8":          j.Intent(Intent{Identifier: api.Identifier{Type: api.Email, Value: "\xff"}}),
		"no identifier":      j.Intent(Intent{Identifier: api.Identifier{Type: api.Email}}),
		"negative line":      j.Intent(Intent{Line: -1, Identifier: mail(1)}),
		"pending outcome":    j.Outcome(Outcome{Identifier: mail(1), Result: Pending}),
		"restored outcome":   j.Outcome(Outcome{Identifier: mail(1), Result: Restored}),
		"refused, and sent":  j.Outcome(Outcome{Refused: true, Result: Failed, Attempts: 1}),
		"far year":           j.Outcome(Outcome{Identifier: mail(1), Result: Removed, Time: time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)}),
		"over-long":          j.Outcome(Outcome{Identifier: mail(1), Result: Removed, Reason: string(make([]byte, maxLine))}),
		"run within a run":   j.Begin(testRun),
		"one bad of a batch": j.Reopen([]Reopening{{Identifier: mail(1)}, {Identifier: api.Identifier{Type: "fax"}}}),
	}
	for name, err := range tests {
		if err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if j.size != size || j.Index().Tally() != (Tally{}) {
		t.Error("something was written")
	}
	must(t, j.Outcome(removed(1)))
}

func TestNothingIsCreatedBeforeBegin(t *testing.T) {
	path := newPath(t)
	j := mustOpen(t, path)
	if err := j.Intent(Intent{Identifier: mail(1)}); err == nil {
		t.Error("an intent before Begin was accepted")
	}
	must(t, j.Close())
	if files, _ := os.ReadDir(filepath.Dir(path)); len(files) != 0 {
		t.Errorf("Open created %v", files)
	}
}

func TestBeginRefusesAFileThatAppeared(t *testing.T) {
	path := newPath(t)
	j := mustOpen(t, path)
	must(t, os.WriteFile(path, []byte("mine\n"), 0o600))
	if err := j.Begin(testRun); !errors.Is(err, fs.ErrExist) {
		t.Errorf("Begin = %v, want fs.ErrExist", err)
	}
	if string(readFile(t, path)) != "mine\n" {
		t.Error("the file was changed")
	}
}

func TestJournalIsPrivate(t *testing.T) {
	path := newPath(t)
	mustBegin(t, path)
	for _, p := range []string{path, path + lockSuffix} {
		info, err := os.Stat(p)
		must(t, err)
		if info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %v", filepath.Base(p), info.Mode())
		}
	}
}

func TestRunsAndEnds(t *testing.T) {
	path := newPath(t)
	j := mustBegin(t, path)
	must(t, j.End(End{Reason: "done", Entries: 3, Counts: Counts{Removed: 2, Pending: 1}, Requests: 4}))
	end := `"reason":"done","entries":3,"open":1,"removed":2,"not_found":0,"failed":0,"protected":0,"restored":0,` +
		`"partial":0,"duplicate":0,"skipped":0,"unsure":0,"requests":4,"crc"`
	if !strings.Contains(string(readFile(t, path)), end) {
		t.Errorf("%s\nholds no %s", readFile(t, path), end)
	}
	second := testRun
	second.List, second.Reading = "other.csv", []string{"--column=E \"mail\"=email", "--as-is"}
	must(t, j.Begin(second))
	must(t, j.Close())
	v, err := Load(path, nil)
	must(t, err)
	defer v.Close()
	first, last, n := v.Runs()
	if first.List != "people.csv" || last.List != "other.csv" || n != 2 || first.Reading != nil || !slices.Equal(last.Reading, second.Reading) {
		t.Errorf("Runs = %+v, %+v, %d", first, last, n)
	}
	if v.identity != testIdentity {
		t.Errorf("identity = %+v", v.identity)
	}
}

func TestIndexMarksAndPlaces(t *testing.T) {
	var x Index
	k := keyOf(1)
	if x.Mark(k, MarkListed) || !x.Mark(k, MarkListed) || x.Marked(k, MarkTaken) {
		t.Error("marks are not kept apart")
	}
	x.apply(change{kind: KindOutcome, key: k, status: Removed, offset: 1 << 40})
	want := State{Status: Removed, Marks: MarkListed, Offset: 1 << 40}
	if x.State(k) != want || !x.Marked(k, MarkListed) {
		t.Errorf("state %+v, listed %v", x.State(k), x.Marked(k, MarkListed))
	}
	x.SetPlace(k, 12)
	if x.Place(k) != 12 || x.State(k).Status != Removed || !x.Marked(k, MarkListed) {
		t.Errorf("place %d, state %+v", x.Place(k), x.State(k))
	}
}

// TestVerified: what was verified about a key is reported until something happens
// to it.
func TestVerified(t *testing.T) {
	path := filepath.Join(t.TempDir(), "list.journal")
	j := mustBegin(t, path)
	when := time.Date(2026, 1, 31, 12, 0, 0, 0, time.UTC)
	var batch []Verified
	for i := range 4 {
		must(t, j.Outcome(Outcome{Line: i + 1, Identifier: mail(i), Result: Removed, HTTPStatus: 200, Attempts: 1}))
		batch = append(batch, Verified{Line: i + 1, Identifier: mail(i), Found: FoundAbsent, Time: when.Add(-time.Hour)})
	}
	must(t, j.Verified(batch))
	batch[1].Found, batch[1].Time = FoundCameBack, when
	must(t, j.Verified(batch[1:2]))
	must(t, j.Restored([]Restore{{Line: 3, Identifier: mail(2), HTTPStatus: 200}}))
	must(t, j.Intent(Intent{Line: 4, Identifier: mail(3)}))
	if s := j.Index().State(keyOf(1)); s.Status != Removed || s.Intent {
		t.Errorf("a verified key became %+v", s)
	}
	must(t, j.Close())
	v, err := Load(path, nil)
	must(t, err)
	defer v.Close()
	got, err := v.Verified()
	must(t, err)
	want := map[Key]Verification{keyOf(0): {FoundAbsent, when.Add(-time.Hour)}, keyOf(1): {FoundCameBack, when}}
	if !maps.EqualFunc(got, want, func(a, b Verification) bool { return a.Found == b.Found && a.Time.Equal(b.Time) }) {
		t.Errorf("verified %v, want %v", got, want)
	}
}
