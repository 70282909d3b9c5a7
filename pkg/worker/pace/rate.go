package pace

import "time"

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
	// Burst is how many requests may leave without an interval between them in
	// the first minute after one in which nothing left this machine, once the
	// API's own headers show that there is room; 0 keeps every interval.
	Burst int
}

// Full returns the requests a minute of a run that nothing else holds back; 0
// means unpaced. It is what a plan can promise and what a [Pace] keeps.
func (r Rate) Full() float64 {
	if r.PerMinute == 0 {
		return 0
	}
	return r.PerMinute - r.Reserve
}

// AtOnce returns how long n requests take if they may leave at once, and whether
// that many may. Workers and the journal let some 20 to 40 a second leave.
func (r Rate) AtOnce(n int64) (time.Duration, bool) {
	if n < 2 || n > int64(min(r.Burst, int(r.Full()))) {
		return 0, false
	}
	return time.Second + time.Duration(n)*time.Second/25, true
}

// Enough reports whether the reserve leaves at least one request a minute.
func (r Rate) Enough() bool { return r.PerMinute == 0 || r.Full() >= 1 }
