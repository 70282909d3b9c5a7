package worker

import (
	"bytes"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"altadnc-bulk/pkg/api"
	"altadnc-bulk/pkg/journal"
	"altadnc-bulk/pkg/worker/pace"
)

// guarded is a handler in front of the sandbox that answers in its own way whatever
// speaks of one of the keys.
func (d *desk) guarded(answer http.HandlerFunc, keys ...int) {
	next := d.handler
	d.handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		for _, k := range keys {
			if bytes.Contains(body, []byte(address(k))) {
				answer(w, r)
				return
			}
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		next.ServeHTTP(w, r)
	})
}

// slow makes the API take its time, which is fake.
func (d *desk) slow(takes time.Duration) {
	next := d.handler
	d.handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		time.Sleep(takes)
		next.ServeHTTP(w, r)
	})
}

func page(status int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(status)
		io.WriteString(w, "<title>Blocked</title>")
	}
}

// An entry that something in front of the API refuses in its own way fails, and the
// list is finished: each of them in a run of its own would never end.
func TestForeignAnswersToSomeEntries(t *testing.T) {
	for name, answer := range map[string]http.HandlerFunc{
		"firewall": page(403), "proxy": page(400), "not acceptable": page(406), "too large": page(413), "captcha in place": page(200),
		"captcha": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", "https://captcha.example.com/x")
			w.WriteHeader(302)
		},
	} {
		for _, workers := range []int{1, 4} {
			t.Run(name, func(t *testing.T) { synctest.Test(t, func(t *testing.T) { foreignToSome(t, answer, workers) }) })
		}
	}
}

func foreignToSome(t *testing.T, answer http.HandlerFunc, workers int) {
	d := newDesk(t, rows(40), numbered(0, 40))
	d.slow(time.Millisecond)        // what is foreign is known before what left later is answered
	d.guarded(answer, 0, 7, 20, 39) // the first and the last one too
	var log strings.Builder
	s, _ := d.remove(errand{workers: workers, config: func(c *Config) { c.Log = slog.New(slog.NewTextHandler(&log, nil)) }})
	wantStop(t, s, "")
	if s.Counts[journal.Removed] != 36 || s.Counts[journal.Failed] != 4 || s.Unsure != 4 || s.Requests > 41 {
		t.Errorf("counts %+v, %d unsure, %d requests", s.Counts, s.Unsure, s.Requests)
	}
	for _, k := range []int{0, 7, 20, 39} {
		o, state := d.outcome(api.Identifier{Type: api.Email, Value: address(k)})
		if state.Status != journal.Failed || !state.Unsure || o.Line != k+2 || !strings.Contains(o.Reason, "not the Alta API: a") {
			t.Errorf("%d: %+v, %+v", k, o, state)
		}
	}
	if !strings.Contains(log.String(), "line=9 ") {
		t.Errorf("the log does not name the line:\n%s", log.String())
	}
}

// Whoever answers two keys in a row, the second one alone, is not the API: both stay
// open, and the stop names the first.
func TestForeignAnswersToAll(t *testing.T) {
	for _, rowsOf := range []int{1, 2, 30} {
		d := newDesk(t, rows(rowsOf), nil)
		d.handler = page(200)
		s, _ := d.remove(errand{workers: 1})
		wantStop(t, s, StopForeign)
		if s.Counts[journal.Pending] != int64(rowsOf) || s.Requests != 2 || !strings.Contains(s.Stop.Error(), "line 2 (email p***@example.com)") {
			t.Errorf("%d rows: counts %+v, %d requests, %v", rowsOf, s.Counts, s.Requests, s.Stop)
		}
		if got := d.states(address(0))[0]; got != (journal.State{Status: journal.Pending, Intent: true}) {
			t.Errorf("%d rows: %+v", rowsOf, got)
		}
	}
}

// A suspect is cleared by whatever only the API answers.
func TestSuspicionEnds(t *testing.T) {
	for name, faults := range map[string][]string{
		"not found": nil, "rejected": {"400,identifier=" + address(1)},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t, rows(3), nil, faults...)
			d.guarded(page(403), 0, 2)
			s, _ := d.remove(errand{workers: 1})
			wantStop(t, s, "")
			if s.Counts[journal.Pending] != 0 || s.Requests != 4 {
				t.Errorf("counts %+v, %d requests", s.Counts, s.Requests)
			}
		})
	}
}

