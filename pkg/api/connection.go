package api

import (
	"net/http/httptrace"
	"sync/atomic"
)

// connection watches whether a request got one.
type connection struct {
	asked, got atomic.Bool
}

func (c *connection) trace() *httptrace.ClientTrace {
	return &httptrace.ClientTrace{
		GetConn: func(string) { c.asked.Store(true) },
		GotConn: func(httptrace.GotConnInfo) { c.got.Store(true) },
	}
}

// maybeUsed reports whether the request may have reached the server. It errs on
// that side: it is false only for a transport that reports its connections and
// got none (refused, unknown host, TLS failure). The hooks that report that
// writing began are of no use here: another goroutine writes, and may begin
// after the request was given up.
func (c *connection) maybeUsed() bool {
	return !c.asked.Load() || c.got.Load()
}
