package api

import "time"

// Answer is what every answered request tells beside its result.
type Answer struct {
	// Status is the HTTP status; 0 when no answer arrived.
	Status int
	// Quota is what the headers about it said; its zero value says nothing.
	Quota Quota
	// Date is the server's clock as the answer tells it, in whole seconds; zero
	// when it was not told.
	Date time.Time
}
