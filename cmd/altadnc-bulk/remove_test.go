package main

import "testing"

func TestSnapshotPages(t *testing.T) {
	tests := []struct {
		name string
		r    removal
		want int64
	}{
		{"auto", removal{snapshot: snapshotAuto}, 100},
		{"auto with a limit", removal{snapshot: snapshotAuto, limit: 200}, 20},
		{"always", removal{snapshot: snapshotAlways}, 0},
		{"own opt-outs need them all", removal{snapshot: snapshotAuto, keep: true}, 0},
	}
	for _, tt := range tests {
		if got := tt.r.pages(1000); got != tt.want {
			t.Errorf("%s: %d pages for 1000 requests, want %d", tt.name, got, tt.want)
		}
	}
}
