package api_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"

	"altadnc-bulk/pkg/api"
	"altadnc-bulk/pkg/api/sandbox"
)

// contract is a handler that holds every request and every answer that pass
// through it against testdata/openapi.yaml.
type contract struct {
	router  routers.Router
	handler http.Handler

	mu       sync.Mutex
	seen     map[string]int // "DELETE 200" and so on
	breaches []string
}

func newContract(t *testing.T, h http.Handler) (*contract, *httptest.Server) {
	t.Helper()
	doc, err := openapi3.NewLoader().LoadFromFile("../../testdata/openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if err := doc.Validate(t.Context()); err != nil {
		t.Fatal(err)
	}
	c := &contract{handler: h, seen: map[string]int{}}
	server := httptest.NewServer(c)
	t.Cleanup(server.Close)
	doc.Servers = openapi3.Servers{{URL: server.URL + "/v1"}}
	if c.router, err = gorillamux.NewRouter(doc); err != nil {
		t.Fatal(err)
	}
	return c, server
}

func (c *contract) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	r.Body = io.NopCloser(bytes.NewReader(body))
	in, err := c.checkRequest(r, body)
	if err != nil {
		c.breach("request %s %s %s: %v", r.Method, r.URL, body, err)
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	rec := httptest.NewRecorder()
	c.handler.ServeHTTP(rec, r)
	if in != nil {
		if err := c.checkResponse(in, rec); err != nil {
			c.breach("answer to %s %s: %d %s: %v", r.Method, r.URL, rec.Code, rec.Body, err)
		}
	}
	c.mu.Lock()
	c.seen[fmt.Sprintf("%s %d", r.Method, rec.Code)]++
	c.mu.Unlock()
	for name, values := range rec.Header() {
		w.Header()[name] = values
	}
	w.WriteHeader(rec.Code)
	w.Write(rec.Body.Bytes())
}

func (c *contract) checkRequest(r *http.Request, body []byte) (*openapi3filter.RequestValidationInput, error) {
	check := r.Clone(r.Context())
	check.Body = io.NopCloser(bytes.NewReader(body))
	check.URL.Scheme, check.URL.Host = "http", r.Host
	route, params, err := c.router.FindRoute(check)
	if err != nil {
		return nil, err
	}
	in := &openapi3filter.RequestValidationInput{
		Request: check, Route: route, PathParams: params,
		Options: &openapi3filter.Options{
			IncludeResponseStatus: true,
			AuthenticationFunc: func(_ context.Context, in *openapi3filter.AuthenticationInput) error {
				if !strings.HasPrefix(in.RequestValidationInput.Request.Header.Get("Authorization"), "Bearer ") {
					return in.NewError(fmt.Errorf("no bearer token"))
				}
				return nil
			},
		},
	}
	return in, openapi3filter.ValidateRequest(r.Context(), in)
}

func (c *contract) checkResponse(in *openapi3filter.RequestValidationInput, rec *httptest.ResponseRecorder) error {
	return openapi3filter.ValidateResponse(context.Background(), &openapi3filter.ResponseValidationInput{
		RequestValidationInput: in, Status: rec.Code, Header: rec.Header(),
		Body: io.NopCloser(bytes.NewReader(rec.Body.Bytes())), Options: in.Options,
	})
}

func (c *contract) breach(format string, args ...any) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.breaches = append(c.breaches, fmt.Sprintf(format, args...))
}

func (c *contract) verify(t *testing.T) {
	t.Helper()
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, b := range c.breaches {
		t.Error(b)
	}
}

// fullList has more than a page of every kind of entry: of each type, without a
// type, with and without label and flag.
func fullList() []api.OptOut {
	yes, no := true, false
	list := []api.OptOut{{Identifier: api.Identifier{Value: "untyped@example.com"}}}
	for i := range 250 {
		for _, typ := range api.IdentifierTypes() {
			o := api.OptOut{Identifier: api.Identifier{Type: typ, Value: fmt.Sprintf("%s-%d@example.com", typ, i)}}
			switch i % 3 {
			case 0:
				o.IsManuallyAdded, o.Label, o.CreatedAt = &yes, "A label", "2025-01-02T03:04:05.000Z"
			case 1:
				o.IsManuallyAdded = &no
			}
			list = append(list, o)
		}
	}
	return list
}

