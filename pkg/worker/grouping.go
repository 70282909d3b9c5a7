package worker

import (
	"math"

	"altadnc-bulk/pkg/api"
)

// grouping chooses how many identifiers the next request puts back, where one
// identifier that the API refuses makes it refuse all others in the request. An
// answer is worth most if yes and no are equally likely, so batches are as large as
// the share refused recently allows. In a refused batch the first identifier to
// blame is found by halving; what follows it is as unknown as before.
//
// For d of n identifiers this takes about d·log2(n/d)+d requests, and hardly more
// than n however many are refused. Its zero value expects none to be refused.
type grouping struct {
	blamed int     // how many at the head were refused together; 0 for none
	share  float64 // that was refused of late
}

// weight of one identifier in the share: it remembers some thirty.
const weight = 0.03

// size returns how many of those that wait are next, from the head.
func (g *grouping) size(waiting int) int {
	if g.blamed > 0 {
		return (g.blamed + 1) / 2
	}
	even := math.Ln2 / max(g.share, math.Ln2/api.MaxAddition) // so many are taken together as often as not
	return min(waiting, max(1, int(math.Round(even))))
}

// taken notes that n were. If more were to blame, it is the rest.
func (g *grouping) taken(n int) {
	g.blamed = max(0, g.blamed-n)
	g.share *= math.Pow(1-weight, float64(n))
}

// refused notes that n were, together.
func (g *grouping) refused(n int) {
	if g.blamed = n; n == 1 {
		g.blamed = 0
		g.share += weight * (1 - g.share)
	}
}
