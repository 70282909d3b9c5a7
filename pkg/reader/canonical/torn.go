package canonical

import (
	"strings"
	"unicode"

	"altadnc-bulk/pkg/api"
)

// What follows reports whether a text could be an identifier, or a part of one.
// A row whose cells are not where its header says can be read in more than one
// way, and so can the last cell of a list that may be cut off. If in doubt,
// these answer yes.

// InSight reports whether there is an identifier anywhere in s, whatever the
// column: an e-mail address, + and the digits of a phone number, or a profile on
// LinkedIn.
func InSight(s string) bool {
	return addressIn(s) || numberIn(s) || profileIn(s)
}

// addressIn reports whether an @ sign is between something and a domain.
func addressIn(s string) bool {
	for {
		before, after, ok := strings.Cut(s, "@")
		if !ok {
			return false
		}
		domain := after[:len(after)-len(strings.TrimLeftFunc(after, inDomainName))]
		if before != "" && !strings.HasSuffix(before, " ") && strings.Contains(strings.Trim(domain, ".-"), ".") {
			return true
		}
		s = after
	}
}

func inDomainName(r rune) bool { return letter(r) || r == '-' || r == '.' }

// numberIn reports whether a + precedes at least seven digits, with nothing
// between them but what separates the groups of a number.
func numberIn(s string) bool {
	for {
		_, after, ok := strings.Cut(s, "+")
		if !ok {
			return false
		}
		written := after[:len(after)-len(strings.TrimLeftFunc(after, func(r rune) bool { return !notPhone(r) && r != '+' }))]
		if digits(written) >= 7 {
			return true
		}
		s = after
	}
}

func profileIn(s string) bool {
	_, path, ok := strings.Cut(strings.ToLower(s), "linkedin.com/")
	return ok && (strings.Contains("/"+path, "/in/") || strings.HasPrefix(path, "pub/"))
}

// CouldBe reports whether s, or a part of it, could be an identifier of type t,
// also a damaged one or one that was cut off. It is false only if s certainly is
// not one.
func CouldBe(s string, t api.IdentifierType) bool {
	if Nothing(s) {
		return false
	}
	k, ok := kindOf(t)
	return !ok || k.couldBe(Trim(s))
}

// couldBeEmail: no address is without its sign, unless that is written out.
func couldBeEmail(s string) bool {
	if strings.ContainsAny(s, "@＠") {
		return true
	}
	s = strings.ToLower(s)
	return strings.Contains(s, "(at)") || strings.Contains(s, "[at]") || strings.Contains(s, "%40") || strings.Contains(s, "&#64;")
}

// couldBePhone: six digits are the fewest that numbers have nearly everywhere.
func couldBePhone(s string) bool {
	found := 0
	for _, r := range s {
		if unicode.IsDigit(r) {
			found++
		}
	}
	return found >= 6 && !dateLike(s) || found > 0 && strings.ContainsAny(s, "+＋") || scientific(s)
}

func couldBeProfile(s string) bool {
	s = strings.ToLower(s)
	for _, sign := range []string{"linkedin", "lnkd.in", "/in/", "/pub/"} {
		if strings.Contains(s, sign) {
			return true
		}
	}
	for _, start := range []string{"https://www.linkedin", "http://www.linkedin", "www.linkedin", "linkedin", "https://linkedin", "http://linkedin"} {
		if len(s) >= 3 && strings.HasPrefix(start, s) {
			return true // the beginning of one
		}
	}
	return strings.HasPrefix(s, "in/")
}

// Joins reports whether a and b, the halves of a cell that an added delimiter or
// line end would have torn apart, make another identifier of type t than either
// is alone. An e-mail address counts only if its domain has an ending that there
// is.
func (r Rules) Joins(a, b string, t api.IdentifierType) bool {
	if Trim(a) == "" || Trim(b) == "" {
		return false
	}
	if t == api.WebChat {
		return !Nothing(a + b)
	}
	joined, refusal := r.Canonical(api.Identifier{Type: t, Value: Trim(a) + Trim(b)})
	if refusal != nil || t == api.Email && !knownEnding(ending(joined.Value)) {
		return false
	}
	for _, half := range []string{a, b} {
		if alone, refusal := r.Canonical(api.Identifier{Type: t, Value: half}); refusal == nil && alone == joined {
			return false
		}
	}
	return true
}

// GoesOn reports whether s, at the very end of a list, could be cut off there and
// be another identifier of type t when whole: an address whose last label is not
// a top-level domain, or is the beginning of one that is a letter or two longer,
// a number that may have more digits, a profile's name with nothing after it, and
// anything in a web chat column.
func (r Rules) GoesOn(s string, t api.IdentifierType) bool {
	id, refusal := r.Canonical(api.Identifier{Type: t, Value: s})
	k, ok := kindOf(t)
	return refusal != nil || !ok || k.goesOn(r, s, id.Value)
}

func emailGoesOn(_ Rules, _, value string) bool {
	last := ending(value)
	return !knownEnding(last) || longer(last, 2)
}

// longer reports whether up to n more letters make another top-level domain.
func longer(label string, n int) bool {
	for b := byte('a'); n > 0 && b <= 'z'; b++ {
		if more := label + string(b); knownEnding(more) || longer(more, n-1) {
			return true
		}
	}
	return false
}

// phoneGoesOn tries up to two more digits.
func phoneGoesOn(r Rules, s, _ string) bool {
	for b := byte('0'); b <= '9'; b++ {
		for _, more := range []string{"", "0", "1", "2", "3", "4", "5", "6", "7", "8", "9"} {
			if _, refusal := canonicalPhone(r, clean(s, api.Phone)+string(b)+more); refusal == nil {
				return true
			}
		}
	}
	return false
}

// profileGoesOn: a name ends at a slash, and what is cut off after a query does
// not matter.
func profileGoesOn(r Rules, s, value string) bool {
	if strings.HasSuffix(Trim(s), "/") {
		return false
	}
	more, refusal := canonicalLinkedIn(r, clean(s, api.LinkedIn)+"x")
	return refusal != nil || more != value
}
