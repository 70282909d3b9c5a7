package worker

import (
	"testing"
	"time"

	"altadnc-bulk/pkg/journal"
)

// TestVerifyJudges: what a listing holds of a key, against what the journal
// says of it.
func TestVerifyJudges(t *testing.T) {
	decided := time.Date(2026, 1, 31, 12, 0, 0, 0, time.UTC)
	entry := func(created string, vague bool) form {
		return form{Stored: journal.Stored{Value: "ada@example.com", CreatedAt: created}, vague: vague}
	}
	const before, after = "2025-06-01T00:00:00.000Z", "2026-01-31T12:00:00.001Z"
	for _, tt := range []struct {
		name      string
		result    journal.Status
		restoring bool
		entries   []form
		want      journal.Found
	}{
		{"removed, absent", journal.Removed, false, nil, journal.FoundAbsent},
		{"removed, made since", journal.Removed, false, []form{entry(after, false)}, journal.FoundCameBack},
		{"removed, made before", journal.Removed, false, []form{entry(before, false)}, journal.FoundStillThere},
		{"removed, made at that moment", journal.Removed, false, []form{entry("2026-01-31T12:00:00Z", false)}, journal.FoundStillThere},
		{"removed, no date", journal.Removed, false, []form{entry("", false)}, journal.FoundStillThere},
		{"removed, no date that can be read", journal.Removed, false, []form{entry("yesterday", false)}, journal.FoundStillThere},
		{"removed, one form made since and one before", journal.Removed, false, []form{entry(after, false), entry(before, false)}, journal.FoundStillThere},
		{"removed, an entry of no known type", journal.Removed, false, []form{entry(before, true)}, journal.FoundUnclear},
		{"removed, of no known type and made since", journal.Removed, false, []form{entry(before, true), entry(after, false)}, journal.FoundCameBack},
		{"removed, a restore without an answer", journal.Removed, true, []form{entry(after, false)}, journal.FoundUnclear},
		{"removed, a restore that did not arrive", journal.Removed, true, nil, journal.FoundAbsent},
		{"not found, absent", journal.NotFound, false, nil, journal.FoundAbsent},
		{"not found, there all the time", journal.NotFound, false, []form{entry(before, false)}, journal.FoundStillThere},
		{"restored, present", journal.Restored, false, []form{entry(after, false)}, journal.FoundPresent},
		{"restored, missing", journal.Restored, false, nil, journal.FoundMissing},
		{"restored, an entry of no known type", journal.Restored, false, []form{entry(after, true)}, journal.FoundUnclear},
		{"kept, present", journal.Protected, false, []form{entry(before, false)}, journal.FoundPresent},
		{"kept, missing", journal.Protected, false, nil, journal.FoundMissing},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var m *match
			if tt.entries != nil {
				m = &match{entries: tt.entries}
			}
			if got, _ := verify(journal.Outcome{Result: tt.result, Time: decided}, tt.restoring, m); got != tt.want {
				t.Errorf("found %s, want %s", got, tt.want)
			}
		})
	}
}
