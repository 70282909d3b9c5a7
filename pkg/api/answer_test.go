package api_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
	"unicode"

	"altadnc-bulk/pkg/api"
)

// answered is a client whose every request gets this answer, over TCP.
func answered(t *testing.T, status int, header http.Header, body string) *api.Client {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header()["Date"] = []string{"Wed, 01 Jan 2025 10:00:00 GMT"}
		for name, values := range header {
			w.Header()[name] = values
		}
		w.WriteHeader(status)
		io.WriteString(w, body)
	}))
	t.Cleanup(server.Close)
	return mustClient(t, api.Config{BaseURL: server.URL})
}

func TestAnswersToRemove(t *testing.T) {
	const (
		json      = "application/json; charset=utf-8"
		html      = "text/html; charset=utf-8"
		text      = "text/plain"
		notFound  = `{"error":"NotFound","message":"Resource not found"}`
		captive   = `<!DOCTYPE html><html><head><TITLE lang="en">Sign in &amp; pay</TITLE></head></html>`
		something = `{"status":"ok"}`
	)
	for _, c := range []struct {
		name, contentType string
		status            int
		body              string
		want              api.Kind
		text              string // within the error
	}{
		{"removed, no body", "", 200, "", 0, ""},
		{"removed, empty page type", html, 200, "", 0, ""},
		{"removed, blank body", text, 200, "\r\n", 0, ""},
		{"removed, object", json, 200, something, 0, ""},
		{"error alone under 200", json, 200, `{"error":"NotFound"}`, api.Foreign, "says no"},
		{"error object under 200", json, 200, `{"error":{"code":401}}`, api.Foreign, "says no"},
		{"errors under 200", json, 200, `{"errors":["x"]}`, api.Foreign, "says no"},
		{"failure under 200", json, 200, `{"success":false}`, api.Foreign, "says no"},
		{"false under 200", json, 200, `false`, api.Foreign, "another shape"},
		{"no error", json, 200, `{"success":true,"error":null}`, 0, ""},
		{"404 with its path beside", json, 404, `{"error":"Not Found","message":"No handler","path":"/v1/dnc/communication-opt-outs"}`, api.Foreign, "does not know the path"},
		{"removed, problem type", "application/vnd.alta+json", 200, "{}", 0, ""},
		{"removed, object without type", "application/octet-stream", 200, "{}", 0, ""},
		{"captive portal", html, 200, captive, api.Foreign, `200 OK: not the Alta API: an HTML page titled "Sign in & pay"`},
		{"captive portal without a type", "", 200, captive, api.Foreign, "an HTML page titled"},
		{"captive portal that says JSON", json, 200, captive, api.Unreadable, "an HTML page titled"},
		{"page without title", html, 200, "<p>hello", api.Foreign, "an HTML page"},
		{"JSON under a page's type", html, 200, something, api.Foreign, ""},
		{"plain OK", text, 200, "OK", api.Foreign, `a text beginning "OK"`},
		{"a number as text", text, 200, "1", api.Foreign, ""},
		{"an error under 200", json, 200, notFound, api.Foreign, "NotFound: Resource not found: an error under status 200"},
		{"broken JSON", json, 200, `{"a":`, api.Unreadable, "broken JSON of 5 bytes"},
		{"two values", json, 200, `{} {}`, api.Unreadable, "broken JSON"},
		{"invalid UTF-8", json, 200, "\"\xff\"", api.Unreadable, "broken JSON"},
		{"created", json, 201, "{}", api.Foreign, "201 Created: not the Alta API"},
		{"accepted", "", 202, "", api.Foreign, "an empty body"},
		{"no content", "", 204, "", api.Foreign, "204 No Content"},
		{"partial", json, 206, "{}", api.Foreign, ""},

		{"not on the list", json, 404, notFound, api.NotFound, "404 NotFound: Resource not found"},
		{"not on the list, more fields", json, 404, `{"error":"NotFound","message":"x","requestId":"1"}`, api.NotFound, ""},
		{"not on the list, no type", "", 404, notFound, api.NotFound, ""},
		{"404 page", html, 404, "<h1>Not Found</h1>", api.Foreign, "404 Not Found: not the Alta API: an HTML page"},
		{"404 under a page's type", html, 404, notFound, api.Foreign, ""},
		{"404 empty", "", 404, "", api.Foreign, "an empty body"},
		{"404 text", text, 404, "404 page not found", api.Foreign, `"404 page not found"`},
		{"404 without message", json, 404, `{"error":"NotFound","a":1}`, api.Foreign, `JSON of another shape, with "a, error"`},
		{"404 with an empty message", json, 404, `{"error":"NotFound","message":""}`, api.Foreign, ""},
		{"404 with a list of messages", json, 404, `{"error":"NotFound","message":["a"]}`, api.Foreign, ""},
		{"404 in other case", json, 404, `{"Error":"NotFound","Message":"x"}`, api.Foreign, ""},
		{"404 in an array", json, 404, "[" + notFound + "]", api.Foreign, ""},
		{"404 with doubled names", json, 404, `{"error":"a","error":"b","message":"x"}`, api.Unreadable, ""},
		{"404 broken", json, 404, notFound[:20], api.Unreadable, "broken JSON"},
		{"404 of a web framework", json, 404, `{"statusCode":404,"error":"Not Found","message":"Cannot DELETE /dnc/communication-opt-outs"}`, api.Foreign, "it does not know the path"},
		{"404 of another one", json, 404, `{"error":"Not Found","message":"Route DELETE:/dnc/communication-opt-outs not found"}`, api.Foreign, "is the base URL right?"},

		{"rejected", json, 400, `{"error":"ValidationError","message":"Invalid request body"}`, api.Rejected, "400 ValidationError: Invalid request body"},
		{"conflict", json, 409, `{"error":"Conflict","message":"x"}`, api.Rejected, ""},
		{"unprocessable", json, 422, `{"error":"E","message":"x"}`, api.Rejected, ""},
		{"400 page", html, 400, captive, api.Foreign, ""},
		{"413 page", html, 413, captive, api.Foreign, ""},
		{"405 empty", "", 405, "", api.Foreign, ""},
		{"proxy wants a login", html, 407, captive, api.Foreign, ""},

		{"unauthorized", json, 401, `{"error":"Unauthorized","message":"Invalid API token"}`, api.Unauthorized, "401 Unauthorized: Invalid API token"},
		{"unauthorized page", html, 401, captive, api.Unauthorized, "an HTML page titled"},
		{"unauthorized, empty", "", 401, "", api.Unauthorized, "401 Unauthorized"},
		{"forbidden", json, 403, `{"error":"Forbidden","message":"x"}`, api.Forbidden, ""},
		{"forbidden, empty", "", 403, "", api.Forbidden, ""},
		{"a firewall's page", html, 403, captive, api.Foreign, "403 Forbidden: not the Alta API: an HTML page titled"},
		{"a gateway's refusal", json, 403, `{"message":"Forbidden"}`, api.Foreign, ""},
		{"spent", json, 429, `{"error":"TooManyRequests","message":"Slow down."}`, api.QuotaSpent, "429 TooManyRequests: Slow down"},
		{"spent, empty", "", 429, "", api.QuotaSpent, ""},
		{"request timeout", "", 408, "", api.Unavailable, ""},
		{"internal", json, 500, `{"error":"E","message":"x"}`, api.Unavailable, ""},
		{"bad gateway page", html, 502, captive, api.Unavailable, "an HTML page"},
		{"unavailable", "", 503, "", api.Unavailable, "503 Service Unavailable"},
		{"beyond the names", "", 599, "", api.Unavailable, "599"},
		{"far beyond", "", 999, "", api.Unavailable, "999"},
		{"control characters", json, 400, `{"error":"\u001b[31mE","message":"a\u0000\u0007b\nc\u202ed\u009b"}`, api.Rejected, "[31mE: ab cd"},
		{"a long message", json, 400, `{"error":"E","message":"` + strings.Repeat("ü", 5000) + `"}`, api.Rejected, strings.Repeat("ü", 300) + "…"},
	} {
		t.Run(c.name, func(t *testing.T) {
			header := http.Header{"Content-Type": {c.contentType}}
			if c.contentType == "" {
				header["Content-Type"] = nil // no guess by the server either
			}
			answer, err := answered(t, c.status, header, c.body).Remove(t.Context(), ada)
			if kindOf(err) != c.want {
				t.Fatalf("got %v (%v), want %v", err, kindOf(err), c.want)
			}
			if answer.Status != c.status {
				t.Errorf("answer's status %d", answer.Status)
			}
			if err == nil {
				return
			}
			e, _ := errors.AsType[*api.Error](err)
			if !strings.Contains(err.Error(), c.text) || e.Status != c.status || !e.Sent || e.Op != "DELETE /dnc/communication-opt-outs" {
				t.Errorf("error %q, want %q in it; %+v", err, c.text, *e)
			}
			checkClean(t, err)
		})
	}
}

