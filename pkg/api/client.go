package api

import (
	"context"
	"net/http"
	"net/url"
	"time"
)

// optOutsPath is the one resource, below the base URL.
const optOutsPath = "/dnc/communication-opt-outs"

// Client calls the API. It is safe for concurrent use and must be made with
// [New].
type Client struct {
	endpoint  *url.URL
	token     Token
	userAgent string
	accountID string // empty for none
	timeout   time.Duration
	transport http.RoundTripper
	proxy     func(*url.URL) (*url.URL, error) // nil when the caller brought the transport
}

// New returns a client for cfg. All problems of cfg are reported together, one
// a line; nothing is sent.
func New(cfg Config) (*Client, error) {
	if err := cfg.check(); err != nil {
		return nil, err
	}
	endpoint, err := cfg.endpoint()
	if err != nil {
		return nil, err
	}
	c := &Client{
		endpoint:  endpoint,
		token:     cfg.Token,
		userAgent: cfg.userAgent(),
		accountID: cfg.AccountID,
		timeout:   cfg.timeout(),
		transport: cfg.Transport,
	}
	if c.transport == nil {
		c.proxy = proxyFromEnvironment()
		c.transport = newTransport(c.proxy)
	}
	return c, nil
}

// identify sets every header that says who asks.
func (c *Client) identify(h http.Header) {
	c.token.authorize(h)
	h.Set("User-Agent", c.userAgent)
	if c.accountID != "" {
		h.Set("X-Account-Id", c.accountID)
	}
}

// Remove takes id off the Do Not Contact list with one DELETE. The error is nil
// only when the API confirmed the removal: status 200 with an empty body, or with
// a JSON object that says nothing to the contrary. Otherwise it is an [*Error]; its Kind is [NotFound] when the API says
// that id is not on the list.
//
// id.Value goes out as it is: the API compares it with what it has stored.
// Remove blocks until the answer is complete, the configured timeout has
// passed, or ctx ends.
func (c *Client) Remove(ctx context.Context, id Identifier) (Answer, error) {
	r := request{method: http.MethodDelete, body: id, ids: []Identifier{id}, limit: bodyLimit}
	if err := checkIdentifier(id); err != nil {
		return Answer{}, r.refused(err)
	}
	rep, fail := c.exchange(ctx, r)
	if fail == nil {
		fail = rep.unconfirmed()
	}
	return c.finish(r, rep, fail)
}

// CloseIdleConnections closes the connections that no request uses.
func (c *Client) CloseIdleConnections() {
	type closer interface{ CloseIdleConnections() }
	if t, ok := c.transport.(closer); ok {
		t.CloseIdleConnections()
	}
}

// Proxy returns host and port of the proxy that the environment (HTTPS_PROXY,
// NO_PROXY) puts between the client and the API, or "" for none. A proxy is
// never used toward a loopback address.
func (c *Client) Proxy() string {
	if c.proxy == nil {
		return ""
	}
	u, err := c.proxy(c.endpoint)
	if err != nil || u == nil {
		return ""
	}
	return u.Host
}
