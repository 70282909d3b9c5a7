package worker

import (
	"context"
	"fmt"
	"net/http"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"altadnc-bulk/pkg/api"
	"altadnc-bulk/pkg/api/sandbox/sandboxtest"
	"altadnc-bulk/pkg/journal"
	"altadnc-bulk/pkg/worker/pace"
)

// wait is something that a command may have to wait for, with a list of six.
type wait struct {
	name   string
	do     func(context.Context, *desk, func(*Config)) *Stop // nil for a removal
	after  bool                                              // a removal of the list
	faults []string                                          // of the sandbox
	world  func(*desk, *Config)                              // what else is in the way

	least, most time.Duration // how long it lasts by itself
	ends        StopReason    // by itself
	asking      bool          // nothing is changed, so that a signal waits for no answer
}

// waitsOfWorker are the waits of this package and of the pace. Where they stand in
// the program is listed in cmd/altadnc-bulk/waits_test.go.
func waitsOfWorker() []wait {
	const (
		second, minute = time.Second, time.Minute
		outage         = 15 * minute // that is waited for, see Config.MaxOutage
		quota          = 10 * minute // a pause that is waited for, see pace.Config.MaxWait
	)
	slow := func(_ *desk, c *Config) { c.Pace = pace.New(pace.Config{Rate: pace.Rate{PerMinute: 2}}) }
	four := func(_ *desk, c *Config) { c.Workers = 4 }
	return []wait{
		{name: "a turn of the pace", world: slow, least: 3 * minute, most: 3 * minute},
		{name: "a turn of the pace, to list", do: listing, world: slow, least: 30 * second, most: 30 * second, asking: true},
		{name: "Retry-After of a 429", faults: []string{"429=300,first=1"}, least: 5 * minute, most: 5 * minute},
		{name: "Retry-After beyond patience", faults: []string{"429=3600"}, ends: StopQuota},
		{name: "429 again and again", faults: []string{"429=60"}, least: 8 * minute, most: quota, ends: StopQuota},
		{name: "429 that asks for no wait", faults: []string{"429=0"}, least: 8 * minute, most: quota, ends: StopQuota},
		{name: "Retry-After of a 503", world: answering(503, "Retry-After", "300"), least: outage, most: 40 * minute, ends: StopOutage},
		{name: "a quota that is back late", world: answering(0, "RateLimit-Limit", "100", "RateLimit-Remaining", "0", "RateLimit-Reset", "590"), least: 45 * minute, most: 60 * minute},
		{name: "the hold of another run", world: heldByOthers(5), least: 4 * minute, most: 6 * minute},
		{name: "the holds of other runs, without an end", world: heldByOthers(50), least: 8 * minute, most: quota, ends: StopQuota},
		{name: "an answer", faults: []string{"delay=20s"}, least: 2 * minute, most: 2 * minute},
		{name: "an answer that never comes", faults: []string{"delay=2h"}, least: outage, most: outage + 2*minute, ends: StopOutage},
		{name: "an answer for one entry that never comes", faults: []string{"delay=2h,identifier=" + address(3)}, least: 150 * second, most: 4 * minute},
		{name: "a connection", world: connecting(20 * second), least: 20 * second, most: 20 * second},
		{name: "a connection that never comes about", world: connecting(2 * time.Hour), least: outage, most: outage + 2*minute, ends: StopOutage},
		{name: "the pauses before retries", faults: []string{"500,identifier=" + address(3)}, least: 1, most: 15 * second},
		{name: "the end of an outage", faults: []string{"500"}, least: outage, most: outage + minute, ends: StopOutage},
		{name: "the one who asks whether an outage is over", faults: []string{"delay=25s", "500"}, world: four, least: outage, most: outage + 2*minute, ends: StopOutage},
		{name: "the one who leaves alone", faults: []string{"html,first=1", "delay=25s"}, world: four, least: 25 * second, most: 75 * second},
		{name: "room beside those under way", world: crowded, least: 60 * second, most: 10 * minute},
		{name: "a page", do: listing, faults: []string{"delay=20s"}, least: 20 * second, most: 20 * second, asking: true},
		{name: "a page that never comes", do: listing, faults: []string{"delay=2h"}, least: outage, most: outage + 2*minute, ends: StopOutage, asking: true},
		{name: "the end of a list that comes again and again", do: listing, world: endless(false), least: 10 * second, most: 5 * minute, ends: StopListing, asking: true},
		{name: "the end of a list that grows", do: listing, world: endless(true), least: 60 * minute, most: 60 * minute, ends: StopTerminated, asking: true},
		{name: "a batch of a restore", do: restoring, after: true, faults: []string{"delay=20s"}, least: 20 * second, most: 20 * second},
		{name: "a batch of a restore that nobody answers", do: restoring, after: true, faults: []string{"delay=2h"}, least: outage, most: outage + 2*minute, ends: StopOutage},
		{name: "a listing to verify with", do: verifying, after: true, faults: []string{"delay=2h"}, least: outage, most: outage + 2*minute, ends: StopOutage, asking: true},
		{name: "an answer to a check", do: checking, faults: []string{"delay=2h"}, least: 30 * second, most: 30 * second, ends: StopOutage},
	}
}

