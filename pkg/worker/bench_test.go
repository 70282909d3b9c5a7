package worker

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"altadnc-bulk/pkg/api"
	"altadnc-bulk/pkg/journal"
	"altadnc-bulk/pkg/reader"
	"altadnc-bulk/pkg/worker/pace"
)

// BenchmarkUnpaced sends 20,000 rows by 16 workers over loopback, without a pace
// and with both records of each row synced to the disk that TMPDIR is on, and
// compares its rows/s with those of the least that a Go program does for the
// same requests (of-client), which runs just before it.
func BenchmarkUnpaced(b *testing.B) {
	const rows, workers = 20_000, 16
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { io.Copy(io.Discard, r.Body) }))
	defer server.Close()
	folder := b.TempDir()
	list := writeRows(b, folder, rows)
	var ours, least time.Duration
	for n := 0; b.Loop(); n++ {
		started := time.Now()
		minimalClient(b, server.URL, list, filepath.Join(folder, "results"), workers)
		least += time.Since(started)

		path := filepath.Join(folder, fmt.Sprint(n, ".journal"))
		started = time.Now()
		runList(b, server.URL, nil, list, path, workers)
		ours += time.Since(started)
	}
	b.ReportMetric(float64(rows*b.N)/ours.Seconds(), "rows/s")
	b.ReportMetric(float64(rows*b.N)/least.Seconds(), "client-rows/s")
	b.ReportMetric(least.Seconds()/ours.Seconds(), "of-client")
	b.ReportMetric(0, "ns/op") // of both
}

func writeRows(b *testing.B, folder string, rows int) (path string) {
	b.Helper()
	path = filepath.Join(folder, "list.csv")
	var list strings.Builder
	list.WriteString("identifier,identifierType\n")
	for i := range rows {
		fmt.Fprintf(&list, "person.%d@example.com,email\n", i)
	}
	if err := os.WriteFile(path, []byte(list.String()), 0o600); err != nil {
		b.Fatal(err)
	}
	return path
}

// runList plans and runs a list without a pace, as the command does.
func runList(b *testing.B, url string, transport http.RoundTripper, list, path string, workers int) *journal.Index {
	b.Helper()
	must := func(err error) {
		b.Helper()
		if err != nil {
			b.Fatal(err)
		}
	}
	file, err := os.Open(list)
	must(err)
	defer file.Close()
	j, err := journal.Open(path, journal.Identity{BaseURL: url})
	must(err)
	l := NewList("list.csv", file, reader.Options{})
	plan, err := NewPlan(l, j, PlanOptions{})
	must(err)
	client, err := api.New(api.Config{BaseURL: url, Token: api.NewToken("token"), Transport: transport})
	must(err)
	summary, err := NewRun(Config{Client: client, Pace: pace.New(pace.Config{}), Journal: j, Workers: workers}, l, plan).Remove(b.Context())
	must(errors.Join(err, summary.Err, j.Close()))
	if summary.Stop != nil || summary.Counts[journal.Removed] != summary.Entries {
		b.Fatalf("%v, %+v", summary.Stop, summary)
	}
	return j.Index()
}

// minimalClient sends a DELETE for each row of a list and writes down the
// status, without plan, retries, checks or a sync.
func minimalClient(b *testing.B, url, list, results string, workers int) {
	b.Helper()
	in, err := os.Open(list)
	if err != nil {
		b.Fatal(err)
	}
	defer in.Close()
	out, err := os.Create(results)
	if err != nil {
		b.Fatal(err)
	}
	defer out.Close()
	w := bufio.NewWriter(out)
	defer w.Flush()

	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: workers}}
	defer client.CloseIdleConnections()
	rows := make(chan []string)
	var mu sync.Mutex
	var done sync.WaitGroup
	for range workers {
		done.Go(func() {
			for row := range rows {
				status, err := minimalRequest(client, url, row)
				if err != nil {
					b.Error(err)
				}
				mu.Lock()
				fmt.Fprintf(w, "%s,%s,%d\n", row[0], row[1], status)
				mu.Unlock()
			}
		})
	}
	r := csv.NewReader(in)
	r.Read() // the header
	for row, err := r.Read(); err == nil; row, err = r.Read() {
		rows <- row
	}
	close(rows)
	done.Wait()
}

func minimalRequest(client *http.Client, url string, row []string) (status int, err error) {
	body := fmt.Sprintf(`{"identifier":%q,"identifierType":%q}`, row[0], row[1])
	req, err := http.NewRequest(http.MethodDelete, url+"/dnc/communication-opt-outs", strings.NewReader(body))
	if err != nil {
		return 0, err
	}
	req.Header.Set("Authorization", "Bearer token")
	req.Header.Set("Content-Type", "application/json")
	resp, err := client.Do(req)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	_, err = io.Copy(io.Discard, resp.Body)
	return resp.StatusCode, err
}

// BenchmarkMemory runs lists of 20,000 and of a million rows to their end, and
// reports the largest live heap of ten moments, what of it the index is, and
// what is left, which must not grow with the list.
func BenchmarkMemory(b *testing.B) {
	for _, rows := range []int{20_000, 1_000_000} {
		b.Run(fmt.Sprintf("rows=%d", rows), func(b *testing.B) {
			folder := b.TempDir()
			list := writeRows(b, folder, rows)
			var peak, index uint64
			for n := 0; b.Loop(); n++ {
				before := liveHeap()
				probe := &probe{every: int64(rows / 10)}
				x := runList(b, "https://api.example.com/v1", probe, list, filepath.Join(folder, fmt.Sprint(n, ".journal")), 256)
				peak = max(peak, probe.most-min(probe.most, before))
				after := liveHeap()
				runtime.KeepAlive(x)
				x = nil
				index = max(index, after-min(after, liveHeap()))
			}
			b.ReportMetric(float64(peak)/(1<<20), "peak-MiB")
			b.ReportMetric(float64(index)/float64(rows), "index-B/row")
			b.ReportMetric((float64(peak)-float64(index))/(1<<20), "rest-MiB")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// probe confirms every request without a server, and measures the heap at every
// so many of them.
type probe struct {
	every    int64
	requests atomic.Int64

	mu   sync.Mutex
	most uint64
}

func (p *probe) RoundTrip(r *http.Request) (*http.Response, error) {
	if p.requests.Add(1)%p.every == 0 {
		p.mu.Lock()
		p.most = max(p.most, liveHeap())
		p.mu.Unlock()
	}
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: http.NoBody, Request: r}, nil
}

func liveHeap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
