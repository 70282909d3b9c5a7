//go:build race

package reader

// damagedLists is how many lists are damaged: the race detector makes each cost ten,
// and it looks for other things.
const damagedLists = 1_000
