package journal

import (
	"bytes"
	"os"
	"reflect"
	"testing"
	"testing/synctest"
	"time"
)

// TestHistory: all runs are returned, also one that was killed, of whose last
// minute only what was answered is known: an intent may be all there was of a request.
func TestHistory(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		path := newPath(t)
		j := mustBegin(t, path)
		began := time.Now().UTC()
		must(t, j.Intent(Intent{Line: 2, Identifier: mail(0)}))
		must(t, j.Outcome(removed(0)))
		must(t, j.Traffic(Traffic{}))
		must(t, j.Traffic(traffic(2)))
		time.Sleep(90 * time.Second)
		must(t, j.Intent(Intent{Line: 3, Identifier: mail(1)}))
		must(t, j.Restoring([]Restore{{Identifier: mail(0)}})) // one request of many keys
		must(t, j.Release(Release{Line: 3, Identifier: mail(1), Reason: "answered 401", HTTPStatus: 401}))
		time.Sleep(time.Minute)
		must(t, j.Intent(Intent{Line: 4, Identifier: mail(2)}))
		must(t, j.Traffic(Traffic{Minutes: []Minute{{Time: time.Now().Add(-2 * time.Minute).Truncate(time.Minute)}}})) // comes late
		must(t, j.Outcome(removed(2)))
		must(t, j.Intent(Intent{Line: 5, Identifier: mail(3)}))
		must(t, j.Close())
		killed := time.Now().UTC()

		j = mustOpen(t, path)
		time.Sleep(time.Hour)
		again := testRun
		again.Reading = []string{"--type=email", "--as-is"}
		must(t, j.Begin(again))
		must(t, j.Intent(Intent{Line: 3, Identifier: mail(1)}))
		must(t, j.Restored([]Restore{{Identifier: mail(0), HTTPStatus: 200}}))
		must(t, j.Verified([]Verified{{Identifier: mail(0), Found: FoundPresent, Time: began}}))
		end := End{Time: time.Now().UTC(), Reason: "finished", Entries: 4, Counts: Counts{Removed: 1, Pending: 3}, Unsure: 1, Requests: 7}
		must(t, j.End(end))
		must(t, j.Close())

		v, err := Load(path, nil)
		must(t, err)
		defer v.Close()
		got, err := v.History()
		must(t, err)
		first, second := testRun, again
		first.Time, second.Time = began, end.Time
		minute := began.Truncate(time.Minute)
		all := traffic(2)
		all.Minutes = append(all.Minutes, Minute{Time: minute})
		want := []RunHistory{{
			Run: first, Last: killed, Decided: Counts{Removed: 2}, Traffic: all,
			Unended: []Minute{{Time: minute.Add(time.Minute), Requests: 1}, {Time: minute.Add(2 * time.Minute), Requests: 1}},
		}, {
			Run: second, End: &end, Last: end.Time, Decided: Counts{Restored: 1}, Verified: 1,
		}}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("history\n%+v\nwant\n%+v", got, want)
		}
	})
}

// A repair is no run's: it neither ends one later nor finds anything missing when one
// begins.
func TestHistoryOfARepair(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		path, to := newPath(t), newPath(t)
		j := mustBegin(t, path)
		must(t, j.Outcome(removed(0)))
		must(t, j.Outcome(removed(1)))
		must(t, j.End(End{Reason: "finished"}))
		must(t, j.Close())
		ended := time.Now().UTC()
		text, err := os.ReadFile(path)
		must(t, err)
		must(t, os.WriteFile(path, bytes.Replace(text, []byte(`"outcome":"removed"`), []byte(`"outcome":"rEmoved"`), 1), 0o600))
		time.Sleep(24 * time.Hour)
		if _, err := Repair(path, to); err != nil {
			t.Fatal(err)
		}
		v, err := Load(to, nil)
		must(t, err)
		defer v.Close()
		runs, err := v.History()
		must(t, err)
		if len(runs) != 1 || !runs[0].Last.Equal(ended) || runs[0].Lost != 0 || runs[0].Unsaved != 1 {
			t.Errorf("%+v, want one run until %s, and a record that the repair could not save", runs, ended)
		}
	})
}

func TestHistoryOfNothing(t *testing.T) {
	v, err := Load(newPath(t), nil)
	must(t, err)
	if got, err := v.History(); got != nil || err != nil {
		t.Errorf("%v, %v", got, err)
	}
}

// TestReportOfAView: a view reports the journal as it was loaded, whatever a run adds
// meanwhile.
func TestReportOfAView(t *testing.T) {
	path := newPath(t)
	j := mustBegin(t, path)
	must(t, j.Outcome(removed(0)))
	want, err := Verify(path)
	must(t, err)
	v, err := Load(path, nil)
	must(t, err)
	defer v.Close()
	must(t, j.Outcome(removed(1)))
	got, err := v.Report()
	must(t, err)
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, want %+v", got, want)
	}
}
