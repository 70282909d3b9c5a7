package canonical

import (
	"strings"
	"unicode"

	"golang.org/x/net/idna"
)

// Bounds of RFC 5321, in bytes.
const (
	maxEmail = 254
	maxLocal = 64
)

// canonicalEmail returns an address in lower case and NFC. Its domain must be
// valid, and stays as it is written (no punycode in either direction).
func canonicalEmail(s string) (string, *Refusal) {
	if r := notOneEmail(s); r != nil {
		return "", r
	}
	s, ok := lowered(s)
	if !ok {
		return "", Refuse("email-lookalike", "holds a letter that only looks like an ASCII one")
	}
	local, domain, _ := strings.Cut(s, "@")
	if r := badLocal(local); r != nil {
		return "", r
	}
	if len(s) > maxEmail {
		return "", Refuse("too-long", "is longer than an e-mail address can be (254 bytes)")
	}
	if r := badDomain(domain); r != nil {
		return "", r
	}
	return s, nil
}

// plainEmail tells whether a cleaned value is an address as nearly all are:
// canonical as it stands. It spares them the way through all that could be wrong
// with others.
func plainEmail(s string) bool {
	at := strings.IndexByte(s, '@')
	if at < 1 || at > maxLocal || len(s) > maxEmail {
		return false
	}
	for i := range at {
		switch b := s[i]; {
		case lowerLetter(b), b >= '0' && b <= '9', b == '-', b == '_':
		case b == '.' && i > 0 && i < at-1 && s[i-1] != '.':
		default:
			return false
		}
	}
	domain := s[at+1:]
	return plainDomain(domain) && strings.IndexByte(domain, '.') > 0 && lowerLetter(domain[len(domain)-1])
}

// notOneEmail tells apart the ways in which a cell is not just one address.
func notOneEmail(s string) *Refusal {
	switch strings.Count(s, "@") {
	case 0:
		return Refuse("email-no-at", "is not an e-mail address: no @ sign")
	case 1:
	default:
		return Refuse("email-two", "holds more than one @ sign: one address a cell")
	}
	switch {
	case strings.ContainsAny(s, "<>"):
		return Refuse("email-display-name", "holds a name or angle brackets around the address: leave the address alone in the cell")
	case strings.ContainsAny(s, `"`):
		return Refuse("email-quoted", "holds a quoted e-mail address, which is not supported")
	case strings.ContainsAny(s, ",;"):
		return Refuse("email-two", "holds a comma or semicolon: one address a cell")
	case strings.ContainsFunc(s, unicode.IsSpace):
		return Refuse("email-space", "holds white space inside the address")
	case hidden(s):
		return Refuse("invisible-character", "holds an invisible character inside the address")
	}
	return nil
}

func badLocal(local string) *Refusal {
	switch {
	case local == "":
		return Refuse("email-local", "has nothing before the @ sign")
	case len(local) > maxLocal:
		return Refuse("too-long", "has more before the @ sign than an address can (64 bytes)")
	case local[0] == '.' || local[len(local)-1] == '.' || strings.Contains(local, ".."):
		return Refuse("email-local", "has a misplaced dot before the @ sign")
	}
	if i := strings.IndexFunc(local, notAtext); i >= 0 {
		return Refuse("email-local", "has a character before the @ sign that no address has there")
	}
	return nil
}

// notAtext is what RFC 5322 and RFC 6532 keep out of an unquoted local part, and
// three signs that they allow but that mean something else in a list: % of a
// link that is still encoded, * of a masked address, | between two values.
func notAtext(r rune) bool {
	switch {
	case r >= 'a' && r <= 'z', r >= '0' && r <= '9', r == '.':
		return false
	case r < 0x80:
		return !strings.ContainsRune("!#$&'+-/=?^_`{}~", r)
	}
	return !unicode.IsPrint(r)
}

// badDomain returns why a lower-case domain cannot receive mail, or nil.
func badDomain(domain string) *Refusal {
	if domain == "" {
		return Refuse("email-domain", "has nothing behind the @ sign")
	}
	dot := strings.LastIndexByte(domain, '.')
	if dot < 0 {
		return Refuse("email-domain-no-dot", "has a domain without a dot")
	}
	if tld := domain[dot+1:]; tld == "" || strings.Trim(tld, "0123456789") == "" {
		return Refuse("email-domain", "has a domain that ends in a dot or a number")
	}
	if plainDomain(domain) {
		return nil
	}
	if _, err := domains().ToASCII(domain); err != nil {
		return Refuse("email-domain", "has a domain that is not valid")
	}
	return nil
}

// plainDomain tells whether a domain is valid without asking IDNA: letters,
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

// domains checks domains as IDNA 2008 has them for a lookup, and maps nothing:
// what only becomes valid by mapping is not what was meant.
func domains() *idna.Profile {
	return idna.New(idna.ValidateLabels(true), idna.ValidateForRegistration(), idna.StrictDomainName(true), idna.VerifyDNSLength(true), idna.BidiRule())
}
