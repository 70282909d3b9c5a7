package canonical

import (
	"strings"
	"unicode"
)

// What a phone column holds where a spreadsheet took a number for something
// else, or where a column was named wrongly. Much of it would be a valid number
// in one region or another.

// decimal reports whether s is a number with a decimal point or comma: with as
// many digits before it as no grouping has (14155552671.0), or with at most two
// after it (1234.56); but not 030.2312511.
func decimal(s string) bool {
	i := strings.IndexAny(s, ".,")
	if i < 0 {
		return false
	}
	whole, fraction := strings.TrimLeft(s[:i], "+-"), s[i+1:]
	return strings.Trim(whole, "0123456789") == "" && strings.Trim(fraction, "0123456789") == "" &&
		(len(whole) >= 6 || len(fraction) <= 2 || strings.Trim(fraction, "0") == "")
}

// dateLike reports whether s begins with a day as people and programs write it:
// 2024-01-15, 15.01.2024, 1/15/24, with or without a time after it.
func dateLike(s string) bool {
	date := s
	if i := strings.IndexFunc(s, func(r rune) bool { return r == 'T' || unicode.IsSpace(r) }); i >= 0 {
		if date = s[:i]; !strings.Contains(s[i:], ":") {
			return false
		}
	}
	for _, sep := range []string{"-", ".", "/"} {
		if p := strings.Split(date, sep); len(p) == 3 {
			return year(p[0], 4) && within(p[1], 12) && within(p[2], 31) ||
				(year(p[2], 4) || year(p[2], 2)) && (within(p[0], 31) && within(p[1], 12) || within(p[0], 12) && within(p[1], 31))
		}
	}
	return false
}

// year reports whether s is a year, written with that many digits.
func year(s string, length int) bool {
	return len(s) == length && digits(s) == length && (length == 2 || s[:2] == "19" || s[:2] == "20")
}

// within reports whether s is a number of one or two digits from 1 to most.
func within(s string, most int) bool {
	n, ok := small(s)
	return ok && len(s) <= 2 && n >= 1 && n <= most
}

// small returns the value of up to three digits.
func small(s string) (n int, ok bool) {
	if s == "" || len(s) > 3 || digits(s) != len(s) {
		return 0, false
	}
	for i := range len(s) {
		n = 10*n + int(s[i]-'0')
	}
	return n, true
}

// ipAddress reports whether s is an IPv4 address. No part of one begins with a
// zero, and four groups of two digits are how numbers are written in Denmark,
// Norway and much of West Africa.
func ipAddress(s string) bool {
	p := strings.Split(s, ".")
	if len(p) != 4 {
		return false
	}
	pairs := 0
	for _, octet := range p {
		if n, ok := small(octet); !ok || n > 255 || n > 0 && octet[0] == '0' {
			return false
		}
		if len(octet) == 2 {
			pairs++
		}
	}
	return pairs < 4
}
