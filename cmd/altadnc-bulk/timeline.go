package main

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"altadnc-bulk/pkg/journal"
)

// timeline is a picture of when the requests of a list left: across, percent of
// its width; up, pixels. So it is drawn at any width, and its text stays as it is.
type timeline struct {
	Bars    []shape
	Figures []shape // above bars that have room for one
	Bands   []shape // pauses
	Breaks  []shape // in which time is left out
	Runs    []shape // where each begins, and how it ended if not as it should
	Ticks   []shape
	Limit   float64 // where the line of 100 is

	Early      bool  // some run did not come to its end
	PerBar     int64 // minutes; of several the busiest counts
	Busiest    int64 // requests in a minute of the clock
	Most       int64 // of all runs of the machine in the 60 seconds up to any of these; 0 is not known
	Requests   int64
	Throttled  int64
	Unanswered int64
	Idle       int  // runs that sent nothing, which are not drawn
	Earlier    int  // runs that would make it too long
	Brief      int  // pauses that would be too many, the shortest ones
	Partly     bool // of some run the last minute is not known in full

	least   time.Duration                // of a pause that is drawn
	minutes map[time.Time]journal.Minute // of all runs, by when they begin
}

// shape is a part of the picture.
type shape struct {
	X, Width  float64 // percent
	Y, Height float64 // pixels
	Class     string
	Text      string
}

const (
	timelineTop    = 24  // above which runs are named
	timelineBase   = 184 // on which bars stand
	timelineBars   = 600 // at most
	widestMinute   = 8.0 // percent
	longestRest    = 10 * time.Minute
	widestBreak    = 3.0  // percent
	nextTick       = 11.0 // percent: what a label needs on a telephone
	accountLimit   = 100  // requests a minute, as the API documents it
	timelineRuns   = 40
	timelinePauses = 100
	timelineNarrow = 6.0 // percent: below it a run has no room for its number
	figureHeight   = 12  // pixels
	roomyBar       = 6.0 // percent: above it a bar has room for its figure on a telephone
)

// activity is what one run did, as the timeline has it.
type activity struct {
	number      int // of the run, from 1
	from, until time.Time
	ended       string // "" if it came to its end
	history     journal.RunHistory
}

// newTimeline draws all runs that sent anything; nil if none did.
func newTimeline(runs []journal.RunHistory, running bool) *timeline {
	t := &timeline{PerBar: 1}
	var drawn []activity
	for i, run := range runs {
		t.Partly = t.Partly || run.End == nil
		if len(run.Minutes)+len(run.Unended)+len(run.Pauses) == 0 {
			if run.End != nil {
				t.Idle++
			}
			continue
		}
		drawn = append(drawn, newActivity(i+1, run, running && i == len(runs)-1))
	}
	if len(drawn) == 0 {
		return nil
	}
	t.count(drawn)
	t.Earlier = max(0, len(drawn)-timelineRuns)
	t.draw(drawn[t.Earlier:])
	return t
}

func newActivity(number int, run journal.RunHistory, running bool) activity {
	a := activity{number: number, history: run, from: run.Time, until: run.Last}
	if end := runEnd(run, running); end.early {
		a.ended = end.text
	}
	for _, m := range slices.Concat(run.Minutes, run.Unended) {
		a.cover(m.Time)
	}
	for _, p := range run.Pauses {
		a.cover(p.From)
		a.cover(p.Until)
	}
	a.from, a.until = a.from.Truncate(time.Minute), a.until.Truncate(time.Minute).Add(time.Minute)
	return a
}

func (a *activity) cover(t time.Time) {
	if t.Before(a.from) {
		a.from = t
	}
	if t.After(a.until) {
		a.until = t
	}
}

// count sums up all runs, also those that are not drawn.
func (t *timeline) count(drawn []activity) {
	t.minutes = map[time.Time]journal.Minute{}
	known := true
	for _, a := range drawn {
		for _, m := range a.history.Minutes {
			known = known && (m.Most > 0 || m.Requests == 0)
		}
		for _, m := range slices.Concat(a.history.Minutes, a.history.Unended) {
			sum := t.minutes[m.Time]
			sum.Requests += m.Requests
			sum.Throttled += m.Throttled
			sum.Unanswered += m.Unanswered
			t.minutes[m.Time] = sum
			t.Requests += m.Requests
			t.Throttled += m.Throttled
			t.Unanswered += m.Unanswered
			t.Most = max(t.Most, m.Most)
			t.Busiest = max(t.Busiest, sum.Requests)
		}
	}
	if !known {
		t.Most = 0
	}
}

// stretch is a part of the axis in which time runs evenly.
type stretch struct {
	from, until time.Time
	x, scale    float64 // percent, where it begins and of a minute
}

