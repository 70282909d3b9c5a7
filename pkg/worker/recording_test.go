package worker

import (
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"altadnc-bulk/pkg/api"
	"altadnc-bulk/pkg/journal"
)

// TestRecordingMatchesAListing: a snapshot of a recording is that of the
// listing it was made of, again and again, and took no request.
func TestRecordingMatchesAListing(t *testing.T) {
	yes, no := true, false
	dnc := []api.OptOut{
		{Identifier: api.Identifier{Type: api.Email, Value: "ADA@example.com"}, IsManuallyAdded: &no, Label: "Ada \u202e \"x\"", CreatedAt: "2025-01-02T03:04:05.000Z"},
		{Identifier: api.Identifier{Type: api.Email, Value: "ada@example.com"}, IsManuallyAdded: &yes},
		{Identifier: api.Identifier{Value: "ben@example.com"}},
		{Identifier: api.Identifier{Type: api.Phone, Value: "0555 0123"}},
		{Identifier: api.Identifier{Type: api.Email, Value: "cleo@example.com"}},
	}
	d := newDesk(t, adaList, dnc)
	d.pages = 2
	d.serve(dnc)
	match := Matching{Wanted: func(k journal.Key) bool {
		return k == journal.KeyOf(ada) || k == journal.KeyOf(api.Identifier{Type: api.Email, Value: "ben@example.com"})
	}}
	file, err := os.Create(filepath.Join(t.TempDir(), "recording"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	d.with(func(_ *List, _ *journal.Journal, cfg Config) {
		want, stop := TakeSnapshot(t.Context(), NewListing(cfg), match, 0)
		r, stopped := Record(t.Context(), NewListing(cfg), 0, file)
		if stop != nil || stopped != nil || r.Requests() != want.Requests || want.Pages != 3 {
			t.Fatalf("%v, %v, %d requests, want %d for %d pages", stop, stopped, r.Requests(), want.Requests, want.Pages)
		}
		want.Requests, want.Traffic = 0, journal.Traffic{} // which are nobody's in particular
		for range 2 {
			got, err := r.Snapshot(match)
			if err != nil {
				t.Fatal(err)
			}
			got.Time = want.Time
			if !reflect.DeepEqual(got, want) {
				t.Errorf("snapshot of the recording\n%+v\nwant\n%+v", got, want)
			}
		}
		if err := file.Truncate(0); err != nil {
			t.Fatal(err)
		}
		if _, err := file.Seek(0, 0); err != nil {
			t.Fatal(err)
		}
		part, _ := Record(t.Context(), NewListing(cfg), 1, file)
		if got, err := part.Snapshot(match); err != nil || got.Whole || got.Pages != 1 || got.Unreadable != 0 {
			t.Errorf("a part is told as %+v, %v", got, err)
		}
	})
}