// While it is being found out whose answer it was, one request at a time leaves,
// also of those that wait for their turn already.
func TestSuspicionLetsOneLeave(t *testing.T) {
	for name, perMinute := range map[string]float64{"unpaced": 0, "paced": 60} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := newDesk(t, rows(12), numbered(0, 12))
				sandbox := d.handler
				var mu sync.Mutex
				var refused, first time.Time
				d.handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					mu.Lock()
					now, pause := time.Now(), time.Second
					switch {
					case refused.IsZero(): // left before, and answered after all that
						pause = 10 * time.Second
					case first.IsZero():
						first, pause = now, 5*time.Second
					case now.Before(first.Add(5 * time.Second)):
						t.Errorf("a request left %v after another that was to tell", now.Sub(first))
					}
					mu.Unlock()
					time.Sleep(pause)
					sandbox.ServeHTTP(w, r)
				})
				d.guarded(func(w http.ResponseWriter, r *http.Request) {
					time.Sleep(100 * time.Millisecond) // for the other workers to begin
					mu.Lock()
					refused = time.Now()
					mu.Unlock()
					page(403)(w, r)
				}, 0)
				s, _ := d.remove(errand{workers: 4, config: func(c *Config) { c.Pace = pace.New(pace.Config{Rate: pace.Rate{PerMinute: perMinute}}) }})
				wantStop(t, s, "")
				if s.Counts[journal.Failed] != 1 || s.Counts[journal.Removed] != 11 || first.IsZero() {
					t.Errorf("counts %+v", s.Counts)
				}
			})
		})
	}
}

// Keys that were under way at once do not tell of each other: another one does.
func TestSuspectsAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, rows(5), numbered(0, 5))
		d.slow(time.Millisecond) // both suspects are known when the one that is to tell is answered
		d.guarded(func(w http.ResponseWriter, r *http.Request) { time.Sleep(time.Second); page(403)(w, r) }, 0, 1)
		s, _ := d.remove(errand{workers: 2})
		wantStop(t, s, "")
		if s.Counts[journal.Failed] != 2 || s.Counts[journal.Removed] != 3 || s.Requests != 5 {
			t.Errorf("counts %+v, %d requests", s.Counts, s.Requests)
		}
	})
}

// An attempt without an answer tells nothing: it is repeated, and nobody waits for
// good.
func TestSuspicionOutlivesTrouble(t *testing.T) {
	for _, fault := range []string{"500,first=2", "drop-before,first=2", "429=1,first=2"} {
		synctest.Test(t, func(t *testing.T) {
			d := newDesk(t, rows(9), numbered(0, 9), fault)
			d.guarded(page(403), 0)
			s, _ := d.remove(errand{workers: 1}) // nobody else is there to end the suspicion
			wantStop(t, s, "")
			if s.Counts[journal.Failed] != 1 || s.Counts[journal.Removed] != 8 || s.Requests != 11 {
				t.Errorf("%s: counts %+v, %d requests", fault, s.Counts, s.Requests)
			}
		})
	}
}

// Two keys that were under way at once, and nobody else: that is not the API.
func TestForeignAnswersAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, rows(2), nil)
		d.guarded(func(w http.ResponseWriter, r *http.Request) { time.Sleep(time.Second); page(403)(w, r) }, 0, 1)
		s, _ := d.remove(errand{workers: 2})
		wantStop(t, s, StopForeign)
		if s.Counts[journal.Pending] != 2 || s.Requests != 2 {
			t.Errorf("counts %+v, %d requests", s.Counts, s.Requests)
		}
	})
}

// A suspect stays open when the list changes.
func TestSuspectOfAChangedList(t *testing.T) {
	d := newDesk(t, rows(1), nil)
	d.guarded(func(w http.ResponseWriter, r *http.Request) { d.write(rows(2)); page(403)(w, r) }, 0)
	s, _ := d.remove(errand{})
	wantStop(t, s, StopListChanged)
	if s.Counts[journal.Pending] != 1 || s.Requests != 1 {
		t.Errorf("counts %+v, %d requests", s.Counts, s.Requests)
	}
}

// A suspect stays open when the run stops for another reason before it is cleared.
func TestSuspectStaysOpen(t *testing.T) {
	d := newDesk(t, rows(3), numbered(0, 3), "html,identifier="+address(0), "401")
	s, _ := d.remove(errand{workers: 1})
	wantStop(t, s, StopUnauthorized)
	if got := d.states(address(0))[0]; got != (journal.State{Status: journal.Pending, Intent: true}) || s.Counts[journal.Pending] != 3 {
		t.Errorf("%+v, counts %+v", got, s.Counts)
	}
}
