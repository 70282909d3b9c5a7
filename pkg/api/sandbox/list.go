package sandbox

import (
	"fmt"
	"slices"
	"time"

	"altadnc-bulk/pkg/api"
)

// list is the Do Not Contact list, oldest first.
type list struct {
	entries []*entry
	byValue map[string][]*entry
	last    uint64 // number of the newest entry
}

// entry is an opt-out with its number, which is never given again. Cursors refer
// to it, so a page continues in the right place when entries before it are gone.
type entry struct {
	number uint64
	api.OptOut
}

// matches reports whether id names the entry. One without a type matches each.
func (e *entry) matches(id api.Identifier) bool {
	return e.Value == id.Value && (e.Type == id.Type || e.Type == "")
}

func (l *list) add(o api.OptOut) {
	l.last++
	e := &entry{number: l.last, OptOut: o}
	if e.ID == "" {
		e.ID = fmt.Sprintf("0a17ad0c-0000-4000-8000-%012x", e.number)
	}
	if e.ObjectType == "" {
		e.ObjectType = "communication-opt-out"
	}
	l.entries = append(l.entries, e)
	if l.byValue == nil {
		l.byValue = map[string][]*entry{}
	}
	l.byValue[e.Value] = append(l.byValue[e.Value], e)
}

// create adds what a POST asks for, manually added now.
func (l *list) create(n api.NewOptOut) {
	manual := true
	now := time.Now().UTC().Format("2006-01-02T15:04:05.000Z")
	l.add(api.OptOut{
		Identifier: n.Identifier, Label: n.Name,
		IsManuallyAdded: &manual, CreatedAt: now, UpdatedAt: now,
	})
}

func (l *list) has(id api.Identifier) bool {
	return slices.ContainsFunc(l.byValue[id.Value], func(e *entry) bool { return e.matches(id) })
}

// remove takes one entry off the list, and reports whether there was one.
func (l *list) remove(id api.Identifier) bool {
	same := l.byValue[id.Value]
	i := slices.IndexFunc(same, func(e *entry) bool { return e.matches(id) })
	if i < 0 {
		return false
	}
	at, _ := l.find(same[i].number)
	l.entries = slices.Delete(l.entries, at, at+1)
	l.byValue[id.Value] = slices.Delete(same, i, i+1)
	return true
}

// find returns where the entry with the number is, or would be.
func (l *list) find(number uint64) (int, bool) {
	return slices.BinarySearchFunc(l.entries, number, func(e *entry, n uint64) int {
		return int(int64(e.number) - int64(n))
	})
}

func (l *list) all() []api.OptOut {
	all := make([]api.OptOut, 0, len(l.entries))
	for _, e := range l.entries {
		all = append(all, e.OptOut)
	}
	return all
}
