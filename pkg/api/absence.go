package api

import (
	"html"
	"net/url"
	"regexp"
	"strings"
)

// absentCode is the one error of a 404 that the API documents.
const absentCode = "NotFound"

// What points to somebody else than the API in a 404. Frameworks, gateways and load
// balancers (Express, Fastify, hapi, Nest, Spring, ASP.NET, Kong, Envoy) answer a
// path that they do not know in much the same shape.
const (
	ofPath    = "it does not know the path: is the base URL right?"
	ofAccount = "it speaks of the account, not of the identifier: is the account id right?"
	ofOthers  = "not the 404 that the API documents: is the base URL right?"
)

var (
	pathNames    = regexp.MustCompile(`^(request|original)?(path|url|uri|route|endpoint|method|instance)$`)
	pathWords    = regexp.MustCompile(`[/\\]|\b(GET|PUT|POST|PATCH|DELETE)\b|(?i)\b(routes?|path|url|uri|endpoint|handler|controller|static|page|file)\b`)
	accountWords = regexp.MustCompile(`(?i)\b(accounts?|users?|members?|tenants?|organi[sz]ations?|workspaces?|teams?|projects?|customers?|tokens?|keys?)\b`)
	statusWords  = regexp.MustCompile(`(?i)\b[1-5]\d\d\b|^\W*not found\W*$|\b(services?|servers?|upstream|backend|gateway|proxy|hosts?|domain|deployment|` +
		`app|application|function|unavailable|internal|error|exception|version)\b`)
)

// absence decides what a 404 in the shape of an error says. That an identifier is
// not on the list is believed only if nothing points to somebody else, or a whole
// list would be taken for finished.
func (rep reply) absence(body errorBody) *Error {
	doubt := rep.absenceDoubt(body)
	if doubt == "" {
		return rep.documentedError(NotFound, body)
	}
	e := rep.documentedError(Foreign, body)
	e.Detail = doubt
	return e
}

// absenceDoubt says what in a 404 is not as the API puts it, "" for nothing.
func (rep reply) absenceDoubt(body errorBody) string {
	message := rep.withoutIdentifiers(body.Message)
	members, _ := rep.members()
	var names, status bool
	for _, m := range members {
		_, number := m.value.(float64)
		names = names || pathNames.MatchString(m.name) || rep.namesPath(m.text())
		status = status || strings.Contains(m.name, "status") || m.name == "code" && number
	}
	switch {
	case names || pathWords.MatchString(message):
		return ofPath
	case accountWords.MatchString(message):
		return ofAccount
	case status || body.Error != absentCode || statusWords.MatchString(message):
		return ofOthers
	}
	return ""
}

// namesPath reports whether a text holds a part of the request's path, in whatever
// spelling: escaped, without its beginning or end, in capitals.
func (rep reply) namesPath(s string) bool {
	s = html.UnescapeString(rep.withoutIdentifiers(s))
	if decoded, err := url.PathUnescape(s); err == nil {
		s = decoded
	}
	s = strings.ToLower(s)
	for part := range strings.SplitSeq(strings.Trim(strings.ToLower(rep.path), "/"), "/") {
		if part != "" && containsAny(s, "/"+part, part+"/") {
			return true
		}
	}
	return strings.Contains(plain(s), plain(optOutsPath))
}

// withoutIdentifiers puts "it" for the identifiers that the request named:
// they may hold any word. Very short ones stay, they would tear words apart.
func (rep reply) withoutIdentifiers(s string) string {
	for _, id := range rep.ids {
		if len(id.Value) >= 4 {
			s = strings.ReplaceAll(s, id.Value, "it")
		}
	}
	return s
}
