package canonical

import (
	"strconv"
	"strings"
	"unicode"

	"github.com/nyaruka/phonenumbers"
)

const (
	maxPhone = 64 // of a written number, in bytes
	maxE164  = 15 // of a number with its country code, in digits (ITU-T E.164, 6.2.1)
)

// canonicalPhone returns a number in E.164. The characters are checked first:
// the parser after this would turn letters, decimals and extensions into digits
// of another number.
func canonicalPhone(rules Rules, s string) (string, *Refusal) {
	s = linked(s)
	if r := notOnePhone(s); r != nil {
		return "", r
	}
	number, r := rules.number(s)
	if rules.twoBySlash(s, number) {
		return "", twoPhones()
	}
	return number, r
}

// linked returns the number of a link to a chat, or s if it is not one. Such
// links hold the number with its country code and without +, or with + as %2B.
func linked(s string) string {
	if s[0] == '+' {
		return s
	}
	rest := strings.ToLower(s)
	rest = strings.TrimPrefix(strings.TrimPrefix(rest, "https://"), "http://")
	number := ""
	for _, start := range []string{"wa.me/", "send?phone=", "api.whatsapp.com/send?phone=", "api.whatsapp.com/send/?phone=", "web.whatsapp.com/send?phone=", "%2b"} {
		if after, ok := strings.CutPrefix(rest, start); ok {
			number, _, _ = strings.Cut(after, "&")
			number, _, _ = strings.Cut(number, "?")
			number = strings.TrimSuffix(number, "/")
		}
	}
	for _, end := range []string{"@s.whatsapp.net", "@c.us"} {
		if before, ok := strings.CutSuffix(rest, end); ok {
			number = before
		}
	}
	number = strings.TrimPrefix(strings.TrimPrefix(number, "%2b"), "+")
	if number == "" || digits(number) != len(number) || number[0] == '0' {
		return s
	}
	return "+" + number
}

// number returns the number that written digits mean.
func (r Rules) number(s string) (string, *Refusal) {
	d := digitsOf(s)
	region := strings.ToUpper(r.Region)
	switch {
	case d[0] == '+':
		if n, ok := e164(d, ""); ok {
			return n, nil
		}
		return "", Refuse("phone-invalid", "is not a valid phone number of its country")
	case r.International:
		if n, ok := e164("+"+strings.TrimPrefix(d, "00"), ""); ok {
			return n, nil
		}
		return "", Refuse("phone-invalid", "is not a valid phone number for the country code it begins with")
	case region == "":
		if n, ok := abroad(s); ok {
			return n, nil
		}
		return "", Refuse("phone-no-plus", "has no + and country code: add them, or give the country with --default-region, or use --international if the numbers begin with a country code")
	}
	n, ok := e164(d, region)
	if !ok {
		if n, ok := abroad(s); ok {
			return n, nil
		}
		return "", Refuse("phone-invalid", "is not a valid phone number in "+region+", the default region")
	}
	if other, ok := e164("+"+d, ""); ok && other != n && !national(s, n, other) {
		return "", Refuse("phone-ambiguous", "could be either of two numbers, one in "+region+" and one that lost its +: write it with + and country code")
	}
	return n, nil
}

// digitsOf returns the digits of a number, and the + in front of them. The parser
// gets no punctuation: it takes some for the end of the number.
func digitsOf(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r == '+' {
			return r
		}
		return -1
	}, s)
}

// e164 parses digits, with or without a + in front. With it, region is of no
// matter. Some countries' plans would let a number be longer than any can be.
func e164(s, region string) (string, bool) {
	n, err := phonenumbers.Parse(s, region)
	if err != nil || !phonenumbers.IsValidNumber(n) {
		return "", false
	}
	number := phonenumbers.Format(n, phonenumbers.E164)
	return number, len(number) <= 1+maxE164
}

// abroad reads 00 and a country code, as most of the world dials it. Where the
// third digit belongs to the prefix (001, 002, 005 to 009 in parts of Asia and
// America) and that gives a number too, it is not certain.
func abroad(s string) (string, bool) {
	if !strings.HasPrefix(s, "00") { // 0(049) is not such a prefix
		return "", false
	}
	rest := digitsOf(s[2:])
	if rest == "" {
		return "", false
	}
	n, ok := e164("+"+rest, "")
	if _, two := e164("+"+rest[1:], ""); two && strings.ContainsRune("125678", rune(rest[0])) {
		return "", false
	}
	return n, ok
}

// national reports whether a number is surely written in the form of its own
// country: its first group of digits, or the second after a prefix, is that
// country's area code, and the first is not the country code of the number that
// it would be with a + in front. A + that a spreadsheet takes away leaves bare
// digits.
func national(s, number, other string) bool {
	groups := strings.FieldsFunc(s, func(r rune) bool { return r < '0' || r > '9' })
	if len(groups) < 2 {
		return false
	}
	_, written := international(number)
	code, _ := international(other)
	return len(written) > 1 && (groups[0] == written[0] || groups[1] == written[0]) && groups[0] != code
}

// international returns the country code of a number and the groups that its
// other digits are written in.
func international(number string) (code string, groups []string) {
	n, err := phonenumbers.Parse(number, "")
	if err != nil {
		return "", nil
	}
	groups = strings.FieldsFunc(phonenumbers.Format(n, phonenumbers.INTERNATIONAL), func(r rune) bool { return r < '0' || r > '9' })
	return strconv.Itoa(int(n.GetCountryCode())), groups[1:]
}

func twoPhones() *Refusal {
	return Refuse("phone-two", "holds more than one number, and not all are complete ones separated by ; , | or line ends: put one number in each cell")
}

