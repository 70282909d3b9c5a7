package worker

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"

	"altadnc-bulk/pkg/journal"
	"altadnc-bulk/pkg/reader"
)

// feed hands out the entries of a list that need work, in its second reading.
// It is safe for concurrent use: each entry goes to one worker, each key once.
type feed struct {
	plan *Plan
	list *List

	mu   sync.Mutex
	in   *pass // opened by the first use
	left int64 // keys that may still be handed out to be sent
	end  error // sticky: io.EOF, or the *Stop that ended the feed
}

// newFeed returns a feed that hands out at most limit keys that take a request; 0
// means all.
func newFeed(list *List, plan *Plan, limit int64) *feed {
	if limit <= 0 {
		limit = plan.Send
	}
	return &feed{plan: plan, list: list, left: limit}
}

// next returns an entry to send, or a refused one to write down; io.EOF at the
// end of the list; a *Stop if the list must not be read on. What a stopped feed
// has handed out already may be finished.
func (f *feed) next(ctx context.Context) (reader.Entry, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for f.end == nil {
		if ctx.Err() != nil {
			return reader.Entry{}, io.EOF
		}
		e, err := f.pull()
		if err != nil {
			f.end = err
			break
		}
		wanted, err := f.wants(e)
		if err != nil {
			f.end = err
			break
		}
		if wanted {
			return e, nil
		}
	}
	return reader.Entry{}, f.end
}

// stopped returns what ended the feed before the end of the list, if anything.
func (f *feed) stopped() *Stop {
	f.mu.Lock()
	defer f.mu.Unlock()
	var stop *Stop
	errors.As(f.end, &stop)
	return stop
}

// pull returns the next entry: first those whose fate an earlier run left unknown.
func (f *feed) pull() (reader.Entry, error) {
	if len(f.plan.first) > 0 {
		e := f.plan.first[0]
		f.plan.first = f.plan.first[1:]
		return e, nil
	}
	if f.in == nil {
		in, err := f.list.pass()
		if err != nil {
			return reader.Entry{}, f.changed(err)
		}
		f.in = in
	}
	e, err := f.in.Read()
	switch {
	case errors.Is(err, io.EOF):
		return reader.Entry{}, f.finish()
	case err != nil:
		return reader.Entry{}, f.changed(err)
	}
	return e, nil
}

// finish is the end of the list: it must have been the list that was planned.
func (f *feed) finish() error {
	sum, err := f.in.sum()
	if err != nil {
		return f.changed(err)
	}
	if sum != f.plan.SHA256 {
		return f.changed(fmt.Errorf("its SHA-256 was %.12s… when the plan was made and is %.12s… now", f.plan.SHA256, sum))
	}
	return io.EOF
}

// changed is the stop for a list that is no longer the one that was planned.
func (f *feed) changed(err error) *Stop {
	return &Stop{StopListChanged, fmt.Errorf("%s: %w", f.list.name, err)}
}

// wants reports whether an entry needs work in this run.
func (f *feed) wants(e reader.Entry) (bool, error) {
	ix := f.plan.index()
	if e.Refusal != nil {
		return !ix.Mark(refusedKey(e), journal.MarkTaken) && ix.State(refusedKey(e)).Status == journal.None, nil
	}
	key := journal.KeyOf(e.Identifier)
	state := ix.State(key)
	if !state.Marked(journal.MarkListed) {
		return false, f.changed(fmt.Errorf("line %d: %s was not there when the plan was made", e.Line, e.Identifier.Masked()))
	}
	if !f.plan.sends(state) || state.Marked(journal.MarkTaken) {
		return false, nil
	}
	if !f.plan.free(key) {
		if f.left == 0 {
			return false, &Stop{Reason: StopLimit}
		}
		f.left--
	}
	ix.Mark(key, journal.MarkTaken)
	return true, nil
}
