package canonical

import (
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"
)

// canonicalLinkedIn returns https://www.linkedin.com/in/<name>, the name
// decoded, in lower case and NFC, for a profile address in any spelling.
func canonicalLinkedIn(s string) (string, *Refusal) {
	path, r := linkedInPath(s)
	if r != nil {
		return "", r
	}
	kind, rest, _ := strings.Cut(path, "/")
	if !strings.EqualFold(kind, "in") {
		return "", notProfile(strings.ToLower(kind))
	}
	name, section, _ := strings.Cut(rest, "/")
	if !knownSection(strings.Trim(strings.ToLower(section), "/")) {
		return "", Refuse("linkedin-path", "goes on behind the profile's name in an unknown way")
	}
	if name, r = profileName(name); r != nil {
		return "", r
	}
	return "https://www.linkedin.com/in/" + name, nil
}

// linkedInPath returns the path of an address on linkedin.com without its first slash.
func linkedInPath(s string) (string, *Refusal) {
	if strings.ContainsFunc(s, unicode.IsSpace) || hidden(s) {
		return "", Refuse("linkedin-space", "holds white space or an invisible character inside the address")
	}
	s, _, _ = strings.Cut(s, "#")
	s, _, _ = strings.Cut(s, "?")
	if scheme, rest, ok := strings.Cut(s, "://"); ok {
		if !strings.EqualFold(scheme, "https") && !strings.EqualFold(scheme, "http") {
			return "", Refuse("linkedin-not-url", "is not an http address")
		}
		s = rest
	}
	host, path, ok := strings.Cut(strings.TrimPrefix(s, "//"), "/")
	if !linkedInHost(strings.ToLower(host)) {
		return "", Refuse("linkedin-not-url", "is not an address on linkedin.com: https://www.linkedin.com/in/<name> is wanted")
	}
	if !ok || path == "" {
		return "", Refuse("linkedin-not-profile", "is not the address of a profile: /in/<name> is missing")
	}
	return path, nil
}

// linkedInHost knows linkedin.com, its www and mobile names and its country
// subdomains of two letters.
func linkedInHost(host string) bool {
	sub, ok := strings.CutSuffix(host, "linkedin.com")
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

func notProfile(kind string) *Refusal {
	switch kind {
	case "pub":
		return Refuse("linkedin-pub", "is an old /pub/ address: the profile's /in/ name cannot be known from it")
	case "company", "school", "showcase", "organization":
		return Refuse("linkedin-company", "is the page of a company or school, not of a person")
	case "sales", "talent", "recruiter":
		return Refuse("linkedin-sales", "is an address of Sales Navigator or Recruiter: the public /in/ name cannot be known from it")
	}
	return Refuse("linkedin-not-profile", "is not the address of a profile: /in/<name> is wanted")
}

// knownSection tells whether what follows a profile's name is a part of that
// profile: a translation (/de, /de-de) or a page of it.
func knownSection(s string) bool {
	switch head, _, _ := strings.Cut(s, "/"); head {
	case "", "details", "recent-activity", "overlay":
		return true
	}
	return len(s) == 2 && lowerLetter(s[0]) && lowerLetter(s[1]) ||
		len(s) == 5 && lowerLetter(s[0]) && lowerLetter(s[1]) && (s[2] == '-' || s[2] == '_') && lowerLetter(s[3]) && lowerLetter(s[4])
}

// maxProfile bounds a profile's decoded name in characters. LinkedIn allows 100.
const maxProfile = 200

func profileName(encoded string) (string, *Refusal) {
	name, err := url.PathUnescape(encoded)
	if err != nil || !utf8.ValidString(name) {
		return "", Refuse("linkedin-name", "has a broken percent-encoding in the profile's name")
	}
	switch {
	case name == "":
		return "", Refuse("linkedin-not-profile", "has no profile name behind /in/")
	case utf8.RuneCountInString(name) > maxProfile:
		return "", Refuse("too-long", "has a profile name that is too long")
	case memberID(name):
		return "", Refuse("linkedin-member-id", "holds a member id in place of the profile's name: upper and lower case matter in it, so that it has no canonical form (--as-is sends it as it stands)")
	case strings.ContainsFunc(name, notName):
		return "", Refuse("linkedin-name", "has a character in the profile's name that none has")
	}
	name, ok := lowered(name)
	if !ok {
		return "", Refuse("linkedin-name", "has a letter in the profile's name that only looks like an ASCII one")
	}
	return name, nil
}

// memberID knows the ids that LinkedIn itself uses in place of a name
// (ACoAAB...): base64 of at least 30 characters.
func memberID(name string) bool {
	return len(name) >= 30 && (strings.HasPrefix(name, "ACoAA") || strings.HasPrefix(name, "ACwAA") || strings.HasPrefix(name, "AEMAA"))
}

// notName is what no profile's name holds. Names of other scripts and symbols
// do occur.
func notName(r rune) bool {
	switch {
	case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '-', r == '_':
		return false
	case r < 0x80, r == utf8.RuneError:
		return true
	}
	return !unicode.IsPrint(r) || Invisible(r)
}
