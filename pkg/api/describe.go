package api

import (
	"fmt"
	"html"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// excerptLimit bounds, in runes, what is quoted of a body that is not ours.
const excerptLimit = 80

// describeRedirect names where a redirect leads, without its path and query:
// those may hold what was sent.
func describeRedirect(location string) string {
	if location == "" {
		return "a redirect to nowhere"
	}
	u, err := url.Parse(location)
	switch {
	case err != nil:
		return "a redirect to an address that cannot be parsed"
	case u.Host == "":
		return "a redirect to another path of the same host"
	}
	return fmt.Sprintf("a redirect to %q", u.Scheme+"://"+u.Host)
}

// describeJSON names the members of an object. What they hold is not quoted: in
// an answer of the API that is not understood it may be people's identifiers.
func (rep reply) describeJSON() string {
	var members map[string]jsontext.Value
	if json.Unmarshal(rep.body, &members) != nil || len(members) == 0 {
		return "JSON of another shape"
	}
	names := strings.Join(slices.Sorted(maps.Keys(members)), ", ")
	return fmt.Sprintf("JSON of another shape, with %q", rep.excerpt(names))
}

// describePage names an HTML page by its title.
func (rep reply) describePage(body string) string {
	title := regexp.MustCompile(`(?is)<title[^>]*>(.*?)</title`).FindStringSubmatch(body)
	if title == nil {
		return "an HTML page"
	}
	return fmt.Sprintf("an HTML page titled %q", rep.excerpt(html.UnescapeString(title[1])))
}

// excerpt returns the beginning of body on one line.
func (rep reply) excerpt(body string) string {
	s := []rune(rep.text(strings.ToValidUTF8(body, "?")))
	if len(s) > excerptLimit {
		return string(s[:excerptLimit]) + "…"
	}
	return string(s)
}
