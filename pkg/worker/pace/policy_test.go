package pace

import (
	"testing"
	"time"

	"altadnc-bulk/pkg/api"
)

// TestPolicy has the rule, case by case: what departed how long ago, and how long
// the next request has to wait.
func TestPolicy(t *testing.T) {
	now := time.Unix(1_000_000_000, 0) // the beginning of a tick
	ago := func(d time.Duration) time.Time { return now.Add(-d) }
	const second, interval = time.Second, 600 * time.Millisecond // of 100 a minute
	type departures struct {
		n     int
		since time.Duration // all of them so long ago
	}
	quick := policy{full: 100, perMinute: 100, burst: 80, room: 50}
	even := policy{full: 100, perMinute: 100}
	for name, c := range map[string]struct {
		rule policy
		last time.Duration // since the last departure's turn
		held time.Duration // from now
		idle time.Duration // since the first departure after an idle minute; 0 for never
		left []departures
		want time.Duration
	}{
		"unpaced":                           {rule: policy{}},
		"unpaced, held":                     {rule: policy{}, held: 7 * second, want: 7 * second},
		"long after the last one":           {rule: even, last: time.Hour},
		"just after the last one":           {rule: even, last: 100 * time.Millisecond, want: interval - 100*time.Millisecond},
		"just when it is due":               {rule: even, last: interval},
		"held longer than the interval":     {rule: even, last: 0, held: 30 * second, want: 30 * second},
		"the minute is full":                {rule: even, last: 10 * second, left: []departures{{1, 50 * second}, {100, 10 * second}}, want: 10*second + tick},
		"the minute is full, some too many": {rule: even, last: 10 * second, left: []departures{{50, 50 * second}, {60, 20 * second}}, want: 10*second + tick},
		"one less than full":                {rule: even, last: 10 * second, left: []departures{{100, 10 * second}}},
		"a minute ago still counts":         {rule: even, last: 10 * second, left: []departures{{101, 60 * second}}, want: tick},
		"more than a minute ago":            {rule: even, last: 10 * second, left: []departures{{101, 60*second + tick}}},
		"lowered by others, not the minute": {rule: policy{full: 100, perMinute: 10}, last: second, left: []departures{{100, second}}, want: 5 * second},

		"at once":                         {rule: quick, last: moment, idle: second, left: []departures{{5, second}}},
		"at once, after a moment":         {rule: quick, last: moment / 5, idle: second, left: []departures{{5, second}}, want: moment * 4 / 5},
		"at once, but held":               {rule: quick, last: moment, held: second, idle: second, want: second},
		"no room is told":                 {rule: policy{full: 100, perMinute: 100, burst: 80}, last: 0, idle: second, want: interval},
		"no burst is wanted":              {rule: policy{full: 100, perMinute: 100, room: 50}, last: 0, idle: second, want: interval},
		"as many as may be at once":       {rule: quick, last: 0, idle: second, left: []departures{{80, second}}, want: interval},
		"the even ones count as well":     {rule: quick, last: 0, idle: 55 * second, left: []departures{{40, 50 * second}, {40, second}}, want: interval},
		"a little more than a minute ago": {rule: quick, last: 0, idle: 50 * second, left: []departures{{80, 61 * second}}, want: interval},
		"more than the pace is not":       {rule: policy{full: 20, perMinute: 20, burst: 80, room: 50}, last: 0, idle: second, left: []departures{{20, second}}, want: 3 * second},
		"the first minute is over":        {rule: quick, last: 0, idle: time.Minute, left: []departures{{5, second}}, want: interval},
		"there was no idle minute":        {rule: quick, last: 0, left: []departures{{5, second}}, want: interval},
		"the clock was set back":          {rule: quick, last: 0, idle: -second, left: []departures{{5, second}}, want: interval},
	} {
		l := ledger{last: ago(c.last)}
		if c.held > 0 {
			l.held = now.Add(c.held)
		}
		if c.idle != 0 {
			l.idle = ago(c.idle)
		}
		for _, d := range c.left {
			for range d.n {
				l.recent.add(ago(d.since))
			}
		}
		if got := c.rule.wait(&l, now); (got - c.want).Abs() > time.Millisecond {
			t.Errorf("%s: waits %s, want %s", name, got, c.want)
		}
	}
}

