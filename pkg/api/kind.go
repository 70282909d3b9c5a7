package api

import "fmt"

// Kind is the class of an [Error], which a program acts on. The zero value means
// no class.
type Kind int

const (
	// NotFound is a 404 in the documented JSON shape, {"error":"NotFound"}, with
	// nothing in it that points to a path, an account or another server: the
	// identifier is not on the list.
	NotFound Kind = iota + 1
	// Rejected is a 400, or another 4xx without a class of its own, in the
	// documented shape; or a request that was wrong in itself and not sent
	// (Status 0, Sent false).
	Rejected
	// Unauthorized is a 401, whatever its body. Alta answers so to a bad
	// token, and to a missing x-account-id as well.
	Unauthorized
	// Forbidden is a 403 in the documented shape, or without a body. Any other is
	// of something in front of the API, and [Foreign].
	Forbidden
	// QuotaSpent is a 429, whatever its body.
	QuotaSpent
	// Unavailable is a 408 or any 5xx, whatever its body. The request may
	// have been carried out all the same.
	Unavailable
	// Network is no answer at all: refused, unknown host, reset, timeout, or the
	// caller's context ended before.
	Network
	// Unreachable is no connection to the API, for a cause that waiting does not
	// fix: a certificate that does not verify, no TLS where it should be, a proxy
	// that asks for a login or does not let the request through. Nothing was sent.
	// The text of the error says what to do.
	Unreachable
	// Unreadable is an answer that broke off, or that calls itself JSON and
	// cannot be decoded. The request may have been carried out.
	Unreadable
	// Foreign is an answer that the documented API does not give: a redirect,
	// HTML, JSON of another shape, a 2xx other than 200, a 200 that says no, a
	// 404 that speaks of the path. Something else was talked to.
	Foreign
)

// String returns the class in plain words.
func (k Kind) String() string {
	switch k {
	case NotFound:
		return "not on the list"
	case Rejected:
		return "rejected"
	case Unauthorized:
		return "not authorized"
	case Forbidden:
		return "forbidden"
	case QuotaSpent:
		return "quota spent"
	case Unavailable:
		return "unavailable"
	case Network:
		return "no answer"
	case Unreachable:
		return "no way to the API"
	case Unreadable:
		return "unreadable answer"
	case Foreign:
		return "not the Alta API"
	}
	return fmt.Sprintf("kind %d", int(k))
}