func (s stretch) at(t time.Time) float64 { return s.x + t.Sub(s.from).Minutes()*s.scale }

// stretches divides the axis. Long rests between runs take no room on it.
func stretches(drawn []activity) []stretch {
	var all []stretch
	minutes := 0.0
	for _, a := range drawn {
		if n := len(all); n > 0 && !a.from.After(all[n-1].until.Add(longestRest)) {
			if a.until.After(all[n-1].until) {
				minutes += a.until.Sub(all[n-1].until).Minutes()
				all[n-1].until = a.until
			}
			continue
		}
		all = append(all, stretch{from: a.from, until: a.until})
		minutes += a.until.Sub(a.from).Minutes()
	}
	between := widestBreak
	if n := len(all) - 1; n > 10 {
		between = 30 / float64(n)
	}
	scale := min(widestMinute, (100-between*float64(len(all)-1))/minutes)
	x := 0.0
	for i := range all {
		all[i].x, all[i].scale = x, scale
		x += all[i].until.Sub(all[i].from).Minutes()*scale + between
	}
	return all
}

func (t *timeline) draw(drawn []activity) {
	axis := stretches(drawn)
	minutes := int64(0)
	for _, s := range axis {
		minutes += int64(s.until.Sub(s.from) / time.Minute)
	}
	t.PerBar = (minutes + timelineBars - 1) / timelineBars
	perRequest := (timelineBase - timelineTop) / max(1.1*accountLimit, 1.05*float64(t.highest()))
	t.Limit = timelineBase - accountLimit*perRequest
	t.least = leastPause(drawn)
	for i, s := range axis {
		t.bars(s, perRequest)
		if i > 0 {
			before := axis[i-1]
			end := before.at(before.until)
			t.Breaks = append(t.Breaks, shape{X: end, Width: s.x - end, Y: timelineTop, Height: timelineBase - timelineTop, Text: rest(s.from.Sub(before.until)) + " left out"})
		}
		t.runs(s, drawn)
	}
	t.ticks(axis)
}

// leastPause returns how long a pause must last to be among the longest ones, for
// which there is room.
func leastPause(drawn []activity) time.Duration {
	var all []time.Duration
	for _, a := range drawn {
		for _, p := range a.history.Pauses {
			all = append(all, p.Until.Sub(p.From))
		}
	}
	if len(all) <= timelinePauses {
		return math.MinInt64 // also one that a clock set back made end before it began
	}
	slices.Sort(all)
	return all[len(all)-timelinePauses]
}

// highest is what the highest bar may stand for: what was answered in a minute may
// have left before it.
func (t *timeline) highest() int64 {
	var most journal.Minute
	for _, m := range t.minutes {
		most.Throttled = max(most.Throttled, m.Throttled)
		most.Unanswered = max(most.Unanswered, m.Unanswered)
	}
	return max(t.Busiest, most.Throttled+most.Unanswered)
}

// rest words a time in which nothing was done.
func rest(d time.Duration) string {
	if d >= 48*time.Hour {
		return plural(int64(d/(24*time.Hour)), "day")
	}
	return short(d)
}

// bars draws what left within a stretch.
func (t *timeline) bars(s stretch, perRequest float64) {
	step := time.Duration(t.PerBar) * time.Minute
	busiest := map[time.Duration]journal.Minute{} // by when its bar begins
	for began, m := range t.minutes {
		if began.Before(s.from) || !began.Before(s.until) || m.Requests+m.Throttled+m.Unanswered == 0 {
			continue
		}
		at := began.Sub(s.from) / step * step
		bar := busiest[at]
		bar.Requests = max(bar.Requests, m.Requests)
		bar.Throttled = max(bar.Throttled, m.Throttled)
		bar.Unanswered = max(bar.Unanswered, m.Unanswered)
		busiest[at] = bar
	}
	for _, after := range slices.Sorted(maps.Keys(busiest)) {
		at := s.from.Add(after)
		t.bar(s, at, min(step, s.until.Sub(at)), busiest[after], perRequest)
	}
}

