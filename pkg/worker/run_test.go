package worker

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptrace"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"altadnc-bulk/pkg/api"
	"altadnc-bulk/pkg/api/sandbox/sandboxtest"
	"altadnc-bulk/pkg/journal"
)

func TestRunRecordsEveryOutcome(t *testing.T) {
	d := newDesk(t, "identifier,type\na@example.com,email\nA@example.com,email\ngone@example.com,email\nbroken,email\n", []api.OptOut{entry(api.Email, "a@example.com")})
	s, _ := d.remove(errand{})
	wantStop(t, s, "")
	want := journal.Counts{journal.Removed: 1, journal.NotFound: 1, journal.Failed: 1, journal.Duplicate: 1}
	if s.Counts != want || s.Entries != 4 || s.Requests != 2 {
		t.Errorf("counts = %+v, want %+v", s.Counts, want)
	}
	s, _ = d.remove(errand{})
	want = journal.Counts{journal.Skipped: 2, journal.Failed: 1, journal.Duplicate: 1}
	if s.Counts != want {
		t.Errorf("counts of the second run = %+v, want %+v", s.Counts, want)
	}
	if got := len(d.values()); got != 2 {
		t.Errorf("%d requests, want 2", got)
	}
}

func TestStopsAtOnce(t *testing.T) {
	tests := []struct {
		fault  string
		reason StopReason
		intent bool // may the request have been applied
		asked  int64
	}{
		{"401", StopUnauthorized, false, 1},
		{"403", StopForbidden, false, 1},
		{"html", StopForeign, true, 2}, // of two keys
		{"redirect", StopForeign, true, 2},
	}
	for _, tt := range tests {
		t.Run(tt.fault, func(t *testing.T) {
			d := newDesk(t, rows(3), numbered(0, 3), tt.fault)
			s, _ := d.remove(errand{workers: 1})
			wantStop(t, s, tt.reason)
			if s.Counts[journal.Pending] != 3 || s.Requests != tt.asked {
				t.Errorf("counts = %+v, %d requests, want all 3 open after %d", s.Counts, s.Requests, tt.asked)
			}
			want := journal.State{Status: journal.Pending, Intent: tt.intent}
			if got := d.states(address(0))[0]; got != want {
				t.Errorf("state = %+v, want %+v", got, want)
			}
		})
	}
}

func TestAnswerUnknownMakesNotFoundUnsure(t *testing.T) {
	for _, fault := range []string{"drop-after,first=1", "garbage,first=1", "500,first=1", "drop-before,first=1"} {
		t.Run(fault, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := newDesk(t, rows(1), nil, fault)
				s, _ := d.remove(errand{})
				wantStop(t, s, "")
				if s.Counts[journal.NotFound] != 1 || s.Unsure != 1 {
					t.Errorf("counts = %+v, want 1 not found, unsure", s.Counts)
				}
				if got := d.states(address(0))[0]; got.Status != journal.NotFound || !got.Unsure {
					t.Errorf("state = %+v, want not found, unsure", got)
				}
			})
		})
	}
}

func TestConfirmationTakesTheMarkOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, rows(1), numbered(0, 1), "500,first=1")
		s, _ := d.remove(errand{})
		if s.Counts[journal.Removed] != 1 || s.Unsure != 0 {
			t.Errorf("counts = %+v, want 1 removed and sure", s.Counts)
		}
	})
}

func TestOutageLeavesEverythingOpen(t *testing.T) {
	for _, workers := range []int{1, 4, 16} {
		t.Run(fmt.Sprint(workers), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := newDesk(t, rows(50), numbered(0, 50), "500")
				s, _ := d.remove(errand{workers: workers})
				wantStop(t, s, StopOutage)
				if s.Counts[journal.Pending] != 50 || s.Counts[journal.Failed] != 0 {
					t.Errorf("counts = %+v, want 50 open", s.Counts)
				}
				if s.Requests > streakLimit+int64(workers) {
					t.Errorf("%d requests, want at most %d", s.Requests, streakLimit+workers)
				}
			})
		})
	}
}

