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
)

// idleLimit is how long a connection may lie idle and be used again. Servers
// close idle connections after some time of their own (Node after 5 s, some
// proxies after less than one), without a word: a DELETE that is written just
// then has an unknown fate. At the pace of the API a request would often meet
// that moment, and a new connection costs next to nothing. What is left are
// requests that follow each other at once.
const idleLimit = 100 * time.Millisecond

// newTransport returns a transport of one client's own, so that its connections
// and settings are its own.
//
// HTTP/1.1 only: at 1.6 requests a second there is nothing to multiplex, and a
// connection that dies leaves the fate of only one request unknown, not of all
// those in flight.
func newTransport(proxy func(*url.URL) (*url.URL, error)) *http.Transport {
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	return &http.Transport{
		Proxy:                  func(r *http.Request) (*url.URL, error) { return proxy(r.URL) },
		DialContext:            (&net.Dialer{Timeout: dialTimeout}).DialContext,
		OnProxyConnectResponse: checkProxy,
		TLSHandshakeTimeout:    dialTimeout,
		Protocols:              protocols,
		DisableCompression:     true,
		MaxIdleConnsPerHost:    16,
		IdleConnTimeout:        idleLimit,
		MaxResponseHeaderBytes: headerLimit,
	}
}

// proxyFromEnvironment reads HTTPS_PROXY and NO_PROXY now.
// http.ProxyFromEnvironment reads them once per process, at the first call.
func proxyFromEnvironment() func(*url.URL) (*url.URL, error) {
	return httpproxy.FromEnvironment().ProxyFunc()
}
