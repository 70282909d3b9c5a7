package api

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"

	"github.com/go-json-experiment/json"
)

const (
	bodyLimit = 64 << 10 // bytes of an error's body, or of a confirmation
	pageLimit = 8 << 20  // bytes of a page of the list
)

// request is one request to be made.
type request struct {
	method string
	query  url.Values
	body   any          // marshalled to JSON; nil for none
	ids    []Identifier // named by the request: masked where an answer repeats them
	limit  int64        // bytes read of the body of a 200
}

func (r request) op() string { return r.method + " " + optOutsPath }

// refused is the error for a request that was not made, being wrong in itself.
func (r request) refused(err error) *Error {
	return &Error{Kind: Rejected, Op: r.op(), Err: err}
}

// reply is an answer as it arrived.
type reply struct {
	path    string       // of the request
	ids     []Identifier // that the request named
	status  int
	header  http.Header
	body    []byte
	tooLong bool  // there was more than the limit
	broken  error // why the body could not be read to its end
	hide    func(string) string
}

// exchange makes one request. An *Error comes back if no answer arrived, or one
// that is not a 200.
func (c *Client) exchange(ctx context.Context, r request) (reply, *Error) {
	// Every request has its own limit; the caller's context is the run's.
	limited, cancel := context.WithTimeoutCause(ctx, c.timeout, ErrTimeout)
	defer cancel()
	var conn connection
	req, err := c.newRequest(httptrace.WithClientTrace(limited, conn.trace()), r)
	if err != nil {
		return reply{}, r.refused(err)
	}
	// The transport is asked directly: http.Client would add redirects,
	// cookies and a Referer to what goes out, and turn a DELETE that is
	// redirected into a GET that carries the token along.
	resp, err := c.transport.RoundTrip(req)
	if err != nil {
		return reply{}, c.unanswered(c.cause(ctx, limited, err), conn.maybeUsed())
	}
	defer resp.Body.Close()
	rep := reply{path: req.URL.Path, ids: r.ids, status: resp.StatusCode, header: resp.Header, hide: c.hider(r)}
	if rep.status >= 200 {
		rep.read(resp.Body, r)
	} // else there is no body (RFC 9110, section 15.2): what follows a 101 is a connection, which no context ends
	if rep.broken != nil {
		rep.broken = c.cause(ctx, limited, rep.broken)
	}
	return rep, rep.failure()
}

// newRequest builds the request. The body cannot be read twice: with GetBody set
// the transport may repeat a request on its own if a reused connection turns out
// to be dead, unseen by pace and journal.
func (c *Client) newRequest(ctx context.Context, r request) (*http.Request, error) {
	u := *c.endpoint
	u.RawQuery = r.query.Encode()
	req, err := http.NewRequestWithContext(ctx, r.method, u.String(), nil)
	if err != nil {
		return nil, err
	}
	c.identify(req.Header)
	req.Header.Set("Accept", "application/json")
	req.Header.Set("Accept-Encoding", "identity")
	if r.body == nil {
		// A request without any body would be repeated as well; one with
		// a body that turns out to be empty is not, and looks the same.
		req.Body = io.NopCloser(new(bytes.Reader))
		return req, nil
	}
	b, err := json.Marshal(r.body)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Body = io.NopCloser(bytes.NewReader(b))
	req.ContentLength = int64(len(b))
	return req, nil
}

// read takes in the body, up to its limit.
func (rep *reply) read(body io.Reader, r request) {
	limit := int64(bodyLimit)
	if rep.status == http.StatusOK {
		limit = r.limit
	}
	rep.body, rep.broken = io.ReadAll(io.LimitReader(body, limit+1))
	if int64(len(rep.body)) > limit {
		rep.body, rep.tooLong = rep.body[:limit], true
	}
}

// cause says why a request got no complete answer: because the caller's context
// ended, because its own time was up, or else err.
func (c *Client) cause(ctx, limited context.Context, err error) error {
	switch {
	case ctx.Err() != nil && context.Cause(ctx) != ctx.Err():
		return fmt.Errorf("%w: %w", ctx.Err(), context.Cause(ctx))
	case ctx.Err() != nil:
		return ctx.Err()
	case limited.Err() != nil:
		return fmt.Errorf("%w within %v", ErrTimeout, c.timeout)
	case errors.Is(err, io.EOF):
		return fmt.Errorf("connection closed without an answer: %w", err)
	}
	return err
}

// finish completes fail with what every error has, and takes out what must not
// be shown.
func (c *Client) finish(r request, rep reply, fail *Error) (Answer, error) {
	answer := Answer{Status: rep.status}
	if rep.header != nil {
		answer.Quota = parseQuota(rep.header)
		answer.Date, _ = http.ParseTime(rep.header.Get("Date")) // zero if there is none
	}
	if fail == nil {
		return answer, nil
	}
	fail.Op, fail.Status, fail.Quota = r.op(), rep.status, answer.Quota
	if rep.header != nil {
		fail.Sent = true
		fail.RetryAfter, fail.HasRetryAfter = parseRetryAfter(rep.header)
	}
	fail.hide(c.hider(r))
	return answer, fail
}

// hider returns a function that takes out of a text what a request put in: the
// token and the identifiers.
func (c *Client) hider(r request) func(string) string {
	return func(s string) string { return maskIn(c.token.redact(s), r.ids) }
}
