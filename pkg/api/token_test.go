package api_test

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"altadnc-bulk/pkg/api"
)

// TestTokenIsNotPrinted prints what holds the token in every way that comes to
// mind.
func TestTokenIsNotPrinted(t *testing.T) {
	cfg := api.Config{BaseURL: "https://api.example.com/v1", Token: api.NewToken(testToken), AccountID: "account-1"}
	client := mustClient(t, cfg)
	own := mustClient(t, api.Config{BaseURL: "http://127.0.0.1:1", Transport: http.DefaultTransport})
	for name, v := range map[string]any{
		"config": cfg, "pointer to config": &cfg, "configs": []api.Config{cfg}, "map": map[string]api.Config{"a": cfg},
		"field": struct{ C api.Config }{cfg}, "client": client, "client itself": *client, "clients": []*api.Client{client},
		"token": cfg.Token, "pointer to token": &cfg.Token, "hidden token": struct{ t api.Token }{cfg.Token}, "missing token": api.Token{},
		"hidden client": struct{ c *api.Client }{client}, "hidden client itself": struct{ c api.Client }{*client}, "client with a transport": own,
	} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d", "%T"} {
			if text := fmt.Sprintf(verb, v); strings.Contains(text, testToken) || strings.Contains(text, fmt.Sprintf("%x", testToken)) {
				t.Errorf("%s by %s: %s", name, verb, text)
			}
		}
		if b, _ := json.Marshal(v); strings.Contains(string(b), testToken) {
			t.Errorf("%s as JSON: %s", name, b)
		}
		var log strings.Builder
		slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "v", v)
		slog.New(slog.NewTextHandler(&log, nil)).Info("x", "v", v)
		if strings.Contains(log.String(), testToken) {
			t.Errorf("%s in a log: %s", name, log.String())
		}
	}
}

// TestShortToken: what is too short for a secret tears no holes into what a
// server on this machine says.
func TestShortToken(t *testing.T) {
	for token, want := range map[string]string{"e": "the identifier e", "identifier": "the [token] e"} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(http.StatusBadRequest)
			io.WriteString(w, `{"error":"ValidationError","message":"the identifier e"}`)
		}))
		client := mustClient(t, api.Config{BaseURL: server.URL, Token: api.NewToken(token)})
		_, err := client.Remove(t.Context(), api.Identifier{Type: api.WebChat, Value: "x"})
		if err == nil || !strings.HasSuffix(err.Error(), want) {
			t.Errorf("token %q: %v", token, err)
		}
		server.Close()
	}
}

func TestToken(t *testing.T) {
	token, missing := api.NewToken(testToken), api.NewToken("")
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		if text := fmt.Sprintf(verb, token); text != "[token]" {
			t.Errorf("%s prints %s", verb, text)
		}
		if text := fmt.Sprintf(verb, missing); text != "[no token]" {
			t.Errorf("%s prints %s of a missing token", verb, text)
		}
	}
	if b, err := json.Marshal(map[string]any{"a": token}); string(b) != `{"a":"[token]"}` || err != nil {
		t.Errorf("as JSON: %s, %v", b, err)
	}
	if v := token.LogValue().String(); v != "[token]" {
		t.Errorf("in a log: %s", v)
	}
	if a, b := token.Digest(), api.NewToken(testToken+"x").Digest(); len(a) != 24 || a == b || a != api.NewToken(testToken).Digest() || missing.Digest() != "" {
		t.Errorf("digests %q, %q, %q", a, b, missing.Digest())
	}
}

