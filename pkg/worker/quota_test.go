package worker

import (
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"altadnc-bulk/pkg/api"
	"altadnc-bulk/pkg/api/sandbox"
	"altadnc-bulk/pkg/api/sandbox/sandboxtest"
	"altadnc-bulk/pkg/journal"
	"altadnc-bulk/pkg/worker/pace"
)

// A whole run under the account's true quota: no 429, at least 0.96 of what the
// quota allows, never more than 99 in 60 seconds, whatever kind of window it is.
func TestRunKeepsTheQuota(t *testing.T) {
	const n = 290
	for _, kind := range []sandbox.WindowKind{sandbox.Fixed, sandbox.Sliding, sandbox.TokenBucket} {
		t.Run(kind.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := newDesk(t, rows(n), nil)
				server, err := sandbox.New(sandbox.Options{Kind: kind, List: []api.OptOut{}, Log: d.log})
				if err != nil {
					t.Fatal(err)
				}
				d.handler = server
				began := time.Now()
				s, _ := d.remove(errand{config: func(c *Config) { c.Pace = pace.New(pace.Config{Rate: pace.Rate{PerMinute: 97}}) }})
				wantStop(t, s, "")
				took := time.Since(began)
				if s.Counts[journal.NotFound] != n || s.Requests != n {
					t.Errorf("counts = %+v, want %d not found after as many requests", s.Counts, n)
				}
				var times []time.Time
				for _, r := range d.requests {
					times = append(times, r.Time)
				}
				if n := most(times); n > 99 {
					t.Errorf("%d requests in 60 s", n)
				}
				if share := n / took.Minutes() / 100; share < 0.96 {
					t.Errorf("used %.3f of the quota, want at least 0.96", share)
				}
			})
		})
	}
}

// most returns the most departures in any closed 60 s.
func most(left []time.Time) (n int) {
	for first, last := 0, 0; last < len(left); last++ {
		for left[last].Sub(left[first]) > time.Minute {
			first++
		}
		n = max(n, last-first+1)
	}
	return n
}

// stalled is a transport without a connection in the first ten seconds.
type stalled struct {
	http.RoundTripper
	until time.Time
}

func (s stalled) RoundTrip(r *http.Request) (*http.Response, error) {
	sleep(r.Context(), time.Until(s.until))
	return s.RoundTripper.RoundTrip(r)
}

// Requests whose connections take long to come about do not leave together.
func TestStalledConnectionsDoNotBunchRequests(t *testing.T) {
	const n = 150
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, rows(n), nil)
		s, _ := d.remove(errand{workers: 16, config: func(c *Config) {
			c.Pace = pace.New(pace.Config{Rate: pace.Rate{PerMinute: 98}})
			client, err := api.New(api.Config{
				BaseURL: "https://api.example.com/v1", Token: api.NewToken("test-token"),
				Transport: stalled{sandboxtest.Transport(d.handler), time.Now().Add(10 * time.Second)},
			})
			if err != nil {
				t.Fatal(err)
			}
			c.Client = client
		}})
		wantStop(t, s, "")
		var times []time.Time
		for _, r := range d.requests {
			times = append(times, r.Time)
		}
		if n := most(times); n > 99 {
			t.Errorf("%d requests in 60 s", n)
		}
	})
}

// A turn is over when the request has left, not when it was answered: a slow API
// costs no quota.
func TestSlowAnswersKeepThePace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, rows(97), nil, "delay=3s")
		began := time.Now()
		s, _ := d.remove(errand{workers: 8, config: func(c *Config) { c.Pace = pace.New(pace.Config{Rate: pace.Rate{PerMinute: 97}}) }})
		wantStop(t, s, "")
		if took := time.Since(began); took > 64*time.Second {
			t.Errorf("97 requests took %v, want a minute", took)
		}
	})
}
