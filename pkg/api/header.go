package api

import (
	"net/http"
	"strings"
	"time"
)

// maxWait caps every duration that a server names. No quota of ours lasts
// longer, and a run should not sleep for a year because a header says so.
const maxWait = 24 * time.Hour

// parseRetryAfter reads Retry-After in either of its forms (RFC 9110, section
// 10.2.3): seconds or a date. Of several the longest counts; what is neither is
// as good as absent. The wait is from 0 to maxWait.
func parseRetryAfter(h http.Header) (time.Duration, bool) {
	var longest time.Duration
	found := false
	for _, value := range h.Values("Retry-After") {
		if d, ok := parseWait(value, h.Get("Date")); ok {
			longest, found = max(longest, d), true
		}
	}
	return longest, found
}

// parseWait reads one value of Retry-After. A date counts from the server's own
// clock if the answer gives it (the Date header): ours may differ.
func parseWait(value, serverDate string) (time.Duration, bool) {
	value = strings.TrimSpace(value)
	if seconds, ok := parseCount(value); ok {
		return time.Duration(min(seconds, int64(maxWait/time.Second))) * time.Second, true
	}
	at, err := http.ParseTime(value)
	if err != nil {
		return 0, false
	}
	now, err := http.ParseTime(serverDate)
	if err != nil {
		now = time.Now()
	}
	return min(max(at.Sub(now), 0), maxWait), true
}

// parseCount reads a non-negative whole number. Whatever is greater than 10^15 is
// 10^15: enough for every comparison, and it cannot overflow.
func parseCount(s string) (int64, bool) {
	const most = 1_000_000_000_000_000
	if s == "" {
		return 0, false
	}
	n := int64(0)
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return 0, false
		}
		n = min(n*10+int64(s[i]-'0'), most)
	}
	return n, true
}
