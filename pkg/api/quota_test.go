package api

import (
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// TestParseQuota has the headers as limiters and gateways really send them, one a
// line.
func TestParseQuota(t *testing.T) {
	const s = time.Second
	for name, c := range map[string]struct {
		headers string
		want    Quota
	}{
		"absent": {"", Quota{}},

		"draft 6":             {"RateLimit-Limit: 100\nRateLimit-Remaining: 7\nRateLimit-Reset: 42\nRateLimit-Policy: 100;w=60", Quota{true, 100, 7, 42 * s}},
		"without a limit":     {"RateLimit-Remaining: 7\nRateLimit-Reset: 42", Quota{true, 0, 7, 42 * s}},
		"nothing left":        {"RateLimit-Limit: 100\nRateLimit-Remaining: 0\nRateLimit-Reset: 0", Quota{true, 100, 0, 0}},
		"with parameters":     {"RateLimit-Limit: 100, 100;w=60\nRateLimit-Remaining: 7;x\nRateLimit-Reset:  42 ", Quota{true, 100, 7, 42 * s}},
		"twice the same":      {"RateLimit-Limit: 100\nRateLimit-Limit: 100\nRateLimit-Remaining: 7\nRateLimit-Reset: 42", Quota{true, 100, 7, 42 * s}},
		"limit alone":         {"RateLimit-Limit: 100", Quota{Limit: 100}},
		"no reset":            {"RateLimit-Limit: 100\nRateLimit-Remaining: 7", Quota{Limit: 100}},
		"no remaining":        {"RateLimit-Limit: 100\nRateLimit-Reset: 1", Quota{Limit: 100}},
		"contradiction":       {"RateLimit-Limit: 100\nRateLimit-Remaining: 7\nRateLimit-Remaining: 8\nRateLimit-Reset: 42", Quota{Limit: 100}},
		"more than all":       {"RateLimit-Limit: 100\nRateLimit-Remaining: 101\nRateLimit-Reset: 42", Quota{Limit: 100}},
		"negative":            {"RateLimit-Limit: 100\nRateLimit-Remaining: -1\nRateLimit-Reset: 42", Quota{Limit: 100}},
		"negative reset":      {"RateLimit-Limit: 100\nRateLimit-Remaining: 1\nRateLimit-Reset: -42", Quota{Limit: 100}},
		"not a number":        {"RateLimit-Limit: x\nRateLimit-Remaining: NaN\nRateLimit-Reset: 42", Quota{}},
		"huge":                {"RateLimit-Remaining: 99999999999999999999\nRateLimit-Reset: 42", Quota{true, 0, 1_000_000_000, 42 * s}},
		"huge reset":          {"RateLimit-Remaining: 1\nRateLimit-Reset: 99999999999999999999", Quota{}},
		"a fraction of reset": {"RateLimit-Remaining: 1\nRateLimit-Reset: 0.5", Quota{}},
		"an hour":             {"RateLimit-Limit: 100\nRateLimit-Remaining: 7\nRateLimit-Reset: 3600", Quota{true, 100, 7, time.Hour}},
		"more than an hour":   {"RateLimit-Limit: 100\nRateLimit-Remaining: 7\nRateLimit-Reset: 3601", Quota{Limit: 100}},
		"milliseconds":        {"RateLimit-Limit: 100\nRateLimit-Remaining: 0\nRateLimit-Reset: 45000", Quota{Limit: 100}},
		"a day's quota":       {"RateLimit-Limit: 10000\nRateLimit-Remaining: 0\nRateLimit-Reset: 80000", Quota{Limit: 10000}},

		"draft 7":                 {"RateLimit: limit=100, remaining=50, reset=30\nRateLimit-Policy: 100;w=60", Quota{true, 100, 50, 30 * s}},
		"draft 7, in pieces":      {"RateLimit: limit=100\nRateLimit: remaining=50,reset=30", Quota{true, 100, 50, 30 * s}},
		"draft 7 without a limit": {"RateLimit: remaining=50, reset=30", Quota{true, 0, 50, 30 * s}},
		"draft 7, a fraction":     {"RateLimit: limit=100, remaining=50.5, reset=30", Quota{Limit: 100}},
		"draft 7, other things":   {"RateLimit: limit=?1, remaining=(1 2), reset=:AA==:", Quota{}},
		"draft 7 and 6":           {"RateLimit: limit=100, remaining=50, reset=30\nRateLimit-Remaining: 1\nRateLimit-Reset: 2", Quota{true, 100, 50, 30 * s}},

		"draft 8":                 {"RateLimit: \"default\";r=50;t=30\nRateLimit-Policy: \"default\";q=100;w=60", Quota{true, 100, 50, 30 * s}},
		"draft 8, express":        {"RateLimit: \"100-in-1min\"; r=98; t=50\nRateLimit-Policy: \"100-in-1min\"; q=100; w=60; pk=:MTM4OGMzMmY5MjQ3:", Quota{true, 100, 98, 50 * s}},
		"draft 8, tokens":         {"RateLimit: default;r=50;t=30\nRateLimit-Policy: default;q=100;w=60", Quota{true, 100, 50, 30 * s}},
		"draft 8 without policy":  {"RateLimit: \"default\";r=50;t=30", Quota{true, 0, 50, 30 * s}},
		"draft 8, another policy": {"RateLimit: \"default\";r=50;t=30\nRateLimit-Policy: \"other\";q=10", Quota{true, 0, 50, 30 * s}},
		"draft 8, several":        {"RateLimit: \"minute\";r=40;t=30, \"hour\";r=20;t=1800, \"day\";r=5;t=70000\nRateLimit-Policy: \"hour\";q=1000, \"minute\";q=100", Quota{true, 1000, 20, 1800 * s}},
		"draft 8, no numbers":     {"RateLimit: \"default\";r=a;t=30, :AA==:;r=1, (1 2);r=1;t=1", Quota{}},
		"broken structure":        {"RateLimit: \"default;r=50;t=30\nRateLimit-Limit: 100\nRateLimit-Remaining: 7\nRateLimit-Reset: 42", Quota{true, 100, 7, 42 * s}},
		"negative below zero":     {"RateLimit: \"default\";r=50;t=-999999999999999", Quota{}},

		"Fastify": {"x-ratelimit-limit: 100\nx-ratelimit-remaining: 99\nx-ratelimit-reset: 60", Quota{true, 100, 99, 60 * s}},
		"Envoy":   {"x-ratelimit-limit: 100, 100;w=60\nx-ratelimit-remaining: 7\nx-ratelimit-reset: 42", Quota{true, 100, 7, 42 * s}},
		"Kong":    {"X-RateLimit-Remaining-Minute: 7\nX-RateLimit-Limit-Minute: 100\nRateLimit-Limit: 100\nRateLimit-Remaining: 7\nRateLimit-Reset: 42", Quota{true, 100, 7, 42 * s}},
		// Under synctest it is 2000-01-01 00:00:00 UTC, 946684800; the server says it is 2030.
		"GitHub":                     {"Date: Tue, 01 Jan 2030 00:00:00 GMT\nX-RateLimit-Limit: 5000\nX-RateLimit-Remaining: 4999\nX-RateLimit-Reset: 1893456042", Quota{true, 5000, 4999, 42 * s}},
		"GitHub, long past":          {"Date: Tue, 01 Jan 2030 00:00:00 GMT\nX-RateLimit-Limit: 5000\nX-RateLimit-Remaining: 4999\nX-RateLimit-Reset: 1893450000", Quota{true, 5000, 4999, 0}},
		"GitHub, far away":           {"Date: Tue, 01 Jan 2030 00:00:00 GMT\nX-RateLimit-Limit: 5000\nX-RateLimit-Remaining: 4999\nX-RateLimit-Reset: 1893466042", Quota{Limit: 5000}},
		"Unix time in ms":            {"Date: Tue, 01 Jan 2030 00:00:00 GMT\nRateLimit-Limit: 100\nRateLimit-Remaining: 7\nRateLimit-Reset: 1893456042500", Quota{true, 100, 7, 42500 * time.Millisecond}},
		"Unix time without a clock":  {"RateLimit-Limit: 100\nRateLimit-Remaining: 7\nRateLimit-Reset: 1735689600", Quota{Limit: 100}},
		"nonsense before what is so": {"RateLimit-Limit: 100\nRateLimit-Remaining: 7\nRateLimit-Reset: 45000\nX-RateLimit-Limit: 100\nX-RateLimit-Remaining: 7\nX-RateLimit-Reset: 45", Quota{true, 100, 7, 45 * s}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := http.Header{}
				for line := range strings.Lines(c.headers) {
					header, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), ":")
					h.Add(header, value[1:])
				}
				if got := parseQuota(h); got != c.want {
					t.Errorf("got %+v, want %+v", got, c.want)
				}
			})
		})
	}
}

