package api

import (
	"net"
	"net/http"
	"net/url"
	"time"

	"golang.org/x/net/http/httpproxy"
)

const (
	dialTimeout = 10 * time.Second
	headerLimit = 64 << 10 // bytes of the header of an answer
	idleLimit   = 4 * time.Second
)

// newTransport returns a transport of one client's own, so that its
// connections and settings are nobody else's.
//
// HTTP/1.1 only: at 1.6 requests a second there is nothing to multiplex, and a
// connection that dies takes one request with it whose fate is unknown, not all
// of those in flight. Idle connections are dropped before servers usually do it
// (Node's default is 5 s), since a DELETE written to a connection that is just
// being closed has an unknown fate, too.
func newTransport(proxy func(*url.URL) (*url.URL, error)) *http.Transport {
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	return &http.Transport{
		Proxy:                  func(r *http.Request) (*url.URL, error) { return proxy(r.URL) },
		DialContext:            (&net.Dialer{Timeout: dialTimeout}).DialContext,
		TLSHandshakeTimeout:    dialTimeout,
		Protocols:              protocols,
		DisableCompression:     true,
		MaxIdleConnsPerHost:    16,
		IdleConnTimeout:        idleLimit,
		MaxResponseHeaderBytes: headerLimit,
	}
}

// proxyFromEnvironment reads HTTPS_PROXY and NO_PROXY now.
// http.ProxyFromEnvironment reads them once per process, whoever asked first.
func proxyFromEnvironment() func(*url.URL) (*url.URL, error) {
	return httpproxy.FromEnvironment().ProxyFunc()
}
