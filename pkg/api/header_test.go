package api

import (
	"net/http"
	"testing"
	"testing/synctest"
	"time"
)

func TestParseRetryAfter(t *testing.T) {
	// Under synctest it is 2000-01-01 00:00:00 UTC.
	for name, c := range map[string]struct {
		values []string
		date   string
		want   time.Duration
		found  bool
	}{
		"absent":               {nil, "", 0, false},
		"seconds":              {[]string{"30"}, "", 30 * time.Second, true},
		"blanks around":        {[]string{" 30\t"}, "", 30 * time.Second, true},
		"zero":                 {[]string{"0"}, "", 0, true},
		"leading zeros":        {[]string{"0000000000000000000000000030"}, "", 30 * time.Second, true},
		"a day":                {[]string{"86400"}, "", 24 * time.Hour, true},
		"more than a day":      {[]string{"86401"}, "", 24 * time.Hour, true},
		"overflows an int":     {[]string{"99999999999999999999999999"}, "", 24 * time.Hour, true},
		"overflows a duration": {[]string{"9223372037"}, "", 24 * time.Hour, true},
		"negative":             {[]string{"-5"}, "", 0, false},
		"signed":               {[]string{"+5"}, "", 0, false},
		"a fraction":           {[]string{"1.5"}, "", 0, false},
		"not a number":         {[]string{"NaN"}, "", 0, false},
		"infinite":             {[]string{"Inf"}, "", 0, false},
		"an exponent":          {[]string{"1e9"}, "", 0, false},
		"hexadecimal":          {[]string{"0x10"}, "", 0, false},
		"other digits":         {[]string{"３０"}, "", 0, false},
		"empty":                {[]string{""}, "", 0, false},
		"several":              {[]string{"10", "40", "20"}, "", 40 * time.Second, true},
		"several, some broken": {[]string{"soon", "20", "-1"}, "", 20 * time.Second, true},
		"a list":               {[]string{"10, 40"}, "", 0, false},
		"a date":               {[]string{"Sat, 01 Jan 2000 00:01:30 GMT"}, "", 90 * time.Second, true},
		"a date, RFC 850":      {[]string{"Saturday, 01-Jan-00 00:01:30 GMT"}, "", 90 * time.Second, true},
		"a date, asctime":      {[]string{"Sat Jan  1 00:01:30 2000"}, "", 90 * time.Second, true},
		"a date long ago":      {[]string{"Fri, 01 Jan 1999 00:00:00 GMT"}, "", 0, true},
		"a date far away":      {[]string{"Fri, 31 Dec 9999 23:59:59 GMT"}, "", 24 * time.Hour, true},
		"the server's clock":   {[]string{"Tue, 01 Jan 2030 00:00:10 GMT"}, "Tue, 01 Jan 2030 00:00:00 GMT", 10 * time.Second, true},
		"broken clock":         {[]string{"Sat, 01 Jan 2000 00:01:30 GMT"}, "noon", 90 * time.Second, true},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d, found := parseRetryAfter(http.Header{"Retry-After": c.values, "Date": {c.date}})
				if d != c.want || found != c.found {
					t.Errorf("got %v %v, want %v %v", d, found, c.want, c.found)
				}
			})
		})
	}
}

func TestParseQuota(t *testing.T) {
	for name, c := range map[string]struct {
		limit, remaining, reset []string
		want                    Quota
	}{
		"absent":              {nil, nil, nil, Quota{}},
		"all":                 {[]string{"100"}, []string{"7"}, []string{"42"}, Quota{true, 100, 7, 42 * time.Second}},
		"without a limit":     {nil, []string{"7"}, []string{"42"}, Quota{true, 0, 7, 42 * time.Second}},
		"nothing left":        {[]string{"100"}, []string{"0"}, []string{"0"}, Quota{true, 100, 0, 0}},
		"with parameters":     {[]string{"100, 100;w=60"}, []string{"7;x"}, []string{" 42 "}, Quota{true, 100, 7, 42 * time.Second}},
		"twice the same":      {[]string{"100", "100"}, []string{"7", "7"}, []string{"42", "42"}, Quota{true, 100, 7, 42 * time.Second}},
		"limit alone":         {[]string{"100"}, nil, nil, Quota{Limit: 100}},
		"no reset":            {[]string{"100"}, []string{"7"}, nil, Quota{Limit: 100}},
		"no remaining":        {[]string{"100"}, nil, []string{"1"}, Quota{Limit: 100}},
		"contradiction":       {[]string{"100"}, []string{"7", "8"}, []string{"42"}, Quota{Limit: 100}},
		"more than all":       {[]string{"100"}, []string{"101"}, []string{"42"}, Quota{Limit: 100}},
		"a time of day":       {[]string{"100"}, []string{"7"}, []string{"1735689600"}, Quota{Limit: 100}},
		"negative":            {[]string{"100"}, []string{"-1"}, []string{"42"}, Quota{Limit: 100}},
		"negative reset":      {[]string{"100"}, []string{"1"}, []string{"-42"}, Quota{Limit: 100}},
		"not a number":        {[]string{"x"}, []string{"NaN"}, []string{"42"}, Quota{}},
		"huge":                {nil, []string{"99999999999999999999"}, []string{"42"}, Quota{true, 0, 1_000_000_000, 42 * time.Second}},
		"huge reset":          {nil, []string{"1"}, []string{"99999999999999999999"}, Quota{}},
		"a fraction of reset": {nil, []string{"1"}, []string{"0.5"}, Quota{}},
	} {
		t.Run(name, func(t *testing.T) {
			got := parseQuota(http.Header{"Ratelimit-Limit": c.limit, "Ratelimit-Remaining": c.remaining, "Ratelimit-Reset": c.reset})
			if got != c.want {
				t.Errorf("got %+v, want %+v", got, c.want)
			}
		})
	}
}

// FuzzHeaders: whatever a server sends, what comes of it can be waited for.
func FuzzHeaders(f *testing.F) {
	f.Add("30", "60", "Wed, 01 Jan 2025 10:00:00 GMT", "100", "7", "42")
	f.Add("Fri, 31 Dec 9999 23:59:59 GMT", "-1", "Mon, 01 Jan 0001 00:00:00 GMT", "100;w=60", "999999999999", "1735689600")
	f.Fuzz(func(t *testing.T, first, second, date, limit, remaining, reset string) {
		h := http.Header{"Retry-After": {first, second}, "Date": {date},
			"Ratelimit-Limit": {limit}, "Ratelimit-Remaining": {remaining}, "Ratelimit-Reset": {reset}}
		if d, ok := parseRetryAfter(h); d < 0 || d > maxWait || !ok && d != 0 {
			t.Errorf("retry after %v, %v", d, ok)
		}
		q := parseQuota(h)
		if q.Limit < 0 || q.Remaining < 0 || q.Reset < 0 || q.Reset > maxWait || !q.Known && (q.Remaining != 0 || q.Reset != 0) {
			t.Errorf("quota %+v", q)
		}
	})
}