func TestFailuresAreWrittenOnceTheAPIAnswers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, rows(10), numbered(0, 10), "500,identifier="+address(3), "400,identifier="+address(5))
		s, _ := d.remove(errand{workers: 2})
		wantStop(t, s, "")
		if s.Counts[journal.Removed] != 8 || s.Counts[journal.Failed] != 2 || s.Requests < 8+5+1 || s.Requests > 8+5+2 {
			t.Errorf("counts = %+v, want 8 removed, 2 failed, 14 requests and perhaps one to see the API at work", s.Counts)
		}
		if got := d.states(address(3), address(5)); !got[0].Unsure || got[1].Unsure {
			t.Errorf("states = %+v, want the first one unsure alone", got)
		}
	})
}

// An entry that alone is never answered has failed, also as the last one.
func TestFailuresAtTheEndOfTheListAreWritten(t *testing.T) {
	for _, workers := range []int{1, 4} {
		synctest.Test(t, func(t *testing.T) {
			d := newDesk(t, rows(5), numbered(0, 5), "500,identifier="+address(4))
			s, _ := d.remove(errand{workers: workers, config: patient})
			wantStop(t, s, "")
			if s.Counts[journal.Removed] != 4 || s.Counts[journal.Failed] != 1 || s.Unsure != 1 || s.Requests != 4+5+1 {
				t.Errorf("%d workers: %+v, want one failed, unsure", workers, s)
			}
		})
	}
}

// patient waits for an outage as the command does.
func patient(cfg *Config) { cfg.MaxOutage = 15 * time.Minute }

// What is never answered does not fail anything: not at the end of a list, not
// on a list of one, not with one worker, and neither at once nor later.
func TestOutageIsWaitedFor(t *testing.T) {
	for _, n := range []int{1, 3, 50} {
		for _, workers := range []int{1, 4, 16} {
			for _, lasts := range []time.Duration{10 * time.Second, 10 * time.Minute, 14 * time.Minute, time.Hour} {
				synctest.Test(t, func(t *testing.T) {
					d := newDesk(t, rows(n), numbered(0, n))
					inner, began := d.handler, time.Now()
					var asked atomic.Int64
					d.handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
						if time.Since(began) < lasts {
							asked.Add(1)
							panic(http.ErrAbortHandler)
						}
						inner.ServeHTTP(w, r)
					})
					var log strings.Builder
					s, _ := d.remove(errand{workers: workers, config: func(cfg *Config) {
						patient(cfg)
						cfg.Log = slog.New(slog.NewTextHandler(&log, nil))
					}})
					name := fmt.Sprintf("%d entries, %d workers, an outage of %s", n, workers, lasts)
					if lasts < 15*time.Minute {
						if s.Stop != nil || s.Counts[journal.Removed] != int64(n) || time.Since(began) > lasts+2*time.Minute {
							t.Errorf("%s: %+v after %s", name, s, time.Since(began))
						}
						if out := strings.Count(log.String(), "outage over"); lasts > time.Minute && out != 1 {
							t.Errorf("%s: the log says %d times that it is over", name, out)
						}
					} else {
						wantStop(t, s, StopOutage)
						if s.Counts[journal.Pending] != int64(n) || time.Since(began) > 17*time.Minute {
							t.Errorf("%s: %+v after %s", name, s, time.Since(began))
						}
					}
					if most := int64(40 + workers); asked.Load() > most {
						t.Errorf("%s: asked %d times, want at most %d", name, asked.Load(), most)
					}
					if told := strings.Count(log.String(), "outage goes on"); lasts > 5*time.Minute && (told < 4 || told > 16) {
						t.Errorf("%s: told %d times how it goes:\n%s", name, told, &log)
					}
				})
			}
		}
	}
}

// In an outage one request at a time asks, also where an answer takes long, and
// also after an answer of 429, which says nothing.
func TestOutageIsProbedOneAtATime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, rows(40), numbered(0, 40))
		inner, began := d.handler, time.Now()
		var asked, underWay, refused atomic.Int64
		d.handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			n := asked.Add(1)
			if since := time.Since(began); since > 5*time.Minute && refused.Add(1) < 3 {
				w.Header().Set("Retry-After", "1")
				w.WriteHeader(429)
				return
			} else if since > 5*time.Minute {
				inner.ServeHTTP(w, r)
				return
			}
			if busy := underWay.Add(1); busy > 1 && n > 2*fewAttempts {
				t.Errorf("request %d left beside %d others", n, busy-1)
			}
			time.Sleep(3 * time.Second)
			underWay.Add(-1)
			w.WriteHeader(502)
		})
		s, _ := d.remove(errand{workers: 8, config: patient})
		wantStop(t, s, "")
		if s.Counts[journal.Removed] != 40 || time.Since(began) > 8*time.Minute {
			t.Errorf("%+v after %s, want 40 removed", s, time.Since(began))
		}
	})
}

