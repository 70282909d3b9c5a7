package api

import (
	"maps"
	"slices"
	"strings"
	"unicode"

	"github.com/go-json-experiment/json"
)

// member is a member of a JSON object, at any depth.
type member struct {
	name  string // lower-case letters and digits alone: statusCode, status_code and StatusCode are one
	value any    // as json decodes it
}

// members returns all members of the body, those of objects within it as well, and
// whether the body is a JSON object at all.
func (rep reply) members() (all []member, isObject bool) {
	var body map[string]any
	if rep.broken != nil || rep.tooLong || !rep.looksJSON() || json.Unmarshal(rep.body, &body) != nil || body == nil {
		return nil, false
	}
	return appendMembers(nil, body), true
}

func appendMembers(all []member, value any) []member {
	switch value := value.(type) {
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(value)) {
			all = append(all, member{plain(name), value[name]})
			all = appendMembers(all, value[name])
		}
	case []any:
		for _, v := range value {
			all = appendMembers(all, v)
		}
	}
	return all
}

// plain returns the letters and digits of s in lower case.
func plain(s string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			return -1
		}
		return unicode.ToLower(r)
	}, s)
}

// text returns the value if it is a text, "" otherwise.
func (m member) text() string {
	s, _ := m.value.(string)
	return s
}

func containsAny(s string, words ...string) bool {
	for _, w := range words {
		if strings.Contains(s, w) {
			return true
		}
	}
	return false
}