// TestTurn is what late departures do to the next one.
func TestTurn(t *testing.T) {
	due := time.Unix(1_000_000_000, 0)
	for name, c := range map[string]struct {
		late   time.Duration
		strict bool
		want   time.Duration // after due
	}{
		"on time":             {0, false, 0},
		"early by a rounding": {-time.Nanosecond, false, -time.Nanosecond},
		"at once":             {-500 * time.Millisecond, false, -500 * time.Millisecond},
		"a little late":       {300 * time.Millisecond, false, 0},
		"late by an interval": {600 * time.Millisecond, false, 0},
		"too late":            {601 * time.Millisecond, false, 601 * time.Millisecond},
		"keeps its distance":  {time.Millisecond, true, time.Millisecond},
	} {
		rule := policy{full: 100, perMinute: 100, strict: c.strict}
		if got := rule.turn(due, due.Add(c.late)).Sub(due); got != c.want {
			t.Errorf("%s: the turn is at %s, want %s", name, got, c.want)
		}
	}
}

// TestUsage has what answers teach, one by one: how a quota is counted, what others
// use of it, and how much room there is.
func TestUsage(t *testing.T) {
	start := time.Unix(1_000_000_000, 0)
	// A run of n answers, a second apart: what remains of 100 after each, where by
	// then as many requests departed as there are answers.
	answers := func(n int, remaining func(i int) int, reset time.Duration, before int) (u usage) {
		for i := range n {
			u.observe(sample{
				at: start.Add(time.Duration(i) * time.Second), total: int64(before + i + 1), recent: before + i + 1,
				quota: api.Quota{Known: true, Limit: 100, Remaining: remaining(i), Reset: reset},
			})
		}
		return u
	}
	for name, c := range map[string]struct {
		u      usage
		kind   kind
		others float64
		room   int
	}{
		"nothing was told":          {usage{}, unclear, 0, 0},
		"an untouched window":       {answers(1, func(int) int { return 99 }, time.Minute, 0), minute, 0, 99},
		"a window that falls":       {answers(30, func(i int) int { return 99 - i }, time.Minute, 0), minute, 0, 70},
		"others used half of it":    {answers(30, func(i int) int { return 49 - i }, time.Minute, 0), minute, 50, 20},
		"too early to tell":         {answers(5, func(i int) int { return 49 - i }, time.Minute, 0), unclear, 50, 45},
		"a small bucket":            {answers(30, func(int) int { return 9 }, 6*time.Second, 0), bucket, 0, 9},
		"an hour's quota":           {answers(30, func(i int) int { return 50 - i }, 20*time.Minute, 0), longer, 0, 21},
		"restarted within a minute": {answers(30, func(i int) int { return 59 - i }, time.Minute, 40), minute, 0, 30},
		"more than the limit left":  {answers(2, func(int) int { return 1 }, time.Second, 110), bucket, 0, 1},
	} {
		last := c.u.last.at
		if got := max(0, c.u.others.perMinute(last)); c.u.kind != c.kind || got != c.others {
			t.Errorf("%s: kind %d, others use %v; want %d and %v", name, c.u.kind, got, c.kind, c.others)
		}
		if got := c.u.room(c.u.last.total, 0); got != c.room {
			t.Errorf("%s: room for %d, want %d", name, got, c.room)
		}
	}
	u := answers(1, func(int) int { return 50 }, time.Minute, 0)
	u.last.flying = 3
	for departed, want := range map[int64]int{1: 37, 5: 33, 0: 0} {
		if got := u.room(departed, 10); got != want {
			t.Errorf("%d departed: room for %d, want %d", departed, got, want)
		}
	}
	u.observe(sample{at: start})
	if u.room(1, 0) != 0 {
		t.Error("an answer without headers leaves room")
	}
}

// A window of departures forgets what is old, and keeps its order where the clock
// goes back.
func TestWindow(t *testing.T) {
	now := time.Unix(1_000_000_000, 0)
	var w window
	for i := range 100 {
		w.add(now.Add(time.Duration(i) * time.Second))
	}
	end := now.Add(99 * time.Second)
	if got := w.since(time.Minute, end); got != 61 {
		t.Errorf("%d in the last minute, want 61", got)
	}
	w.move(end, end.Add(5*time.Second))
	if got := w.since(time.Second, end.Add(5*time.Second)); got != 1 {
		t.Errorf("%d in the last second after a move, want 1", got)
	}
	back := end.Add(-time.Hour)
	if got, later := w.since(time.Minute, back), w.since(time.Minute, back.Add(30*time.Second)); got < 55 || later > got-25 {
		t.Errorf("%d in the last minute of a clock that was set back, then %d", got, later)
	}
	if got := w.since(time.Minute, end.Add(time.Hour)); got != 0 {
		t.Errorf("%d in the last minute an hour later", got)
	}
}