// bar draws one bar: at its top what was answered 429 or not at all.
func (t *timeline) bar(s stretch, at time.Time, lasts time.Duration, m journal.Minute, perRequest float64) {
	width := s.scale * lasts.Minutes()
	if width > 0.8 {
		width *= 0.86 // a gap to the next one
	} else {
		width += 0.05 // no seam
	}
	total := max(m.Requests, m.Throttled+m.Unanswered)
	text := at.UTC().Format("2 Jan 2006 15:04") + " UTC"
	if minutes := int64(lasts / time.Minute); minutes > 1 {
		text += fmt.Sprintf(", the most in one of %d minutes", minutes)
	}
	text += ": " + plural(m.Requests, "request") + also(", ", m.Throttled, "answered 429") + also(", ", m.Unanswered, "not answered")
	top := float64(timelineBase)
	for _, part := range []struct {
		class string
		n     int64
	}{{"answered", total - m.Throttled - m.Unanswered}, {"throttled", m.Throttled}, {"unanswered", m.Unanswered}} {
		if part.n == 0 {
			continue
		}
		height := float64(part.n) * perRequest
		top -= height
		t.Bars = append(t.Bars, shape{X: s.at(at), Width: width, Y: top, Height: height, Class: part.class, Text: text})
		text = "" // once a bar
	}
	if width > roomyBar {
		y := top - 4
		if y > t.Limit && y < t.Limit+figureHeight {
			y = t.Limit - 4 // the line would strike it through
		}
		t.Figures = append(t.Figures, shape{X: s.at(at) + width/2, Y: y, Text: count(m.Requests)})
	}
}

// runs marks where runs begin, and the early ends and pauses of those within a
// stretch.
func (t *timeline) runs(s stretch, drawn []activity) {
	named := -nextTick
	for _, a := range drawn {
		if a.from.Before(s.from) || !a.from.Before(s.until) {
			continue
		}
		begin := shape{X: s.at(a.from), Y: timelineTop, Class: "begin"}
		if begin.X-named > timelineNarrow {
			begin.Text = fmt.Sprintf("run %d", a.number)
			named = begin.X
		}
		t.Runs = append(t.Runs, begin)
		if a.ended != "" {
			t.Early = true
			t.Runs = append(t.Runs, shape{X: s.at(a.until), Y: timelineTop, Class: "early", Text: fmt.Sprintf("run %d: %s", a.number, a.ended)})
		}
		for _, p := range a.history.Pauses {
			if p.Until.Sub(p.From) < t.least || len(t.Bands) == timelinePauses {
				t.Brief++
				continue
			}
			t.Bands = append(t.Bands, shape{
				X: s.at(p.From), Width: max(0.2, s.at(p.Until)-s.at(p.From)), Y: timelineTop, Height: timelineBase - timelineTop,
				Text: fmt.Sprintf("paused %s from %s: %s", short(max(0, p.Until.Sub(p.From))), utc(p.From), plain(p.Reason)),
			})
		}
	}
}

// ticks names times, as many as a narrow page has room for.
func (t *timeline) ticks(axis []stretch) {
	minutes := nextTick / axis[0].scale
	step := 24 * time.Hour
	for _, d := range []time.Duration{time.Minute, 2 * time.Minute, 5 * time.Minute, 10 * time.Minute, 15 * time.Minute, 30 * time.Minute, time.Hour, 2 * time.Hour, 3 * time.Hour, 6 * time.Hour, 12 * time.Hour} {
		if d.Minutes() >= minutes {
			step = d
			break
		}
	}
	date, room := "2 Jan", 1.5*nextTick
	if axis[0].from.UTC().Year() != axis[len(axis)-1].until.UTC().Year() {
		date, room = "2 Jan 2006", 2.2*nextTick
	}
	last, day, dated := -nextTick, "", -room
	for _, s := range axis {
		first := true
		for at := s.from; at.Before(s.until); at = at.Truncate(step).Add(step) {
			x := s.at(at)
			if x-last < nextTick || x > 100-nextTick/2 && !first {
				continue
			}
			tick := shape{X: x, Text: at.UTC().Format("15:04")}
			if d := at.UTC().Format(date); d != day && x-dated >= room {
				day, dated, tick.Class = d, x, d
			}
			t.Ticks = append(t.Ticks, tick)
			last, first = x, false
		}
	}
}

// Describe puts the picture into words for those who cannot see it.
func (t *timeline) Describe() string {
	var b strings.Builder
	known := ""
	if t.Partly {
		known = "at least "
	}
	fmt.Fprintf(&b, "Requests a minute: %s%s in all, %s%d in the busiest minute of the clock; the limit is %d.", known, plural(t.Requests, "request"), known, t.Busiest, accountLimit)
	for _, r := range t.Runs {
		if r.Class == "early" {
			fmt.Fprintf(&b, " %s.", capital(r.Text))
		}
	}
	for i, band := range t.Bands {
		if i == 10 {
			fmt.Fprintf(&b, " And %s more.", plural(int64(len(t.Bands)-i), "pause"))
			break
		}
		fmt.Fprintf(&b, " %s.", capital(band.Text))
	}
	return b.String()
}

func capital(s string) string {
	if s == "" {
		return ""
	}
	return strings.ToUpper(s[:1]) + s[1:]
}
