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
