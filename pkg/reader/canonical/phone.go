package canonical

import (
	"strings"
	"unicode"

	"github.com/nyaruka/phonenumbers"
)

// maxPhone bounds a written phone number in bytes.
const maxPhone = 64

// canonicalPhone returns a number in E.164. The characters are checked first:
// the parser behind it would turn letters, decimals and extensions into digits
// of another number.
func canonicalPhone(rules Rules, s string) (string, *Refusal) {
	region := strings.ToUpper(rules.Region)
	if r := notOnePhone(s); r != nil {
		return "", r
	}
	s = dialled(s)
	number, ok := e164(s, region)
	if s[0] == '+' {
		if !ok {
			return "", Refuse("phone-invalid", "is not a valid phone number of its country")
		}
		return number, nil
	}
	if region == "" {
		return "", Refuse("phone-no-plus", "has no + and country code: add them, or give the country with --default-region")
	}
	if !ok {
		return "", Refuse("phone-invalid", "is not a valid phone number in "+region+", the default region")
	}
	if other, ok := e164("+"+s, ""); ok && other != number {
		return "", Refuse("phone-ambiguous", "could be two numbers, one in "+region+" and one that lost its +: write it with + and country code")
	}
	return number, nil
}

// dialled returns the digits of a number, and the + in front of them. The parser
// gets no punctuation: it takes some for the end of the number.
func dialled(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r == '+' {
			return r
		}
		return -1
	}, s)
}

// e164 parses digits, with or without a + in front. With it, region is of no matter.
func e164(s, region string) (string, bool) {
	n, err := phonenumbers.Parse(s, region)
	if err != nil || !phonenumbers.IsValidNumber(n) {
		return "", false
	}
	return phonenumbers.Format(n, phonenumbers.E164), true
}

// notOnePhone tells apart the ways in which a cell is not just one phone number.
func notOnePhone(s string) *Refusal {
	switch {
	case hidden(s):
		return Refuse("invisible-character", "holds an invisible character inside the number")
	case strings.ContainsFunc(s, unicode.IsLetter):
		if extension(s) {
			return Refuse("phone-extension", "has an extension: a removal needs the number alone")
		}
		return Refuse("phone-letters", "has letters in a phone number")
	case strings.ContainsAny(s, "#*"):
		return Refuse("phone-extension", "has a # or *: a removal needs the number alone")
	case strings.ContainsFunc(s, foreignDigit):
		return Refuse("phone-foreign-digits", "has digits or a plus sign of another script")
	case strings.Count(s, "+") > 1, strings.ContainsAny(s, ";|&"), twoBySlash(s):
		return Refuse("phone-two", "holds more than one number: one a cell")
	case decimal(s):
		return Refuse("phone-decimal", "was turned into a decimal number by a spreadsheet: format the column as text and export again")
	case strings.Contains(s, ","):
		return Refuse("phone-two", "holds a comma: one number a cell")
	case strings.HasPrefix(s, "-"), strings.HasPrefix(s, "\u2212"):
		return Refuse("phone-negative", "was turned into a negative number by a spreadsheet")
	case len(s) > maxPhone:
		return Refuse("too-long", "is too long for a phone number")
	case strings.LastIndexByte(s, '+') > 0 && !strings.HasPrefix(s, "(+"), strings.ContainsFunc(s, notPhone):
		return Refuse("phone-characters", "has characters that no phone number has")
	case digits(s) < 3:
		return Refuse("phone-invalid", "has too few digits for a phone number")
	}
	return nil
}

func extension(s string) bool {
	lower := strings.ToLower(s)
	i := strings.IndexFunc(lower, unicode.IsLetter)
	word := strings.TrimLeft(lower[i:], "extnsiodur.wahl")
	return i > 0 && strings.ContainsAny(lower[:i], "0123456789") && word != lower[i:] && !strings.ContainsFunc(word, unicode.IsLetter)
}

func foreignDigit(r rune) bool { return r >= 0x80 && (unicode.IsDigit(r) || r == '＋') }

// decimal tells whether s is a number with one decimal point or comma behind as
// many digits as no grouping has: 14155552671.0, but not 030.2312511.
func decimal(s string) bool {
	i := strings.IndexAny(s, ".,")
	if i < 0 {
		return false
	}
	whole, fraction := strings.TrimLeft(s[:i], "+-"), s[i+1:]
	return strings.Trim(whole, "0123456789") == "" && strings.Trim(fraction, "0123456789") == "" &&
		(len(whole) >= 6 || strings.Trim(fraction, "0") == "")
}

// twoBySlash tells whether a slash parts two numbers, or two endings of one
// (030 2312511/12), rather than an area code from the rest (030/2312511).
func twoBySlash(s string) bool {
	left, right, ok := strings.Cut(s, "/")
	return ok && (digits(left) >= 6 && digits(right) >= 6 || digits(right) < 4 || strings.Contains(right, "/"))
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

// notPhone is what stands in no written phone number. White space and dashes
// come in many code points where numbers are pasted from web pages.
func notPhone(r rune) bool {
	switch {
	case r >= '0' && r <= '9', strings.ContainsRune("+-.()/", r), r >= '\u2010' && r <= '\u2015', r == '\u2212':
		return false
	}
	return !unicode.IsSpace(r)
}