// Every wait has an end of its own, and a signal or --max-duration ends it at any
// moment, within the time that requests under way get. One that is forgotten by all
// is reported by synctest itself.
func TestEveryWaitEnds(t *testing.T) {
	for _, w := range waitsOfWorker() {
		t.Run(w.name, func(t *testing.T) {
			took := w.run(t, time.Hour, StopTerminated)
			if took == 0 {
				return // what does not wait cannot be stopped
			}
			for _, reason := range []StopReason{StopTerminated, StopDuration} {
				for _, part := range []float64{0.01, 0.4, 0.9} {
					w.run(t, time.Duration(part*float64(took)), reason)
				}
			}
		})
	}
}

// run lets it last until it ends by itself, or is stopped.
func (w wait) run(t *testing.T, stopAt time.Duration, reason StopReason) (took time.Duration) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, rows(6), numbered(0, 6))
		if w.after {
			d.remove(errand{})
		}
		d.mood(w.faults...)
		if w.do == nil {
			w.do = removing
		}
		ctx, cancel := context.WithCancelCause(t.Context())
		defer cancel(nil)
		began := time.Now()
		time.AfterFunc(stopAt, func() { cancel(&Stop{Reason: reason}) })
		stop := w.do(ctx, d, func(c *Config) {
			c.MaxOutage = 0 // as the command has it
			if w.world != nil {
				w.world(d, c)
			}
		})
		took = time.Since(began)
		w.judge(t, stop, took, stopAt, reason)
	})
	return took
}

// judge compares how it ended with how it should.
func (w wait) judge(t *testing.T, stop *Stop, took, stopAt time.Duration, reason StopReason) {
	t.Helper()
	ended := StopReason("")
	if stop != nil {
		ended = stop.Reason
	}
	if took < stopAt || stopAt == time.Hour {
		if ended != w.ends || took < w.least || took > w.most {
			t.Errorf("by itself it took %s and ended with %v, want %s to %s and %q", took, stop, w.least, w.most, w.ends)
		}
		return
	}
	grace := 8 * time.Second
	if w.asking {
		grace = 0
	}
	if late := took - stopAt; late > grace || ended != reason {
		t.Errorf("%s after %s: it took %s more and ended with %v, want at most %s", reason, stopAt, late, stop, grace)
	}
}

func removing(ctx context.Context, d *desk, config func(*Config)) *Stop {
	s, _ := d.remove(errand{ctx: ctx, config: config})
	return s.Stop
}

func restoring(ctx context.Context, d *desk, config func(*Config)) *Stop {
	s, _ := d.restore(revival{ctx: ctx, config: config})
	return s.Stop
}

