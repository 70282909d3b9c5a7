package api

import (
	"fmt"
	"html"
	"net/url"
	"regexp"
	"strings"
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

// describePage names an HTML page by its title.
func describePage(body []byte) string {
	title := regexp.MustCompile(`(?is)<title[^>]*>(.*?)</title`).FindSubmatch(body)
	if title == nil {
		return "an HTML page"
	}
	return fmt.Sprintf("an HTML page titled %q", excerpt([]byte(html.UnescapeString(string(title[1])))))
}

// excerpt returns the beginning of body on one line.
func excerpt(body []byte) string {
	s := []rune(printable(strings.ToValidUTF8(string(body), "?")))
	if len(s) > excerptLimit {
		return string(s[:excerptLimit]) + "…"
	}
	return string(s)
}
