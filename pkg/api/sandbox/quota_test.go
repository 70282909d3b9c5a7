package sandbox_test

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"altadnc-bulk/pkg/api"
	"altadnc-bulk/pkg/api/sandbox"
	"altadnc-bulk/pkg/api/sandbox/sandboxtest"
)

// ask makes a request that costs quota and changes nothing.
func ask(t *testing.T, c *api.Client) (api.Answer, *api.Error) {
	t.Helper()
	answer, err := c.Remove(t.Context(), email("nobody@example.com"))
	e, ok := errors.AsType[*api.Error](err)
	if !ok || e.Kind != api.NotFound && e.Kind != api.QuotaSpent {
		t.Fatalf("got %v", err)
	}
	return answer, e
}

// TestQuota follows each kind of window through the same few seconds: 3 requests
// in 12 s, asked for at these times.
func TestQuota(t *testing.T) {
	type step struct {
		at        time.Duration
		ok        bool
		remaining int
		reset     time.Duration
		retry     time.Duration // after a 429
	}
	const s = time.Second
	for kind, steps := range map[sandbox.WindowKind][]step{
		sandbox.Fixed: {
			{5 * s, true, 2, 12 * s, 0}, // the first request opens the window
			{6 * s, true, 1, 11 * s, 0},
			{16 * s, true, 0, 1 * s, 0},
			{16 * s, false, 0, 1 * s, 1 * s},
			{16*s + 500*time.Millisecond, false, 0, 1 * s, 1 * s}, // rounded up
			{17 * s, true, 2, 12 * s, 0},
			{17 * s, true, 1, 12 * s, 0},
			{40 * s, true, 2, 12 * s, 0},
		},
		sandbox.Sliding: {
			{5 * s, true, 2, 12 * s, 0},
			{6 * s, true, 1, 11 * s, 0},
			{16 * s, true, 0, 1 * s, 0},
			{16 * s, false, 0, 1 * s, 1 * s},
			{17 * s, true, 0, 1 * s, 0},
			{17 * s, false, 0, 1 * s, 1 * s},
			{18 * s, true, 0, 10 * s, 0},
			{18 * s, false, 0, 10 * s, 10 * s},
			{60 * s, true, 2, 12 * s, 0},
		},
		sandbox.TokenBucket: {
			{5 * s, true, 2, 4 * s, 0},
			{6 * s, true, 1, 7 * s, 0},
			{6 * s, true, 0, 11 * s, 0},
			{6 * s, false, 0, 11 * s, 3 * s},
			{8 * s, false, 0, 9 * s, 1 * s},
			{9 * s, true, 0, 12 * s, 0},
			{60 * s, true, 2, 4 * s, 0},
		},
	} {
		t.Run(kind.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := sandboxtest.Client(t, mustNew(t, sandbox.Options{Limit: 3, Window: 12 * s, Kind: kind}))
				start := time.Now()
				for i, step := range steps {
					time.Sleep(step.at - time.Since(start))
					answer, e := ask(t, c)
					want := api.Quota{Known: true, Limit: 3, Remaining: step.remaining, Reset: step.reset}
					if (e.Kind == api.NotFound) != step.ok || answer.Quota != want {
						t.Errorf("step %d: %v, %+v, want %+v", i+1, e, answer.Quota, step)
					}
					if e.RetryAfter != step.retry || e.HasRetryAfter == step.ok {
						t.Errorf("step %d: retry after %v, want %v", i+1, e.RetryAfter, step.retry)
					}
				}
			})
		})
	}
}

// TestQuotaAtFullSpeed: somebody who asks without pause gets exactly what each
// kind allows in three minutes, and who waits for Retry-After is served then.
func TestQuotaAtFullSpeed(t *testing.T) {
	for kind, want := range map[sandbox.WindowKind]int{sandbox.Fixed: 300, sandbox.Sliding: 300, sandbox.TokenBucket: 399} {
		t.Run(kind.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := sandboxtest.Client(t, mustNew(t, sandbox.Options{Kind: kind}))
				start := time.Now()
				served, refusedInARow := 0, 0
				for time.Since(start) < 3*time.Minute {
					_, e := ask(t, c)
					if e.Kind == api.NotFound {
						served, refusedInARow = served+1, 0
						continue
					}
					if refusedInARow++; refusedInARow > 1 {
						t.Fatal("refused again after having waited")
					}
					time.Sleep(e.RetryAfter)
				}
				// A whole second to wait lets a token bucket fill meanwhile.
				if served > want || served < want-3 {
					t.Errorf("served %d, want %d", served, want)
				}
			})
		})
	}
}

func TestQuotaDetails(t *testing.T) {
	t.Run("who is not let in costs nothing", func(t *testing.T) {
		s := mustNew(t, sandbox.Options{Token: "another", Limit: 2})
		answer, err := sandboxtest.Client(t, s).Remove(t.Context(), email("a@example.com"))
		if kindOf(err) != api.Unauthorized || answer.Quota.Remaining != 2 {
			t.Errorf("%v, %+v", err, answer)
		}
	})
	t.Run("invalid requests cost", func(t *testing.T) {
		s := mustNew(t, sandbox.Options{Limit: 2})
		c := sandboxtest.Client(t, s)
		_, answer, err := c.List(t.Context(), api.ListRequest{Cursor: "x"})
		if kindOf(err) != api.Rejected || answer.Quota.Remaining != 1 {
			t.Errorf("%v, %+v", err, answer)
		}
	})
	t.Run("no quota", func(t *testing.T) {
		c := sandboxtest.Client(t, mustNew(t, sandbox.Options{Limit: -1}))
		for range 500 {
			if answer, e := ask(t, c); e.Kind != api.NotFound || answer.Quota != (api.Quota{}) {
				t.Fatalf("%v %+v", e, answer)
			}
		}
	})
}

func TestParseWindowKind(t *testing.T) {
	for _, k := range []sandbox.WindowKind{sandbox.Fixed, sandbox.Sliding, sandbox.TokenBucket} {
		if got, err := sandbox.ParseWindowKind(k.String()); got != k || err != nil {
			t.Errorf("%v: %v, %v", k, got, err)
		}
	}
	if _, err := sandbox.ParseWindowKind("leaky"); err == nil {
		t.Error("leaky is accepted")
	}
}
