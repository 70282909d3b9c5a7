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
// clock where it tells it (the Date header): ours may differ.
func parseWait(value, serverDate string) (time.Duration, bool) {
	value = strings.TrimSpace(value)
	if seconds, ok := parseCount(value); ok {
		return min(time.Duration(seconds)*time.Second, maxWait), true
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

// parseQuota reads the RateLimit-* headers (draft-ietf-httpapi-ratelimit-headers,
// revision 6). A header that comes twice with different values, more remaining
// than the limit, or a reset beyond maxWait (other APIs send a time of day
// there) makes the whole unknown: nobody is to be paced by nonsense.
func parseQuota(h http.Header) Quota {
	limit, hasLimit := headerCount(h, "RateLimit-Limit")
	remaining, hasRemaining := headerCount(h, "RateLimit-Remaining")
	reset, hasReset := headerCount(h, "RateLimit-Reset")
	q := Quota{Limit: limit}
	if !hasRemaining || !hasReset || time.Duration(reset)*time.Second > maxWait || hasLimit && remaining > limit {
		return q
	}
	q.Known, q.Remaining, q.Reset = true, remaining, time.Duration(reset)*time.Second
	return q
}

// headerCount returns the number that a header begins with: earlier revisions
// of the draft append parameters ("100, 100;w=60").
func headerCount(h http.Header, name string) (int, bool) {
	values := h.Values(name)
	if len(values) == 0 {
		return 0, false
	}
	for _, v := range values[1:] {
		if v != values[0] {
			return 0, false
		}
	}
	number, _, _ := strings.Cut(values[0], ",")
	number, _, _ = strings.Cut(number, ";")
	return parseCount(strings.TrimSpace(number))
}

// parseCount reads a non-negative whole number. Whatever is greater than a
// billion is a billion: enough for every comparison, and it cannot overflow.
func parseCount(s string) (int, bool) {
	const most = 1_000_000_000
	if s == "" {
		return 0, false
	}
	n := 0
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return 0, false
		}
		n = min(n*10+int(s[i]-'0'), most)
	}
	return n, true
}
