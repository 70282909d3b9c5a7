package api

import "time"

// Answer is what every answered request gives besides its result.
type Answer struct {
	// Status is the HTTP status; 0 when no answer arrived.
	Status int
	// Quota is what the headers about it said; its zero value says nothing.
	Quota Quota
	// Date is the server's clock according to the answer, in whole seconds; zero if
	// it was not given.
	Date time.Time
}
