package canonical

import (
	"strings"
	"testing"
	"unicode"

	"altadnc-bulk/pkg/api"
)

func FuzzCanonicalEmail(f *testing.F) {
	for _, seed := range []string{"Ada@Example.com", "mailto:'ada@münchen.example", "a.b-c_d@ex-ample.org", "\u212aate@example.com", "a@xn--mnchen-3ya.de", "''a@b.cd"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, ok := canonicalTwice(t, api.Email, s, "")
		if plain := clean(s, api.Email); plainEmail(plain) && (!ok || got != plain) {
			t.Fatalf("%q passes as plain, and is %q, %t", plain, got, ok)
		}
		if ok && (strings.Count(got, "@") != 1 || strings.ContainsFunc(got, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) || r >= 'A' && r <= 'Z' })) {
			t.Fatalf("%q became %q", s, got)
		}
	})
}

func FuzzCanonicalPhone(f *testing.F) {
	for _, seed := range []string{"+1 415 555 0123", "tel:+49 (0)30 23125-123", "14155552671.0", "1.41556E+10", "(+44) 20 7946 0018", "030/23125123", "+5491123456789"} {
		f.Add(seed, "")
		f.Add(seed, "DE")
		f.Add(seed, "US")
	}
	f.Fuzz(func(t *testing.T, s, region string) {
		got, ok := canonicalTwice(t, api.Phone, s, region)
		if !ok {
			return
		}
		if got[0] != '+' || len(got) > 16 || digits(got) != len(got)-1 {
			t.Fatalf("%q became %q", s, got)
		}
		if d := digitsOf(s); !strings.HasSuffix(got, d[max(0, len(d)-6):]) {
			t.Fatalf("%q became %q: digits were invented", s, got)
		}
	})
}

func FuzzCanonicalLinkedIn(f *testing.F) {
	for _, seed := range []string{"https://www.linkedin.com/in/Ada", "de.linkedin.com/in/zo%C3%AB/?x", "linkedin.com/in/a%25/", "//linkedin.com/in/a#b", "linkedin.com/in/a%EF%B8%8F"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if got, ok := canonicalTwice(t, api.LinkedIn, s, ""); ok {
			name, found := strings.CutPrefix(got, "https://www.linkedin.com/in/")
			if !found || name == "" || strings.ContainsAny(name, "/?#% ABCDEFGHIJKLMNOPQRSTUVWXYZ") {
				t.Fatalf("%q became %q", s, got)
			}
		}
	})
}

func FuzzCanonicalWebChat(f *testing.F) {
	f.Add("'visitor-1 ")
	f.Fuzz(func(t *testing.T, s string) {
		if got, ok := canonicalTwice(t, api.WebChat, s, ""); ok && !strings.Contains(s, got) {
			t.Fatalf("%q became %q", s, got)
		}
	})
}

// canonicalTwice requires that the canonical form of a canonical form is itself.
func canonicalTwice(t *testing.T, typ api.IdentifierType, s, region string) (string, bool) {
	once, r := Rules{Region: region}.Canonical(api.Identifier{Type: typ, Value: s})
	if r != nil {
		if once.Value != "" || once.Type != typ {
			t.Fatalf("%q is refused, and is %v", s, once)
		}
		return "", false
	}
	twice, r := Rules{Region: region}.Canonical(once)
	if r != nil || twice != once {
		t.Fatalf("%q is %q, and that is %q (%v)", s, once.Value, twice.Value, r)
	}
	return once.Value, true
}
