package api_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"altadnc-bulk/pkg/api"
)

// rawServer is a TCP server that reads requests and hands the connection over
// to answer, with the number of the request, from 1. It closes the connection
// when answer returns false.
type rawServer struct {
	url      string
	requests atomic.Int64
}

func newRawServer(t *testing.T, answer func(conn *net.TCPConn, n int64, r *http.Request) bool) *rawServer {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &rawServer{url: "http://" + l.Addr().String()}
	var conns sync.WaitGroup
	conns.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			conns.Go(func() { s.serve(conn.(*net.TCPConn), answer) })
		}
	})
	t.Cleanup(func() { l.Close(); conns.Wait() })
	return s
}

func (s *rawServer) serve(conn *net.TCPConn, answer func(*net.TCPConn, int64, *http.Request) bool) {
	defer conn.Close()
	in := bufio.NewReader(conn)
	for {
		r, err := http.ReadRequest(in)
		if err != nil {
			return
		}
		body, _ := io.ReadAll(r.Body)
		r.Body = io.NopCloser(strings.NewReader(string(body)))
		if !answer(conn, s.requests.Add(1), r) {
			return
		}
	}
}

var ada = api.Identifier{Type: api.Email, Value: "ada.lovell@example.com"}

func TestBrokenConnections(t *testing.T) {
	write := func(s string) func(*net.TCPConn, int64, *http.Request) bool {
		return func(c *net.TCPConn, _ int64, _ *http.Request) bool { io.WriteString(c, s); return false }
	}
	reset := func(s string) func(*net.TCPConn, int64, *http.Request) bool {
		return func(c *net.TCPConn, _ int64, _ *http.Request) bool {
			io.WriteString(c, s)
			c.SetLinger(0)
			return false
		}
	}
	const json = "Content-Type: application/json\r\n"
	for name, c := range map[string]struct {
		answer func(*net.TCPConn, int64, *http.Request) bool
		want   api.Kind
		text   string
	}{
		"closed without an answer":    {write(""), api.Network, "connection closed without an answer"},
		"reset without an answer":     {reset(""), api.Network, ""},
		"closed in the status line":   {write("HTTP/1."), api.Network, ""},
		"closed in the header":        {write("HTTP/1.1 200 OK\r\nContent-"), api.Network, ""},
		"no HTTP":                     {write("220 mail.example.com ESMTP\r\n"), api.Network, "malformed HTTP"},
		"200 cut short":               {write("HTTP/1.1 200 OK\r\n" + json + "Content-Length: 20\r\n\r\n{\"a\""), api.Unreadable, "200 OK: unreadable answer: unexpected EOF"},
		"200 cut before the body":     {write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n"), api.Unreadable, ""},
		"200 reset in the body":       {reset("HTTP/1.1 200 OK\r\n" + json + "Content-Length: 20\r\n\r\n{\"a\""), api.Unreadable, ""},
		"200 chunked, cut":            {write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n"), api.Unreadable, ""},
		"200 chunked, broken":         {write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"), api.Unreadable, ""},
		"200 until close":             {write("HTTP/1.1 200 OK\r\n\r\n"), 0, ""},
		"404 cut short":               {write("HTTP/1.1 404 Not Found\r\n" + json + "Content-Length: 99\r\n\r\n{\"error\":\"NotFound\",\"message\":\"x\"}"), api.Unreadable, ""},
		"401 cut short":               {write("HTTP/1.1 401 Unauthorized\r\n" + json + "Content-Length: 99\r\n\r\n{\"error\":"), api.Unauthorized, ""},
		"429 cut short":               {write("HTTP/1.1 429 Too Many\r\nRetry-After: 7\r\nContent-Length: 99\r\n\r\n{"), api.QuotaSpent, "retry after 7s"},
		"503 cut short":               {write("HTTP/1.1 503 No\r\nContent-Length: 99\r\n\r\n{"), api.Unavailable, ""},
		"302 cut short":               {write("HTTP/1.1 302 Found\r\nLocation: https://login.example.com/a\r\nContent-Length: 99\r\n\r\n{"), api.Foreign, `a redirect to "https://login.example.com"`},
		"a header of half a megabyte": {write("HTTP/1.1 200 OK\r\nX: " + strings.Repeat("x", 512<<10) + "\r\n\r\n"), api.Network, ""},
		"switching protocols":         {write("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n"), api.Foreign, "a switch to another protocol"},
		"switching protocols, for good": {func(c *net.TCPConn, _ int64, _ *http.Request) bool {
			io.WriteString(c, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n")
			io.Copy(io.Discard, c) // until the client hangs up
			return false
		}, api.Foreign, "101 Switching Protocols"},
		"an answer after a mere early": {write("HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"), 0, ""},
	} {
		t.Run(name, func(t *testing.T) {
			server := newRawServer(t, c.answer)
			_, err := mustClient(t, api.Config{BaseURL: server.url}).Remove(t.Context(), ada)
			if kindOf(err) != c.want {
				t.Fatalf("%v, want %v", err, c.want)
			}
			if n := server.requests.Load(); n != 1 {
				t.Errorf("%d requests arrived", n)
			}
			if err == nil {
				return
			}
			if !strings.Contains(err.Error(), c.text) {
				t.Errorf("error %q lacks %q", err, c.text)
			}
			if e, _ := errors.AsType[*api.Error](err); !e.Sent {
				t.Error("Sent is false, and the server had the request")
			}
			checkClean(t, err)
		})
	}
}

// TestNotSent is about failures after which nothing can have been removed.
func TestNotSent(t *testing.T) {
	silent := log.New(io.Discard, "", 0)
	t.Run("refused", func(t *testing.T) {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		l.Close()
		e := removeFails(t, api.Config{BaseURL: "http://" + l.Addr().String()}, api.Network)
		if e.Sent || !errors.Is(e, syscall.ECONNREFUSED) && !strings.Contains(e.Error(), "refused") {
			t.Errorf("%v, sent %v", e, e.Sent)
		}
	})
	t.Run("certificate of nobody known", func(t *testing.T) {
		server := httptest.NewUnstartedServer(http.NotFoundHandler())
		server.Config.ErrorLog = silent
		server.StartTLS()
		defer server.Close()
		e := removeFails(t, api.Config{BaseURL: server.URL}, api.Unreachable)
		var unknown *tls.CertificateVerificationError
		if e.Sent || !errors.As(e, &unknown) {
			t.Errorf("%v, sent %v", e, e.Sent)
		}
	})
	t.Run("no TLS at all", func(t *testing.T) {
		server := httptest.NewServer(http.NotFoundHandler())
		defer server.Close()
		e := removeFails(t, api.Config{BaseURL: strings.Replace(server.URL, "http:", "https:", 1)}, api.Unreachable)
		if e.Sent || !strings.Contains(e.Error(), "answers in plain http where it should speak TLS") {
			t.Errorf("%v, sent %v", e, e.Sent)
		}
	})
	t.Run("another protocol", func(t *testing.T) {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		go func() {
			if conn, err := l.Accept(); err == nil {
				io.WriteString(conn, "220 mail.example.com ESMTP\r\n")
				io.Copy(io.Discard, conn)
				conn.Close()
			}
		}()
		e := removeFails(t, api.Config{BaseURL: "https://" + l.Addr().String()}, api.Unreachable)
		if e.Sent || !strings.Contains(e.Error(), "does not speak TLS") {
			t.Errorf("%v, sent %v", e, e.Sent)
		}
	})
	t.Run("unknown host", func(t *testing.T) {
		dial := func(_ context.Context, _, addr string) (net.Conn, error) {
			return nil, &net.OpError{Op: "dial", Err: &net.DNSError{Err: "no such host", Name: addr, IsNotFound: true}}
		}
		e := removeFails(t, api.Config{BaseURL: "https://nowhere.example.com", Transport: &http.Transport{DialContext: dial}}, api.Network)
		if e.Sent || !strings.Contains(e.Error(), "no such host") {
			t.Errorf("%v, sent %v", e, e.Sent)
		}
	})
	t.Run("context ended before", func(t *testing.T) {
		server := newRawServer(t, func(*net.TCPConn, int64, *http.Request) bool { return false })
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := mustClient(t, api.Config{BaseURL: server.url}).Remove(ctx, ada)
		if !errors.Is(err, context.Canceled) || kindOf(err) != api.Network || server.requests.Load() != 0 {
			t.Errorf("%v, %d requests", err, server.requests.Load())
		}
	})
	t.Run("wrong in itself", func(t *testing.T) {
		client := mustClient(t, api.Config{BaseURL: "http://127.0.0.1:1"})
		for _, id := range []api.Identifier{{}, {Type: api.Email}, {Type: "fax", Value: "1"}, {Type: api.Email, Value: "a\xff@example.com"}} {
			_, err := client.Remove(t.Context(), id)
			if e, ok := errors.AsType[*api.Error](err); !ok || e.Kind != api.Rejected || e.Sent || e.Status != 0 {
				t.Errorf("%q: %v", id, err)
			}
		}
	})
}

func removeFails(t *testing.T, cfg api.Config, want api.Kind) *api.Error {
	t.Helper()
	_, err := mustClient(t, cfg).Remove(t.Context(), ada)
	e, ok := errors.AsType[*api.Error](err)
	if !ok || e.Kind != want || e.Status != 0 {
		t.Fatalf("got %v, want %v", err, want)
	}
	checkClean(t, err)
	return e
}

// TestTransportWithoutTrace shows that a transport that does not report its
// connections counts as having sent.
func TestTransportWithoutTrace(t *testing.T) {
	e := removeFails(t, api.Config{BaseURL: "https://api.example.com", Transport: roundTripper(
		func(*http.Request) (*http.Response, error) { return nil, errors.New("trouble") })}, api.Network)
	if !e.Sent {
		t.Error("Sent is false without proof")
	}
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// TestNoRepeats: on a connection that was used before, net/http repeats on its
// own whatever it may when the server closes instead of answering. Each request
// of ours must arrive once.
func TestNoRepeats(t *testing.T) {
	for name, call := range map[string]func(*api.Client) error{
		"DELETE": func(c *api.Client) error { _, err := c.Remove(t.Context(), ada); return err },
		"GET":    func(c *api.Client) error { _, _, err := c.List(t.Context(), api.ListRequest{}); return err },
		"POST": func(c *api.Client) error {
			_, err := c.Add(t.Context(), api.Addition{Identifiers: []api.NewOptOut{{Identifier: ada}}})
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			server := newRawServer(t, func(c *net.TCPConn, n int64, _ *http.Request) bool {
				if n == 2 {
					return false // closes what was used before
				}
				body := `{"data":[],"hasMore":false}`
				fmt.Fprintf(c, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
				return true
			})
			client := mustClient(t, api.Config{BaseURL: server.url})
			if err := call(client); err != nil {
				t.Fatal(err)
			}
			if err := call(client); kindOf(err) != api.Network {
				t.Errorf("second call: %v", err)
			}
			if n := server.requests.Load(); n != 2 {
				t.Errorf("%d requests arrived, want 2", n)
			}
		})
	}
}

func TestNoRedirects(t *testing.T) {
	var stolen atomic.Int64
	thief := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { stolen.Add(1) }))
	defer thief.Close()
	for _, status := range []int{300, 301, 302, 303, 304, 305, 307, 308} {
		for name, location := range map[string]string{
			"elsewhere": thief.URL + "/v1/dnc/communication-opt-outs", "same host": "/elsewhere",
			"none": "", "nonsense": "http://[::1",
		} {
			t.Run(fmt.Sprint(status, " ", name), func(t *testing.T) {
				var requests atomic.Int64
				server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
					requests.Add(1)
					w.Header().Set("Location", location)
					w.WriteHeader(status)
				}))
				defer server.Close()
				_, err := mustClient(t, api.Config{BaseURL: server.URL}).Remove(t.Context(), ada)
				e, _ := errors.AsType[*api.Error](err)
				if kindOf(err) != api.Foreign || e.Status != status || !strings.Contains(e.Detail, "redirect") {
					t.Errorf("got %v", err)
				}
				if requests.Load() != 1 || stolen.Load() != 0 {
					t.Errorf("%d requests here, %d there", requests.Load(), stolen.Load())
				}
			})
		}
	}
}