func mustSandbox(t *testing.T, opts sandbox.Options) *sandbox.Sandbox {
	t.Helper()
	s, err := sandbox.New(opts)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func mustClient(t *testing.T, cfg api.Config) *api.Client {
	t.Helper()
	if cfg.Token.Digest() == "" {
		cfg.Token = api.NewToken(testToken)
	}
	c, err := api.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.CloseIdleConnections)
	return c
}

const testToken = "alta-token-7d1f0c9e52"

func TestContract(t *testing.T) {
	ctx := t.Context()
	sb := mustSandbox(t, sandbox.Options{
		Token: testToken, AccountID: "account-1", Limit: 70, List: fullList(),
		Faults: []sandbox.Fault{
			{Action: sandbox.Reject, Identifier: "400@example.com"},
			{Action: sandbox.Forbid, Identifier: "403@example.com"},
			{Action: sandbox.Throttle, Identifier: "429@example.com"},
			{Action: sandbox.Fail, Identifier: "500@example.com"},
		},
	})
	checked, server := newContract(t, sb)
	cfg := api.Config{BaseURL: server.URL + "/v1", AccountID: "account-1"}
	client := mustClient(t, cfg)
	remove := func(c *api.Client, typ api.IdentifierType, value string, want api.Kind) {
		t.Helper()
		_, err := c.Remove(ctx, api.Identifier{Type: typ, Value: value})
		if got := kindOf(err); got != want {
			t.Errorf("remove %s: %v, want %v", value, err, want)
		}
	}

	for _, typ := range api.IdentifierTypes() {
		remove(client, typ, fmt.Sprintf("%s-7@example.com", typ), 0)
		remove(client, typ, fmt.Sprintf("%s-7@example.com", typ), api.NotFound)
	}
	remove(client, api.Phone, "untyped@example.com", 0)
	remove(client, api.Email, "\"quoted\" <&>\u2028 \U0001F600@example.com", api.NotFound)
	remove(client, api.Email, "400@example.com", api.Rejected)
	remove(client, api.Email, "403@example.com", api.Forbidden)
	remove(client, api.Email, "429@example.com", api.QuotaSpent)
	remove(client, api.Email, "500@example.com", api.Unavailable)
	stranger := mustClient(t, api.Config{BaseURL: cfg.BaseURL, Token: api.NewToken("another-token"), AccountID: "account-1"})
	remove(stranger, api.Email, "x@example.com", api.Unauthorized)
	remove(mustClient(t, api.Config{BaseURL: cfg.BaseURL}), api.Email, "x@example.com", api.Unauthorized)

	if got := listAll(t, client, api.ListRequest{Limit: 100}); len(got) != 1494 {
		t.Errorf("listed %d entries, want 1494", len(got))
	}
	if _, _, err := client.List(ctx, api.ListRequest{Cursor: "nonsense"}); kindOf(err) != api.Rejected {
		t.Errorf("list with a bad cursor: %v", err)
	}
	addition := api.Addition{Identifiers: make([]api.NewOptOut, 0, 500)}
	for i := range 500 {
		n := api.NewOptOut{Identifier: api.Identifier{Type: api.WhatsApp, Value: fmt.Sprint("+1415555", i)}}
		if i%2 == 0 {
			n.Name = "A label"
		}
		addition.Identifiers = append(addition.Identifiers, n)
	}
	if _, err := client.Add(ctx, addition); err != nil {
		t.Error(err)
	}
	for range 70 { // until the quota is spent, at the latest
		if _, err := client.Remove(ctx, api.Identifier{Type: api.Email, Value: "x@example.com"}); kindOf(err) == api.QuotaSpent {
			break
		}
	}

	checked.verify(t)
	for _, want := range []string{"DELETE 200", "DELETE 400", "DELETE 401", "DELETE 403", "DELETE 404",
		"DELETE 429", "DELETE 500", "GET 200", "GET 400", "POST 200"} {
		if checked.seen[want] == 0 {
			t.Errorf("no %s was checked; checked: %v", want, checked.seen)
		}
	}
}