// TestEchoes is about servers that say back what they were sent: a debugging
// proxy, a test page, a server in a bad mood.
func TestEchoes(t *testing.T) {
	for name, answer := range map[string]func(r *http.Request, body string) string{
		"message": func(r *http.Request, body string) string {
			return jsonReply(400, map[string]string{"error": "Bad " + r.Header.Get("Authorization"), "message": "cannot use " + r.Header.Get("Authorization") + " for " + body})
		},
		"message in pieces": func(r *http.Request, _ string) string {
			token := r.Header.Get("Authorization")
			return jsonReply(400, map[string]string{"error": "E", "message": token[:12] + "\u0000" + token[12:]})
		},
		"message cut within": func(r *http.Request, body string) string {
			return jsonReply(400, map[string]string{"error": "E", "message": strings.Repeat("x", 290) + " " + strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")})
		},
		"page": func(r *http.Request, body string) string {
			return reply(404, "text/html", "<title>No "+r.Header.Get("Authorization")+" "+body+"</title>")
		},
		"text cut within": func(r *http.Request, body string) string {
			return reply(200, "text/plain", strings.Repeat("x", 70)+strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer "))
		},
		"another shape": func(r *http.Request, body string) string {
			return jsonReply(404, map[string]string{"a": r.Header.Get("Authorization"), "b": ada.Value})
		},
		"redirect": func(r *http.Request, _ string) string {
			return "HTTP/1.1 302 Found\r\nLocation: https://" + strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ") + ".example.com/\r\nContent-Length: 0\r\n\r\n"
		},
		"broken header": func(r *http.Request, _ string) string {
			return "HTTP/1.1 200 OK\r\n" + r.Header.Get("Authorization") + "\r\n\r\n"
		},
		"broken status line": func(r *http.Request, _ string) string { return r.Header.Get("Authorization") + "\r\n\r\n" },
		"broken list": func(r *http.Request, body string) string {
			return reply(200, "application/json", `{"data":[{"identifier":1,"`+r.Header.Get("Authorization")+`":1,"`+r.Header.Get("Authorization")+`":2}]}`)
		},
	} {
		t.Run(name, func(t *testing.T) {
			server := newRawServer(t, func(c *net.TCPConn, _ int64, r *http.Request) bool {
				body, _ := io.ReadAll(r.Body)
				io.WriteString(c, answer(r, string(body)))
				return false
			})
			client := mustClient(t, api.Config{BaseURL: server.url})
			_, err := client.Remove(t.Context(), ada)
			_, _, errList := client.List(t.Context(), api.ListRequest{})
			for _, err := range []error{err, errList} {
				if err == nil {
					t.Fatal("no error")
				}
				checkClean(t, err)
				for _, text := range []string{err.Error(), fmt.Sprintf("%+v", err), fmt.Sprintf("%#v", err)} {
					if strings.Contains(text, testToken) || strings.Contains(text, testToken[:8]) {
						t.Errorf("token in %q", text)
					}
				}
			}
			if strings.Contains(fmt.Sprintf("%#v", err), ada.Value) {
				t.Errorf("identifier in %#v", err)
			}
		})
	}
}

func reply(status int, contentType, body string) string {
	return fmt.Sprintf("HTTP/1.1 %d S\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n%s", status, contentType, len(body), body)
}

func jsonReply(status int, v any) string {
	b, _ := json.Marshal(v)
	return reply(status, "application/json", string(b))
}

// TestRequest is what goes out, to the letter.
func TestRequest(t *testing.T) {
	var got *http.Request
	var body []byte
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got = r
		body, _ = io.ReadAll(r.Body)
		w.Header().Set("Content-Type", "application/json")
		io.WriteString(w, `{"data":[],"hasMore":false}`)
	}))
	defer server.Close()
	client := mustClient(t, api.Config{BaseURL: server.URL + "/v1/", AccountID: "account-1", UserAgent: "altadnc-bulk/1.0"})
	common := map[string]string{"Authorization": "Bearer " + testToken, "X-Account-Id": "account-1", "User-Agent": "altadnc-bulk/1.0",
		"Accept": "application/json", "Accept-Encoding": "identity", "Idempotency-Key": "", "X-Idempotency-Key": "", "Cookie": "", "Referer": ""}
	check := func(method, uri, wantBody string, length int64) {
		t.Helper()
		if got.Method != method || got.RequestURI != uri || string(body) != wantBody || got.ContentLength != length || got.TransferEncoding != nil {
			t.Errorf("%s %s %q, length %d, %v", got.Method, got.RequestURI, body, got.ContentLength, got.TransferEncoding)
		}
		for name, want := range common {
			if got.Header.Get(name) != want {
				t.Errorf("%s: %q, want %q", name, got.Header.Get(name), want)
			}
		}
	}
	client.Remove(t.Context(), api.Identifier{Type: api.Email, Value: `o'hara+<"ü">@example.com`})
	check("DELETE", "/v1/dnc/communication-opt-outs", `{"identifierType":"email","identifier":"o'hara+<\"ü\">@example.com"}`, 69)
	client.List(t.Context(), api.ListRequest{Cursor: "a b&c", Limit: 100})
	check("GET", "/v1/dnc/communication-opt-outs?cursor=a+b%26c&limit=100", "", 0)
	client.List(t.Context(), api.ListRequest{})
	check("GET", "/v1/dnc/communication-opt-outs", "", 0)
	client.Add(t.Context(), api.Addition{Identifiers: []api.NewOptOut{{Identifier: ada, Name: "Ada"}}})
	check("POST", "/v1/dnc/communication-opt-outs", `{"identifiers":[{"identifierType":"email","identifier":"ada.lovell@example.com","name":"Ada"}],"pauseActiveProspectWorkflows":false}`, 132)
	plain := mustClient(t, api.Config{BaseURL: server.URL})
	plain.Remove(t.Context(), ada)
	if _, sent := got.Header["X-Account-Id"]; sent || got.UserAgent() != api.DefaultUserAgent {
		t.Errorf("header %v", got.Header)
	}
}
