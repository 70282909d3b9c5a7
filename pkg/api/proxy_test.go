package api

import (
	"bufio"
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

const proxyTestToken = "alta-token-for-a-proxy"

// proxy is an HTTP proxy that answers CONNECT with status and, if that is 200,
// leads every connection to target. It keeps all that passes in the clear.
type proxy struct {
	addr string
	mu   sync.Mutex
	saw  bytes.Buffer
}

func newProxy(t *testing.T, status, target string) *proxy {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &proxy{addr: l.Addr().String()}
	var conns sync.WaitGroup
	conns.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			conns.Go(func() { p.serve(conn, status, target) })
		}
	})
	t.Cleanup(func() { l.Close(); conns.Wait() })
	return p
}

func (p *proxy) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.saw.Write(b)
}

func (p *proxy) text() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.saw.String()
}

func (p *proxy) serve(conn net.Conn, status, target string) {
	defer conn.Close()
	in := bufio.NewReader(io.TeeReader(conn, p))
	if _, err := http.ReadRequest(in); err != nil {
		return
	}
	io.WriteString(conn, "HTTP/1.1 "+status+"\r\n\r\n")
	if target == "" {
		return
	}
	server, err := net.Dial("tcp", target)
	if err != nil {
		return
	}
	var both sync.WaitGroup
	both.Go(func() { io.Copy(server, in); server.(*net.TCPConn).CloseWrite() })
	both.Go(func() { io.Copy(conn, server); conn.Close() })
	both.Wait()
	server.Close()
}

// TestProxy goes through a proxy of the environment: the proxy learns the host,
// and neither token nor identifier.
func TestProxy(t *testing.T) {
	var authorization string
	server := httptest.NewTLSServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		authorization = r.Header.Get("Authorization")
	}))
	defer server.Close()
	p := newProxy(t, "200 Fine", server.Listener.Addr().String())
	t.Setenv("HTTPS_PROXY", "http://user:password@"+p.addr)
	t.Setenv("NO_PROXY", "")

	c, err := New(Config{BaseURL: "https://example.com/v1", Token: NewToken(proxyTestToken)}) // what the test certificate names
	if err != nil {
		t.Fatal(err)
	}
	defer c.CloseIdleConnections()
	if c.Proxy() != p.addr {
		t.Errorf("proxy %q, want %q", c.Proxy(), p.addr)
	}
	roots := x509.NewCertPool()
	roots.AddCert(server.Certificate())
	c.transport.(*http.Transport).TLSClientConfig = &tls.Config{RootCAs: roots}
	if _, err := c.Remove(t.Context(), Identifier{Type: Email, Value: "ada.lovell@example.com"}); err != nil {
		t.Fatal(err)
	}
	if authorization != "Bearer "+proxyTestToken {
		t.Errorf("the server got %q", authorization)
	}
	if saw := p.text(); !strings.HasPrefix(saw, "CONNECT example.com:443 ") || strings.Contains(saw, proxyTestToken) || strings.Contains(saw, "ada.lovell") {
		t.Errorf("the proxy saw %q", saw)
	}
}

// TestProxyRefuses: what a proxy refuses never reached the API.
func TestProxyRefuses(t *testing.T) {
	for _, test := range []struct {
		status string
		want   Kind
		text   string
	}{
		{"407 Proxy Authentication Required", Unreachable, "407 Proxy Authentication Required: the proxy rejects the user and password"},
		{"302 Found\r\nLocation: https://login.example.com/a?b", Unreachable, `a redirect to "https://login.example.com"`},
		{"511 Network Authentication Required", Network, "answered 511"},
		{"403 Forbidden", Unreachable, "does not allow api.example.com: have it allowed there"},
		{"404 Not Found", Unreachable, "answered 404 Not Found"},
		{"405 Method Not Allowed", Unreachable, ""},
		{"429 Too Many Requests", Network, ""},
		{"408 Request Timeout", Network, ""},
		{"502 Bad Gateway", Network, "answered 502 Bad Gateway"},
		{"503 Service Unavailable", Network, ""},
	} {
		t.Run(test.status, func(t *testing.T) {
			p := newProxy(t, test.status, "")
			t.Setenv("HTTPS_PROXY", "http://user:s3cret@"+p.addr)
			t.Setenv("NO_PROXY", "")
			c, err := New(Config{BaseURL: "https://api.example.com/v1", Token: NewToken(proxyTestToken)})
			if err != nil {
				t.Fatal(err)
			}
			_, err = c.Remove(t.Context(), Identifier{Type: Email, Value: "ada.lovell@example.com"})
			e, ok := errors.AsType[*Error](err)
			if !ok || e.Kind != test.want || e.Sent || !strings.Contains(err.Error(), test.text) {
				t.Fatalf("got %v (%v), want %v, %q", err, e.Kind, test.want, test.text)
			}
			if !strings.Contains(err.Error(), "the proxy http://"+p.addr+" answered") {
				t.Errorf("error %q does not name the proxy", err)
			}
			if strings.Contains(err.Error(), "s3cret") || strings.Contains(p.text(), proxyTestToken) {
				t.Errorf("error %q, the proxy saw %q", err, p.text())
			}
		})
	}
}