// twoBySlash reports whether a slash separates two numbers, or two endings of
// one (030 2312511/12), rather than the groups of the number that all digits
// make (030/2312511): what is before it is a number on its own, or what follows
// is short and not a group of it. number is "" if all digits together are not
// one.
func (r Rules) twoBySlash(s, number string) bool {
	for i := range len(s) {
		if s[i] != '/' {
			continue
		}
		if before := digitsOf(s[:i]); before != "" {
			if _, refusal := r.number(before); refusal == nil || refusal.Code == "phone-ambiguous" {
				return true
			}
		}
		if n := digits(s[i+1:]); n < 4 && !endsInGroup(number, n) {
			return true
		}
	}
	return false
}

// endsInGroup reports whether the last n digits of a number are whole groups of
// it.
func endsInGroup(number string, n int) bool {
	_, groups := international(number)
	for i := len(groups) - 1; i >= 0 && n > 0; i-- {
		n -= len(groups[i])
	}
	return n == 0
}

// alike reports whether the parts of a cell that are numbers on their own were
// surely written as such: all with +, or all as whole numbers of one country. An
// ending (2312512) is a number somewhere too.
func alike(parts []string) bool {
	first := leading(parts[0])
	for _, part := range parts {
		if l := leading(part); l != first || l != '+' && digits(part) < 7 {
			return false
		}
	}
	return true
}

// leading returns + for a number with a country code, 0 for one with a prefix
// that is dialled before it, 1 for any other.
func leading(part string) byte {
	switch d := digitsOf(part); {
	case strings.HasPrefix(d, "+"), strings.HasPrefix(d, "00"):
		return '+'
	case strings.HasPrefix(d, "0"):
		return '0'
	}
	return '1'
}

func digits(s string) int {
	n := 0
	for i := range len(s) {
		if s[i] >= '0' && s[i] <= '9' {
			n++
		}
	}
	return n
}

// notOnePhone finds out in which way a cell is not just one phone number.
func notOnePhone(s string) *Refusal {
	switch {
	case hidden(s):
		return Refuse("invisible-character", "holds an invisible character inside the number")
	case strings.Contains(s, "**"), strings.ContainsAny(s, "•●…"):
		return Refuse("masked", "is masked or cut off: give the whole number")
	case strings.ContainsAny(s, "?\ufffd"):
		return Refuse("lost-character", "holds a ?, which often replaces a character that was lost in an export")
	case strings.ContainsFunc(s, unicode.IsLetter):
		return lettersIn(s)
	case strings.ContainsAny(s, "#*"):
		return Refuse("phone-extension", "has a # or *: give the number alone")
	case strings.ContainsFunc(s, foreignDigit):
		return Refuse("phone-foreign-digits", "has digits or a plus sign of another script")
	case dateLike(s):
		return Refuse("phone-date", "is a date, or was turned into one by a spreadsheet: format the column as text and export again")
	case strings.Count(s, "+") > 1 && !strings.Contains(s, "++"), strings.ContainsAny(s, ";|&"):
		return twoPhones()
	case decimal(s):
		return Refuse("phone-decimal", "is a decimal number, or was turned into one by a spreadsheet: format the column as text and export again")
	case strings.Contains(s, ","):
		return Refuse("phone-two", "holds a comma: put one number in each cell")
	case strings.HasPrefix(s, "-"), strings.HasPrefix(s, "\u2212"):
		return Refuse("phone-negative", "was turned into a negative number by a spreadsheet")
	case len(s) > maxPhone:
		return Refuse("too-long", "is too long for a phone number")
	case ipAddress(s):
		return Refuse("phone-ip", "is an IP address, not a phone number")
	case misplacedPlus(s), strings.ContainsFunc(s, notPhone):
		return Refuse("phone-characters", "has characters that do not belong in a phone number, or not there")
	case digits(s) < 3:
		return Refuse("phone-invalid", "has too few digits for a phone number")
	}
	return nil
}

// misplacedPlus reports whether a + is not before the first digit.
func misplacedPlus(s string) bool {
	before, after, ok := strings.Cut(s, "+")
	if !ok {
		return false
	}
	after = strings.TrimLeftFunc(after, func(r rune) bool { return r == '(' || unicode.IsSpace(r) })
	return before != "" && before != "(" || after == "" || after[0] < '0' || after[0] > '9'
}

// lettersIn finds out what letters do in a phone number.
func lettersIn(s string) *Refusal {
	i := strings.IndexFunc(s, unicode.IsLetter)
	before, after := s[:i], s[i:]
	j := strings.IndexFunc(after, func(r rune) bool { return !unicode.IsLetter(r) })
	if j < 0 {
		j = len(after)
	}
	run, after := after[:j], after[j:]
	switch {
	case digits(before) > 0 && digits(after) > 0 && among(run, "x ext extn extension xt p w durchwahl dw poste nst app apl klapka int interno ramal vidare"):
		return Refuse("phone-extension", "has an extension: give the number alone")
	case among(run, "o l i s b oo ii ll") && digits(s) >= 3 && !strings.ContainsFunc(after, unicode.IsLetter):
		return Refuse("phone-letters", "has a letter where a digit should be, such as O for 0 or l for 1")
	}
	return Refuse("phone-letters", "has letters or words: give the number alone")
}

func foreignDigit(r rune) bool { return r >= 0x80 && (unicode.IsDigit(r) || r == '＋') }

// notPhone is what no written phone number holds. White space and dashes come in
// many code points where numbers are pasted from web pages.
func notPhone(r rune) bool {
	switch {
	case r >= '0' && r <= '9', strings.ContainsRune("+-.()/·", r), r >= '\u2010' && r <= '\u2015', r == '\u2212':
		return false
	}
	return !unicode.IsSpace(r)
}
