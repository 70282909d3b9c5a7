package canonical

import (
	"strings"
	"unicode"

	"golang.org/x/net/idna"
	"golang.org/x/net/publicsuffix"
)

// badDomain returns why a lower-case domain cannot receive mail, or nil.
func badDomain(domain string) *Refusal {
	if domain == "" {
		return Refuse("email-domain", "has nothing after the @ sign")
	}
	dot := strings.LastIndexByte(domain, '.')
	if dot < 0 {
		return Refuse("email-domain-no-dot", "has a domain without a dot")
	}
	switch last := domain[dot+1:]; {
	case last == "":
		return Refuse("email-domain", "has a domain that ends in a dot: the rest may be lost")
	case strings.Trim(last, "0123456789") == "":
		return Refuse("email-domain", "has a domain that ends in a number")
	case !plainDomain(domain) && !validDomain(domain):
		return Refuse("email-domain", "has a domain that is not valid")
	case printable(last) && !topLevel(last):
		return Refuse("email-domain", "has a domain that ends in a single letter or in a word with digits, which no domain does")
	}
	return nil
}

// topLevel reports whether a lower-case ASCII label can end a domain: at least
// two letters, or an encoded label. Which ones exist changes; this does not.
func topLevel(label string) bool {
	if strings.HasPrefix(label, "xn--") {
		return true
	}
	for i := range len(label) {
		if !lowerLetter(label[i]) {
			return false
		}
	}
	return len(label) >= 2
}

// plainDomain reports whether a domain is valid without asking IDNA: letters,
// digits and inner hyphens in labels of 1 to 63 bytes, none of them encoded.
func plainDomain(domain string) bool {
	start := 0
	for i := 0; i <= len(domain); i++ {
		if i < len(domain) && domain[i] != '.' {
			if b := domain[i]; (b < 'a' || b > 'z') && (b < '0' || b > '9') && b != '-' {
				return false
			}
			continue
		}
		label := domain[start:i]
		if label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' || len(label) > 3 && label[2:4] == "--" {
			return false
		}
		start = i + 1
	}
	return true
}

// validDomain checks a domain as IDNA 2008 has it for registration, and maps
// nothing: what only becomes valid by mapping is not what was meant.
func validDomain(domain string) bool {
	profile := idna.New(idna.ValidateLabels(true), idna.ValidateForRegistration(), idna.StrictDomainName(true), idna.VerifyDNSLength(true), idna.BidiRule())
	if _, err := profile.ToASCII(domain); err != nil {
		return false
	}
	written, err := profile.ToUnicode(domain)
	if err != nil {
		return false
	}
	for label := range strings.SplitSeq(written, ".") {
		for _, r := range label {
			if !inDomain(r, label) {
				return false
			}
		}
	}
	return true
}

// inDomain reports whether a label of IDNA 2008 may hold r: the derivation of
// RFC 5892 without what package idna checks (unstable, unassigned and ignorable
// characters, joiners), but lets symbols and punctuation pass (its NV8).
func inDomain(r rune, label string) bool {
	switch {
	case r < 0x80: // checked already
		return true
	case r == 'ß', r == 'ς', r == '\u06fd', r == '\u06fe', r == '\u0f0b', r == '\u3007', r == '\u200c', r == '\u200d': // 2.6, exceptions, and joiners in context
		return true
	case r == '·': // A.3
		return strings.Contains(label, "l·l")
	case r == '・': // A.7
		return strings.ContainsFunc(label, func(r rune) bool { return unicode.In(r, unicode.Hiragana, unicode.Katakana, unicode.Han) })
	case r == '\u0640', r == '\u07fa', r >= '\u302e' && r <= '\u302f', r >= '\u3031' && r <= '\u3035', r == '\u303b': // 2.6
		return false
	case r >= 0x1100 && r <= 0x11ff, r >= 0xa960 && r <= 0xa97f, r >= 0xd7b0 && r <= 0xd7ff: // 2.9, old Hangul
		return false
	case r >= 0x20d0 && r <= 0x20ff, r >= 0x1d100 && r <= 0x1d24f: // 2.4, marks of symbols
		return false
	}
	return unicode.In(r, unicode.Ll, unicode.Lo, unicode.Lm, unicode.Mn, unicode.Mc, unicode.Nd) // 2.1
}

// knownEnding reports whether there is a top-level domain of that name, as far
// as the list of public suffixes knows, or one that RFC 2606 reserves for
// examples.
func knownEnding(label string) bool {
	switch label {
	case "test", "example", "invalid", "localhost":
		return true
	}
	_, icann := publicsuffix.PublicSuffix("name." + label)
	return icann
}

// ending returns the last label of an address.
func ending(address string) string { return address[strings.LastIndexByte(address, '.')+1:] }
