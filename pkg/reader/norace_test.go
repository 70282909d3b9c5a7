//go:build !race

package reader

const damagedLists = 12_000
