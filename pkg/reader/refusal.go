package reader

// Refusal says why one entry is not sent. It never holds the entry's value:
// identifiers are personal data, and whoever prints a reason must not leak one.
type Refusal struct {
	Code   string // stable slug for grouping; package documentation lists them all
	Reason string // sentence for people, without a full stop
}

func refuse(code, reason string) *Refusal {
	return &Refusal{Code: code, Reason: reason}
}