// TestCancelInFlight: the caller's context ends while the server thinks, and
// while it sends.
func TestCancelInFlight(t *testing.T) {
	why := errors.New("second signal")
	for name, header := range map[string]string{
		"before the answer": "",
		"within the answer": "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{",
	} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithCancelCause(t.Context())
			server := newRawServer(t, func(c *net.TCPConn, _ int64, _ *http.Request) bool {
				io.WriteString(c, header)
				cancel(why)
				io.Copy(io.Discard, c) // until the client hangs up
				return false
			})
			_, err := mustClient(t, api.Config{BaseURL: server.url}).Remove(ctx, ada)
			e, _ := errors.AsType[*api.Error](err)
			if e == nil || !errors.Is(err, context.Canceled) || !errors.Is(err, why) || errors.Is(err, api.ErrTimeout) || !e.Sent {
				t.Errorf("got %v", err)
			}
		})
	}
}

// TestTimeout runs on fake time, over pipes instead of sockets. The time of a
// request counts from its departure to the last byte: nothing that comes in the
// meantime extends it.
func TestTimeout(t *testing.T) {
	const object = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
	for name, c := range map[string]struct {
		header, everySecond string
		want                api.Kind
	}{
		"no answer":              {"", "", api.Network},
		"header, then nothing":   {object + "Content-Length: 9\r\n\r\n", "", api.Unreadable},
		"half the body":          {object + "Content-Length: 9\r\n\r\n{", "", api.Unreadable},
		"an error, half of it":   {"HTTP/1.1 503 No\r\nContent-Length: 9\r\n\r\n{", "", api.Unavailable},
		"half a line of header":  {"HTTP/1.1 200 OK\r\nContent-", "", api.Network},
		"nothing but early hint": {"HTTP/1.1 103 Early Hints\r\n\r\n", "", api.Network},
		"a header a byte a time": {"HTTP/1.1 200 OK\r\nContent-", "x", api.Network},
		"an endless header":      {"HTTP/1.1 200 OK\r\n", "X: y\r\n", api.Network},
		"a body a byte a time":   {object + "Content-Length: 900\r\n\r\n", " ", api.Unreadable},
		"a body until the end":   {object + "\r\n", " ", api.Unreadable},
		"endless chunks":         {object + "Transfer-Encoding: chunked\r\n\r\n", "1\r\n \r\n", api.Unreadable},
		"an endless chunk":       {object + "Transfer-Encoding: chunked\r\n\r\nfffffff\r\n", " ", api.Unreadable},
		"an endless trailer":     {object + "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n", "X: y\r\n", api.Unreadable},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				here, there := net.Pipe()
				defer time.Sleep(2 * time.Second) // for the server to see the end
				defer there.Close()
				go func() {
					in := bufio.NewReader(there)
					if r, err := http.ReadRequest(in); err == nil {
						io.Copy(io.Discard, r.Body)
						io.WriteString(there, c.header)
					}
					for c.everySecond != "" {
						time.Sleep(time.Second)
						if _, err := io.WriteString(there, c.everySecond); err != nil {
							return
						}
					}
					io.Copy(io.Discard, in)
				}()
				transport := &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) { return here, nil }}
				defer transport.CloseIdleConnections()
				client, err := api.New(api.Config{BaseURL: "http://127.0.0.1", Token: api.NewToken(testToken), Transport: transport})
				if err != nil {
					t.Fatal(err)
				}
				start := time.Now()
				_, err = client.Remove(t.Context(), ada)
				if kindOf(err) != c.want {
					t.Fatalf("got %v, want %v", err, c.want)
				}
				if c.want != api.Unavailable && !errors.Is(err, api.ErrTimeout) {
					t.Errorf("%v is not a timeout", err)
				}
				if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
					t.Errorf("%v looks as if the caller's context had ended", err)
				}
				if took := time.Since(start); took != api.DefaultTimeout {
					t.Errorf("took %v", took)
				}
				e, _ := errors.AsType[*api.Error](err)
				if !e.Sent {
					t.Error("Sent is false")
				}
			})
		})
	}
}