// TestContractIsStrict shows that the check would notice.
func TestContractIsStrict(t *testing.T) {
	for name, body := range map[string]string{
		"type missing":    `{"identifier":"a@example.com"}`,
		"type unknown":    `{"identifier":"a@example.com","identifierType":"fax"}`,
		"field too many":  `{"identifier":"a@example.com","identifierType":"email","id":1}`,
		"value no string": `{"identifier":1,"identifierType":"email"}`,
		"value empty":     `{"identifier":"","identifierType":"email"}`,
	} {
		t.Run(name, func(t *testing.T) {
			checked, server := newContract(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", "application/json")
				w.WriteHeader(http.StatusNotFound)
				io.WriteString(w, `{"error":"NotFound"}`) // the message is missing
			}))
			req, _ := http.NewRequest(http.MethodDelete, server.URL+"/v1/dnc/communication-opt-outs", strings.NewReader(body))
			req.Header.Set("Content-Type", "application/json")
			req.Header.Set("Authorization", "Bearer t")
			resp, err := server.Client().Do(req)
			if err != nil {
				t.Fatal(err)
			}
			resp.Body.Close()
			if len(checked.breaches) != 2 {
				t.Errorf("%d breaches, want one of the request and one of the answer: %q", len(checked.breaches), checked.breaches)
			}
		})
	}
}

// TestSandboxRefusesAsDocumented sends what the client never would.
func TestSandboxRefusesAsDocumented(t *testing.T) {
	for name, c := range map[string]struct {
		method, query, contentType, body string
		want                             int
	}{
		"no body":               {"DELETE", "", "application/json", "", 400},
		"not JSON":              {"DELETE", "", "application/json", "identifier=a", 400},
		"another content type":  {"DELETE", "", "text/plain", `{"identifier":"a","identifierType":"email"}`, 400},
		"type missing":          {"DELETE", "", "application/json", `{"identifier":"a"}`, 400},
		"type unknown":          {"DELETE", "", "application/json", `{"identifier":"a","identifierType":"fax"}`, 400},
		"identifier a number":   {"DELETE", "", "application/json", `{"identifier":1,"identifierType":"email"}`, 400},
		"limit 0":               {"GET", "?limit=0", "", "", 400},
		"limit 101":             {"GET", "?limit=101", "", "", 400},
		"limit a word":          {"GET", "?limit=many", "", "", 400},
		"filter unknown":        {"GET", "?identifierType=fax", "", "", 400},
		"nobody to add":         {"POST", "", "application/json", `{"identifiers":[]}`, 400},
		"someone without value": {"POST", "", "application/json", `{"identifiers":[{"identifierType":"email"}]}`, 400},
		"fine":                  {"DELETE", "", "application/json; charset=utf-8", `{"identifier":"a","identifierType":"email"}`, 404},
	} {
		t.Run(name, func(t *testing.T) {
			checked, server := newContract(t, mustSandbox(t, sandbox.Options{}))
			req, _ := http.NewRequest(c.method, server.URL+"/v1/dnc/communication-opt-outs"+c.query, strings.NewReader(c.body))
			req.Header.Set("Content-Type", c.contentType)
			req.Header.Set("Authorization", "Bearer t")
			resp, err := server.Client().Do(req)
			if err != nil {
				t.Fatal(err)
			}
			resp.Body.Close()
			if resp.StatusCode != c.want {
				t.Errorf("status %d, want %d", resp.StatusCode, c.want)
			}
			for _, b := range checked.breaches {
				if strings.HasPrefix(b, "answer") {
					t.Error(b)
				}
			}
		})
	}
}

func listAll(t *testing.T, c *api.Client, lr api.ListRequest) []api.OptOut {
	t.Helper()
	var all []api.OptOut
	for {
		page, _, err := c.List(t.Context(), lr)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, page.OptOuts...)
		if !page.HasMore {
			return all
		}
		lr.Cursor = page.Next
	}
}
