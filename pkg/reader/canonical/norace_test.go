//go:build !race

package canonical

const everyNth = 1
