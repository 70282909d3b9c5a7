package api

import (
	"bytes"
	"fmt"
	"mime"
	"net/http"
	"strings"

	"github.com/go-json-experiment/json"
)

// errorBody is the documented body of an error.
type errorBody struct {
	Error   string `json:"error"`
	Message string `json:"message"`
}

// failure classifies an answer that is not a 200; nil for a 200. What the status
// alone decides holds even if the body broke off.
func (rep reply) failure() *Error {
	if rep.status == http.StatusOK {
		return nil
	}
	body, documented := rep.errorBody()
	if kind := kindOfStatus(rep.status); kind == Forbidden && !documented && rep.broken == nil && len(rep.body) > 0 {
		return &Error{Kind: Foreign, Detail: rep.describe()} // a firewall's, not the API's
	} else if kind != 0 {
		e := rep.documentedError(kind, body)
		if !documented && len(rep.body) > 0 {
			e.Detail = rep.describe()
		}
		return e
	}
	switch {
	case rep.status < 400:
		return &Error{Kind: Foreign, Detail: rep.describe()}
	case rep.broken != nil:
		return &Error{Kind: Unreadable, Err: rep.broken}
	case !documented && rep.saysJSON() && !rep.validJSON():
		return &Error{Kind: Unreadable, Detail: rep.describe()}
	case !documented:
		return &Error{Kind: Foreign, Detail: rep.describe()}
	case rep.status == http.StatusNotFound:
		return rep.absence(body)
	}
	return rep.documentedError(Rejected, body)
}

func (rep reply) documentedError(kind Kind, body errorBody) *Error {
	return &Error{Kind: kind, Code: rep.text(body.Error), Message: rep.text(body.Message)}
}

// text returns s fit to be shown. What must not be shown is taken out before the
// rest is cut, so that no half of it remains.
func (rep reply) text(s string) string { return printable(rep.hide(s)) }

// kindOfStatus returns the class of a status that needs no documented body, or
// zero.
func kindOfStatus(status int) Kind {
	switch {
	case status == http.StatusUnauthorized:
		return Unauthorized
	case status == http.StatusForbidden:
		return Forbidden
	case status == http.StatusTooManyRequests:
		return QuotaSpent
	case status == http.StatusRequestTimeout, status >= 500:
		return Unavailable
	}
	return 0
}

// errorBody returns the documented error body and whether it is one.
func (rep reply) errorBody() (errorBody, bool) {
	var body errorBody
	if rep.broken != nil || rep.tooLong || !rep.looksJSON() {
		return body, false
	}
	if err := json.Unmarshal(rep.body, &body); err != nil {
		return errorBody{}, false
	}
	return body, body.Error != "" && body.Message != ""
}

// saysJSON reports whether the answer calls itself JSON.
func (rep reply) saysJSON() bool {
	media, _, err := mime.ParseMediaType(rep.header.Get("Content-Type"))
	return err == nil && (media == "application/json" || strings.HasSuffix(media, "+json"))
}

// looksJSON reports whether the answer calls itself JSON, or has an object for a
// body and does not call itself a page.
func (rep reply) looksJSON() bool {
	return rep.saysJSON() || !rep.saysHTML() && bytes.HasPrefix(bytes.TrimSpace(rep.body), []byte("{"))
}

func (rep reply) saysHTML() bool {
	media, _, _ := mime.ParseMediaType(rep.header.Get("Content-Type"))
	return media == "text/html" || media == "application/xhtml+xml"
}

// validJSON reports whether the body is one whole JSON value.
func (rep reply) validJSON() bool {
	var v any
	return !rep.tooLong && json.Unmarshal(rep.body, &v) == nil
}

// describe says what the answer is, for people.
func (rep reply) describe() string {
	body := bytes.TrimSpace(rep.body)
	switch {
	case rep.status == http.StatusSwitchingProtocols:
		return "a switch to another protocol"
	case rep.status >= 300 && rep.status < 400:
		return describeRedirect(rep.header.Get("Location"))
	case rep.tooLong:
		return fmt.Sprintf("a body longer than %d bytes", len(rep.body))
	case len(body) == 0:
		return "an empty body"
	case rep.saysHTML() || body[0] == '<':
		return rep.describePage(string(body))
	case rep.saysJSON() && !rep.validJSON():
		return fmt.Sprintf("broken JSON of %d bytes", len(body))
	case rep.looksJSON() && rep.validJSON():
		return rep.describeJSON()
	}
	return fmt.Sprintf("a text beginning %q", rep.excerpt(string(body)))
}
