package sandboxtest_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptrace"
	"strings"
	"syscall"
	"testing"

	"altadnc-bulk/pkg/api/sandbox/sandboxtest"
)

func TestTransport(t *testing.T) {
	serve := func(ctx context.Context, h http.HandlerFunc) (*http.Response, error) {
		req, _ := http.NewRequestWithContext(ctx, "DELETE", "https://api.example.com/v1/x?y=1", strings.NewReader("body"))
		return sandboxtest.Transport(h).RoundTrip(req)
	}
	t.Run("request and answer", func(t *testing.T) {
		resp, err := serve(t.Context(), func(w http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			w.Header().Set("X-Seen", r.Method+" "+r.RequestURI+" "+r.Host+" "+string(body))
			w.WriteHeader(418)
			w.Header().Set("X-Late", "not sent")
			w.WriteHeader(500)
			io.WriteString(w, "answer")
		})
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(resp.Body)
		if resp.StatusCode != 418 || resp.Header.Get("X-Seen") != "DELETE /v1/x?y=1 api.example.com body" || resp.Header.Get("X-Late") != "" || string(body) != "answer" {
			t.Errorf("%+v %s", resp, body)
		}
	})
	t.Run("nothing written", func(t *testing.T) {
		if resp, err := serve(t.Context(), func(http.ResponseWriter, *http.Request) {}); err != nil || resp.StatusCode != 200 {
			t.Errorf("%v %v", resp, err)
		}
	})
	t.Run("aborted", func(t *testing.T) {
		if _, err := serve(t.Context(), func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }); !errors.Is(err, syscall.ECONNRESET) {
			t.Errorf("got %v", err)
		}
	})
	t.Run("panicked", func(t *testing.T) {
		defer func() {
			if p := recover(); p != "a bug" {
				t.Errorf("panic %v", p)
			}
		}()
		serve(t.Context(), func(http.ResponseWriter, *http.Request) { panic("a bug") })
		t.Error("the panic is gone")
	})
	t.Run("context ended before", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		called := false
		if _, err := serve(ctx, func(http.ResponseWriter, *http.Request) { called = true }); !errors.Is(err, context.Canceled) || called {
			t.Errorf("called %v, %v", called, err)
		}
	})
	t.Run("context ended meanwhile", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		finished := make(chan struct{})
		_, err := serve(ctx, func(_ http.ResponseWriter, r *http.Request) { cancel(); <-r.Context().Done(); close(finished) })
		if !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
		<-finished
	})
	t.Run("trace", func(t *testing.T) {
		var asked, got bool
		ctx := httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{GetConn: func(string) { asked = true }, GotConn: func(httptrace.GotConnInfo) { got = true }})
		if _, err := serve(ctx, func(http.ResponseWriter, *http.Request) {}); err != nil || !asked || !got {
			t.Errorf("asked %v, got %v, %v", asked, got, err)
		}
	})
}
