package sandbox

import (
	"crypto/subtle"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"

	"altadnc-bulk/pkg/api"
)

const (
	resource  = "/dnc/communication-opt-outs"
	bodyLimit = 1 << 20 // bytes of the body of a request
)

// asked is what a request asks for.
type asked struct {
	method string
	remove api.Identifier  // DELETE
	add    []api.NewOptOut // POST
	query  url.Values      // GET
}

// known reports whether the API has such an endpoint.
func known(r *http.Request) bool {
	return strings.TrimPrefix(r.URL.Path, "/v1") == resource &&
		slices.Contains([]string{http.MethodDelete, http.MethodGet, http.MethodPost}, r.Method)
}

func unknownPath(r *http.Request) answer {
	return pageAnswer(http.StatusNotFound, "Error", fmt.Sprintf("Cannot %s %s", r.Method, r.URL.Path))
}

// authorized checks token and account. The API answers to a missing account as
// to a bad token.
func (s *Sandbox) authorized(r *http.Request) bool {
	token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !ok || token == "" {
		return false
	}
	return (s.opts.Token == "" || same(token, s.opts.Token)) &&
		(s.opts.AccountID == "" || r.Header.Get("X-Account-Id") == s.opts.AccountID)
}

func same(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

// readRequest reads what a request asks for, and reports whether that is invalid.
func readRequest(r *http.Request) (a asked, bad bool) {
	a = asked{method: r.Method, query: r.URL.Query()}
	switch r.Method {
	case http.MethodDelete:
		bad = !readBody(r, &a.remove) || !valid(a.remove)
	case http.MethodPost:
		var body api.Addition
		bad = !readBody(r, &body) || len(body.Identifiers) == 0 || len(body.Identifiers) > api.MaxAddition
		for _, n := range body.Identifiers {
			bad = bad || !valid(n.Identifier)
		}
		a.add = body.Identifiers
	}
	return a, bad
}

func valid(id api.Identifier) bool {
	_, known := id.Type.Index()
	return id.Value != "" && known
}

// readBody decodes a JSON body into v.
func readBody(r *http.Request, v any) bool {
	media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || media != "application/json" {
		return false
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, bodyLimit+1))
	return err == nil && len(body) <= bodyLimit && json.Unmarshal(body, v) == nil
}
