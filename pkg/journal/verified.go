package journal

import (
	"bytes"
	"fmt"
	"io"
	"time"

	"altadnc-bulk/pkg/api"
)

// Found is what a listing of the Do Not Contact list showed of a finished key.
// The zero value is nothing.
type Found uint8

// What a listing can show.
const (
	FoundAbsent     Found = iota + 1 // not on the list, as it should be
	FoundPresent                     // on the list, as it should be: restored, or kept
	FoundCameBack                    // on the list again, by an entry made after the removal
	FoundStillThere                  // on the list, by an entry that is not known to be newer
	FoundMissing                     // not on the list, though it was restored or kept
	FoundUnclear                     // an entry without a known type may be the key's
	founds                           // how many there are, and one
)

var foundNames = [founds]string{
	FoundAbsent: "absent", FoundPresent: "present", FoundCameBack: "came_back", FoundStillThere: "still_there",
	FoundMissing: "missing", FoundUnclear: "unclear",
}

// String returns what was found as records spell it.
func (f Found) String() string { return foundNames[f] }

// Verified is what a listing showed of a key. It changes nothing about the key.
type Verified struct {
	Line       int // of the list, 1-based; 0: none
	Identifier api.Identifier
	Found      Found
	Time       time.Time // of the listing
}

func (v Verified) record() record {
	r := about(KindVerified, v.Line, v.Identifier, "")
	r.sent, r.time, r.found = nil, spellTime(v.Time), v.Found
	return r
}

// Verified records what a listing showed of some keys, and returns when that is
// durable.
func (j *Journal) Verified(batch []Verified) error {
	all := make([]record, 0, len(batch))
	for _, v := range batch {
		all = append(all, v.record())
	}
	return j.append(all...)
}

// Verification is what was found of a key, and when.
type Verification struct {
	Found Found
	Time  time.Time
}

// Verified returns what the last listing showed of each key, but of those to
// which something has happened since. It reads the journal once more, unless
// nothing was ever verified, and takes some 60 bytes a key.
func (v *View) Verified() (map[Key]Verification, error) {
	found := map[Key]Verification{}
	if v.kinds[KindVerified] == 0 {
		return found, nil
	}
	in := newLines(io.NewSectionReader(v.file, 0, v.size))
	var r record
	for in.Scan() {
		covered, _, ok := cutSeal(bytes.TrimSuffix(in.Bytes(), []byte("\n")))
		if _, err := r.decode(covered); !ok || err != nil {
			return nil, fmt.Errorf("read %s again: %w", v.path, errShape)
		}
		switch key := r.change(0).key; r.kind {
		case KindVerified:
			found[key] = Verification{r.found, parseTime(r.time)}
		case KindIntent, KindOutcome, KindReopen, KindRestored:
			delete(found, key)
		}
	}
	if err := in.Err(); err != nil {
		return nil, fmt.Errorf("read %s again: %w", v.path, err)
	}
	return found, nil
}
