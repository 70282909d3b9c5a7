package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
	"unicode"

	"altadnc-bulk/pkg/api"
)

func TestErrorText(t *testing.T) {
	const op = "DELETE /dnc/communication-opt-outs"
	for _, c := range []struct {
		err  api.Error
		want string
	}{
		{api.Error{Kind: api.QuotaSpent, Op: op, Status: 429, Code: "TooManyRequests", Message: "Slow down.", RetryAfter: 30 * time.Second, HasRetryAfter: true},
			op + ": 429 TooManyRequests: Slow down, retry after 30s"},
		{api.Error{Kind: api.Unavailable, Op: op, Status: 503}, op + ": 503 Service Unavailable"},
		{api.Error{Kind: api.Unavailable, Op: op, Status: 599}, op + ": 599"},
		{api.Error{Kind: api.Foreign, Op: op, Status: 302, Detail: "a redirect to nowhere"}, op + ": 302 Found: not the Alta API: a redirect to nowhere"},
		{api.Error{Kind: api.Unreadable, Op: op, Status: 200, Err: io.ErrUnexpectedEOF}, op + ": 200 OK: unreadable answer: unexpected EOF"},
		{api.Error{Kind: api.Network, Op: op, Err: context.Canceled}, op + ": no answer: context canceled"},
	} {
		if got := c.err.Error(); got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
}

func TestKindNames(t *testing.T) {
	seen := map[string]api.Kind{}
	for k := api.NotFound; k <= api.Foreign; k++ {
		name := k.String()
		if other, ok := seen[name]; ok || strings.HasPrefix(name, "kind ") {
			t.Errorf("%d is %q, as is %d", k, name, other)
		}
		seen[name] = k
	}
	if got := api.Kind(0).String(); got != "kind 0" {
		t.Errorf("no kind is %q", got)
	}
}

func ExampleClient_Remove() {
	client, err := api.New(api.Config{BaseURL: "https://api.altahq.com/v1", Token: api.NewToken("from the dashboard")})
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = client.Remove(context.Background(), api.Identifier{Type: api.Email, Value: "ada.lovell@example.com"})
	if e, ok := errors.AsType[*api.Error](err); ok && e.Kind == api.NotFound {
		fmt.Println("not on the list")
	}
	// Output: API token has a character at position 5 that tokens cannot have (a quote, a blank, a line end?): paste it again
}

// FuzzAnswer: whatever answers, a removal is claimed only for an answer that
// confirms one, and an error can be shown.
func FuzzAnswer(f *testing.F) {
	f.Add(200, "application/json", "{}", "")
	f.Add(200, "text/html", "<title>Sign in</title>", "")
	f.Add(404, "application/json", `{"error":"NotFound","message":"Resource not found"}`, "")
	f.Add(404, "application/json", `{"error":"Not Found","message":"Cannot DELETE /"}`, "30")
	f.Add(302, "", "", "https://login.example.com")
	f.Add(429, "application/json; charset", `{"error":"\u202e","message":"\u0000"}`, "-1")
	f.Fuzz(func(t *testing.T, status int, contentType, body, header string) {
		client, err := api.New(api.Config{BaseURL: "https://api.example.com/v1", Token: api.NewToken(testToken), Transport: roundTripper(
			func(*http.Request) (*http.Response, error) {
				return &http.Response{StatusCode: status, Body: io.NopCloser(strings.NewReader(body)), Header: http.Header{
					"Content-Type": {contentType}, "Location": {header}, "Retry-After": {header}}}, nil
			})})
		if err != nil {
			t.Fatal(err)
		}
		_, err = client.Remove(t.Context(), ada)
		if err == nil {
			blank := len(bytes.TrimSpace([]byte(body))) == 0
			if status != 200 || !blank && !json.Valid([]byte(body)) {
				t.Errorf("%d %q counts as removed", status, body)
			}
			return
		}
		if k := kindOf(err); k < api.NotFound || k > api.Foreign || k == api.Network {
			t.Errorf("kind %v", k)
		}
		if kindOf(err) == api.NotFound && status != 404 {
			t.Errorf("%d is not found", status)
		}
		if text := err.Error(); strings.ContainsFunc(text, unicode.IsControl) || len(text) > 6000 || strings.Contains(text, testToken) {
			t.Errorf("error %q", text)
		}
		_, _, err = client.List(t.Context(), api.ListRequest{})
		if err == nil && status != 200 {
			t.Errorf("%d is a page", status)
		}
	})
}