func TestAnswersToList(t *testing.T) {
	const json = "application/json"
	for name, c := range map[string]struct {
		contentType, body string
		want              api.Kind
	}{
		"empty list":             {json, `{"data":[],"hasMore":false}`, 0},
		"last page":              {json, `{"data":[{"identifier":"a@example.com"}],"hasMore":false,"next":null,"previous":"x"}`, 0},
		"one of several":         {json, `{"data":[{"identifier":"a@example.com","identifierType":"email"}],"hasMore":true,"next":"c2"}`, 0},
		"empty and not the last": {json, `{"data":[],"hasMore":true,"next":"c2"}`, 0},
		"nulls":                  {json, `{"data":[{"identifier":"a","label":null,"isManuallyAdded":null}],"hasMore":false}`, 0},
		"more and no cursor":     {json, `{"data":[],"hasMore":true}`, api.Unreadable},
		"more and its own":       {json, `{"data":[],"hasMore":true,"next":"c1"}`, api.Unreadable},
		"does not say":           {json, `{"data":[]}`, api.Unreadable},
		"an entry of nobody":     {json, `{"data":[{"id":"1"}],"hasMore":false}`, api.Unreadable},
		"no list":                {json, `{"status":"ok"}`, api.Foreign},
		"list of numbers":        {json, `{"data":[1],"hasMore":false}`, api.Foreign},
		"flag a text":            {json, `{"data":[{"identifier":"a","isManuallyAdded":"no"}],"hasMore":false}`, api.Foreign},
		"an array":               {json, `[]`, api.Foreign},
		"null":                   {json, `null`, api.Foreign},
		"nothing":                {json, ``, api.Unreadable},
		"nothing at all":         {"", ``, api.Foreign},
		"cut":                    {json, `{"data":[{"identifier":"a@exam`, api.Unreadable},
		"a page of HTML":         {"text/html", `<html>`, api.Foreign},
	} {
		t.Run(name, func(t *testing.T) {
			client := answered(t, 200, http.Header{"Content-Type": {c.contentType}}, c.body)
			page, _, err := client.List(t.Context(), api.ListRequest{Cursor: "c1"})
			if kindOf(err) != c.want {
				t.Fatalf("got %v, want %v", err, c.want)
			}
			if err == nil && page.HasMore != (page.Next != "") {
				t.Errorf("page %+v", page)
			}
		})
	}
}

