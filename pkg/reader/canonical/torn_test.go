package canonical

import (
	"testing"

	"altadnc-bulk/pkg/api"
)

func TestInSight(t *testing.T) {
	for s, want := range map[string]bool{
		"ada@example.com": true, "Ada <ada@example.com> Quill": true, "see josé@example.co.uk.": true, "@ada ada@example.com": true, "x@y.z@": true, "a@münchen.example": true,
		"+14155550123": true, "call +1 (415) 555-0123!": true, "+1+1 415 555 0123": true,
		"https://www.linkedin.com/in/ada": true, "LinkedIn.com/comm/in/ada": true, "linkedin.com/pub/ada/1": true,
		"": false, "Ada": false, "@ada": false, "ada @ example.com": false, "ada@example": false, "ada@.": false, "a@b@c": false, "+1": false, "+123456": false, "+1 new": false, "a + b 1234567": false,
		"4155550123": false, "94105": false, "2024-01-15": false, "https://www.linkedin.com/company/example": false, "https://example.com/in/ada": false, "linkedin.com/inbox/": false,
	} {
		if InSight(s) != want {
			t.Errorf("%q: %t", s, !want)
		}
	}
}

func TestCouldBe(t *testing.T) {
	for typ, cases := range map[api.IdentifierType]map[string]bool{
		api.Email: {"ada@example.com": true, "ada@exa": true, "@example.com": true, "a@": true, "ada(at)example.com": true, "ada [AT] example": true, "ada%40example.com": true, "ada＠example.com": true,
			"": false, "-": false, "Ada": false, "example.com": false, "+14155550123": false},
		api.Phone: {"+14155550123": true, "4155550123": true, "+1": true, "123456": true, "call 415-555": true, "1.4E+10": true, "٤٩3023": true,
			"": false, "Ada": false, "12345": false, "2024-01-15": false, "n/a": false, "+": false, "ada@example.com": false},
		api.LinkedIn: {"https://www.linkedin.com/in/ada": true, "din.com/in/ada": true, "https://www.linke": true, "www.l": true, "htt": true, "in/ada": true, "lnkd.in/x": true, "LINKEDIN": true,
			"": false, "Ada": false, "https://www.acme.example": false, "ada@example.com": false, "ht": false, "+14155550123": false},
		api.WebChat: {"visitor-1": true, "Ada": true, "94105": true, "": false, "NULL": false},
		"fax":       {"Ada": true, "": false},
	} {
		for s, want := range cases {
			if CouldBe(s, typ) != want {
				t.Errorf("%s %q: %t", typ, s, !want)
			}
		}
	}
}

func TestJoins(t *testing.T) {
	us := Rules{Region: "US"}
	for _, c := range []struct {
		typ  api.IdentifierType
		a, b string
		want bool
	}{
		{api.Email, "ada@example.co", "m", true},
		{api.Email, "ada", "@example.com", true},
		{api.Email, "ada@exam", "ple.com", true},
		{api.Email, "ada@exam ", " ple.com", true},
		{api.Email, "Ada", "quill@example.com", true},
		{api.Email, "ada@my.", "test", true},
		{api.Email, "ada@example.com", "Total", false},
		{api.Email, "ada@example.com", "", false},
		{api.Email, "", "ada@example.com", false},
		{api.Email, "ada@example.com", "bo@example.net", false},
		{api.Email, "ada@example.com", ",", false},
		{api.Email, "Ada", "Quill", false},
		{api.Phone, "+1415555", "0123", true},
		{api.Phone, "415555", "0123", true},
		{api.Phone, "+49302312", "511", true},
		{api.Phone, "+14155550123", "94105", false},
		{api.LinkedIn, "linkedin.com/in/ada", "-quill", true},
		{api.LinkedIn, "linkedin.com/in/ada/", "de", false},
		{api.LinkedIn, "linkedin.com/in/ada", "Acme Ltd", false},
		{api.WebChat, "visitor", "-1", true},
		{api.WebChat, "visitor", " ", false},
		{api.WebChat, "-", "-", false},
	} {
		if got := us.Joins(c.a, c.b, c.typ); got != c.want {
			t.Errorf("%s %q %q: %t", c.typ, c.a, c.b, got)
		}
	}
}

func TestGoesOn(t *testing.T) {
	for typ, cases := range map[api.IdentifierType]map[string]bool{
		api.Email: {"ada@example.co": true, "ada@example.de": true, "ada@example.no": true, "ada@example.comx": true, "ada@exa": true, "ada": true,
			"ada@example.com": false, "ADA@example.com ": false, "ada@example.org": false, "ada@example.net": false, "ada@my.example": false, "ada@my.test": false, "ada@my.invalid": false},
		api.Phone:    {"+49302312511": true, "+1415555012": true, "+141555501": true, "+14155550123": false, "+442079460018": false, "tel:+14155550123": false},
		api.LinkedIn: {"linkedin.com/in/ada": true, "linkedin.com/in/ada/d": true, "linkedin.com/in/ada?t": true, "linkedin.com/in/ada/": false, "linkedin.com/in/ada?trk=x": false, "linkedin.com/in/ada#x": false},
		api.WebChat:  {"visitor-1": true, "": true},
		"fax":        {"1": true},
	} {
		for s, want := range cases {
			if (Rules{}).GoesOn(s, typ) != want {
				t.Errorf("%s %q: %t", typ, s, !want)
			}
		}
	}
}

// TestKnownEnding: a list that is part of the program; what it must surely know.
func TestKnownEnding(t *testing.T) {
	for s, want := range map[string]bool{"com": true, "uk": true, "ck": true, "museum": true, "xn--p1ai": true, "example": true, "test": true, "comtotal": false, "con": false, "c": false, "": false, "local": false} {
		if knownEnding(s) != want {
			t.Errorf("%q: %t", s, !want)
		}
	}
}
