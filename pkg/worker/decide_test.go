package worker

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"altadnc-bulk/pkg/api"
)

func TestJudge(t *testing.T) {
	tests := []struct {
		name    string
		err     error
		want    verdict
		applied bool // may it have been applied without saying so
	}{
		{"200", nil, confirmed, false},
		{"404 as documented", &api.Error{Kind: api.NotFound, Status: 404, Sent: true}, absent, false},
		{"400", &api.Error{Kind: api.Rejected, Status: 400, Sent: true}, rejected, false},
		{"request that cannot be sent", &api.Error{Kind: api.Rejected}, unsendable, false},
		{"401", &api.Error{Kind: api.Unauthorized, Status: 401, Sent: true}, unauthorized, false},
		{"403", &api.Error{Kind: api.Forbidden, Status: 403, Sent: true}, forbidden, false},
		{"429", &api.Error{Kind: api.QuotaSpent, Status: 429, Sent: true}, quota, false},
		{"500", &api.Error{Kind: api.Unavailable, Status: 500, Sent: true}, retry, true},
		{"408", &api.Error{Kind: api.Unavailable, Status: 408, Sent: true}, retry, true},
		{"connection refused", &api.Error{Kind: api.Network, Err: errors.New("connection refused")}, retry, false},
		{"reset after sending", &api.Error{Kind: api.Network, Sent: true, Err: errors.New("connection reset")}, retry, true},
		{"timeout after sending", &api.Error{Kind: api.Network, Sent: true, Err: api.ErrTimeout}, retry, true},
		{"answer that broke off", &api.Error{Kind: api.Unreadable, Status: 200, Sent: true}, retry, true},
		{"HTML page", &api.Error{Kind: api.Foreign, Status: 200, Sent: true}, foreign, true},
		{"no way to the API", &api.Error{Kind: api.Unreachable}, unreachable, false},
		{"cut off by the run", &api.Error{Kind: api.Network, Sent: true, Err: context.Canceled}, cut, true},
		{"cut off before it was sent", &api.Error{Kind: api.Network, Err: context.Canceled}, cut, false},
		{"wrapped", fmt.Errorf("remove: %w", &api.Error{Kind: api.NotFound, Status: 404}), absent, false},
		{"error of another kind", errors.New("unknown"), retry, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := judge(tt.err); got != tt.want {
				t.Errorf("judge = %d, want %d", got, tt.want)
			}
			if got := mayBeApplied(tt.err); got != tt.applied {
				t.Errorf("mayBeApplied = %v, want %v", got, tt.applied)
			}
		})
	}
}

func TestBackoff(t *testing.T) {
	const almostOne = 0.999999
	tests := []struct {
		failed    int
		jitter    float64
		low, high time.Duration
	}{
		{1, 0, 0, 0},
		{1, almostOne, 999 * time.Millisecond, time.Second},
		{2, almostOne, 1999 * time.Millisecond, 2 * time.Second},
		{4, 0.5, 4 * time.Second, 4 * time.Second},
		{6, almostOne, 31 * time.Second, 32 * time.Second},
		{7, almostOne, 59 * time.Second, time.Minute},
		{64, almostOne, 59 * time.Second, time.Minute},
		{1 << 30, almostOne, 59 * time.Second, time.Minute},
	}
	for _, tt := range tests {
		got := backoff(tt.failed, tt.jitter)
		if got < tt.low || got > tt.high {
			t.Errorf("backoff(%d, %v) = %v, want between %v and %v", tt.failed, tt.jitter, got, tt.low, tt.high)
		}
	}
}
