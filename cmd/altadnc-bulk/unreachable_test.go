package main

import (
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// TestUnreachable: what waiting does not fix ends a run after one request, and
// says what to do; nothing is left that may have been sent.
func TestUnreachable(t *testing.T) {
	quiet := log.New(io.Discard, "", 0)
	plain := httptest.NewServer(http.NotFoundHandler())
	defer plain.Close()
	untrusted := httptest.NewUnstartedServer(http.NotFoundHandler())
	untrusted.Config.ErrorLog = quiet
	untrusted.StartTLS()
	defer untrusted.Close()
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusProxyAuthRequired)
	}))
	defer proxy.Close()
	t.Setenv("HTTPS_PROXY", strings.Replace(proxy.URL, "http://", "http://user:s3cret@", 1))
	t.Setenv("NO_PROXY", "")

	for name, c := range map[string]struct{ base, says string }{
		"certificate":              {untrusted.URL, "the certificate is for example.com, "},
		"plain http":               {strings.Replace(plain.URL, "http:", "https:", 1), "answers in plain http where it should speak TLS"},
		"proxy that wants a login": {"https://api.example.com", "the proxy " + proxy.URL + " answered 407 Proxy Authentication Required: the proxy rejects the user and password"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSession(t)
			s.file("list.csv", "identifier,type\nada.lovell@example.com,email\nben.okafor@example.com,email\n")
			s.env["ALTA_BASE_URL"], s.env["ALTA_API_TOKEN"] = c.base+"/v1", "secret-of-the-test"
			code, stdout, stderr := s.runApart("remove", "--yes", "-q", "--workers", "1", "list.csv")
			if code != exitTrouble || !strings.Contains(stderr, "stopped: unreachable: ") || !strings.Contains(stderr, c.says) || !strings.Contains(stderr, "waiting does not fix this") ||
				!strings.Contains(stdout, "2 open") || !strings.Contains(stdout, "1 request") || strings.Contains(stderr, "s3cret") {
				t.Errorf("exit code %d:\n%s%s", code, stdout, stderr)
			}
			if _, stdout, _ := s.runApart("status", "--json", "list.csv"); !strings.Contains(stdout, `"unanswered": 0`) {
				t.Errorf("status:\n%s", stdout)
			}
			if code, stdout, _ := s.runApart("check", "list.csv"); code != exitTrouble || !strings.Contains(stdout, c.says) {
				t.Errorf("check: exit code %d:\n%s", code, stdout)
			}
		})
	}
}
