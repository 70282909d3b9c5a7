package journal

import "time"

// timeLayout is how records spell a time: UTC, milliseconds, always 24 bytes.
const timeLayout = "2006-01-02T15:04:05.000Z"

// minYear is the first year that a record can have. Any year will do that no
// clock shows and that keeps the zero time, which means now, out of the file.
const minYear = 1000

// spellTime returns t as a record has it, or what the clock says now.
func spellTime(t time.Time) []byte {
	if t.IsZero() {
		t = time.Now()
	}
	return t.UTC().AppendFormat(nil, timeLayout)
}

// timeSpelled reports whether b is a time in timeLayout, from minYear on.
func timeSpelled(b []byte) bool {
	if len(b) != len(timeLayout) || b[4] != '-' || b[7] != '-' || b[10] != 'T' ||
		b[13] != ':' || b[16] != ':' || b[19] != '.' || b[23] != 'Z' {
		return false
	}
	number := func(digits []byte) (n int) {
		for _, c := range digits {
			if c-'0' > 9 {
				return -1
			}
			n = n*10 + int(c-'0')
		}
		return n
	}
	in := func(n, low, high int) bool { return n >= low && n <= high }
	year, month, day := number(b[:4]), number(b[5:7]), number(b[8:10])
	return in(year, minYear, 9999) && in(month, 1, 12) && (in(day, 1, 28) || in(day, 29, daysIn(year, time.Month(month)))) &&
		in(number(b[11:13]), 0, 23) && in(number(b[14:16]), 0, 59) && in(number(b[17:19]), 0, 59) && in(number(b[20:23]), 0, 999)
}

func daysIn(year int, month time.Month) int {
	return time.Date(year, month+1, 0, 0, 0, 0, 0, time.UTC).Day()
}

// parseTime returns a time that timeSpelled accepts.
func parseTime(b []byte) time.Time {
	t, _ := time.Parse(time.RFC3339, string(b)) // which time parses faster than timeLayout
	return t
}
