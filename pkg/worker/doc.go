// Package worker turns a removal list into requests: it plans a run, sends one
// request per key under one pace, and records each outcome.
//
// It joins the other packages. Package reader gives it entries, package api
// sends, package journal remembers; none of these knows the others.
//
// # The way of one entry
//
// A fixed number of workers pull entries from the list, one at a time. The
// worker that pulled an entry waits for its turn of the pace, makes the intent
// durable, sends the request, judges the answer, makes the outcome durable and
// only then pulls the next entry. There is no queue between these steps, so
// there is none to drain, and nothing after the append to the journal can lose
// anything.
//
// A turn ends once the request has a connection, so a slow one cannot cause a
// burst.
//
// The intent is written inside the turn, not before it: a worker can wait a
// long time for its turn, and an interruption in that time must not leave an
// intent for a request that never left.
//
// # Outage
//
// Network errors and answers of 5xx in a row are an outage: they never turn entries
// into failures, and do not end the run. One request at a time asks again, with
// growing pauses, until one is answered or [Config.MaxOutage] is over. An entry that
// alone is never answered, while others are, fails after [Config.MaxAttempts].
//
// # What stops a run
//
// An entry that cannot be removed is an outcome. Whatever ends a run before
// the end of its list is a [Stop], with a reason a program can act on. A stop
// lets the requests in flight finish within [Config.Grace] and records their
// answers; everything else stays open for the next run.
//
// An answer that is not the API's makes its key a suspect. The request of another
// key then leaves alone. If the API answers that one, something in front of it
// refuses the suspect, which has failed; if not, this is not the API, and the run
// stops.
//
// # Unsure
//
// A request whose answer never arrived may have been applied. From then on a
// "not on the list" for that key no longer proves that it was never there, so
// its outcome is marked unsure, in this run and in later ones, until the API
// confirms a removal.
//
// # Several stored forms
//
// A key can be on the Do Not Contact list in several spellings, each of which
// takes a request. Its outcome is a function of what was known before and of the
// answers, see removal.go: between two forms the key stays open, and each record
// lists all forms and which of them the API confirmed. A key of which some forms
// are gone and another one failed is removed in part, which counts as failed.
//
// # Snapshot
//
// Listing the Do Not Contact list costs a request for 100 entries and shows what
// of the removal list is on it, in which stored forms, and which entries came
// from the people themselves. A [Plan] that has a [Snapshot] to [Plan.Use] sends
// nothing for keys that are not there, and each stored form of those that are: a
// key is removed when none is left. Only what concerns keys to be sent is kept
// in memory.
//
// A snapshot is evidence of one moment. It is never kept: each run takes a new
// one, and where it is not whole, or an entry has no type, the API is asked.
//
// # Restore
//
// A [Restoration] puts back what the journal says was removed, many identifiers a
// request. It takes the same turns of the same pace.
package worker
