package api

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"
)

// optOutsPath is the one resource, below the base URL.
const optOutsPath = "/dnc/communication-opt-outs"

// Client calls the API. It is safe for concurrent use and must be made with
// [New]. It never prints its token.
type Client struct {
	endpoint  *url.URL
	authorize func(http.Header) // holds the token, so that printing cannot reach it
	redact    func(string) string
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
		authorize: authorizer(cfg),
		redact:    redactor(cfg.Token),
		timeout:   cfg.timeout(),
		transport: cfg.Transport,
	}
	if c.transport == nil {
		c.proxy = proxyFromEnvironment()
		c.transport = newTransport(c.proxy)
	}
	return c, nil
}

// authorizer returns a function that sets every header that identifies the
// caller.
func authorizer(cfg Config) func(http.Header) {
	return func(h http.Header) {
		h.Set("Authorization", "Bearer "+cfg.Token)
		h.Set("User-Agent", cfg.userAgent())
		if cfg.AccountID != "" {
			h.Set("X-Account-Id", cfg.AccountID)
		}
	}
}

// Remove takes id off the Do Not Contact list with one DELETE. The error is nil
// only when the API confirmed the removal: status 200 with an empty or a JSON
// body. Otherwise it is an [*Error]; its Kind is [NotFound] when the API says
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

// String names the client by the host it talks to.
func (c *Client) String() string {
	if c == nil || c.endpoint == nil {
		return "api.Client{}"
	}
	return fmt.Sprintf("api.Client{%s://%s}", c.endpoint.Scheme, c.endpoint.Host)
}

// Format implements [fmt.Formatter], so that no verb prints what is inside.
func (c *Client) Format(f fmt.State, _ rune) {
	io.WriteString(f, c.String())
}
