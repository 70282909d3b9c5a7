//go:build unix

package main

import (
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"altadnc-bulk/pkg/api/sandbox"
)

// BenchmarkPaced runs the command at its own pace for real minutes, as many as
// the environment variable MINUTES says, against each way to count a quota of
// 100 a minute. It reports the share of the quota that was used (of-limit), the
// most requests that arrived within any 60 s, how many were answered 429, and
// how much of a core the process took, its start included.
//
// A token bucket is full at first, which hides its rate. There the first
// request is answered 429, and what counts is what comes after that pause.
func BenchmarkPaced(b *testing.B) {
	minutes, err := strconv.Atoi(os.Getenv("MINUTES"))
	if err != nil || minutes < 1 {
		b.Skip("takes real minutes: set MINUTES to how many, such as 5")
	}
	program := build(b, ".")
	list := filepath.Join(b.TempDir(), "list.csv")
	writeAddresses(b, list, func(yield func(string) bool) {
		for i := 0; i < 200*minutes && yield(numbered(i).Value); i++ {
		}
	})
	for _, kind := range []sandbox.WindowKind{sandbox.Fixed, sandbox.Sliding, sandbox.TokenBucket} {
		b.Run("window="+kind.String(), func(b *testing.B) {
			for b.Loop() {
				paced(b, kind, minutes, program, list)
			}
			b.ReportMetric(0, "ns/op")
		})
	}
}

func paced(b *testing.B, kind sandbox.WindowKind, minutes int, program, list string) {
	seen := &recorder{}
	opts := sandbox.Options{Kind: kind, Log: seen.log}
	lasts := time.Duration(minutes)*time.Minute + 5*time.Second
	if kind == sandbox.TokenBucket {
		opts.Faults = []sandbox.Fault{{Action: sandbox.Throttle, First: 1}}
		lasts += time.Minute
	}
	handler, err := sandbox.New(opts)
	if err != nil {
		b.Fatal(err)
	}
	server := httptest.NewServer(handler)
	defer server.Close()
	p := carryOut(b, exitLimit, toward(b, server.URL, program, "remove", "--yes", "-q",
		"--max-duration", lasts.String(), "--journal", filepath.Join(b.TempDir(), "journal"), list))

	requests := seen.requests
	if kind == sandbox.TokenBucket {
		requests = requests[1:]
	}
	within, refused := arrived(requests, time.Duration(minutes)*time.Minute)
	b.ReportMetric(float64(within)/float64(100*minutes), "of-limit")
	b.ReportMetric(float64(most(requests)), "most-in-60s")
	b.ReportMetric(float64(refused), "429s")
	b.ReportMetric(100*p.cpu.Seconds()/p.wall.Seconds(), "%-of-core")
}

// arrived counts the requests within d of the first, and of all that came those
// that were refused for the quota.
func arrived(requests []sandbox.Request, d time.Duration) (within, refused int) {
	for _, r := range requests {
		if r.Time.Sub(requests[0].Time) < d {
			within++
		}
		if r.Status == 429 {
			refused++
		}
	}
	return within, refused
}

// most returns how many requests at most came within 60 s, both ends included.
func most(requests []sandbox.Request) (n int) {
	first := 0
	for i, r := range requests {
		for r.Time.Sub(requests[first].Time) > time.Minute {
			first++
		}
		n = max(n, i-first+1)
	}
	return n
}
