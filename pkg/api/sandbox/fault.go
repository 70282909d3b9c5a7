package sandbox

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Action is what a [Fault] does to a request.
type Action string

const (
	// DropBefore closes the connection without an answer, nothing done.
	DropBefore Action = "drop-before"
	// DropAfter does what was asked and then closes the connection without
	// an answer.
	DropAfter Action = "drop-after"
	// Delay waits and then goes on as if nothing had happened. A client that gives
	// up meanwhile is dropped, nothing done.
	Delay Action = "delay"
	// Reject, Unauthorize and Forbid answer 400, 401 and 403 as documented,
	// nothing done.
	Reject      Action = "400"
	Unauthorize Action = "401"
	Forbid      Action = "403"
	// Throttle answers 429 as documented, nothing done.
	Throttle Action = "429"
	// Fail answers 500, nothing done.
	Fail Action = "500"
	// Page answers 200 with an HTML page, nothing done: a captive portal.
	Page Action = "html"
	// Redirect answers 302, nothing done.
	Redirect Action = "redirect"
	// Garbage does what was asked and answers 200 with JSON that breaks off.
	Garbage Action = "garbage"
)

func actions() []Action {
	return []Action{DropBefore, DropAfter, Delay, Reject, Unauthorize, Forbid, Throttle, Fail, Page, Redirect, Garbage}
}

// Fault is something that goes wrong, and when. It is asked only about requests
// with a good token that the quota allows. Where it says several conditions, all
// must hold; where it says none, every request meets them.
//
// Written as a text, for [ParseFault], it is an action, its value, and the
// conditions:
//
//	ACTION[=VALUE][,every=N][,share=F][,seed=N][,first=N][,identifier=ID]
//
//	drop-before              close the connection, nothing removed
//	drop-after               remove, then close the connection
//	delay=DURATION           wait first: delay=3s
//	400, 401, 403, 500       answer so, nothing removed
//	429[=SECONDS]            answer 429; Retry-After as given, 60, or =none
//	html                     answer 200 with an HTML page, nothing removed
//	redirect[=URL]           answer 302 to URL, nothing removed
//	garbage                  remove, then answer 200 with broken JSON
//
//	every=N                  every Nth request that is asked about
//	share=F                  a share of them: 0.1 is one in ten
//	seed=N                   another choice of the same share
//	first=N                  only the first N times
//	identifier=ID            only requests that name ID, exactly; comes last
//
// For example drop-after,share=0.05 or 500,first=3,identifier=ada@example.com.
type Fault struct {
	Action Action
	// Wait is how long a [Delay] takes.
	Wait time.Duration
	// RetryAfter is the header's value for a [Throttle], sent as it is; empty
	// means 60, "none" sends none.
	RetryAfter string
	// Location is where a [Redirect] leads; empty means
	// https://login.example.com/.
	Location string

	// Every fires at every Nth request that meets the other conditions but
	// Share and First; 0 at each.
	Every int
	// Share fires at that share of the requests, from 0 (which means at each)
	// to 1. The choice depends on Seed, on what is asked for and on how many
	// times it was asked for, not on the order of requests: it is the same
	// each time the same work is done.
	Share float64
	Seed  uint64
	// First bounds how many times it fires; 0 means no bound.
	First int
	// Identifier fires only at requests that name it, in exactly this form;
	// empty at each.
	Identifier string
}

// before reports whether the action replaces what was asked for.
func (f Fault) before() bool {
	return f.Action != "" && f.Action != DropAfter && f.Action != Garbage
}

func (f Fault) check() error {
	switch {
	case !slices.Contains(actions(), f.Action):
		return fmt.Errorf("unknown action %q: use one of %s", f.Action, actionNames())
	case f.Action == Delay && f.Wait <= 0:
		return fmt.Errorf("delay of %v: give a time, such as delay=3s", f.Wait)
	case f.Every < 0:
		return fmt.Errorf("every=%d: must not be negative", f.Every)
	case !(f.Share >= 0 && f.Share <= 1): // NaN as well
		return fmt.Errorf("share=%v: must be from 0 to 1", f.Share)
	case f.First < 0:
		return fmt.Errorf("first=%d: must not be negative", f.First)
	}
	return nil
}

func actionNames() string {
	var names []string
	for _, a := range actions() {
		names = append(names, string(a))
	}
	return strings.Join(names, ", ")
}

// ParseFault reads a fault as [Fault] documents it.
func ParseFault(s string) (Fault, error) {
	f, err := parseFault(s)
	if err == nil {
		err = f.check()
	}
	if err != nil {
		return Fault{}, fmt.Errorf("fault %q: %w", s, err)
	}
	return f, nil
}

func parseFault(s string) (Fault, error) {
	head, rest, more := strings.Cut(s, ",")
	name, value, hasValue := strings.Cut(head, "=")
	f := Fault{Action: Action(name)}
	if err := f.setValue(value, hasValue); err != nil {
		return f, err
	}
	for more {
		if id, ok := strings.CutPrefix(rest, "identifier="); ok {
			if id == "" {
				return f, errors.New("identifier= is empty")
			}
			f.Identifier = id
			return f, nil
		}
		var condition string
		condition, rest, more = strings.Cut(rest, ",")
		if err := f.setCondition(condition); err != nil {
			return f, err
		}
	}
	return f, nil
}

// setValue takes over the value of the action.
func (f *Fault) setValue(value string, has bool) (err error) {
	switch {
	case !has:
		return nil
	case value == "":
		return fmt.Errorf("%s= has no value", f.Action)
	case f.Action == Delay:
		f.Wait, err = time.ParseDuration(value)
	case f.Action == Throttle:
		f.RetryAfter = value
	case f.Action == Redirect:
		f.Location = value
	default:
		return fmt.Errorf("%s takes no value", f.Action)
	}
	return err
}

// setCondition takes over one condition. Zero is refused: it reads like "never"
// and would mean "always".
func (f *Fault) setCondition(s string) (err error) {
	name, value, _ := strings.Cut(s, "=")
	zero := false
	switch name {
	case "every":
		f.Every, err = strconv.Atoi(value)
		zero = f.Every == 0
	case "share":
		f.Share, err = strconv.ParseFloat(value, 64)
		zero = f.Share == 0
	case "seed":
		f.Seed, err = strconv.ParseUint(value, 10, 64)
	case "first":
		f.First, err = strconv.Atoi(value)
		zero = f.First == 0
	default:
		return fmt.Errorf("unknown condition %q: use every, share, seed, first or identifier", name)
	}
	if err == nil && zero {
		err = fmt.Errorf("%s: must be greater than 0", s)
	}
	return err
}

// String writes the fault so that [ParseFault] reads it.
func (f Fault) String() string {
	s := string(f.Action)
	if value := f.value(); value != "" {
		s += "=" + value
	}
	if f.Every > 0 {
		s += fmt.Sprintf(",every=%d", f.Every)
	}
	if f.Share > 0 {
		s += fmt.Sprintf(",share=%v", f.Share)
	}
	if f.Seed > 0 {
		s += fmt.Sprintf(",seed=%d", f.Seed)
	}
	if f.First > 0 {
		s += fmt.Sprintf(",first=%d", f.First)
	}
	if f.Identifier != "" {
		s += ",identifier=" + f.Identifier
	}
	return s
}

func (f Fault) value() string {
	switch f.Action {
	case Delay:
		return f.Wait.String()
	case Throttle:
		return f.RetryAfter
	case Redirect:
		return f.Location
	}
	return ""
}
