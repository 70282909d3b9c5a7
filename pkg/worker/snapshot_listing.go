package worker

import (
	"context"
	"fmt"
	"slices"
	"sync/atomic"

	"altadnc-bulk/pkg/api"
)

// Listing pages through the whole Do Not Contact list, one request after the
// other: each page names the next. Make it with [NewListing], use it once.
type Listing struct {
	client *api.Client
	sender *sender

	pages, entries atomic.Int64
}

// ListingProgress is how far a listing has come.
type ListingProgress struct {
	Pages, Entries int64
	Requests       int64 // attempts included
	Outage         Outage
}

// NewListing returns a listing that goes through client and pace of cfg. It
// needs no journal: a GET changes nothing.
func NewListing(cfg Config) *Listing {
	cfg = cfg.withDefaults()
	return &Listing{client: cfg.Client, sender: newSender(cfg)}
}

// Progress returns the counts as they are now. It is safe for concurrent use
// with Each.
func (l *Listing) Progress() ListingProgress {
	return ListingProgress{Pages: l.pages.Load(), Entries: l.entries.Load(), Requests: l.sender.requests.Load(), Outage: l.sender.outage.now()}
}

// Each calls visit with every entry of the Do Not Contact list, in the order of
// the API, and reports whether that was the whole list: at most maxPages pages are
// asked for, 0 means all. Whatever ends it early is the *Stop; an error of visit
// does so as StopOutput. Entries added or removed meanwhile may be seen or not,
// and an entry may be seen twice.
func (l *Listing) Each(ctx context.Context, maxPages int64, visit func(api.OptOut) error) (whole bool, stop *Stop) {
	ctx, end := l.sender.begin(ctx, 0) // asking changes nothing: a stop waits for no answer
	defer end()
	seen := map[string]bool{}
	var last api.Page
	for cursor, same := "", 0; ; {
		if maxPages > 0 && l.pages.Load() == maxPages {
			return false, nil
		}
		page, stop := l.page(ctx, cursor)
		if stop != nil {
			return false, stop
		}
		for _, o := range page.OptOuts {
			if err := visit(o); err != nil {
				return false, &Stop{StopOutput, err}
			}
		}
		l.pages.Add(1)
		l.entries.Add(int64(len(page.OptOuts)))
		if !page.HasMore {
			return true, nil
		}
		if same++; !samePage(page, last) {
			same = 0
		}
		last = page
		if cursor = page.Next; seen[cursor] || same == mostSame {
			return false, &Stop{StopListing, fmt.Errorf("page %d: the API leads back to a page that was already read", l.pages.Load())}
		}
		seen[cursor] = true
	}
}

// mostSame is how many pages in a row may hold what the page before them held: an
// API that does not heed the cursor would give the same one for ever. Some may be
// empty, one after the other.
const mostSame = 100

func samePage(a, b api.Page) bool {
	return slices.EqualFunc(a.OptOuts, b.OptOuts, func(a, b api.OptOut) bool { return a.ID == b.ID && a.Identifier == b.Identifier })
}

// page gets one page.
func (l *Listing) page(ctx context.Context, cursor string) (api.Page, *Stop) {
	var page api.Page
	f := l.sender.insist(ctx, nil, func(ctx context.Context) (answer api.Answer, err error) {
		page, answer, err = l.client.List(ctx, api.ListRequest{Cursor: cursor, Limit: api.MaxPage})
		return answer, err
	})
	switch stop := stopOf(ctx); {
	case f.settled && f.verdict == confirmed:
		return page, nil
	case stop != nil:
		return page, stop
	}
	return page, &Stop{StopListing, fmt.Errorf("page %d: %w", l.pages.Load()+1, f.err)}
}