// On a list of one nothing else shows that removing works: a page of the list that
// is answered does not. The entry stays open, and is not in doubt if nothing left.
func TestOutageOfRemovalsAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, rows(1), numbered(0, 1), "500,identifier="+address(0))
		s, _ := d.remove(errand{config: patient})
		wantStop(t, s, StopOutage)
		if s.Counts[journal.Pending] != 1 {
			t.Errorf("%+v, want 1 open", s)
		}
	})
}

// refusing is a network on which nothing listens.
type refusing struct{}

func (refusing) RoundTrip(r *http.Request) (*http.Response, error) {
	if trace := httptrace.ContextClientTrace(r.Context()); trace != nil && trace.GetConn != nil {
		trace.GetConn(r.URL.Host)
	}
	return nil, syscall.ECONNREFUSED
}

// What never left is not in doubt after an outage.
func TestOutageOfRefusedConnectionsLeavesNoDoubt(t *testing.T) {
	for _, workers := range []int{1, 4} {
		synctest.Test(t, func(t *testing.T) {
			d := newDesk(t, rows(3), numbered(0, 3))
			s, _ := d.remove(errand{workers: workers, config: func(cfg *Config) {
				patient(cfg)
				cfg.Client = sandboxtest.ClientOver(t, refusing{})
			}})
			wantStop(t, s, StopOutage)
			for _, state := range d.states(address(0), address(1), address(2)) {
				if state.Intent || state.Unsure {
					t.Errorf("%d workers: %+v, want no doubt", workers, state)
				}
			}
		})
	}
}

// An entry that is never answered does not keep an outage going.
func TestOutageEndsBesideAnEntryThatFails(t *testing.T) {
	for _, workers := range []int{1, 4} {
		synctest.Test(t, func(t *testing.T) {
			d := newDesk(t, rows(30), numbered(0, 30), "500,identifier="+address(0))
			inner, began := d.handler, time.Now()
			d.handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if time.Since(began) < 5*time.Minute {
					w.WriteHeader(503)
					return
				}
				inner.ServeHTTP(w, r)
			})
			s, _ := d.remove(errand{workers: workers, config: patient})
			wantStop(t, s, "")
			if s.Counts[journal.Removed] != 29 || s.Counts[journal.Failed] != 1 {
				t.Errorf("%d workers: %+v, want 1 failed after %s", workers, s, time.Since(began))
			}
		})
	}
}

func TestRejectionsStopTheRun(t *testing.T) {
	d := newDesk(t, rows(50), numbered(0, 50), "400")
	s, _ := d.remove(errand{workers: 4})
	wantStop(t, s, StopRejections)
	if s.Counts[journal.Pending] != 50 || s.Counts[journal.Failed] != 0 {
		t.Errorf("counts = %+v, want 50 open", s.Counts)
	}
	for i, state := range d.states(addresses(50)...) {
		if state.Intent || state.Unsure {
			t.Errorf("%s: state = %+v, want no doubt: a refused request was not applied", address(i), state)
		}
	}
}

// One of them may have been applied before it was refused: a stop must not end
// that doubt.
func TestRejectionsKeepTheDoubtOfAnAttempt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, rows(50), numbered(0, 50), "drop-after,first=1,identifier="+address(3), "400")
		s, _ := d.remove(errand{})
		wantStop(t, s, StopRejections)
		if got := d.states(address(2), address(3)); got[0].Intent || !got[1].Intent {
			t.Errorf("states = %+v, want the second one's intent to stand", got)
		}
	})
}

func TestQuotaWaitIsNoAttempt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, rows(1), numbered(0, 1), "429=5,first=9")
		began := time.Now()
		s, _ := d.remove(errand{})
		wantStop(t, s, "")
		if s.Counts[journal.Removed] != 1 || s.Unsure != 0 {
			t.Errorf("counts = %+v, want 1 removed", s.Counts)
		}
		if took := time.Since(began); took < 45*time.Second {
			t.Errorf("took %v, want at least nine pauses of 5 s", took)
		}
	})
}

