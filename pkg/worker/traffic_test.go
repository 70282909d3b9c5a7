package worker

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"altadnc-bulk/pkg/api"
	"altadnc-bulk/pkg/journal"
	"altadnc-bulk/pkg/worker/pace"
)

// sent returns what the journal says of the last run's requests.
func (d *desk) sent() journal.RunHistory {
	d.t.Helper()
	view, err := journal.Load(d.path+".journal", nil)
	if err != nil {
		d.t.Fatal(err)
	}
	defer view.Close()
	runs, err := view.History()
	if err != nil {
		d.t.Fatal(err)
	}
	return runs[len(runs)-1]
}

func total(minutes []journal.Minute) (sum journal.Minute) {
	for _, m := range minutes {
		sum.Requests += m.Requests
		sum.Throttled += m.Throttled
		sum.Unanswered += m.Unanswered
		sum.Most = max(sum.Most, m.Most)
	}
	return sum
}

// The journal tells when requests left, what was paused for, and how often nobody
// answered; all of it, whatever the run met.
func TestTraffic(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, rows(200), numbered(0, 200))
		inner, n := d.handler, 0
		d.handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			switch n++; {
			case n == 50:
				w.Header().Set("Retry-After", "100")
				w.WriteHeader(http.StatusTooManyRequests)
			case n > 100 && n <= 112:
				w.WriteHeader(http.StatusBadGateway)
			default:
				inner.ServeHTTP(w, r)
			}
		})
		s, _ := d.remove(errand{snapshot: true, config: func(cfg *Config) {
			cfg.Pace, cfg.MaxOutage = pace.New(pace.Config{Rate: pace.Rate{PerMinute: 97}}), time.Hour
		}})
		wantStop(t, s, "")
		run := d.sent()
		sum := total(run.Minutes)
		if sum.Requests != s.Requests || sum.Throttled != 1 || sum.Unanswered != 12 || sum.Most != 0 {
			t.Errorf("minutes add up to %+v, want the %d requests of the run, and no word of others", sum, s.Requests)
		}
		for i, m := range run.Minutes {
			if !m.Time.Equal(m.Time.Truncate(time.Minute)) || m.Requests > 98 || i > 0 && m.Time.Before(run.Minutes[i-1].Time) {
				t.Errorf("minute %d is %+v", i, m)
			}
		}
		if len(run.Pauses) != 2 {
			t.Fatalf("pauses = %+v, want that of the 429 and the outage", run.Pauses)
		}
		pause, outage := run.Pauses[0], run.Pauses[1]
		if lasted := pause.Until.Sub(pause.From); lasted < 99*time.Second || lasted > 102*time.Second || pause.Reason != "the API answered 429" {
			t.Errorf("pause = %+v, want 100 s", pause)
		}
		if outage.Reason != outageReason || !outage.Until.After(outage.From) {
			t.Errorf("outage = %+v", outage)
		}
	})
}

// A run that stops while nothing may leave tells of that as well.
func TestTrafficOfAStop(t *testing.T) {
	stopped := func(t *testing.T, after time.Duration) context.Context {
		ctx, cancel := context.WithCancelCause(t.Context())
		time.AfterFunc(after, func() { cancel(&Stop{Reason: StopTerminated}) })
		return ctx
	}
	for fault, reason := range map[string]string{"429=300": "the API answered 429", "500": outageReason} {
		synctest.Test(t, func(t *testing.T) {
			d := newDesk(t, rows(3), numbered(0, 3), fault)
			s, _ := d.remove(errand{ctx: stopped(t, 3*time.Minute), config: func(cfg *Config) { cfg.MaxOutage = time.Hour }})
			wantStop(t, s, StopTerminated)
			run := d.sent()
			if len(run.Pauses) != 1 || run.Pauses[0].Reason != reason || !run.Pauses[0].Until.Equal(run.End.Time) {
				t.Errorf("%s: pauses = %+v, want one until the end, %s", fault, run.Pauses, run.End.Time)
			}
			if sum := total(run.Minutes); sum.Requests != s.Requests {
				t.Errorf("%s: minutes add up to %+v, want %d requests", fault, sum, s.Requests)
			}
		})
	}
}

