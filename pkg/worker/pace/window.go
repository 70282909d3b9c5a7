package pace

import "time"

// window is how many requests departed in each tick of the last minute. Times are
// the wall clock's, the only ones that processes share. Its zero value is empty.
type window struct {
	tick   int64               // the last tick that was touched, see tickOf
	counts [windowTicks]uint32 // departures in each tick, at its number modulo windowTicks
}

const (
	// tick is what departures are counted in: short enough that a whole tick on
	// top of the minute leaves an even pace alone.
	tick = 250 * time.Millisecond
	// windowTicks are how many ticks a window remembers: the minute over which
	// the API counts, and some seconds for answers that come late.
	windowTicks = 256
)

// tickOf returns the number of the tick that t falls in.
func tickOf(t time.Time) int64 { return t.UnixNano() / int64(tick) }

// add notes a departure at now.
func (w *window) add(now time.Time) {
	w.advance(now)
	w.counts[w.tick%windowTicks]++
}

// move puts a departure that was noted at from to now.
func (w *window) move(from, now time.Time) {
	w.advance(now)
	if at := tickOf(from); at > w.tick-windowTicks && at <= w.tick && w.counts[at%windowTicks] > 0 {
		w.counts[at%windowTicks]--
		w.counts[w.tick%windowTicks]++
	}
}

// since returns how many departures there were in the last d, at most a minute
// and three seconds. Ticks count as a whole, so it can be a few too many.
func (w *window) since(d time.Duration, now time.Time) int {
	w.advance(now)
	n := 0
	for t := tickOf(now.Add(-d)); t <= w.tick; t++ {
		n += int(w.counts[t%windowTicks])
	}
	return n
}

// below returns how long it takes from now until fewer than most departures lie
// in the last minute, its ends included.
func (w *window) below(most int, now time.Time) time.Duration {
	excess := w.since(time.Minute, now) - most + 1
	if excess <= 0 {
		return 0
	}
	for t := tickOf(now.Add(-time.Minute)); t <= w.tick; t++ {
		if excess -= int(w.counts[t%windowTicks]); excess <= 0 {
			// That tick has passed when the next one begins, a minute later.
			next := time.Unix(0, (t+1)*int64(tick)).Add(time.Minute)
			return max(next.Sub(now.Round(0)), 1)
		}
	}
	return time.Minute
}

// advance clears the ticks that have passed since the counts were touched. If the
// clock went back they keep their order and end now.
func (w *window) advance(now time.Time) {
	at := tickOf(now)
	if at < w.tick {
		w.shift(at - w.tick)
	}
	for w.tick = max(w.tick, at-windowTicks); w.tick < at; {
		w.tick++
		w.counts[w.tick%windowTicks] = 0
	}
}

// include adds the departures of another window.
func (w *window) include(other *window, now time.Time) {
	w.advance(now)
	other.advance(now)
	for i, n := range other.counts {
		w.counts[i] += n
	}
}

// shift moves the counts in time, by whole ticks.
func (w *window) shift(by int64) {
	var moved [windowTicks]uint32
	for t := w.tick - windowTicks + 1; t <= w.tick; t++ {
		if to := t + by; t >= 0 && to >= 0 {
			moved[to%windowTicks] = w.counts[t%windowTicks]
		}
	}
	w.tick += by
	w.counts = moved
}