func TestQuotaSpentForTooLongStops(t *testing.T) {
	tests := []struct{ name, fault string }{
		{"again and again", "429=60"},
		{"asked at once", "429=3600"},
		{"without a header", "429=none"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := newDesk(t, rows(3), numbered(0, 3), tt.fault)
				began := time.Now()
				s, _ := d.remove(errand{})
				wantStop(t, s, StopQuota)
				if took := time.Since(began); took > 10*time.Minute {
					t.Errorf("stopped after %v, want no wait beyond 10 minutes", took)
				}
				for _, state := range d.states(addresses(3)...) {
					if state.Intent || state.Unsure {
						t.Errorf("state = %+v, want no doubt: a 429 was not applied", state)
					}
				}
			})
		})
	}
}

// Any answer may ask to wait, and then all workers do; too long a wait stops.
func TestRetryAfterOfOtherAnswers(t *testing.T) {
	tests := []struct {
		retryAfter string
		reason     StopReason
		took       time.Duration
	}{{"90", "", 90 * time.Second}, {"601", StopQuota, 0}}
	for _, tt := range tests {
		t.Run(tt.retryAfter, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := newDesk(t, rows(1), numbered(0, 1))
				inner, first := d.handler, true
				d.handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					if !first {
						inner.ServeHTTP(w, r)
						return
					}
					first = false
					w.Header().Set("Retry-After", tt.retryAfter)
					w.WriteHeader(http.StatusServiceUnavailable)
				})
				began := time.Now()
				s, _ := d.remove(errand{})
				wantStop(t, s, tt.reason)
				if took := time.Since(began); took < tt.took || tt.took == 0 && took > time.Second {
					t.Errorf("took %v, want %v", took, tt.took)
				}
			})
		})
	}
}

// What RateLimit-Reset asks for is bounded as well.
func TestQuotaThatResetsTooLateStops(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, rows(3), numbered(0, 3))
		inner := d.handler
		d.handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("RateLimit-Limit", "100")
			w.Header().Set("RateLimit-Remaining", "0")
			w.Header().Set("RateLimit-Reset", "3000")
			inner.ServeHTTP(w, r)
		})
		began := time.Now()
		s, _ := d.remove(errand{workers: 1})
		wantStop(t, s, StopQuota)
		if s.Counts[journal.Removed] != 1 || time.Since(began) > time.Minute {
			t.Errorf("counts = %+v after %v, want 1 removed and a stop at once", s.Counts, time.Since(began))
		}
	})
}

// A stop lets what is in flight finish, and its answer counts.
func TestStopRecordsTheLastAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, rows(5), numbered(0, 5), "delay=5s")
		ctx, cancel := context.WithCancelCause(t.Context())
		time.AfterFunc(time.Second, func() { cancel(&Stop{Reason: StopTerminated}) })
		s, _ := d.remove(errand{workers: 2, ctx: ctx})
		wantStop(t, s, StopTerminated)
		if s.Counts[journal.Removed] != 2 || s.Counts[journal.Pending] != 3 || s.Requests != 2 {
			t.Errorf("counts = %+v, want 2 removed, 3 open", s.Counts)
		}
	})
}

// What has no answer when the grace is over is sent first by the next run, and
// a "not on the list" is then unsure.
func TestUnansweredIsTriedFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, rows(5), nil, "delay=20s,first=1,identifier="+address(3))
		ctx, cancel := context.WithCancelCause(t.Context())
		time.AfterFunc(time.Second, func() { cancel(&Stop{Reason: StopInterrupted}) })
		began := time.Now()
		s, _ := d.remove(errand{workers: 1, ctx: ctx})
		wantStop(t, s, StopInterrupted)
		if took := time.Since(began); took != 9*time.Second {
			t.Errorf("ended after %v, want 9 s: one until the stop, eight of grace", took)
		}
		if got := d.states(address(3))[0]; got.Status != journal.Pending || !got.Intent {
			t.Errorf("state = %+v, want an outstanding intent", got)
		}
		before := len(d.values())
		d.write(strings.Replace(rows(5), "type\n", "type\nnew@example.com,email\n", 1))
		s, plan := d.remove(errand{workers: 1})
		wantStop(t, s, "")
		if plan.Keys.Unanswered != 1 {
			t.Errorf("the plan tells of %d unanswered requests, want 1", plan.Keys.Unanswered)
		}
		if first := d.values()[before]; first != address(3) {
			t.Errorf("first request of the second run is for %s, want %s", first, address(3))
		}
		if s.Counts[journal.NotFound] != 3 || s.Unsure != 1 || s.Counts[journal.Skipped] != 3 {
			t.Errorf("counts = %+v, want 3 not found of which 1 unsure, 3 skipped", s.Counts)
		}
	})
}

