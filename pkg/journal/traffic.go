package journal

import "time"

// Minute is what a run sent within one minute of the clock. A minute in which
// nothing left and nothing was answered has none; one in which a listing of the
// Do Not Contact list was followed by requests has two.
type Minute struct {
	Time       time.Time // at which the minute begins
	Requests   int64     // that left in it
	Most       int64     // departures from the machine for the account in the 60 seconds up to any of these, at most; 0: not known
	Throttled  int64     // answers of 429 that arrived in it
	Unanswered int64     // attempts that ended in it with a 5xx or without an answer
}

// Pause is a time in which the run let nothing leave, or no more than one request
// at a time that asked whether the API is back.
type Pause struct {
	From, Until time.Time
	Reason      string
}

// Traffic is what a run sent and when: minutes that are over, and pauses that
// are. What it did in the minute in which it was killed is not in it.
type Traffic struct {
	Minutes []Minute
	Pauses  []Pause
}

// Traffic records what left, and returns when that is durable.
func (j *Journal) Traffic(t Traffic) error {
	all := make([]record, 0, len(t.Minutes)+len(t.Pauses))
	for _, m := range t.Minutes {
		all = append(all, m.record())
	}
	for _, p := range t.Pauses {
		all = append(all, p.record())
	}
	if len(all) == 0 {
		return nil
	}
	return j.append(all...)
}

func (m Minute) record() record {
	return record{
		kind: KindMinute, time: spellTime(m.Time),
		requests: m.Requests, most: m.Most, throttled: m.Throttled, unanswered: m.Unanswered,
	}
}

func (p Pause) record() record {
	return record{kind: KindPause, time: spellTime(p.From), until: spellTime(p.Until), reason: text(p.Reason)}
}

func (r *record) minute() Minute {
	return Minute{parseTime(r.time), r.requests, r.most, r.throttled, r.unanswered}
}

func (r *record) pause() Pause {
	return Pause{parseTime(r.time), parseTime(r.until), string(r.reason)}
}