// Where runs share their pace the journal tells how many requests of all of them had
// left when one of this run did.
func TestTrafficOfOtherRuns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		folder := t.TempDir()
		shared := func(cfg *Config) {
			s, err := pace.OpenShared(folder, pace.Account{BaseURL: "https://api.example.com/v1", Token: api.NewToken("t")})
			if err != nil {
				t.Fatal(err)
			}
			cfg.Pace = pace.New(pace.Config{Rate: pace.Rate{PerMinute: 60}, Shared: s})
		}
		first, second := newDesk(t, rows(30), numbered(0, 30)), newDesk(t, rows(40), numbered(0, 40))
		first.remove(errand{config: shared})
		second.remove(errand{config: shared})
		if one, two := total(first.sent().Minutes), total(second.sent().Minutes); one.Most != 30 || two.Most < 60 || two.Most > 61 {
			t.Errorf("the first run knows of %d in 60 s, the second of %d; want 30, and a minute's", one.Most, two.Most)
		}
	})
}

// A pause is told for what it took of this run, whoever met it, and by whom it ended.
func TestTrafficOfPauses(t *testing.T) {
	spent := func(w http.ResponseWriter, seconds string) {
		w.Header().Set("RateLimit-Limit", "100")
		w.Header().Set("RateLimit-Remaining", "0")
		w.Header().Set("RateLimit-Reset", seconds)
	}
	t.Run("begun before the run", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			d := newDesk(t, rows(3), numbered(0, 3))
			inner := d.handler
			d.handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.Method == http.MethodGet {
					spent(w, "300")
				}
				inner.ServeHTTP(w, r)
			})
			d.remove(errand{snapshot: true, edit: func(*journal.Journal) { time.Sleep(2 * time.Minute) }})
			run := d.sent()
			if len(run.Pauses) != 1 || run.Pauses[0].From.Before(run.Time) || run.Pauses[0].Until.Sub(run.Pauses[0].From) > 182*time.Second {
				t.Errorf("run of %s: pauses = %+v, want the rest of the five minutes", run.Time, run.Pauses)
			}
		})
	})
	t.Run("over before the run", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			d := newDesk(t, rows(3), numbered(0, 3))
			inner := d.handler
			d.handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.Method == http.MethodGet {
					spent(w, "30")
				}
				inner.ServeHTTP(w, r)
			})
			d.remove(errand{snapshot: true, edit: func(*journal.Journal) { time.Sleep(time.Hour) }})
			if run := d.sent(); len(run.Pauses) != 0 {
				t.Errorf("pauses = %+v, want none: nobody waited", run.Pauses)
			}
		})
	})
	t.Run("begun with the last answer", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			d := newDesk(t, rows(1), numbered(0, 1))
			inner := d.handler
			d.handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				spent(w, "30")
				inner.ServeHTTP(w, r)
			})
			d.remove(errand{})
			if run := d.sent(); len(run.Pauses) != 0 {
				t.Errorf("pauses = %+v, want none: nobody waited", run.Pauses)
			}
		})
	})
	t.Run("ended by a look at the list", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			d := newDesk(t, rows(2), numbered(0, 2))
			inner := d.handler
			d.handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.Method == http.MethodDelete && holds(r, numbered(1, 1)[0].Value) {
					w.Header().Set("Retry-After", "20")
					w.WriteHeader(http.StatusServiceUnavailable)
					return
				}
				inner.ServeHTTP(w, r)
			})
			d.attempts = 2
			d.remove(errand{})
			run := d.sent()
			lasted := time.Duration(0)
			for _, p := range run.Pauses {
				lasted += p.Until.Sub(p.From)
			}
			if len(run.Pauses) != 2 || lasted < 40*time.Second || lasted > 44*time.Second {
				t.Errorf("pauses = %+v, want one after each of two attempts", run.Pauses)
			}
		})
	})
}

// holds reports whether the body of a request has the text, and leaves it as it is.
func holds(r *http.Request, text string) bool {
	body, _ := io.ReadAll(r.Body)
	r.Body = io.NopCloser(bytes.NewReader(body))
	return bytes.Contains(body, []byte(text))
}

// A request that the run itself cut off was not answered.
func TestTrafficOfACutRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, rows(1), numbered(0, 1))
		d.handler = http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
		ctx, cancel := context.WithCancelCause(t.Context())
		time.AfterFunc(time.Second, func() { cancel(&Stop{Reason: StopTerminated}) })
		s, _ := d.remove(errand{ctx: ctx})
		wantStop(t, s, StopTerminated)
		if sum := total(d.sent().Minutes); sum.Requests != 1 || sum.Unanswered != 1 {
			t.Errorf("minutes add up to %+v, want one request without an answer", sum)
		}
	})
}
