package main

import (
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"
)

// TestCheckWarns: a clock that is wrong, a quota that others use, and an API
// that confirms everything are reported; none of them fails a run.
func TestCheckWarns(t *testing.T) {
	for _, tt := range []struct {
		name string
		skew time.Duration // of the API's clock
		says string
	}{
		{"slow", time.Hour, "warning +clock +(60m|1h00m) behind the API's"},
		{"fast", -time.Hour, "warning +clock +(60m|1h00m) ahead of the API's"},
		{"a little", 20 * time.Second, "ok +clock +agrees with the API's"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newSession(t)
			var asked []string
			s.serve(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				body, _ := io.ReadAll(r.Body)
				asked = append(asked, r.Method+" "+r.URL.RawQuery+string(body))
				w.Header().Set("Date", time.Now().Add(tt.skew).UTC().Format(http.TimeFormat))
				w.Header().Set("RateLimit-Limit", "100")
				w.Header().Set("RateLimit-Remaining", "37")
				w.Header().Set("RateLimit-Reset", "20")
				w.Header().Set("Content-Type", "application/json")
				if r.Method == http.MethodGet {
					io.WriteString(w, `{"data":[],"hasMore":false}`)
				}
			}))
			s.run("check", "--rate", "0")
			if s.code != exitOK {
				t.Errorf("exit code %d:\n%s", s.code, s.last)
			}
			for _, says := range []string{tt.says, "ok +quota +37 of 100 requests left for the next 20s; 63 used, by this program or others", "warning +answers +the API claims to have removed an address that cannot exist"} {
				if !regexp.MustCompile(says).MatchString(s.last) {
					t.Errorf("it does not say %q:\n%s", says, s.last)
				}
			}
			if len(asked) != 2 || asked[0] != "GET limit=1" || !strings.HasPrefix(asked[1], "DELETE ") || !strings.Contains(asked[1], `@check.invalid"`) {
				t.Errorf("asked %q", asked)
			}
		})
	}
}
