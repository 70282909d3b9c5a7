package sandbox_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"altadnc-bulk/pkg/api"
	"altadnc-bulk/pkg/api/sandbox"
)

// TestOverTCP: dropped connections are dropped for real, and what was applied is
// as reported.
func TestOverTCP(t *testing.T) {
	const victim = "ada.lovell@example.com"
	for text, gone := range map[string]bool{"drop-before": false, "drop-after": true} {
		t.Run(text, func(t *testing.T) {
			s := mustNew(t, sandbox.Options{Faults: []sandbox.Fault{mustParse(t, text+",first=1")}})
			server := httptest.NewServer(s)
			defer server.Close()
			client, err := api.New(api.Config{BaseURL: server.URL + "/v1", Token: api.NewToken("token")})
			if err != nil {
				t.Fatal(err)
			}
			defer client.CloseIdleConnections()
			_, err = client.Remove(t.Context(), email(victim))
			if e, ok := errors.AsType[*api.Error](err); !ok || e.Kind != api.Network || !e.Sent {
				t.Errorf("got %v", err)
			}
			want := api.Kind(0)
			if gone {
				want = api.NotFound
			}
			if _, err := client.Remove(t.Context(), email(victim)); kindOf(err) != want {
				t.Errorf("again: %v, want %v", err, want)
			}
		})
	}
}

func TestPaths(t *testing.T) {
	server := httptest.NewServer(mustNew(t, sandbox.Options{}))
	defer server.Close()
	for _, c := range []struct {
		base, method string
		want         int
		contentType  string
	}{
		{"/v1/dnc/communication-opt-outs", "GET", 200, "application/json; charset=utf-8"},
		{"/dnc/communication-opt-outs", "GET", 200, "application/json; charset=utf-8"},
		{"/v2/dnc/communication-opt-outs", "GET", 404, "text/html; charset=utf-8"},
		{"/v1/dnc/communication-opt-outs/1", "GET", 404, "text/html; charset=utf-8"},
		{"/v1/dnc/communication-opt-outs", "PUT", 404, "text/html; charset=utf-8"},
		{"/<script>", "GET", 404, "text/html; charset=utf-8"},
		{"/", "GET", 404, "text/html; charset=utf-8"},
	} {
		req, _ := http.NewRequest(c.method, server.URL+c.base, nil)
		req.Header.Set("Authorization", "Bearer t")
		resp, err := server.Client().Do(req)
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(resp.Body)
		resp.Body.Close()
		if resp.StatusCode != c.want || resp.Header.Get("Content-Type") != c.contentType || strings.Contains(string(body), "<script>") {
			t.Errorf("%s %s: %d %v %s", c.method, c.base, resp.StatusCode, resp.Header, body)
		}
	}
}

func TestAuthorization(t *testing.T) {
	for name, c := range map[string]struct {
		opts          sandbox.Options
		header, other string
		want          int
	}{
		"any token":       {sandbox.Options{}, "Bearer x", "", 200},
		"no header":       {sandbox.Options{}, "", "", 401},
		"no token":        {sandbox.Options{}, "Bearer ", "", 401},
		"another scheme":  {sandbox.Options{}, "Basic x", "", 401},
		"the token":       {sandbox.Options{Token: "x"}, "Bearer x", "", 200},
		"another token":   {sandbox.Options{Token: "x"}, "Bearer y", "", 401},
		"half the token":  {sandbox.Options{Token: "xy"}, "Bearer x", "", 401},
		"the account":     {sandbox.Options{AccountID: "1"}, "Bearer x", "1", 200},
		"another account": {sandbox.Options{AccountID: "1"}, "Bearer x", "2", 401},
		"no account":      {sandbox.Options{AccountID: "1"}, "Bearer x", "", 401},
	} {
		req := httptest.NewRequest("GET", "/v1/dnc/communication-opt-outs", nil)
		req.Header.Set("Authorization", c.header)
		req.Header.Set("X-Account-Id", c.other)
		w := httptest.NewRecorder()
		mustNew(t, c.opts).ServeHTTP(w, req)
		if w.Code != c.want {
			t.Errorf("%s: %d, want %d", name, w.Code, c.want)
		}
		if w.Code == 401 && w.Body.String() != `{"error":"Unauthorized","message":"Invalid API token"}` {
			t.Errorf("%s: body %s", name, w.Body)
		}
	}
}
