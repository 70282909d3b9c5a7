package canonical

import (
	"net/url"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"altadnc-bulk/pkg/api"
)

func FuzzCanonicalEmail(f *testing.F) {
	for _, seed := range []string{"Ada@Example.com", "mailto:'ada@münchen.example", "a.b-c_d@ex-ample.org", "\u212aate@example.com", "a@xn--mnchen-3ya.de", "''a@b.cd", "Ada <ada@example.com>", "I\u0307@example.com", "josÃ©@example.com"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, ok := canonicalTwice(t, Rules{}, api.Email, s)
		if plain := clean(s, api.Email); plainEmail(plain) && (!ok || got != plain) {
			t.Fatalf("%q passes as plain, and is %q, %t", plain, got, ok)
		}
		if !ok {
			return
		}
		if strings.Count(got, "@") != 1 || strings.ContainsFunc(got, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) || r >= 'A' && r <= 'Z' }) {
			t.Fatalf("%q became %q", s, got)
		}
		if source := visiblyIn(s); isASCII(got) && !strings.Contains(strings.ToLower(source), got) {
			t.Fatalf("%q became %q, which does not stand there", s, got)
		}
		if !InSight(s) {
			t.Fatalf("%q is read, and not in sight", s)
		}
	})
}

func FuzzCanonicalPhone(f *testing.F) {
	for _, seed := range []string{"+1 415 555 0123", "tel:+49 (0)30 23125-123", "14155552671.0", "1.41556E+10", "(+44) 20 7946 0018", "030/23125123", "+5491123456789", "20100000000000", "030 2312511/2512", "2024-01-15", "(201) 555-0123", "+49030000", "https://wa.me/14155550123"} {
		for _, region := range []string{"", "DE", "US", "IT", "AR"} {
			f.Add(seed, region, false)
		}
		f.Add(seed, "", true)
	}
	f.Fuzz(func(t *testing.T, s, region string, international bool) {
		rules := Rules{Region: region, International: international}
		got, ok := canonicalTwice(t, rules, api.Phone, s)
		if !ok {
			return
		}
		if got[0] != '+' || len(got) > 1+maxE164 || digits(got) != len(got)-1 {
			t.Fatalf("%q became %q", s, got)
		}
		d := digitsOf(s)
		if !strings.HasSuffix(got, d[max(0, len(d)-4):]) {
			t.Fatalf("%q became %q: digits were invented", s, got)
		}
		for i, b := range []byte(s) {
			if b != '/' && b != '&' {
				continue
			}
			if _, r := rules.Canonical(api.Identifier{Type: api.Phone, Value: s[:i]}); r == nil && digits(s[i:]) > 0 && !strings.Contains(s, "p") {
				t.Fatalf("%q became %q, and what stands before byte %d is a number", s, got, i)
			}
		}
	})
}

func FuzzCanonicalLinkedIn(f *testing.F) {
	for _, seed := range []string{"https://www.linkedin.com/in/Ada", "de.linkedin.com/in/zo%C3%AB/?x=y", "linkedin.com/in/a%25/", "//linkedin.com/in/abc#b", "linkedin.com/in/a%EF%B8%8F", "linkedin.com/in/jos?-silva", "linkedin.com/in/I%CC%87brahim", "linkedin.com/mwlite/profile/in/ada"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, ok := canonicalTwice(t, Rules{}, api.LinkedIn, s)
		if !ok {
			return
		}
		name, found := strings.CutPrefix(got, "https://www.linkedin.com/in/")
		if n := utf8.RuneCountInString(name); !found || n < minProfile || n > maxProfile || strings.ContainsAny(name, "/?#% ABCDEFGHIJKLMNOPQRSTUVWXYZ") {
			t.Fatalf("%q became %q", s, got)
		}
		path, _, asked := strings.Cut(s, "?")
		if source, err := url.PathUnescape(path); isASCII(name) && (err != nil || !strings.Contains(strings.ToLower(source), name)) {
			t.Fatalf("%q became %q, which does not stand there", s, got)
		}
		if !InSight(s) || asked && strings.HasSuffix(path, name) && !strings.Contains(s, "=") {
			t.Fatalf("%q became %q", s, got)
		}
	})
}

func FuzzCanonicalWebChat(f *testing.F) {
	for _, seed := range []string{"'visitor-1 ", `="1"`, "12345678901234500", "web chat"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if got, ok := canonicalTwice(t, Rules{}, api.WebChat, s); ok && !strings.Contains(s, got) {
			t.Fatalf("%q became %q", s, got)
		}
	})
}

// FuzzCell reads cells of several: all parts, each of them as it is read alone.
func FuzzCell(f *testing.F) {
	for i, seed := range []string{"ada@example.com; bo@example.net", "+14155550121 ::: +14155550122\n", "linkedin.com/in/ada,linkedin.com/in/ben", "a;b|c", `"Quill, Ada" <ada@example.com>`} {
		f.Add(seed, uint8(i))
	}
	f.Fuzz(func(t *testing.T, raw string, kind uint8) {
		typ := api.IdentifierTypes()[int(kind)%api.TypeCount]
		rules := Rules{Region: []string{"", "US", "DE"}[int(kind)%3]}
		found, refusal := rules.Cell(nil, raw, typ)
		if (refusal == nil) == (len(found) == 0) {
			t.Fatalf("%q: %q, %+v", raw, found, refusal)
		}
		rest := raw
		for _, one := range found {
			again, r := rules.Cell(nil, one.Raw, typ)
			if r != nil || len(again) != 1 || again[0].Value != one.Value {
				t.Fatalf("%q is read as %q, and alone as %q, %+v", one.Raw, one.Value, again, r)
			}
			before, after, ok := strings.Cut(rest, one.Raw)
			if !ok || len(found) > 1 && !onlySeparators(before) {
				t.Fatalf("%q: %q is not all of it", raw, found)
			}
			rest = after
		}
		if len(found) > 1 && !onlySeparators(rest) {
			t.Fatalf("%q: %q is not all of it", raw, found)
		}
		if refusal != nil {
			return
		}
		if !CouldBe(raw, typ) && digits(raw) >= 6 || Nothing(raw) {
			t.Fatalf("%q is an identifier, and could not be one", raw)
		}
		if rules.Joins(raw, "", typ) || rules.Joins("", raw, typ) {
			t.Fatalf("%q joins nothing", raw)
		}
		rules.GoesOn(raw, typ)
	})
}

func onlySeparators(s string) bool {
	return strings.TrimFunc(s, func(r rune) bool {
		return separates(r) || r == ':' || unicode.IsSpace(r) || Invisible(r)
	}) == ""
}

// canonicalTwice requires that the canonical form of a canonical form is itself.
func canonicalTwice(t *testing.T, rules Rules, typ api.IdentifierType, s string) (string, bool) {
	once, r := rules.Canonical(api.Identifier{Type: typ, Value: s})
	if r != nil {
		if once.Value != "" || once.Type != typ || r.Code == "" || r.Reason == "" {
			t.Fatalf("%q is refused, and is %v", s, once)
		}
		return "", false
	}
	twice, r := rules.Canonical(once)
	if r != nil || twice != once {
		t.Fatalf("%q is %q, and that is %q (%v)", s, once.Value, twice.Value, r)
	}
	return once.Value, true
}

func isASCII(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r >= utf8.RuneSelf })
}

// visiblyIn returns s without what comes off the ends of values in it.
func visiblyIn(s string) string {
	return string(slices.DeleteFunc([]rune(s), func(r rune) bool { return r >= utf8.RuneSelf && (Invisible(r) || unicode.IsSpace(r)) }))
}