// TestEndlessHints: informational answers are not the answer, and do not extend
// its time.
func TestEndlessHints(t *testing.T) {
	server := newRawServer(t, func(c *net.TCPConn, _ int64, _ *http.Request) bool {
		for {
			if _, err := io.WriteString(c, "HTTP/1.1 103 Early Hints\r\nLink: </>\r\n\r\n"); err != nil {
				return false
			}
			time.Sleep(time.Millisecond)
		}
	})
	_, err := mustClient(t, api.Config{BaseURL: server.url, Timeout: 200 * time.Millisecond}).Remove(t.Context(), ada)
	if kindOf(err) != api.Network {
		t.Errorf("got %v", err)
	}
}

// TestDialTimeout: a host that never answers costs the timeout, and is not sent.
func TestDialTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dial := func(context.Context, string, string) (net.Conn, error) {
			time.Sleep(time.Minute) // net/http lets it go on, for the next request
			return nil, errors.New("no route to host")
		}
		client, err := api.New(api.Config{BaseURL: "https://api.example.com", Token: api.NewToken(testToken), Timeout: 5 * time.Second,
			Transport: &http.Transport{DialContext: dial}})
		if err != nil {
			t.Fatal(err)
		}
		_, err = client.Remove(t.Context(), ada)
		time.Sleep(time.Minute)
		e, _ := errors.AsType[*api.Error](err)
		if kindOf(err) != api.Network || e.Sent || !errors.Is(err, api.ErrTimeout) || !strings.Contains(err.Error(), "within 5s") {
			t.Errorf("got %v", err)
		}
	})
}

