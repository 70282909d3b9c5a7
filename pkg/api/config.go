package api

import (
	"cmp"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// DefaultTimeout bounds a request when [Config.Timeout] is zero.
const DefaultTimeout = 30 * time.Second

// DefaultUserAgent names the client when [Config.UserAgent] is empty.
const DefaultUserAgent = "altadnc-bulk"

// Config is what a [Client] needs to know. BaseURL and Token are required, the
// zero value of everything else is useful.
type Config struct {
	// BaseURL is where the API lives, with its version:
	// https://api.altahq.com/v1. Plain http is accepted toward a loopback
	// address only, since the token travels in a header.
	BaseURL string
	Token   Token
	// AccountID goes out as x-account-id, which users of several accounts
	// must send; empty sends none.
	AccountID string
	// Timeout bounds each request, from looking up the host to the last byte
	// of the answer; 0 means [DefaultTimeout].
	Timeout time.Duration
	// UserAgent names the client; empty means [DefaultUserAgent].
	UserAgent string
	// Transport carries the requests; nil means an own http.Transport with
	// the proxies of the environment. It must not follow redirects or repeat
	// requests, must be safe for concurrent use, and should call the hooks of
	// net/http/httptrace: without them every failed request counts as sent.
	Transport http.RoundTripper
}

func (c Config) timeout() time.Duration { return cmp.Or(c.Timeout, DefaultTimeout) }

func (c Config) userAgent() string { return cmp.Or(c.UserAgent, DefaultUserAgent) }

// endpoint returns the URL of the opt-outs below the base URL.
func (c Config) endpoint() (*url.URL, error) {
	u, err := parseBaseURL(c.BaseURL)
	if err != nil {
		return nil, err
	}
	u = u.JoinPath(optOutsPath)
	return u, nil
}

// check returns every problem of the configuration, joined.
func (c Config) check() error {
	_, errURL := parseBaseURL(c.BaseURL)
	var errTimeout error
	if c.Timeout < 0 {
		errTimeout = fmt.Errorf("timeout %v: must not be negative", c.Timeout)
	}
	return errors.Join(
		errURL,
		c.Token.check(IsLoopback(c.BaseURL)),
		checkHeader("account id", c.AccountID),
		checkHeader("user agent", c.UserAgent),
		errTimeout,
	)
}

// parseBaseURL refuses what would send the token in the clear, or somewhere
// that a person reading the URL would not expect. Its errors quote only the
// parts that cannot be secret.
func parseBaseURL(s string) (*url.URL, error) {
	if s == "" {
		return nil, errors.New("base URL is missing: use https://api.altahq.com/v1")
	}
	u, err := url.Parse(s)
	switch {
	case err != nil:
		// url.Error repeats the whole input, password and all.
		var parse *url.Error
		if errors.As(err, &parse) {
			err = parse.Err
		}
		return nil, fmt.Errorf("base URL cannot be parsed: %w", err)
	case u.Scheme != "https" && u.Scheme != "http":
		return nil, fmt.Errorf("base URL scheme %q: must be https (or http toward a loopback address)", u.Scheme)
	case u.Hostname() == "":
		return nil, errors.New("base URL has no host: use https://api.altahq.com/v1")
	case u.User != nil:
		return nil, fmt.Errorf("base URL with a user name, host %q: take it out, the token is the only credential", u.Host)
	case u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return nil, fmt.Errorf("base URL with ? or #, host %q: give scheme, host and path only", u.Host)
	case u.Scheme == "http" && !isLoopback(u.Hostname()):
		return nil, fmt.Errorf("base URL with plain http to %q: use https, http is for loopback addresses only", u.Host)
	}
	return u, nil
}

// SameBase returns baseURL in the one spelling that all its spellings share:
// scheme and host in lower case, no default port, no slash at the end, and
// 127.0.0.1 for every name of this machine. What is not a URL stays as it is. It
// is for comparing, not for sending.
func SameBase(baseURL string) string {
	u, err := url.Parse(strings.TrimSpace(baseURL))
	if err != nil || u.Host == "" {
		return baseURL
	}
	scheme, host, port := strings.ToLower(u.Scheme), strings.ToLower(u.Hostname()), u.Port()
	if isLoopback(host) {
		host = "127.0.0.1"
	}
	if scheme == "https" && port == "443" || scheme == "http" && port == "80" {
		port = ""
	}
	if strings.Contains(host, ":") {
		host = "[" + host + "]" // IPv6
	}
	if port != "" {
		host += ":" + port
	}
	return scheme + "://" + host + strings.TrimRight(u.EscapedPath(), "/")
}

// IsLoopback reports whether baseURL leads to this machine by its name alone:
// localhost, 127.0.0.0/8 or ::1. Nothing is looked up.
func IsLoopback(baseURL string) bool {
	u, err := url.Parse(baseURL)
	return err == nil && isLoopback(u.Hostname())
}

func isLoopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

// checkHeader accepts printable ASCII without blanks at the ends.
func checkHeader(name, value string) error {
	if strings.TrimSpace(value) != value {
		return fmt.Errorf("%s %q: has a blank at the beginning or the end", name, value)
	}
	for i := range len(value) {
		if value[i] < ' ' || value[i] >= 0x7f {
			return fmt.Errorf("%s %q: the character at position %d is not allowed in a header", name, value, i+1)
		}
	}
	return nil
}
