package worker

import (
	"context"
	"crypto/rand"
	"fmt"

	"altadnc-bulk/pkg/api"
)

// Probe is what at most two harmless requests show about the API before a run.
type Probe struct {
	List     Probed // GET of a single entry: is the token accepted?
	Remove   Probed // DELETE of an address that cannot be on any list: is removing permitted?
	Requests int64
}

// Probed is the result of one request.
type Probed struct {
	Asked  bool
	Answer api.Answer
	// Err is nil if the request was answered as it should be, also for a removal
	// that the API calls not found.
	Err error
	// Stop is why a run would stop, nil if it would go on.
	Stop *Stop
	// Confirmed says that the API confirmed to have removed what cannot exist: it
	// does not distinguish what is on the list from what is not.
	Confirmed bool
}

// NewProbe asks the API for one entry of the Do Not Contact list, and then to
// remove an address in the domain .invalid, which no list can hold (RFC 6761).
// Each request is made once, in its turn of the pace; the second one only if the
// first was answered well. The pace should have a tiny [pace.Config.MaxWait], to
// report a pause instead of waiting for it.
func NewProbe(ctx context.Context, cfg Config) Probe {
	cfg = cfg.withDefaults()
	cfg.MaxAttempts = 1
	s := newSender(cfg)
	ctx, end := s.begin(ctx, cfg.Grace)
	defer end()
	var p Probe
	p.List = s.probe(ctx, func(ctx context.Context) (api.Answer, error) {
		_, answer, err := cfg.Client.List(ctx, api.ListRequest{Limit: 1})
		return answer, err
	})
	if p.List.Err == nil && p.List.Stop == nil {
		nobody := api.Identifier{Type: api.Email, Value: fmt.Sprintf("altadnc-bulk-%s@check.invalid", rand.Text())}
		p.Remove = s.probe(ctx, func(ctx context.Context) (api.Answer, error) { return cfg.Client.Remove(ctx, nobody) })
		p.Remove.Confirmed = p.Remove.Asked && p.Remove.Err == nil && p.Remove.Answer.Status == 200
	}
	p.Requests = s.requests.Load()
	return p
}

// probe makes one request.
func (s *sender) probe(ctx context.Context, do request) Probed {
	var p Probed
	f := s.send(ctx, fate{}, nil, func(ctx context.Context) (api.Answer, error) {
		var err error
		p.Answer, err = do(ctx)
		return p.Answer, err
	})
	p.Asked, p.Stop = f.began, stopOf(ctx)
	if f.verdict != absent {
		p.Err = f.err
	}
	if f.verdict == retry && p.Stop == nil {
		p.Stop = &Stop{StopOutage, f.err}
	}
	return p
}
