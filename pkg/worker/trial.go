package worker

import (
	"context"
	"fmt"

	"altadnc-bulk/pkg/api"
)

// trial distinguishes identifiers that the API refuses from a request that it would
// refuse whatever the identifiers. So after many refusals in a row, an entry is
// sent that the API must accept, because it is on the list. That changes nothing,
// and no journal needs it.
type trial struct {
	row    int           // refusals since it last took something
	entry  api.NewOptOut // that it must take
	known  bool          // there is one
	sought bool          // on the list, where nothing was taken yet
}

func (t *trial) taken(entry api.NewOptOut) { t.row, t.entry, t.known = 0, entry, true }

// doubt notes a refusal, and reports whether to go on. If there is no entry to try
// with, twenty identifiers from all over the journal have to do. The next restore
// leaves these alone, so that it meets others.
func (r *Restoration) doubt(ctx context.Context) bool {
	if r.trial.row++; r.trial.row < streakLimit {
		return true
	}
	if !r.trial.known && !r.trial.sought {
		r.seek(ctx)
	}
	switch {
	case r.trial.known:
		return r.try(ctx)
	case r.grouping.blamed > 0:
	case len(r.parked) < streakLimit:
		r.aside, r.queue = append(r.aside, r.queue...), nil
	default:
		err := fmt.Errorf("%d identifiers were refused, none was accepted, and no entry on the list shows whether any would be; the last one: %w", streakLimit, r.parked[streakLimit-1].err)
		if r.settle() {
			r.sender.stop(&Stop{StopRejections, err})
		}
		return false
	}
	return true
}

// seek looks for an entry to try with: one that a person added by hand, which is
// what adding it once more would make of it.
func (r *Restoration) seek(ctx context.Context) {
	r.trial.sought = true
	page, _ := r.sender.glance(ctx, r.cfg.Client, api.MaxPage)
	for _, o := range page.OptOuts {
		if _, known := o.Type.Index(); known && o.IsManuallyAdded != nil && *o.IsManuallyAdded {
			r.trial.entry, r.trial.known = api.NewOptOut{Identifier: o.Identifier, Name: o.Label}, true
			r.cfg.Log.Info("the API has taken nothing yet: an entry that is on its list shows whether it takes any", "entry", r.name(o.Identifier))
			return
		}
	}
}

// try sends an entry that the API must take, and stops the run if it does not.
func (r *Restoration) try(ctx context.Context) bool {
	f := r.sender.insist(ctx, nil, func(ctx context.Context) (api.Answer, error) {
		return r.cfg.Client.Add(ctx, api.Addition{Identifiers: []api.NewOptOut{r.trial.entry}})
	})
	switch {
	case !f.settled:
		return false
	case f.verdict != confirmed:
		err := fmt.Errorf("%d answers in a row refused to put something back, the last one even an entry that is on the list: %w", streakLimit+1, f.err)
		r.sender.stop(&Stop{StopRejections, err})
		return false
	}
	r.trial.row = 0
	return r.settle()
}
