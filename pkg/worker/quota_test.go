package worker

import (
	"testing"
	"testing/synctest"
	"time"

	"altadnc-bulk/pkg/api"
	"altadnc-bulk/pkg/api/sandbox"
)

// A whole run under the account's true quota: no 429, at least 0.96 of what the
// quota allows, never more than 99 in 60 seconds, whatever kind of window it is.
func TestRunKeepsTheQuota(t *testing.T) {
	const rows = 290
	for _, kind := range []sandbox.WindowKind{sandbox.Fixed, sandbox.Sliding, sandbox.TokenBucket} {
		t.Run(kind.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := newBench(t, emails(rows), nil)
				server, err := sandbox.New(sandbox.Options{Kind: kind, List: []api.OptOut{}, Log: b.log})
				if err != nil {
					t.Fatal(err)
				}
				b.server = server
				began := time.Now()
				s, _ := b.run(setup{config: func(c *Config) { c.Pace = NewPace(PaceConfig{PerMinute: 97}) }})
				wantStop(t, s, "")
				took := time.Since(began)
				if s.Counts.NotFound != rows || s.Counts.Requests != rows {
					t.Errorf("counts = %+v, want %d not found after as many requests", s.Counts, rows)
				}
				var times []time.Time
				for _, r := range b.requests {
					times = append(times, r.Time)
				}
				if n := most(times); n > 99 {
					t.Errorf("%d requests in 60 s", n)
				}
				if share := rows / took.Minutes() / 100; share < 0.96 {
					t.Errorf("used %.3f of the quota, want at least 0.96", share)
				}
			})
		})
	}
}