// TestEndlessBodies: what is read of an answer is bounded.
func TestEndlessBodies(t *testing.T) {
	for _, status := range []int{200, 400, 404, 500} {
		for _, contentType := range []string{"application/json", "text/html"} {
			t.Run(fmt.Sprint(status, " ", contentType), func(t *testing.T) {
				var wrote atomic.Int64
				server := newRawServer(t, func(c *net.TCPConn, _ int64, _ *http.Request) bool {
					fmt.Fprintf(c, "HTTP/1.1 %d Status\r\nContent-Type: %s\r\n\r\n", status, contentType)
					chunk := []byte(strings.Repeat("[", 4096))
					for {
						n, err := c.Write(chunk)
						wrote.Add(int64(n))
						if err != nil {
							return false
						}
					}
				})
				client := mustClient(t, api.Config{BaseURL: server.url})
				if _, err := client.Remove(t.Context(), ada); err == nil {
					t.Error("removed")
				}
				if _, _, err := client.List(t.Context(), api.ListRequest{}); err == nil {
					t.Error("listed")
				}
				client.CloseIdleConnections()
				// A page has 8 MiB; the rest are buffers of the sockets.
				if n := wrote.Load(); n > 64<<20 {
					t.Errorf("the server could write %d bytes", n)
				}
			})
		}
	}
}
