// Package sandboxtest lets tests ask a handler, such as the sandbox, without a
// network: on the fake time of testing/synctest, under which sockets do not work.
package sandboxtest

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"syscall"
)

// Transport returns a transport that calls h in this process. It is safe for
// concurrent use if h is.
//
// A request ends when its context does; h sees the same context and finishes on
// its own. A handler that panics with [http.ErrAbortHandler] is a connection
// reset by the server. Any other panic continues in the caller.
func Transport(h http.Handler) http.RoundTripper { return transport{h} }

type transport struct{ handler http.Handler }

// served is the result of calling the handler.
type served struct {
	resp  *http.Response
	panic any
}

// RoundTrip implements [http.RoundTripper].
func (t transport) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		defer r.Body.Close()
	}
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	in, err := incoming(r)
	if err != nil {
		return nil, err
	}
	if trace := httptrace.ContextClientTrace(r.Context()); trace != nil {
		connect(trace, r.URL.Host)
	}
	done := make(chan served, 1)
	go func() { done <- t.serve(in) }()
	select {
	case <-r.Context().Done():
		return nil, r.Context().Err()
	case s := <-done:
		return s.response(r)
	}
}

// connect reports a connection to a trace, as a real transport would.
func connect(trace *httptrace.ClientTrace, host string) {
	if trace.GetConn != nil {
		trace.GetConn(host)
	}
	if trace.GotConn != nil {
		trace.GotConn(httptrace.GotConnInfo{})
	}
}

// incoming returns r as a server would see it. The body is read here: it
// belongs to the caller again when RoundTrip returns.
func incoming(r *http.Request) (*http.Request, error) {
	in := r.Clone(r.Context())
	in.RequestURI = r.URL.RequestURI()
	in.Host = r.URL.Host
	in.RemoteAddr = "127.0.0.1:1"
	in.Body = http.NoBody
	if r.Body == nil {
		return in, nil
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	in.Body = io.NopCloser(bytes.NewReader(body))
	return in, nil
}

// serve calls the handler.
func (t transport) serve(r *http.Request) (s served) {
	defer func() { s.panic = recover() }()
	w := httptest.NewRecorder()
	t.handler.ServeHTTP(w, r)
	s.resp = w.Result()
	return s
}

func (s served) response(r *http.Request) (*http.Response, error) {
	switch {
	case s.panic == http.ErrAbortHandler:
		return nil, fmt.Errorf("read: %w", syscall.ECONNRESET)
	case s.panic != nil:
		panic(s.panic)
	}
	s.resp.Request = r
	return s.resp, nil
}
