// Package api is the typed client of the Alta endpoints that keep the Do Not
// Contact list, and the owner of the words that the other packages share:
// [Identifier], [IdentifierType], [OptOut], [Quota].
//
// A [Client] makes exactly one HTTP request per call. It follows no redirect,
// repeats nothing and asks for no compression, because a DELETE that happens
// twice, or on another host, is a person taken off a list without anyone having
// decided it. The result of a request is an [Error] with a [Kind] for programs
// to act on, or nil for what the API confirmed.
//
// The API as this package understands it: JSON in, JSON out, errors as
// {"error": string, "message": string}, 100 requests a minute per account.
// Whatever answers in another shape is taken for another server ([Foreign]).
//
// The sandbox subpackage serves the same API locally.
package api
