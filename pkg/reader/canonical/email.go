package canonical

import (
	"strings"
	"unicode"

	"altadnc-bulk/pkg/api"
)

// Bounds of RFC 5321, in bytes.
const (
	maxEmail = 254
	maxLocal = 64
)

// canonicalEmail returns an address in lower case and NFC. Its domain must be
// valid, and stays as it is written (no punycode in either direction).
func canonicalEmail(_ Rules, s string) (string, *Refusal) {
	if low := strings.ToLower(s); printable(s) && plainEmail(low) {
		return low, nil
	}
	s, r := addressOf(unasked(s))
	if r == nil {
		r = notOneEmail(s)
	}
	if r != nil {
		return "", r
	}
	if s, r = lowered(s); r != nil {
		return "", r
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
	if noAddress(local, domain) {
		return "", Refuse("placeholder", "is a placeholder for having no address: leave the cell empty")
	}
	return s, nil
}

// plainEmail reports whether a cleaned value is an address like nearly all:
// already canonical. It spares them the checks for all that could be wrong with
// others.
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
	dot := strings.LastIndexByte(domain, '.')
	return dot > 0 && plainDomain(domain) && topLevel(domain[dot+1:]) && !noAddress(s[:at], domain)
}

// unasked returns the address of a link that says what to write as well:
// ada@example.com?subject=Hello, without another one (?cc=…).
func unasked(s string) string {
	if address, query, ok := strings.Cut(s, "?"); ok && strings.Contains(address, "@") && isQuery(query) && !strings.Contains(query, "@") && !strings.Contains(query, "%40") {
		return address
	}
	return s
}

// addressOf returns the address of a mailbox as mail programs write it, with a
// name and angle brackets: Ada <ada@example.com>. It is refused where the name
// holds an @ sign as well, unless it repeats the address.
func addressOf(s string) (string, *Refusal) {
	name, rest, ok := strings.Cut(s, "<")
	if !ok {
		return s, nil
	}
	address, ok := strings.CutSuffix(rest, ">")
	if !ok || strings.ContainsAny(address, "<>") {
		return "", Refuse("email-display-name", "holds angle brackets that do not enclose a single address: leave only the address in the cell")
	}
	address = clean(address, api.Email)
	if strings.ContainsAny(name, ";|\n\r") || strings.Contains(name, "@") && !strings.EqualFold(clean(name, api.Email), address) {
		return "", twoEmails()
	}
	return address, nil
}

func twoEmails() *Refusal {
	return Refuse("email-two", "holds more than one value, and not all are complete addresses separated by ; , | or line ends: put one address in each cell")
}

// notOneEmail finds out in which way a cell is not just one address.
func notOneEmail(s string) *Refusal {
	switch strings.Count(s, "@") {
	case 0:
		return Refuse("email-no-at", "is not an e-mail address: no @ sign")
	case 1:
	default:
		return twoEmails()
	}
	switch {
	case strings.ContainsAny(s, `"“”„«»‹›`):
		return Refuse("email-quoted", "holds quotes, and addresses with quotes are not supported")
	case strings.ContainsFunc(s, unicode.IsSpace):
		return Refuse("email-space", "holds white space or words besides the address")
	case hidden(s):
		return Refuse("invisible-character", "holds an invisible character inside the address")
	case strings.ContainsAny(s, "*•●∙…") || strings.Contains(s, "...@"):
		return Refuse("masked", "is masked or cut off: give the whole address")
	case strings.ContainsAny(s, "?¿"):
		return Refuse("lost-character", "holds a ?, which often replaces a character that was lost in an export")
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
		return Refuse("email-local", "has a character before the @ sign that is not allowed there")
	}
	return nil
}

// notAtext holds what RFC 5322 keeps out of an unquoted local part, and signs
// that it allows but that mean something else in a list: % of a link that is
// still encoded, * of a masked address, | between two values, ? of a lost
// character, braces and backquotes around a value. RFC 6532 allows any character
// that is not ASCII; addresses have letters.
func notAtext(r rune) bool {
	switch {
	case r >= 'a' && r <= 'z', r >= '0' && r <= '9', r == '.':
		return false
	case r < 0x80:
		return !strings.ContainsRune("!#$&'+-/=^_~", r)
	}
	return !letter(r)
}

// noAddress reports whether an address only fills a field that must not be
// empty: noemail@example.com, none@none.com.
func noAddress(local, domain string) bool {
	switch local {
	case "noemail", "no-email", "no.email", "no_email", "nomail", "no-mail", "no.mail", "no_mail", "noemailaddress", "noaddress", "sincorreo", "sinemail", "keineemail", "keinemail":
		return true
	case "none", "no", "na", "nil", "null", "nan", "unknown", "undefined", "test", "email", "mail", "x", "xx", "xxx", "a", "noreply":
		return strings.HasPrefix(domain, local) && strings.IndexByte(domain[len(local):], '.') == 0
	}
	return false
}
