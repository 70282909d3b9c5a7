package canonical

import (
	"testing"

	"altadnc-bulk/pkg/api"
)

func TestAmbiguousPhone(t *testing.T) {
	for _, c := range []struct{ in, region, want, code string }{
		{"4722345678", "US", "", "phone-ambiguous"}, // a number in North Carolina, or +47 in Oslo
		{"+4722345678", "US", "+4722345678", ""},
		{"14155550123", "US", "+14155550123", ""}, // the same number both ways
		{"4155550123", "us", "+14155550123", ""},
		{"493023125123", "DE", "+493023125123", ""},
		{"4155550123", "", "", "phone-no-plus"},
		{"4930231251", "US", "", "phone-invalid"},
	} {
		got, r := Rules{Region: c.region}.Canonical(api.Identifier{Type: api.SMS, Value: c.in})
		if got.Value != c.want || (r != nil) != (c.code != "") || r != nil && r.Code != c.code {
			t.Errorf("%s in %q: %v, %+v; want %s %s", c.in, c.region, got, r, c.want, c.code)
		}
	}
}

func TestParseType(t *testing.T) {
	for in, want := range map[string]api.IdentifierType{
		"email": api.Email, " E-Mail ": api.Email, "LinkedIn": api.LinkedIn, "linked in": api.LinkedIn, "Téléphone": api.Phone,
		"SMS": api.SMS, "Whats-App": api.WhatsApp, "web_chat": api.WebChat, "Web Chat": api.WebChat, "WEBCHAT": api.WebChat,
		"": "", "fax": "", "e,mail": "", "ada@example.com": "", "type": "", "id": "",
	} {
		if got, ok := ParseType(in); got != want || ok != (want != "") {
			t.Errorf("%q is %q, %t", in, got, ok)
		}
	}
}