// TestProxyWantsLogin: a client without one learns how to give it.
func TestProxyWantsLogin(t *testing.T) {
	p := newProxy(t, "407 No", "")
	t.Setenv("HTTPS_PROXY", p.addr)
	t.Setenv("NO_PROXY", "")
	c, err := New(Config{BaseURL: "https://api.example.com/v1", Token: NewToken(proxyTestToken)})
	if err != nil {
		t.Fatal(err)
	}
	if _, err = c.Remove(t.Context(), Identifier{Type: Email, Value: "ada.lovell@example.com"}); !strings.Contains(err.Error(), "put a user and password into HTTPS_PROXY") {
		t.Errorf("got %v", err)
	}
}

// TestCertificates: what does not verify is reported with names and dates.
func TestCertificates(t *testing.T) {
	day := 24 * time.Hour
	for name, c := range map[string]struct {
		names    []string
		from, to time.Duration // from now
		trusted  bool
		want     []string
	}{
		"expired":    {[]string{"127.0.0.1"}, -9 * day, -2 * day, true, []string{"for 127.0.0.1, by CN=Example Authority, from", "this machine's clock says"}},
		"not yet":    {[]string{"127.0.0.1"}, 2 * day, 9 * day, true, []string{"this machine's clock says"}},
		"another":    {[]string{"api.example.com"}, -day, day, true, []string{"for api.example.com, by", "it is not for 127.0.0.1"}},
		"many names": {[]string{"a.example.com", "b.example.com", "c.example.com", "d.example.com", "e.example.com", "f.example.com", "g.example.com"}, -day, day, true, []string{"e.example.com, and 2 more"}},
		"no names":   {nil, -day, day, true, []string{"for Example Authority"}},
		"untrusted":  {[]string{"127.0.0.1"}, -day, day, false, []string{"does not trust its issuer"}},
	} {
		t.Run(name, func(t *testing.T) {
			now := time.Now()
			server, root := tlsServer(t, c.names, now.Add(c.from), now.Add(c.to))
			client, err := New(Config{BaseURL: server, Token: NewToken(proxyTestToken)})
			if err != nil {
				t.Fatal(err)
			}
			roots := x509.NewCertPool()
			if c.trusted {
				roots.AddCert(root)
			}
			client.transport.(*http.Transport).TLSClientConfig = &tls.Config{RootCAs: roots}
			_, err = client.Remove(t.Context(), Identifier{Type: Email, Value: "ada.lovell@example.com"})
			e, ok := errors.AsType[*Error](err)
			if !ok || e.Kind != Unreachable || e.Sent {
				t.Fatalf("got %v", err)
			}
			dates := []string{now.Add(c.from).UTC().Format(time.DateOnly), now.Add(c.to).UTC().Format(time.DateOnly)}
			for _, want := range append(dates, c.want...) {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("error %q lacks %q", err, want)
				}
			}
		})
	}
}

// tlsServer is a TLS server on 127.0.0.1 with a certificate of these names and
// dates, which vouches for itself.
func tlsServer(t *testing.T, names []string, from, to time.Time) (url string, root *x509.Certificate) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Example Authority"}, NotBefore: from, NotAfter: to,
		IsCA: true, BasicConstraintsValid: true,
	}
	for _, name := range names {
		if ip := net.ParseIP(name); ip != nil {
			template.IPAddresses = append(template.IPAddresses, ip)
		} else {
			template.DNSNames = append(template.DNSNames, name)
		}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	if root, err = x509.ParseCertificate(der); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewUnstartedServer(http.NotFoundHandler())
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.TLS = &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}
	server.StartTLS()
	t.Cleanup(server.Close)
	return server.URL, root
}

func TestNoProxy(t *testing.T) {
	t.Setenv("HTTPS_PROXY", "http://127.0.0.1:1")
	t.Setenv("HTTP_PROXY", "http://127.0.0.1:1")
	t.Setenv("NO_PROXY", ".example.org")
	for base, want := range map[string]string{
		"https://api.example.com": "127.0.0.1:1", "https://api.example.org": "", "http://127.0.0.1:8080": "", "http://localhost": "", "https://[::1]": "",
	} {
		c, err := New(Config{BaseURL: base, Token: NewToken(proxyTestToken)})
		if err != nil {
			t.Fatal(err)
		}
		if got := c.Proxy(); got != want {
			t.Errorf("%s: %q, want %q", base, got, want)
		}
	}
}

// TestOwnTransport looks at what cannot be seen from outside.
func TestOwnTransport(t *testing.T) {
	c, err := New(Config{BaseURL: "https://api.example.com", Token: NewToken(proxyTestToken)})
	if err != nil {
		t.Fatal(err)
	}
	own := c.transport.(*http.Transport)
	if own == http.DefaultTransport || !own.DisableCompression || own.Protocols.HTTP2() || own.MaxResponseHeaderBytes == 0 {
		t.Errorf("transport %+v", own)
	}
	req, err := c.newRequest(t.Context(), request{method: http.MethodDelete, body: Identifier{Type: Email, Value: "a@example.com"}})
	if err != nil {
		t.Fatal(err)
	}
	if req.GetBody != nil {
		t.Error("the request can be repeated")
	}
}
