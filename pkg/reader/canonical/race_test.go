//go:build race

package canonical

// everyNth is which of the example numbers are read: the race detector makes
// every step cost ten, and nothing here runs at the same time.
const everyNth = 16