func TestListKeepsWhatItWasTold(t *testing.T) {
	client := answered(t, 200, http.Header{"Content-Type": {"application/json"}}, `{"data":[
		{"id":"1","objectType":"communication-opt-out","identifier":" Ada@Example.com","identifierType":"email","isManuallyAdded":false,"label":"A","createdAt":"2025-01-02T03:04:05.678+02:00","updatedAt":"x","newField":{}},
		{"identifier":"a","isManuallyAdded":true},
		{"identifier":"b","identifierType":"fax"}],"hasMore":false}`)
	page, _, err := client.List(t.Context(), api.ListRequest{})
	if err != nil || len(page.OptOuts) != 3 {
		t.Fatal(page, err)
	}
	first, second, third := page.OptOuts[0], page.OptOuts[1], page.OptOuts[2]
	if first.Value != " Ada@Example.com" || first.Type != api.Email || first.IsManuallyAdded == nil || *first.IsManuallyAdded ||
		first.CreatedAt != "2025-01-02T03:04:05.678+02:00" || first.UpdatedAt != "x" || first.Label != "A" {
		t.Errorf("first %+v", first)
	}
	if second.Type != "" || second.IsManuallyAdded == nil || !*second.IsManuallyAdded {
		t.Errorf("second %+v", second)
	}
	if third.Type != "fax" || third.IsManuallyAdded != nil {
		t.Errorf("third %+v", third)
	}
}

func TestHeadersOfAnswers(t *testing.T) {
	header := http.Header{"Ratelimit-Limit": {"100"}, "Ratelimit-Remaining": {"7"}, "Ratelimit-Reset": {"42"}, "Retry-After": {"Wed, 01 Jan 2025 10:00:30 GMT"}}
	want := api.Quota{Known: true, Limit: 100, Remaining: 7, Reset: 42 * time.Second}
	answer, err := answered(t, 503, header, "").Remove(t.Context(), ada)
	e, _ := errors.AsType[*api.Error](err)
	if answer.Quota != want || e.Quota != want || !e.HasRetryAfter || e.RetryAfter != 30*time.Second {
		t.Errorf("answer %+v, error %+v", answer, *e)
	}
	if answer, err := answered(t, 200, header, "").Remove(t.Context(), ada); err != nil || answer.Quota != want {
		t.Errorf("answer %+v, %v", answer, err)
	}
}

// checkClean fails if an error shows the token, the identifier in the clear or a
// control character.
func checkClean(t *testing.T, err error) {
	t.Helper()
	for e := err; e != nil; e = errors.Unwrap(e) {
		text := e.Error()
		if strings.Contains(text, testToken) || strings.Contains(text, ada.Value) || strings.ContainsFunc(text, unicode.IsControl) {
			t.Errorf("error shows too much: %q", text)
		}
	}
}
