package sandbox

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"

	"altadnc-bulk/pkg/api"
)

const (
	defaultLimit  = 100
	defaultWindow = time.Minute
)

// Options is how a [Sandbox] behaves. The zero value is the documented API with
// a small invented list.
type Options struct {
	// Token is the only bearer token accepted; empty accepts any but none.
	Token string
	// AccountID is the x-account-id that must come along, as for a user of several
	// accounts; empty accepts any or none.
	AccountID string
	// Limit is how many requests a window allows; 0 means 100, less than 0
	// means no quota, and no RateLimit-* headers.
	Limit int
	// Window is how long a window lasts; 0 means 60 s.
	Window time.Duration
	// Kind is how the quota is counted.
	Kind WindowKind
	// List is the Do Not Contact list at the start; nil means the embedded
	// one. An entry with an empty Type is served without identifierType and
	// answers to every type.
	List []api.OptOut
	// PageLimit bounds a page of GET below what is asked for; 0 means the
	// documented 100.
	PageLimit int
	// Faults are tried in order: delays add up, and the first other one that
	// fires decides.
	Faults []Fault
	// Log is called once for every request, after it was answered or dropped,
	// one call at a time; nil means no log.
	Log func(Request)
}

// Sandbox is the API as an [http.Handler]. It is safe for concurrent use and
// must be made with [New].
//
// It serves /dnc/communication-opt-outs with or without /v1 before it.
type Sandbox struct {
	opts  Options
	logMu sync.Mutex

	mu     sync.Mutex // guards what is below
	window window     // nil: no quota
	list   list
	faults []*trigger
}

// New returns a sandbox. It reports all problems of opts together.
func New(opts Options) (*Sandbox, error) {
	if opts.List == nil {
		embedded, err := embeddedList()
		if err != nil {
			return nil, err
		}
		opts.List = embedded
	}
	if err := opts.check(); err != nil {
		return nil, err
	}
	s := &Sandbox{opts: opts, window: opts.newWindow()}
	for _, o := range opts.List {
		s.list.add(o)
	}
	for _, f := range opts.Faults {
		s.faults = append(s.faults, &trigger{Fault: f})
	}
	return s, nil
}

func (o Options) check() error {
	var problems []error
	if o.Window < 0 {
		problems = append(problems, fmt.Errorf("window %v: must not be negative", o.Window))
	}
	if o.limit() > 0 && o.length() < time.Duration(o.limit()) {
		problems = append(problems, fmt.Errorf("window %v: too short for %d requests", o.length(), o.limit()))
	}
	if o.PageLimit < 0 || o.PageLimit > api.MaxPage {
		problems = append(problems, fmt.Errorf("page limit %d: must be from 1 to %d, or 0", o.PageLimit, api.MaxPage))
	}
	if !slices.Contains([]WindowKind{Fixed, Sliding, TokenBucket}, o.Kind) {
		problems = append(problems, fmt.Errorf("%v: unknown", o.Kind))
	}
	for i, f := range o.Faults {
		if err := f.check(); err != nil {
			problems = append(problems, fmt.Errorf("fault %d: %w", i+1, err))
		}
	}
	if err := checkList(o.List); err != nil {
		problems = append(problems, err)
	}
	return errors.Join(problems...)
}

// OptOuts returns what is on the list now, oldest first. The caller owns it.
func (s *Sandbox) OptOuts() []api.OptOut {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.list.all()
}

// ServeHTTP implements [http.Handler]. It panics with [http.ErrAbortHandler] to
// drop a connection, as a handler does.
func (s *Sandbox) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	e := Request{Time: time.Now(), Method: r.Method, Path: r.URL.Path}
	// Deferred, so that a dropped connection is logged, too.
	defer func() { s.log(e) }()
	a := s.answer(r, &e)
	if a.drop {
		panic(http.ErrAbortHandler)
	}
	e.Status = a.status
	a.write(w)
}

// answer decides what to do with a request, does it, and notes it in e.
func (s *Sandbox) answer(r *http.Request, e *Request) answer {
	if !known(r) {
		return unknownPath(r)
	}
	if !s.authorized(r) {
		return s.documented(http.StatusUnauthorized)
	}
	asked, bad := readRequest(r)
	e.note(asked)
	a, ok := s.count()
	if !ok {
		return a
	}
	fault, delay := s.choose(asked)
	e.Fault = fault.Action
	if err := wait(r.Context(), delay); err != nil || fault.Action == DropBefore {
		return answer{drop: true}
	}
	if fault.before() {
		return s.misbehave(fault, a.header)
	}
	if bad {
		return a.documented(http.StatusBadRequest)
	}
	done, applied := s.apply(asked)
	e.Applied = applied
	if fault.Action == "" {
		return a.with(done)
	}
	return s.misbehave(fault, a.header)
}

// count counts a request against the quota. The answer has the RateLimit-*
// headers; it is a 429 if the quota is spent.
func (s *Sandbox) count() (answer, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	if s.window == nil || s.window.take(now) {
		return answer{header: s.quotaHeader(now)}, true
	}
	a := answer{header: s.quotaHeader(now)}.documented(http.StatusTooManyRequests)
	a.header.Set("Retry-After", seconds(s.window.state(now).wait))
	return a, false
}

// documented is an answer outside of the quota's count, with its headers.
func (s *Sandbox) documented(status int) answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	return answer{header: s.quotaHeader(time.Now())}.documented(status)
}
