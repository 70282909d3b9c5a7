package journal

import (
	"errors"
	"path/filepath"
	"testing"
)

// TestFormatStaysReadable reads journals that lie in the repository: a change
// after which they read differently needs a new format.
func TestFormatStaysReadable(t *testing.T) {
	keys := Tally{Counts: Counts{Pending: 1, Restored: 1, NotFound: 1, Failed: 2, Protected: 1, Partial: 1}, Unsure: 2}
	again := keys
	again.Unsure = 5 // all failures may have been tried once more
	tests := []struct {
		name    string
		records int64
		keys    Tally
		torn    int64 // bytes
		damaged int64 // line
	}{
		{"sound.journal", 27, keys, 0, 0},
		{"torn.journal", 26, keys, 198, 0},
		{"damaged.journal", 4, Tally{Counts: Counts{Pending: 2}, Unanswered: 2, Unsure: 2}, 0, 5},
		{"repaired.journal", 27, again, 0, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r, err := Verify(filepath.Join("../../testdata/journals", tt.name))
			var damage *DamageError
			if errors.As(err, &damage) != (tt.damaged > 0) || damage != nil && damage.Line != tt.damaged {
				t.Errorf("Verify: %v", err)
			}
			if r.Records != tt.records || r.Keys != tt.keys || (tt.torn > 0) != (r.Torn != nil) || r.Torn != nil && r.Torn.Bytes != tt.torn {
				t.Errorf("%+v, torn %+v", r, r.Torn)
			}
		})
	}
}