func TestLimit(t *testing.T) {
	d := newDesk(t, rows(5), numbered(0, 5))
	s, _ := d.remove(errand{limit: 2})
	wantStop(t, s, StopLimit)
	if s.Counts[journal.Removed] != 2 || s.Counts[journal.Pending] != 3 {
		t.Errorf("counts = %+v, want 2 removed, 3 open", s.Counts)
	}
	s, _ = d.remove(errand{limit: 3})
	wantStop(t, s, "")
	if got := len(d.values()); got != 5 {
		t.Errorf("%d requests, want 5", got)
	}
}

func TestListThatChangesIsNotSent(t *testing.T) {
	tests := []struct {
		name, list string
		sent       int
	}{
		{"another key", strings.Replace(rows(5), address(2), "new@example.com", 1), 2},
		{"a key more", rows(6), 5},
		{"a key less", rows(4), 4},
		{"another order", "identifier,type\n" + strings.Join(reversed(strings.Split(strings.TrimSpace(rows(5)), "\n")[1:]), "\n") + "\n", 5},
		{"broken", "identifier,type\n" + address(0) + ",email\n\"open", 1},
		{"emptied", "", 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := newDesk(t, rows(5), numbered(0, 6))
			s, _ := d.remove(errand{workers: 1, edit: func(*journal.Journal) { d.write(tt.list) }})
			wantStop(t, s, StopListChanged)
			if got := len(d.values()); got != tt.sent {
				t.Errorf("sent %v, want %d", d.values(), tt.sent)
			}
			if slices.Contains(d.values(), "new@example.com") || slices.Contains(d.values(), address(5)) {
				t.Errorf("sent a key that the plan did not count: %v", d.values())
			}
		})
	}
}

func reversed(lines []string) []string { slices.Reverse(lines); return lines }

// An answer that cannot be recorded is reported, and nothing more is sent.
func TestJournalThatCannotBeWrittenStopsTheRun(t *testing.T) {
	d := newDesk(t, rows(5), numbered(0, 5))
	var j *journal.Journal
	inner := d.handler
	d.handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		inner.ServeHTTP(w, r)
		j.Close()
	})
	s, _ := d.remove(errand{workers: 1, edit: func(opened *journal.Journal) { j = opened }})
	wantStop(t, s, StopJournal)
	if len(s.Unrecorded) != 1 || s.Unrecorded[0].Identifier.Value != address(0) || s.Unrecorded[0].Result != journal.Removed {
		t.Errorf("unrecorded = %+v, want the removal of %s", s.Unrecorded, address(0))
	}
	if s.Counts[journal.Pending] != 5 || s.Requests != 1 {
		t.Errorf("counts = %+v, want 5 open after 1 request", s.Counts)
	}
	if got := d.states(address(0))[0]; !got.Intent {
		t.Errorf("state = %+v, want the intent to be outstanding", got)
	}
}

func TestFailedIsTriedAgainUnlessSkipped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, rows(2), numbered(0, 2), "400,first=1,identifier="+address(1))
		if s, _ := d.remove(errand{}); s.Counts[journal.Failed] != 1 {
			t.Fatalf("counts = %+v, want 1 failed", s.Counts)
		}
		s, plan := d.remove(errand{plan: PlanOptions{SkipFailed: true}})
		if s.Counts[journal.Failed] != 1 || s.Requests != 0 || plan.Send != 0 {
			t.Errorf("counts = %+v, want 1 failed without a request", s.Counts)
		}
		s, plan = d.remove(errand{})
		if s.Counts[journal.Removed] != 1 || s.Counts[journal.Skipped] != 1 || plan.Send != 1 {
			t.Errorf("counts = %+v, want 1 removed, 1 skipped", s.Counts)
		}
	})
}

