package canonical

import (
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// canonicalLinkedIn returns https://www.linkedin.com/in/<name>, the name
// decoded, in lower case and NFC, for a profile address in any spelling.
func canonicalLinkedIn(_ Rules, s string) (string, *Refusal) {
	path, r := linkedInPath(s)
	if r != nil {
		return "", r
	}
	name, section, r := profilePath(path)
	if r != nil {
		return "", r
	}
	if !knownSection(section) {
		return "", Refuse("linkedin-path", "has an unknown ending after the profile's name")
	}
	if name, r = profileName(name); r != nil {
		return "", r
	}
	return "https://www.linkedin.com/in/" + name, nil
}

func twoProfiles() *Refusal {
	return Refuse("linkedin-two", "holds more than one value, and not all are complete profile addresses separated by ; , | or line ends: put one address in each cell")
}

// linkedInPath returns the path of an address on linkedin.com.
func linkedInPath(s string) (string, *Refusal) {
	if s[0] == '<' && s[len(s)-1] == '>' {
		s = Trim(s[1 : len(s)-1]) // as RFC 3986 parts an address from text
	}
	switch {
	case strings.Count(strings.ToLower(s), "linkedin.com") > 1:
		return "", twoProfiles()
	case strings.ContainsFunc(s, unicode.IsSpace) || hidden(s):
		return "", Refuse("linkedin-space", "holds white space, words or an invisible character besides the address")
	case strings.HasSuffix(s, "…") || strings.HasSuffix(s, "..."):
		return "", Refuse("cut-off", "ends in …: it is cut off")
	case strings.Contains(s, "***"):
		return "", Refuse("masked", "is masked: give the whole address")
	}
	s, _, _ = strings.Cut(s, "#")
	s, query, asked := strings.Cut(s, "?")
	if asked && !isQuery(query) && !(query == "" && strings.HasSuffix(s, "/")) {
		return "", Refuse("lost-character", "has a ? that does not begin a query: it often replaces a character that was lost in an export")
	}
	scheme, rest, ok := strings.Cut(s, "://")
	switch {
	case !ok:
		rest = strings.TrimPrefix(s, "//")
	case !strings.EqualFold(scheme, "https") && !strings.EqualFold(scheme, "http"):
		return "", Refuse("linkedin-not-url", "is not an http address")
	}
	host, path, _ := strings.Cut(rest, "/")
	if !linkedInHost(strings.ToLower(host)) {
		return "", Refuse("linkedin-not-url", "is not an address on linkedin.com: it must be like https://www.linkedin.com/in/<name>")
	}
	return path, nil
}

// isQuery reports whether what follows a ? begins with key=value.
func isQuery(s string) bool {
	key, _, ok := strings.Cut(s, "=")
	if !ok || key == "" || !lowerLetter(key[0]|0x20) && key[0] != '_' {
		return false
	}
	return strings.Trim(strings.ToLower(key), "abcdefghijklmnopqrstuvwxyz0123456789_-.") == ""
}

// linkedInHost knows linkedin.com, its www and mobile names, its country
// subdomains of two letters, and the port that goes without saying.
func linkedInHost(host string) bool {
	sub, ok := strings.CutSuffix(strings.TrimSuffix(host, ":443"), "linkedin.com")
	if !ok {
		return false
	}
	switch sub {
	case "", "www.", "m.", "mobile.", "touch.":
		return true
	}
	return len(sub) == 3 && sub[2] == '.' && lowerLetter(sub[0]) && lowerLetter(sub[1])
}

func lowerLetter(b byte) bool { return b >= 'a' && b <= 'z' }

// profilePath takes the path of a profile apart: its name, as it is encoded, and
// what follows. Mails and the mobile pages put something before /in/.
func profilePath(path string) (name string, section []string, r *Refusal) {
	parts := strings.FieldsFunc(path, func(r rune) bool { return r == '/' })
	if len(parts) > 0 && among(parts[0], "comm mwlite m") {
		parts = parts[1:]
		if len(parts) > 0 && among(parts[0], "profile") {
			parts = parts[1:]
		}
	}
	switch {
	case len(parts) == 0:
		return "", nil, Refuse("linkedin-not-profile", "is not the address of a profile: /in/<name> is missing")
	case !among(parts[0], "in"):
		return "", nil, notProfile(strings.ToLower(parts[0]))
	case len(parts) == 1:
		return "", nil, Refuse("linkedin-not-profile", "has no profile name after /in/")
	}
	return parts[1], parts[2:], nil
}

// among reports whether s is one of words, in whatever case.
func among(s, words string) bool {
	for word := range strings.FieldsSeq(words) {
		if strings.EqualFold(s, word) {
			return true
		}
	}
	return false
}

func notProfile(kind string) *Refusal {
	switch kind {
	case "pub":
		return Refuse("linkedin-pub", "is an old /pub/ address: the profile's /in/ name cannot be known from it")
	case "company", "school", "showcase", "organization":
		return Refuse("linkedin-company", "is the page of a company or school, not of a person")
	case "sales", "talent", "recruiter":
		return Refuse("linkedin-sales", "is an address of Sales Navigator or Recruiter: the public /in/ name cannot be known from it")
	}
	return Refuse("linkedin-not-profile", "is not the address of a profile, such as /in/<name>")
}

// knownSection reports whether what follows a profile's name is a part of that
// profile: a translation (/de, /de-de) or a page of it.
func knownSection(parts []string) bool {
	if len(parts) == 0 || among(parts[0], "detail details recent-activity overlay edit contact-info opportunities") {
		return true
	}
	s := strings.ToLower(parts[0])
	return len(parts) == 1 && (len(s) == 2 && lowerLetter(s[0]) && lowerLetter(s[1]) ||
		len(s) == 5 && lowerLetter(s[0]) && lowerLetter(s[1]) && (s[2] == '-' || s[2] == '_') && lowerLetter(s[3]) && lowerLetter(s[4]))
}

// Bounds of a profile's decoded name in characters (LinkedIn help: custom public
// profile URL).
const (
	minProfile = 3
	maxProfile = 100
)

func profileName(encoded string) (string, *Refusal) {
	name, err := url.PathUnescape(encoded)
	if err != nil || !utf8.ValidString(name) {
		return "", Refuse("linkedin-name", "has a broken percent-encoding in the profile's name")
	}
	name = Trim(name) // copied with a space after it, which became %20
	length := utf8.RuneCountInString(norm.NFC.String(name))
	switch {
	case memberID(name):
		return "", Refuse("linkedin-member-id", "holds a member id instead of the profile's name: its upper and lower case matter, so it has no canonical form (--as-is sends it as written)")
	case length > maxProfile:
		return "", Refuse("too-long", "has a profile name that is too long (100 characters)")
	case among(name, "me unavailable undefined null none nan nil unknown"):
		return "", Refuse("linkedin-nobody", "is not the address of anyone's profile: /in/me is whoever is logged in, and /in/unavailable, null and the like mean there is none")
	case mangled(norm.NFC.String(name)):
		return "", Refuse("mojibake", "has letters in the profile's name garbled by a wrong encoding: export the list again as UTF-8")
	case strings.ContainsFunc(name, notName):
		return "", Refuse("linkedin-name", "has a character that is not allowed in a profile's name")
	case length < minProfile:
		return "", Refuse("linkedin-name", "has a profile name of fewer than three characters: it may be cut off")
	}
	return lowered(name)
}

// memberID knows the ids that LinkedIn itself uses in place of a name (ACoAAB…,
// ADEAAB…, AEMAAB…): base64 of 39 characters, and what is left of one that was
// put in lower case.
func memberID(name string) bool {
	if len(name) < 30 || strings.ContainsFunc(name, func(r rune) bool { return !ascii(r) }) {
		return false
	}
	return name[0] == 'A' && name[3:5] == "AA" || len(name) == 39 && among(name[:5], "ACoAA ACwAA ADEAA AEMAA AAkAA AFEAA")
}

// notName is what no profile's name holds. Names of other scripts, and emoji, do occur.
func notName(r rune) bool {
	switch {
	case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '-', r == '_':
		return false
	case r < 0x80, r == utf8.RuneError, Invisible(r):
		return true
	case r >= 0x1f3fb && r <= 0x1f3ff: // skin tones
		return false
	}
	return !letter(r) && !(r >= 0x2600 && unicode.Is(unicode.So, r))
}
