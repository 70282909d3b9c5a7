package journal

import (
	"reflect"
	"testing"
	"testing/synctest"
	"time"
)

// TestHistory: all runs are returned, also one that was killed, of whose last
// minute only first attempts are known.
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
		must(t, j.Restoring([]Restore{{Identifier: mail(0)}})) // one request of many keys: no first attempt
		time.Sleep(time.Minute)
		must(t, j.Intent(Intent{Line: 4, Identifier: mail(2)}))
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
		want := []RunHistory{{
			Run: first, Last: killed, Decided: Counts{Removed: 1}, Traffic: traffic(2),
			Unended: []Minute{{Time: minute.Add(time.Minute), Requests: 1}, {Time: minute.Add(2 * time.Minute), Requests: 2}},
		}, {
			Run: second, End: &end, Last: end.Time, Decided: Counts{Restored: 1}, Verified: 1,
		}}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("history\n%+v\nwant\n%+v", got, want)
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