func TestAgainSendsFinishedKeysOnceMore(t *testing.T) {
	d := newDesk(t, rows(6), numbered(0, 6))
	d.remove(errand{})
	s, plan := d.remove(errand{plan: PlanOptions{Again: true}, limit: 2, workers: 1})
	wantStop(t, s, StopLimit)
	if plan.Reopen != 6 || s.Counts[journal.Removed] != 2 || s.Counts[journal.Pending] != 4 {
		t.Errorf("reopened %d, counts = %+v; want 6, 2 removed by the earlier run, 4 open", plan.Reopen, s.Counts)
	}
	// Interrupted, it goes on where it was, with the flag and without it.
	s, plan = d.remove(errand{plan: PlanOptions{Again: true}, limit: 2, workers: 1})
	if plan.Reopen != 0 || s.Counts[journal.Removed] != 2 || s.Counts[journal.Skipped] != 2 {
		t.Errorf("reopened %d, counts = %+v; want none, 2 removed, 2 skipped", plan.Reopen, s.Counts)
	}
	s, _ = d.remove(errand{workers: 1})
	if s.Counts[journal.Removed] != 2 || s.Counts[journal.Skipped] != 4 || s.Unsure != 0 {
		t.Errorf("counts = %+v; want 2 removed, as the earlier run confirmed, 4 skipped", s.Counts)
	}
	if got := len(d.values()); got != 12 {
		t.Errorf("%d requests, want 12", got)
	}
	// Once finished, it starts again.
	if _, plan = d.remove(errand{plan: PlanOptions{Again: true}}); plan.Reopen != 6 {
		t.Errorf("reopened %d, want 6", plan.Reopen)
	}
}

// A request without an answer whose entry left the list is mentioned once.
func TestLeftTheList(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, rows(2), nil, "delay=20s,identifier="+address(1))
		s, _ := d.remove(errand{workers: 1, ctx: stopAfter(t, time.Second)})
		wantStop(t, s, StopInterrupted)
		d.write(rows(1))
		if _, plan := d.remove(errand{}); len(plan.Left) != 1 {
			t.Errorf("%d left the list, want 1", len(plan.Left))
		}
		if _, plan := d.remove(errand{}); len(plan.Left) != 0 {
			t.Errorf("%d left the list the second time, want 0", len(plan.Left))
		}
		// Back on the list, the doubt is still known.
		d.write("identifier,type\n" + address(1) + ",email\n")
		d.serve(nil)
		if s, _ = d.remove(errand{}); s.Counts[journal.NotFound] != 1 || s.Unsure != 1 {
			t.Errorf("counts = %+v, want 1 not found, unsure", s.Counts)
		}
	})
}

func stopAfter(t *testing.T, d time.Duration) context.Context {
	ctx, cancel := context.WithCancelCause(t.Context())
	time.AfterFunc(d, func() { cancel(errors.New("stopped by the test")) })
	return ctx
}

// Doubt outlives a run whose own attempts certainly were not applied.
func TestDoubtOutlivesARelease(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, rows(1), nil, "delay=20s")
		s, _ := d.remove(errand{ctx: stopAfter(t, time.Second)})
		wantStop(t, s, StopInterrupted)
		d.serve(nil, "401")
		s, _ = d.remove(errand{})
		wantStop(t, s, StopUnauthorized)
		d.serve(nil)
		s, _ = d.remove(errand{})
		if s.Counts[journal.NotFound] != 1 || s.Unsure != 1 {
			t.Errorf("counts = %+v, want 1 not found, unsure", s.Counts)
		}
	})
}

// Refused entries next to each other are synced together.
func TestRefusedEntriesShareASync(t *testing.T) {
	n := 3*refusedBatch + 5
	d := newDesk(t, rows(1)+strings.Repeat("nonsense,email\n", n), nil)
	s, _ := d.remove(errand{})
	if s.Counts[journal.Failed] != int64(n) || s.Requests != 1 {
		t.Fatalf("counts = %+v", s.Counts)
	}
	text, err := os.ReadFile(d.path + ".journal")
	if err != nil {
		t.Fatal(err)
	}
	writes := map[string]bool{} // records of one write know of the same durable one
	for _, found := range regexp.MustCompile(`"durable":\d+,`).FindAllString(string(text), -1) {
		writes[found] = true
	}
	if len(writes) > 12 {
		t.Errorf("%d writes for %d refused entries", len(writes), n)
	}
}
