package sandbox

import (
	"fmt"
	"html"
	"net/http"
	"strconv"
	"time"

	"github.com/go-json-experiment/json"
)

// answer is what goes back.
type answer struct {
	drop   bool // nothing: the connection is closed
	status int
	header http.Header
	body   []byte
}

func (a answer) write(w http.ResponseWriter) {
	for name, values := range a.header {
		w.Header()[name] = values
	}
	w.Header().Set("Content-Length", strconv.Itoa(len(a.body)))
	w.WriteHeader(a.status)
	w.Write(a.body)
}

// with gives a the status and body of b, and keeps its headers.
func (a answer) with(b answer) answer {
	for name, values := range b.header {
		a.header[name] = values
	}
	a.status, a.body = b.status, b.body
	return a
}

// documented gives a the documented status and body of an error.
func (a answer) documented(status int) answer {
	name, message := documentedError(status)
	return a.with(jsonAnswer(status, map[string]string{"error": name, "message": message}))
}

// documentedError returns "error" and "message" as the API's reference gives
// them. The 500 is not documented.
func documentedError(status int) (name, message string) {
	switch status {
	case http.StatusBadRequest:
		return "ValidationError", "Invalid request body"
	case http.StatusUnauthorized:
		return "Unauthorized", "Invalid API token"
	case http.StatusForbidden:
		return "Forbidden", "You do not have permission to access this resource"
	case http.StatusNotFound:
		return "NotFound", "Resource not found"
	case http.StatusTooManyRequests:
		return "TooManyRequests", "Rate limit exceeded. Please retry after 60 seconds."
	}
	return "InternalServerError", "Something went wrong"
}

func jsonAnswer(status int, v any) answer {
	// Deterministic, so that the same request has the same answer.
	body, err := json.Marshal(v, json.Deterministic(true))
	if err != nil {
		// Only texts that are not UTF-8 can do this; lists with such texts are refused.
		return answer{status: http.StatusInternalServerError}
	}
	return answer{status: status, header: contentType("application/json; charset=utf-8"), body: body}
}

func pageAnswer(status int, title, text string) answer {
	body := fmt.Sprintf("<!DOCTYPE html>\n<html><head><title>%s</title></head><body><p>%s</p></body></html>\n",
		html.EscapeString(title), html.EscapeString(text))
	return answer{status: status, header: contentType("text/html; charset=utf-8"), body: []byte(body)}
}

func contentType(t string) http.Header { return http.Header{"Content-Type": {t}} }

// quotaHeader returns the RateLimit-* headers as of now, in the form of the
// IETF draft's revision 6. The caller owns it.
func (s *Sandbox) quotaHeader(now time.Time) http.Header {
	h := http.Header{}
	if s.window == nil {
		return h
	}
	st := s.window.state(now)
	h.Set("RateLimit-Limit", strconv.Itoa(s.opts.limit()))
	h.Set("RateLimit-Remaining", strconv.Itoa(st.remaining))
	h.Set("RateLimit-Reset", seconds(st.reset))
	h.Set("RateLimit-Policy", fmt.Sprintf("%d;w=%s", s.opts.limit(), seconds(s.opts.length())))
	return h
}

// seconds rounds up: who waits that long has waited long enough.
func seconds(d time.Duration) string {
	return strconv.FormatInt(int64((d+time.Second-1)/time.Second), 10)
}
