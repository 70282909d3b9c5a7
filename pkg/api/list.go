package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"

	"github.com/go-json-experiment/json"
)

// MaxPage is the most entries that one answer to [Client.List] can have.
const MaxPage = 100

// ListRequest asks for a page of the Do Not Contact list.
type ListRequest struct {
	// Cursor is [Page.Next] of the page before; empty for the first page.
	Cursor string
	// Limit is how many entries to return at most, 1 to [MaxPage]; 0 leaves it
	// to the API (10).
	Limit int
}

// Page is a part of the Do Not Contact list. It can be shorter than asked for,
// and empty, without being the last.
type Page struct {
	OptOuts []OptOut
	// Next is the cursor of the next page; empty on the last one.
	Next string
	// HasMore reports whether there is a next page.
	HasMore bool
}

// List gets one page of the Do Not Contact list with one GET. Errors are as for
// [Client.Remove]. A page that does not say clearly whether another follows is
// [Unreadable]: a list taken for whole when it is not would make entries look
// as if they were not there.
func (c *Client) List(ctx context.Context, lr ListRequest) (Page, Answer, error) {
	r := request{method: http.MethodGet, query: lr.query(), limit: pageLimit}
	if lr.Limit < 0 || lr.Limit > MaxPage {
		return Page{}, Answer{}, r.refused(fmt.Errorf("limit %d: must be from 1 to %d, or 0", lr.Limit, MaxPage))
	}
	rep, fail := c.exchange(ctx, r)
	var page Page
	if fail == nil {
		page, fail = rep.page(lr.Cursor)
	}
	answer, err := c.finish(r, rep, fail)
	return page, answer, err
}

func (lr ListRequest) query() url.Values {
	q := url.Values{}
	if lr.Limit != 0 {
		q.Set("limit", strconv.Itoa(lr.Limit))
	}
	if lr.Cursor != "" {
		q.Set("cursor", lr.Cursor)
	}
	return q
}

// pageBody is the documented body of a page. Pointers show what is missing.
type pageBody struct {
	Data    *[]OptOut `json:"data"`
	HasMore *bool     `json:"hasMore"`
	Next    string    `json:"next"`
}

// page decodes a page that was asked for with cursor.
func (rep reply) page(cursor string) (Page, *Error) {
	switch {
	case rep.broken != nil:
		return Page{}, &Error{Kind: Unreadable, Err: rep.broken}
	case !rep.looksJSON():
		return Page{}, &Error{Kind: Foreign, Detail: rep.describe()}
	case rep.tooLong:
		return Page{}, &Error{Kind: Unreadable, Detail: rep.describe()}
	}
	var body pageBody
	if err := json.Unmarshal(rep.body, &body); err != nil {
		return Page{}, rep.undecoded(err)
	}
	if body.Data == nil {
		return Page{}, &Error{Kind: Foreign, Detail: rep.describe()}
	}
	if err := body.check(cursor); err != nil {
		return Page{}, &Error{Kind: Unreadable, Err: err}
	}
	page := Page{OptOuts: *body.Data, HasMore: *body.HasMore}
	if page.HasMore {
		page.Next = body.Next
	}
	return page, nil
}

// undecoded says why a body did not decode: because it is not JSON, or JSON of
// another shape.
func (rep reply) undecoded(err error) *Error {
	if rep.validJSON() {
		return &Error{Kind: Foreign, Detail: rep.describe(), Err: err}
	}
	return &Error{Kind: Unreadable, Detail: rep.describe(), Err: err}
}

// check refuses a page after which is unknown how to go on.
func (b pageBody) check(cursor string) error {
	switch {
	case b.HasMore == nil:
		return errors.New("page without hasMore, so it is unknown whether it is the last")
	case *b.HasMore && b.Next == "":
		return errors.New("page that has more, but no cursor to the next one")
	case *b.HasMore && b.Next == cursor:
		return errors.New("page whose next cursor is its own")
	}
	for i, o := range *b.Data {
		if o.Value == "" {
			return fmt.Errorf("page whose entry %d has no identifier", i+1)
		}
	}
	return nil
}
