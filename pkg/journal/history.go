package journal

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"slices"
	"time"
)

// RunHistory is what the journal holds of one run, in whole. Nothing in it is
// worked out but what its comments say.
type RunHistory struct {
	Run
	End      *End      // nil if the run was killed, or is still at work
	Last     time.Time // of its last record
	Decided  Counts    // outcomes and restores by status, one a record
	Verified int64     // keys that a listing was compared with
	Traffic            // in the order of time
	Unended  []Minute  // of a run without an end, after its last minute: only keys that were answered are known
	Lost     int64     // records that were found missing when it began
	Unsaved  int64     // records, of this run or an earlier one, that a [Repair] after it could not save
}

// History returns every run and its end, in the order of the file. It reads the
// journal once more.
func (v *View) History() ([]RunHistory, error) {
	if v.file == nil {
		return nil, nil
	}
	var h history
	in := newLines(io.NewSectionReader(v.file, 0, v.size))
	for in.Scan() {
		covered, _, ok := cutSeal(bytes.TrimSuffix(in.Bytes(), []byte("\n")))
		if _, err := h.record.decode(covered); !ok || err != nil {
			return nil, fmt.Errorf("read %s again: %w", v.path, errShape)
		}
		h.add()
	}
	if err := in.Err(); err != nil {
		return nil, fmt.Errorf("read %s again: %w", v.path, err)
	}
	h.close()
	return h.runs, nil
}

// history collects the records of runs.
type history struct {
	record record // read last
	last   []byte // time of the last record that says when it was written
	runs   []RunHistory
	sent   map[Key]string   // keys with an intent, by its minute
	first  map[string]int64 // those of them that were answered, by the same, since the run's last [Minute]
}

// minuteLayout is a record's time down to the minute.
const minuteLayout = "2006-01-02T15:04"

func (h *history) add() {
	r := &h.record
	if r.kind == KindRun {
		h.close()
		h.runs = append(h.runs, RunHistory{Run: r.run()})
		h.sent, h.first = map[Key]string{}, map[string]int64{}
	}
	if len(h.runs) > 0 {
		h.addTo(&h.runs[len(h.runs)-1])
	}
}

func (h *history) addTo(run *RunHistory) {
	r := &h.record
	written := r.time
	switch r.kind {
	case KindEnd:
		end := r.end()
		run.End = &end
	case KindIntent:
		if !r.restore {
			h.sent[hashIdentifier(r.typ, r.identifier)] = string(r.time[:len(minuteLayout)])
		}
	case KindOutcome:
		run.Decided[r.status]++
		h.answered()
	case KindReleased:
		h.answered()
	case KindRestored:
		run.Decided[Restored]++
	case KindVerified:
		run.Verified++
		return // its time is that of the listing
	case KindMinute:
		run.Minutes = append(run.Minutes, r.minute())
		h.forget(string(r.time[:len(minuteLayout)]))
		return
	case KindPause:
		run.Pauses = append(run.Pauses, r.pause())
		written = r.until
	case KindRepair:
		if len(r.sha256) > 0 { // of the file that was repaired, long after the run
			run.Unsaved += r.lost
			return
		}
		run.Lost += r.lost
	}
	h.last = append(h.last[:0], written...)
}

// answered notes that a request left for the key of the record. Of an intent alone
// that is not known.
func (h *history) answered() {
	key := h.record.change(0).key
	if minute, ok := h.sent[key]; ok {
		h.first[minute]++
		delete(h.sent, key)
	}
}

// forget leaves to a [Minute] what left in it. What was about to leave later is in
// another.
func (h *history) forget(minute string) {
	maps.DeleteFunc(h.first, func(m string, _ int64) bool { return m <= minute })
	maps.DeleteFunc(h.sent, func(_ Key, m string) bool { return m <= minute })
}

// close ends what is known of the last run.
func (h *history) close() {
	if len(h.runs) == 0 {
		return
	}
	run := &h.runs[len(h.runs)-1]
	run.Last = parseTime(h.last)
	if run.End != nil {
		return
	}
	for _, minute := range slices.Sorted(maps.Keys(h.first)) {
		began, _ := time.Parse(minuteLayout, minute) // a part of a time that was checked
		run.Unended = append(run.Unended, Minute{Time: began, Requests: h.first[minute]})
	}
}
