package api

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
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
	for _, status := range []string{"407 Proxy Authentication Required", "403 Forbidden", "404 Not Found", "502 Bad Gateway"} {
		t.Run(status, func(t *testing.T) {
			p := newProxy(t, status, "")
			t.Setenv("HTTPS_PROXY", "http://user:password@"+p.addr)
			t.Setenv("NO_PROXY", "")
			c, err := New(Config{BaseURL: "https://api.example.com/v1", Token: NewToken(proxyTestToken)})
			if err != nil {
				t.Fatal(err)
			}
			_, err = c.Remove(t.Context(), Identifier{Type: Email, Value: "ada.lovell@example.com"})
			e, ok := errors.AsType[*Error](err)
			if !ok || e.Kind != Network || e.Sent {
				t.Fatalf("got %v", err)
			}
			if strings.Contains(err.Error(), "password") || strings.Contains(p.text(), proxyTestToken) {
				t.Errorf("error %q, the proxy saw %q", err, p.text())
			}
		})
	}
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
