package pace

// The paces that Alta's quota allows, which is 100 requests a minute for an
// account.
const (
	Default = 97 // requests a minute; leaves room for the edge of a window
	Most    = 98 // requests a minute; any more could let 100 leave in 60 seconds
)

// Rate is the pace that was asked for.
type Rate struct {
	// PerMinute is how many requests may leave in a minute; 0 means unpaced.
	PerMinute float64
	// Reserve is how many requests a minute are left to the account's other
	// integrations: it is taken off PerMinute. Without a pace it means nothing.
	Reserve float64
}

// Full returns the requests a minute of a run that nobody else holds back; 0
// means unpaced. It is what a plan can promise and what a [Pace] keeps.
func (r Rate) Full() float64 {
	if r.PerMinute == 0 {
		return 0
	}
	return r.PerMinute - r.Reserve
}

// Enough reports whether the reserve leaves at least one request a minute.
func (r Rate) Enough() bool { return r.PerMinute == 0 || r.Full() >= 1 }
