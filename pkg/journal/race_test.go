//go:build race

package journal

// flipStride is how far apart the flipped bits are: the race detector makes
// every step cost eight, and it looks for other things. 7 and 8 have no common
// divisor, so every bit of a byte has its turn.
const flipStride = 7