func listing(ctx context.Context, d *desk, config func(*Config)) (stop *Stop) {
	d.with(func(_ *List, _ *journal.Journal, cfg Config) {
		config(&cfg)
		_, stop = NewListing(cfg).Each(ctx, 0, func(api.OptOut) error { return nil })
	})
	return stop
}

func verifying(ctx context.Context, d *desk, config func(*Config)) (stop *Stop) {
	d.with(func(list *List, j *journal.Journal, cfg Config) {
		config(&cfg)
		plan, err := NewPlan(list, j, PlanOptions{})
		if err != nil {
			d.t.Fatal(err)
		}
		v, err := Verify(ctx, cfg, list, plan, Matching{})
		if err != nil {
			d.t.Fatal(err)
		}
		stop = v.Stop
	})
	return stop
}

func checking(ctx context.Context, d *desk, config func(*Config)) (stop *Stop) {
	d.with(func(_ *List, _ *journal.Journal, cfg Config) {
		config(&cfg)
		stop = NewProbe(ctx, cfg).List.Stop
	})
	return stop
}

// answering is an API whose answers have a header: the sandbox's if status is 0.
func answering(status int, header ...string) func(*desk, *Config) {
	return func(d *desk, c *Config) {
		c.Client = sandboxtest.Client(d.t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			for i := 0; i < len(header); i += 2 {
				w.Header().Set(header[i], header[i+1])
			}
			if status != 0 {
				w.WriteHeader(status)
				return
			}
			d.sandbox.ServeHTTP(w, r)
		}))
	}
}

// connecting is a network on which no connection comes about before some time.
func connecting(takes time.Duration) func(*desk, *Config) {
	return func(d *desk, c *Config) {
		c.Client = sandboxtest.ClientOver(d.t, stalled{sandboxtest.Transport(d.sandbox), time.Now().Add(takes)})
	}
}

// crowded is a server that takes half a minute, and one request at a time.
func crowded(d *desk, c *Config) {
	c.Workers = 4
	var flying atomic.Int64
	c.Client = sandboxtest.Client(d.t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer flying.Add(-1)
		if flying.Add(1) > 1 {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		sleep(r.Context(), 20*time.Second)
		d.sandbox.ServeHTTP(w, r)
	}))
}

// endless is an API whose list has always another page: of other entries, or of the
// same ones.
func endless(others bool) func(*desk, *Config) {
	return func(d *desk, c *Config) {
		c.Pace = pace.New(pace.Config{Rate: pace.Rate{PerMinute: 97}})
		n := 0
		c.Client = sandboxtest.Client(d.t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			n++
			id := 0
			if others {
				id = n
			}
			w.Header().Set("Content-Type", "application/json")
			fmt.Fprintf(w, `{"data":[{"id":"%d","identifier":"p%d@example.com","identifierType":"email"}],"hasMore":true,"next":"%d"}`, id, id, n)
		}))
	}
}

// heldByOthers are runs beside this one, of which now one, now another is told to
// wait for a minute, before the last minute is over.
func heldByOthers(times int) func(*desk, *Config) {
	return func(d *desk, c *Config) {
		dir := d.t.TempDir()
		open := func() *pace.Shared {
			s, err := pace.OpenShared(dir, pace.Account{BaseURL: "https://api.example.com/v1", Token: api.NewToken("t")})
			if err != nil {
				d.t.Fatal(err)
			}
			return s
		}
		others, wait := pace.New(pace.Config{Shared: open()}), &api.Error{Kind: api.QuotaSpent, Status: 429, HasRetryAfter: true, RetryAfter: time.Minute}
		for i := range times {
			turn, err := others.Turn(d.t.Context(), nil)
			if err != nil {
				d.t.Fatal(err)
			}
			time.AfterFunc(time.Duration(1+50_000*i)*time.Millisecond, func() { turn.Answered(api.Answer{Status: wait.Status}, wait) })
		}
		c.Pace = pace.New(pace.Config{Rate: pace.Rate{PerMinute: 97}, MaxWait: 10 * time.Minute, Shared: open()})
	}
}
