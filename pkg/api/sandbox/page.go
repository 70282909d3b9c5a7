package sandbox

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"strconv"

	"github.com/go-json-experiment/json"

	"altadnc-bulk/pkg/api"
)

// defaultPage is how many entries GET returns when no limit is asked for.
const defaultPage = 10

// cursor is where a page begins, and what the pages before were asked for.
type cursor struct {
	After uint64             `json:"after"` // number of the last entry before it
	Type  api.IdentifierType `json:"type,omitempty"`
	Limit int                `json:"limit"`
}

func (c cursor) String() string {
	b, _ := json.Marshal(c)
	return base64.RawURLEncoding.EncodeToString(b)
}

func parseCursor(s string) (cursor, bool) {
	var c cursor
	b, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil {
		return c, false
	}
	return c, json.Unmarshal(b, &c) == nil
}

// readQuery reads what page is asked for. A cursor keeps filter and limit; the
// limit may change, the filter may not.
func readQuery(q url.Values) (c cursor, ok bool) {
	c.Limit = defaultPage
	filter := api.IdentifierType(q.Get("identifierType"))
	if q.Has("cursor") {
		if c, ok = parseCursor(q.Get("cursor")); !ok || q.Has("identifierType") && filter != c.Type {
			return c, false
		}
	} else if q.Has("identifierType") {
		if _, err := api.ParseIdentifierType(string(filter)); err != nil {
			return c, false
		}
		c.Type = filter
	}
	if q.Has("limit") {
		n, err := strconv.Atoi(q.Get("limit"))
		if err != nil {
			return c, false
		}
		c.Limit = n
	}
	return c, c.Limit >= 1 && c.Limit <= api.MaxPage
}

// pageBody is the documented body of a page.
type pageBody struct {
	Data    []api.OptOut `json:"data"`
	HasMore bool         `json:"hasMore"`
	Next    string       `json:"next,omitempty"`
}

// page returns a page of the list.
func (s *Sandbox) page(q url.Values) answer {
	c, ok := readQuery(q)
	if !ok {
		return answer{header: http.Header{}}.documented(http.StatusBadRequest)
	}
	limit := c.Limit
	if s.opts.PageLimit > 0 {
		limit = min(limit, s.opts.PageLimit)
	}
	body := pageBody{Data: []api.OptOut{}}
	at, _ := s.list.find(c.After + 1)
	for _, e := range s.list.entries[at:] {
		if c.Type != "" && e.Type != c.Type {
			continue
		}
		if len(body.Data) == limit {
			body.HasMore, body.Next = true, c.String()
			break
		}
		body.Data = append(body.Data, e.OptOut)
		c.After = e.number
	}
	return jsonAnswer(http.StatusOK, body)
}
