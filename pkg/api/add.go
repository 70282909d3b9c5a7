package api

import (
	"context"
	"fmt"
	"net/http"
)

// MaxAddition is the most identifiers that one [Client.Add] can put on the list.
const MaxAddition = 500

// NewOptOut is an identifier to put on the Do Not Contact list.
type NewOptOut struct {
	Identifier
	// Name becomes the entry's label; empty for none.
	Name string `json:"name,omitempty"`
}

// Addition is what one request puts on the Do Not Contact list.
type Addition struct {
	// Identifiers are 1 to [MaxAddition] entries.
	Identifiers []NewOptOut `json:"identifiers"`
	// PauseActiveProspectWorkflows asks Alta to pause what it is doing with
	// these people. The API's own default is true; the zero value says false,
	// and is sent.
	PauseActiveProspectWorkflows bool `json:"pauseActiveProspectWorkflows"`
}

// Add puts identifiers on the Do Not Contact list with one POST. Errors are as
// for [Client.Remove]; [Rejected] means that none was added. Adding what is on
// the list already changes nothing, as far as the API is documented.
func (c *Client) Add(ctx context.Context, a Addition) (Answer, error) {
	r := request{method: http.MethodPost, body: a, ids: a.ids(), limit: pageLimit}
	if err := a.check(); err != nil {
		return Answer{}, r.refused(err)
	}
	rep, fail := c.exchange(ctx, r)
	if fail == nil {
		fail = rep.unconfirmed()
	}
	return c.finish(r, rep, fail)
}

func (a Addition) ids() []Identifier {
	ids := make([]Identifier, 0, len(a.Identifiers))
	for _, n := range a.Identifiers {
		ids = append(ids, n.Identifier)
	}
	return ids
}

func (a Addition) check() error {
	if n := len(a.Identifiers); n == 0 || n > MaxAddition {
		return fmt.Errorf("%d identifiers: one request adds between 1 and %d", n, MaxAddition)
	}
	for i, n := range a.Identifiers {
		if err := checkIdentifier(n.Identifier); err != nil {
			return fmt.Errorf("identifier %d of %d: %w", i+1, len(a.Identifiers), err)
		}
	}
	return nil
}
