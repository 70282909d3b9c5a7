package main

import (
	"fmt"
	"strings"
	"time"
)

// count writes a number with its thousands apart.
func count(n int64) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// counted writes a number and its noun: one, or many.
func counted(n int64, one, many string) string { return count(n) + " " + either(n, one, many) }

func either(n int64, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}

func plural(n int64, noun string) string { return counted(n, noun, noun+"s") }

func keysAre(n int64) string { return counted(n, "key is", "keys are") }

// short words a duration for people: 1h43m, 12m, 40s.
func short(d time.Duration) string {
	switch d = d.Round(time.Second); {
	case d >= time.Hour:
		return fmt.Sprintf("%dh%02dm", int(d.Hours()), int(d.Minutes())%60)
	case d >= 10*time.Minute:
		return fmt.Sprintf("%dm", int(d.Round(time.Minute).Minutes()))
	case d >= time.Minute:
		return fmt.Sprintf("%dm%02ds", int(d.Minutes()), int(d.Seconds())%60)
	}
	return fmt.Sprintf("%ds", int(d.Seconds()))
}

// clock words a time to come, with as much of the date as it needs.
func clock(t, now time.Time) string {
	switch days := t.Sub(now) / (24 * time.Hour); {
	case t.Local().YearDay() == now.Local().YearDay() && days < 1:
		return zoned(t, "15:04")
	case days < 6:
		return zoned(t, "Mon 15:04")
	}
	return zoned(t, "Mon 2 Jan 15:04")
}

// zoned writes a time as this machine's clock shows it, and names its zone: who
// reads it may have another clock before them. A zone that has a number for a
// name gets a word before it: UTC-03.
func zoned(t time.Time, layout string) string {
	t = t.Local()
	zone, _ := t.Zone()
	if strings.ContainsAny(zone, "+-") {
		zone = "UTC" + zone
	}
	return t.Format(layout) + " " + zone
}

// between words the days in which something happened.
func between(oldest, newest time.Time) string {
	from, to := oldest.Local().Format(time.DateOnly), newest.Local().Format(time.DateOnly)
	if from == to {
		return "on " + from
	}
	return "from " + from + " to " + to
}
