package api

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strconv"
)

// unconfirmed says why a 200 confirms nothing; nil if it confirms. No body is
// documented: an empty one confirms, and a JSON object without any sign of the
// contrary. Everything else is not the API.
func (rep reply) unconfirmed() *Error {
	body, isError := rep.errorBody()
	members, isObject := rep.members()
	switch {
	case rep.broken != nil:
		return &Error{Kind: Unreadable, Err: rep.broken}
	case len(bytes.TrimSpace(rep.body)) == 0:
		return nil
	case isError:
		e := rep.documentedError(Foreign, body)
		e.Detail = "an error under status 200"
		return e
	case rep.saysJSON() && !rep.validJSON():
		return &Error{Kind: Unreadable, Detail: rep.describe()}
	case !isObject:
		return &Error{Kind: Foreign, Detail: rep.describe()}
	}
	for _, m := range members {
		switch {
		case rep.denies(m):
			return &Error{Kind: Foreign, Detail: fmt.Sprintf("a 200 whose %q says no", rep.excerpt(m.name))}
		case len(rep.ids) == 1 && m.contradicts(rep.ids[0]):
			return &Error{Kind: Foreign, Detail: "a 200 about another identifier than the one sent"}
		}
	}
	return nil
}

// How a 200 says that what was asked for was not done: {"deleted":false}, {"ok":0},
// {"statusCode":500}, {"error":{}}, {"status":"failed"}, {"message":"Unable to ..."}.
var (
	troubleNames = regexp.MustCompile(`error|fail|exception|denied|reject|^faults?$`)
	statusNames  = regexp.MustCompile(`^(http|response)?(status|code|statuscode)$`)
	doneNames    = regexp.MustCompile(`delet|remov|success|affected|acknowledged|confirmed|^(ok|done|count|matched|modified)$`)
	sayingNames  = regexp.MustCompile(`^(messages?|msg|info|result|outcome|state|details?|reason|title|description)$`)
	noWords      = regexp.MustCompile(`(?i)\b(errors?|fail\w*|not|none|nothing|no such|\w+n't|unable|cannot|denied|invalid|unauthori[sz]ed|forbidden|unavailable|` +
		`exception|refused|reject\w*|unknown|missing|expired|pending|queued|scheduled|accepted|processing|ignored|skipped|unchanged|disabled|false)\b`)
	ownName = regexp.MustCompile(`(?i)\bdo[ -]not[ -]contact\b`)
)

// ownFlags are the API's own names for what may well be false.
var ownFlags = []string{"ismanuallyadded", "pauseactiveprospectworkflows", "hasmore"}

// denies reports whether a member of a 200 says that what was asked for was not
// done.
func (rep reply) denies(m member) bool {
	saysNo := noWords.MatchString(ownName.ReplaceAllString(rep.withoutIdentifiers(m.text()), ""))
	switch {
	case troubleNames.MatchString(m.name):
		return !m.isNothing()
	case statusNames.MatchString(m.name):
		return saysNo || m.isBadStatus()
	case doneNames.MatchString(m.name):
		return saysNo || m.isNothing()
	case sayingNames.MatchString(m.name) && saysNo:
		return true
	}
	return m.value == false && !slices.Contains(ownFlags, m.name)
}

// contradicts reports whether a member names another identifier than id. How it is
// written is the API's affair.
func (m member) contradicts(id Identifier) bool {
	switch m.name {
	case "identifier":
		return plain(m.text()) != plain(id.Value)
	case "identifiertype":
		return m.text() != "" && plain(m.text()) != plain(string(id.Type))
	}
	return false
}

// isNothing reports whether the value means no, none or zero.
func (m member) isNothing() bool {
	switch v := m.value.(type) {
	case nil:
		return true
	case bool:
		return !v
	case float64:
		return v == 0
	case string:
		return slices.Contains([]string{"", "0", "false", "no", "none", "null"}, plain(v))
	case []any:
		return len(v) == 0
	case map[string]any:
		return len(v) == 0
	}
	return false
}

// isBadStatus reports whether the value is a number that is not an HTTP status
// of success.
func (m member) isBadStatus() bool {
	n, isNumber := m.value.(float64)
	if s := m.text(); s != "" {
		var err error
		n, err = strconv.ParseFloat(s, 64)
		isNumber = err == nil
	}
	return m.value == false || isNumber && (n < 200 || n > 299)
}
