package sandbox_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"altadnc-bulk/pkg/api"
	"altadnc-bulk/pkg/api/sandbox"
	"altadnc-bulk/pkg/api/sandbox/sandboxtest"
)

func TestFaults(t *testing.T) {
	const victim = "ada.lovell@example.com"
	for text, c := range map[string]struct {
		want  api.Kind
		gone  bool // the entry, after the first request
		retry time.Duration
	}{
		"drop-before":                   {api.Network, false, -1},
		"drop-after":                    {api.Network, true, -1},
		"delay=3s":                      {0, true, -1},
		"delay=31s":                     {api.Network, false, -1}, // longer than the client's timeout
		"400":                           {api.Rejected, false, -1},
		"401":                           {api.Unauthorized, false, -1},
		"403":                           {api.Forbidden, false, -1},
		"429":                           {api.QuotaSpent, false, time.Minute},
		"429=7":                         {api.QuotaSpent, false, 7 * time.Second},
		"429=none":                      {api.QuotaSpent, false, -1},
		"429=99999999999999999":         {api.QuotaSpent, false, 24 * time.Hour},
		"500":                           {api.Unavailable, false, -1},
		"html":                          {api.Foreign, false, -1},
		"redirect":                      {api.Foreign, false, -1},
		"redirect=http://10.0.0.1/x":    {api.Foreign, false, -1},
		"garbage":                       {api.Unreadable, true, -1},
		"500,identifier=" + victim:      {api.Unavailable, false, -1},
		"500,identifier=b@example.com":  {0, true, -1},
		"500,identifier=ADA@EXAMPLE.co": {0, true, -1},
	} {
		t.Run(text, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var log []sandbox.Request
				s := mustNew(t, sandbox.Options{Faults: []sandbox.Fault{mustParse(t, text)}, Log: func(r sandbox.Request) { log = append(log, r) }})
				before := len(s.OptOuts())
				_, err := sandboxtest.Client(t, s).Remove(t.Context(), email(victim))
				if kindOf(err) != c.want {
					t.Errorf("got %v, want %v", err, c.want)
				}
				synctest.Wait()
				if gone := len(s.OptOuts()) < before; gone != c.gone {
					t.Errorf("removed: %v", gone)
				}
				if e, ok := errors.AsType[*api.Error](err); ok && (e.HasRetryAfter != (c.retry >= 0) || e.HasRetryAfter && e.RetryAfter != c.retry) {
					t.Errorf("retry after %v %v", e.RetryAfter, e.HasRetryAfter)
				}
				if len(log) != 1 || log[0].Applied != c.gone || log[0].Identifier != email(victim) || (c.want == api.Network) != (log[0].Status == 0) {
					t.Errorf("log %+v", log)
				}
			})
		})
	}
}

// TestFaultConditions counts at which of 12 requests a fault fires.
func TestFaultConditions(t *testing.T) {
	for text, want := range map[string]string{
		"500":                                  "xxxxxxxxxxxx",
		"500,first=2":                          "xx..........",
		"500,every=3":                          "..x..x..x..x",
		"500,every=3,first=2":                  "..x..x......",
		"500,share=1":                          "xxxxxxxxxxxx",
		"500,identifier=3@example.com":         "..x..x..x..x", // the twelve are 1, 2, 3, 1, 2, 3 …
		"500,every=2,identifier=3@example.com": ".....x.....x",
		"500,first=1,identifier=2@example.com": ".x..........",
		"500,share=0.5":                        "",
		"500,share=0.5,seed=9":                 "",
	} {
		t.Run(text, func(t *testing.T) {
			fired := func() string {
				c := sandboxtest.Client(t, mustNew(t, sandbox.Options{Faults: []sandbox.Fault{mustParse(t, text)}}))
				var got strings.Builder
				for i := range 12 {
					_, err := c.Remove(t.Context(), email(fmt.Sprintf("%d@example.com", i%3+1)))
					got.WriteString(map[bool]string{true: "x", false: "."}[kindOf(err) == api.Unavailable])
				}
				return got.String()
			}
			got := fired()
			if want != "" && got != want {
				t.Errorf("got %s, want %s", got, want)
			}
			if again := fired(); again != got {
				t.Errorf("got %s, then %s", got, again)
			}
		})
	}
}

// TestShare: the share is met, the seed makes another choice, and the order of
// requests makes no difference.
func TestShare(t *testing.T) {
	chosen := func(seed uint64, backwards bool) map[string]bool {
		f := sandbox.Fault{Action: sandbox.Fail, Share: 0.1, Seed: seed}
		c := sandboxtest.Client(t, mustNew(t, sandbox.Options{Limit: -1, Faults: []sandbox.Fault{f}}))
		hit := map[string]bool{}
		for i := range 1000 {
			if backwards {
				i = 999 - i
			}
			id := email(fmt.Sprintf("%d@example.com", i))
			if _, err := c.Remove(t.Context(), id); kindOf(err) == api.Unavailable {
				hit[id.Value] = true
			}
		}
		return hit
	}
	first, other := chosen(1, false), chosen(2, false)
	if n := len(first); n < 70 || n > 130 {
		t.Errorf("%d of 1000", n)
	}
	if fmt.Sprint(first) == fmt.Sprint(other) {
		t.Error("the seed makes no difference")
	}
	if fmt.Sprint(first) != fmt.Sprint(chosen(1, true)) {
		t.Error("the order makes a difference")
	}
}

func TestFaultsInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := mustNew(t, sandbox.Options{Faults: []sandbox.Fault{
			mustParse(t, "delay=1s"), mustParse(t, "delay=2s"), mustParse(t, "403,first=1"), mustParse(t, "500,first=1"), mustParse(t, "delay=4s"),
		}})
		c := sandboxtest.Client(t, s)
		for i, want := range []struct {
			kind api.Kind
			took time.Duration
		}{{api.Forbidden, 3 * time.Second}, {api.Unavailable, 3 * time.Second}, {api.NotFound, 7 * time.Second}} {
			start := time.Now()
			_, err := c.Remove(t.Context(), email("nobody@example.com"))
			if kindOf(err) != want.kind || time.Since(start) != want.took {
				t.Errorf("request %d: %v after %v", i+1, err, time.Since(start))
			}
		}
	})
}

// TestQuotaBeforeFaults: a refused request meets no fault.
func TestQuotaBeforeFaults(t *testing.T) {
	s := mustNew(t, sandbox.Options{Limit: 1, Faults: []sandbox.Fault{{Action: sandbox.DropAfter}}})
	c := sandboxtest.Client(t, s)
	id := email("ada.lovell@example.com")
	if _, err := c.Remove(t.Context(), id); !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("first: %v", err)
	}
	if _, err := c.Remove(t.Context(), id); kindOf(err) != api.QuotaSpent {
		t.Errorf("second: %v", err)
	}
}

// TestDelayGivenUp: who leaves during the delay has changed nothing.
func TestDelayGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := mustNew(t, sandbox.Options{Faults: []sandbox.Fault{mustParse(t, "delay=10s")}})
		before := len(s.OptOuts())
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err := sandboxtest.Client(t, s).Remove(ctx, email("ada.lovell@example.com"))
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		time.Sleep(time.Minute)
		if len(s.OptOuts()) != before {
			t.Error("removed")
		}
	})
}

func TestParseFault(t *testing.T) {
	for text, want := range map[string]sandbox.Fault{
		"drop-before":                 {Action: sandbox.DropBefore},
		"delay=1m30s":                 {Action: sandbox.Delay, Wait: 90 * time.Second},
		"429=30,first=1":              {Action: sandbox.Throttle, RetryAfter: "30", First: 1},
		"redirect=https://a.example/": {Action: sandbox.Redirect, Location: "https://a.example/"},
		"500,every=3,share=0.25,seed=7,first=2,identifier=a,b=c": {
			Action: sandbox.Fail, Every: 3, Share: 0.25, Seed: 7, First: 2, Identifier: "a,b=c"},
	} {
		if got, err := sandbox.ParseFault(text); got != want || err != nil {
			t.Errorf("%s: %+v, %v", text, got, err)
		}
	}
	for text, want := range map[string]string{
		"":                  `fault "": unknown action ""`,
		"explode":           "use one of drop-before, drop-after, delay",
		"delay":             "give a time",
		"delay=":            "delay= has no value",
		"delay=3":           "missing unit",
		"delay=-3s":         "give a time",
		"500=1":             "500 takes no value",
		"500,":              `unknown condition ""`,
		"500,every":         "invalid syntax",
		"500,every=0":       "every=0: must be greater than 0",
		"500,every=-1":      "every=-1: must not be negative",
		"500,share=0":       "share=0: must be greater than 0",
		"500,share=1.1":     "share=1.1: must be from 0 to 1",
		"500,share=NaN":     "must be from 0 to 1",
		"500,share=10%":     "invalid syntax",
		"500,first=0":       "first=0: must be greater",
		"500,seed=-1":       "invalid syntax",
		"500,identifier=":   "identifier= is empty",
		"500,how=well":      `unknown condition "how"`,
		"500,first=1,x":     `unknown condition "x"`,
		"drop-before,500":   `unknown condition "500"`,
		"drop-before every": "unknown action",
	} {
		if got, err := sandbox.ParseFault(text); err == nil || !strings.Contains(err.Error(), want) || got != (sandbox.Fault{}) {
			t.Errorf("%s: %+v, %v, want %q", text, got, err, want)
		}
	}
}

func FuzzParseFault(f *testing.F) {
	for _, s := range []string{"drop-after", "delay=3s,every=2", "429=Wed,share=0.1,seed=3", "500,first=1,identifier=a,b"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		fault, err := sandbox.ParseFault(s)
		if err != nil {
			return
		}
		if again, err := sandbox.ParseFault(fault.String()); again != fault || err != nil {
			t.Errorf("%q: %+v is written %q, read %+v, %v", s, fault, fault, again, err)
		}
	})
}

func TestNewRefuses(t *testing.T) {
	_, err := sandbox.New(sandbox.Options{
		Window: -1, PageLimit: 101, Kind: 7,
		Faults: []sandbox.Fault{{Action: sandbox.Fail}, {}, {Action: sandbox.Fail, Share: math.NaN()}, {Action: sandbox.Delay}},
		List:   []api.OptOut{{Identifier: email("a@example.com")}, {Identifier: email("a@example.com")}},
	})
	if err == nil {
		t.Fatal("accepted")
	}
	for _, want := range []string{"window -1ns", "page limit 101", "window kind 7", "fault 2: unknown action", "fault 3: share", "fault 4: delay", "entry 2: email \"a***@example.com\" is entry 1 already"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q lacks %q", err, want)
		}
	}
	if _, err := sandbox.New(sandbox.Options{Limit: 1 << 40, Window: time.Second}); err == nil {
		t.Error("a window too short for its limit is accepted")
	}
}