// FuzzHeaders: whatever a server sends, what comes of it can be waited for.
func FuzzHeaders(f *testing.F) {
	f.Add("30", "60", "Wed, 01 Jan 2025 10:00:00 GMT", "100", "7", "42")
	f.Add("Fri, 31 Dec 9999 23:59:59 GMT", "-1", "Mon, 01 Jan 0001 00:00:00 GMT", "100;w=60", "999999999999", "1735689600")
	f.Add("", "", "", "limit=1, remaining=-1, reset=999999999999999", "\"a\";q=1", "\"a\";r=1;t=-999999999999999")
	f.Fuzz(func(t *testing.T, first, second, date, limit, remaining, reset string) {
		h := http.Header{"Retry-After": {first, second}, "Date": {date},
			"Ratelimit-Limit": {limit}, "Ratelimit-Remaining": {remaining}, "Ratelimit-Reset": {reset},
			"X-Ratelimit-Remaining": {remaining}, "X-Ratelimit-Reset": {reset},
			"Ratelimit": {limit, reset}, "Ratelimit-Policy": {remaining}}
		if d, ok := parseRetryAfter(h); d < 0 || d > maxWait || !ok && d != 0 {
			t.Errorf("retry after %v, %v", d, ok)
		}
		q := parseQuota(h)
		if q.Limit < 0 || q.Remaining < 0 || q.Reset < 0 || q.Reset > maxReset || q.Limit > 0 && q.Remaining > q.Limit || !q.Known && (q.Remaining != 0 || q.Reset != 0) {
			t.Errorf("quota %+v", q)
		}
	})
}
