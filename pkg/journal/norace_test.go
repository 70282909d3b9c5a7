//go:build !race

package journal

const flipStride = 1
