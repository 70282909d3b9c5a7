package main

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// TestFirewall: entries that something in front of the API refuses in its own way
// fail, each with its line and what answered, and the others go.
func TestFirewall(t *testing.T) {
	refusals := map[string]func(http.ResponseWriter){
		"p03@": refuse(403, "<title>Request blocked</title>"),
		"p08@": refuse(400, "<title>400 Bad Request</title>"),
		"p11@": refuse(200, "<title>Are you human?</title>"),
		"p15@": refuse(406, "<title>Not Acceptable</title>"),
		"p19@": refuse(413, "<title>Too Large</title>"),
		"p21@": func(w http.ResponseWriter) {
			w.Header().Set("Location", "https://captcha.example.com/?to=x")
			w.WriteHeader(http.StatusFound)
		},
		"p29@": refuse(405, "blocked"),
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		for of, answer := range refusals {
			if strings.Contains(string(body), of) {
				answer(w)
				return
			}
		}
		if r.Method == http.MethodGet {
			w.Header().Set("Content-Type", "application/json")
			io.WriteString(w, `{"data":[],"hasMore":false}`)
		}
	}))
	defer server.Close()
	s := newSession(t)
	s.env["ALTA_BASE_URL"], s.env["ALTA_API_TOKEN"] = server.URL+"/v1", "secret-of-the-test"
	list := "identifier,type\n"
	for i := range 30 {
		list += fmt.Sprintf("p%02d@example.com,email\n", i)
	}
	s.file("list.csv", list)
	code, stdout, stderr := s.runApart("remove", "--yes", "--json", "--rate", "0", "--workers", "1", "list.csv")
	for _, want := range []string{`"removed": 23`, `"failed": 7`, `"open": 0`, `"unsure": 7`} {
		if code != exitFailures || !strings.Contains(stdout, want) {
			t.Errorf("exit code %d, want %s:\n%s%s", code, want, stdout, stderr)
		}
	}
	for _, want := range []string{
		`line=5 type=email identifier=p***@example.com reason="DELETE /dnc/communication-opt-outs: 403 Forbidden: not the Alta API: an HTML page titled \"Request blocked\""`,
		`line=23 type=email identifier=p***@example.com reason="DELETE /dnc/communication-opt-outs: 302 Found: not the Alta API: a redirect to \"https://captcha.example.com\""`,
		`line=31 `,
	} {
		if !strings.Contains(stderr, want) {
			t.Errorf("the log lacks %s:\n%s", want, stderr)
		}
	}
}

func refuse(status int, page string) func(http.ResponseWriter) {
	return func(w http.ResponseWriter) {
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(status)
		io.WriteString(w, page)
	}
}
