package api

import "time"

// Answer is what every answered request tells beside its result.
type Answer struct {
	// Status is the HTTP status; 0 when no answer arrived.
	Status int
	// Quota is what the RateLimit-* headers said; its zero value says nothing.
	Quota Quota
}

// Quota is the account's request quota as the RateLimit-* headers of an answer
// describe it (IETF draft-ietf-httpapi-ratelimit-headers, revision 6). Alta
// counts requests per account, over all endpoints and all tokens together, so
// what remains can fall without a request of ours.
type Quota struct {
	// Known tells whether Remaining and Reset were both present and sane.
	Known bool
	// Limit is how many requests a window allows; 0 when it was not told.
	Limit int
	// Remaining is how many requests the current window still allows, >= 0.
	Remaining int
	// Reset is how long until the window resets, >= 0, capped by the client.
	Reset time.Duration
}
