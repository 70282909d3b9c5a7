package sandbox

import (
	"net/http"

	"altadnc-bulk/pkg/api"
)

// apply carries out a valid request, and reports whether that changed the list.
func (s *Sandbox) apply(a asked) (answer, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch a.method {
	case http.MethodDelete:
		return s.remove(a.remove)
	case http.MethodPost:
		return s.add(a.add)
	}
	return s.page(a.query), false
}

func (s *Sandbox) remove(id api.Identifier) (answer, bool) {
	if !s.list.remove(id) {
		return answer{header: http.Header{}}.documented(http.StatusNotFound), false
	}
	return answer{status: http.StatusOK}, true
}

// add puts on the list what is not there yet.
func (s *Sandbox) add(added []api.NewOptOut) (answer, bool) {
	changed := false
	for _, n := range added {
		if s.list.has(n.Identifier) {
			continue
		}
		s.list.create(n)
		changed = true
	}
	return answer{status: http.StatusOK}, changed
}
