package pace

import (
	"math"
	"time"
)

// measure is what a run really does, for people.
type measure struct {
	began  time.Time
	total  int64         // departures
	recent window        // the same, of the last minute
	takes  time.Duration // how long an answer takes, a moving average
	smooth time.Time     // since when nothing but the workers can hold the run up
	flying int           // the most requests under way at once since then
	told   bool          // that there are too few workers
}

// depart notes a departure, with how many are under way, and returns its number.
func (m *measure) depart(now time.Time, flying int) int64 {
	m.recent.add(now)
	m.total++
	m.flying = max(m.flying, flying)
	return m.total
}

// answered notes how long an answer took.
func (m *measure) answered(took time.Duration) {
	if m.takes == 0 {
		m.takes = took
	}
	m.takes += (took - m.takes) / 8
}

// held notes that until then something else holds the run up: a pause, or trouble.
func (m *measure) held(until time.Time) {
	m.smooth, m.flying = later(m.smooth, until), 0
}

// perMinute returns the departures of the last minute, or as many as a younger run
// would have come to; 0 in the first seconds, which say nothing.
func (m *measure) perMinute(now time.Time) float64 {
	age := now.Sub(m.began)
	if age < 5*time.Second {
		return 0
	}
	span := min(age, time.Minute)
	return float64(m.recent.since(span, now)) / span.Minutes()
}

// tooFew returns, once, how many workers it would take to keep a pace that was not
// reached for a minute because as many requests as there are workers were under
// way all the time; 0 if that is not so. What is inherently sent one after another
// is left alone.
func (m *measure) tooFew(pace float64, now time.Time) int {
	if m.told || pace == 0 || m.flying < 2 || now.Sub(later(m.began, m.smooth)) < time.Minute {
		return 0
	}
	reached := m.perMinute(now)
	underWay := reached * m.takes.Minutes() // by Little's law
	if reached > 0.85*pace || underWay < 0.8*float64(m.flying) {
		return 0
	}
	m.told = true
	return int(math.Ceil(1.1*pace*m.takes.Minutes())) + 1
}
