// Package sandbox serves the part of the Alta API that concerns the Do Not
// Contact list, locally and from memory: for trying the tool without a token,
// for rehearsing bad days, and for tests.
//
// It answers what the API's documentation says, in the documented shapes: 401,
// 403, 400, 404 and 429 bodies, RateLimit-* headers on every answer of its own,
// Retry-After with each 429. A request counts against the quota before anything
// else is looked at but the token. A refused one (429) is not counted: in a
// fixed window it changes nothing, in a sliding window it takes no place.
//
// What the documentation leaves open is decided so that nobody relies on more
// than is promised: an identifier is found only in exactly the form in which it
// is stored, a confirmed DELETE and POST have empty bodies, and any other path
// answers with an HTML 404 page, as a web server does.
//
// [Fault] makes it misbehave on request.
package sandbox
