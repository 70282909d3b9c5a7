package canonical

import (
	"strings"
	"testing"

	"altadnc-bulk/pkg/api"
)

func TestPhone(t *testing.T) {
	compare(t, Rules{}, api.Phone, []reading{
		{"+14155550123", "+14155550123"},
		{"+1 (415) 555-0123", "+14155550123"},
		{"+ 1 415.555.0123", "+14155550123"},
		{"+1\u2013415\u00a0555·0123", "+14155550123"},
		{"(+44) 20 7946 0018", "+442079460018"},
		{"+44 (0)20 7946 0018", "+442079460018"},
		{"+39 06 1234 5678", "+390612345678"},
		{`="+14155550123"`, "+14155550123"},
		{"'+14155550123", "+14155550123"},

		// Links.
		{"tel:+1-415-555-0123", "+14155550123"},
		{"sms:+14155550123", "+14155550123"},
		{"whatsapp:+14155550123", "+14155550123"},
		{"callto:+14155550123", "+14155550123"},
		{"p:+14155550123", "+14155550123"},
		{"https://wa.me/14155550123", "+14155550123"},
		{"wa.me/14155550123?text=hi", "+14155550123"},
		{"wa.me/+14155550123/", "+14155550123"},
		{"https://api.whatsapp.com/send?phone=14155550123&text=x", "+14155550123"},
		{"https://api.whatsapp.com/send/?phone=%2B14155550123", "+14155550123"},
		{"whatsapp://send?phone=14155550123", "+14155550123"},
		{"14155550123@s.whatsapp.net", "+14155550123"},
		{"14155550123@c.us", "+14155550123"},
		{"%2B14155550123", "+14155550123"},
		{"wa.me/04155550123", "phone-letters"},
		{"wa.me/message/ABC", "phone-letters"},
		{"14155550123-5@g.us", "phone-letters"},

		// Without a country code.
		{"4155550123", "phone-no-plus"},
		{"(415) 555-0123", "phone-no-plus"},
		{"0049 30 23125123", "+493023125123"},
		{"00 49 30 23125123", "+493023125123"},
		{"001 415 555 0123", "+14155550123"},
		{"00", "placeholder"},
		{"000 49 30 23125123", "phone-no-plus"},
		{"00 1 268 464 1234", "+12684641234"},
		{"011 49 30 23125123", "phone-no-plus"}, // Delhi has the area code 011
		{"+0049 30 23125123", "phone-invalid"},
		{"+(0)30 23125123", "phone-invalid"},

		// No number of its country.
		{"+1 415 555 012", "phone-invalid"},
		{"+1 415 555 01234", "phone-invalid"},
		{"+999 123456", "phone-invalid"},
		{"+1", "phone-invalid"},
		{"+12", "phone-invalid"},
		{"12", "phone-invalid"},
		{"+4923125112312512", "phone-invalid"}, // 16 digits, which the plan allows
		{"+492312511231251", "+492312511231251"},
		{"+", "phone-characters"},
		{strings.Repeat(" ", 64) + "+1415555012" + strings.Repeat(" ", 64), "phone-invalid"},
		{"+1415555" + strings.Repeat(" ", 64) + "0123", "too-long"},

		// More than a number.
		{"+1 415 555 0123 x5", "phone-extension"},
		{"+1 415 555 0123 ext. 5", "phone-extension"},
		{"+1 415 555 0123 ext", "phone-letters"},
		{"+14155550123;ext=5", "phone-extension"},
		{"+14155550123p204", "phone-extension"},
		{"+14155550123#5", "phone-extension"},
		{"*67 415 555 0123", "phone-extension"},
		{"+1 415 555 O123", "phone-letters"},
		{"x5550123", "phone-letters"},
		{"+1 800 FLOWERS", "phone-letters"},
		{"+1 415 555 0123 (mobile)", "phone-letters"},
		{"mobile: +14155550123", "phone-letters"},
		{"+1415***23", "masked"},
		{"+1415•••23", "masked"},
		{"+1415?5550123", "lost-character"},
		{"+1 415 \u200b555 0123", "invisible-character"},
		{"+٤٩3023125123", "phone-foreign-digits"},
		{"＋14155550123", "phone-foreign-digits"},
		{"++14155550123", "phone-characters"},
		{"+-14155550123", "phone-characters"},
		{"1+4155550123", "phone-characters"},
		{"+1_415_555_0123", "phone-characters"},
		{"<+14155550123>", "phone-characters"},

		// Two numbers.
		{"+14155550121, +14155550122", "+14155550121 +14155550122"},
		{"+14155550121;+14155550122", "+14155550121 +14155550122"},
		{"+14155550121\n+14155550122\n", "+14155550121 +14155550122"},
		{"+14155550121 ::: 0049 30 23125123", "+14155550121 +493023125123"},
		{"+14155550121 +14155550122", "phone-two"},
		{"+14155550121 / +14155550122", "phone-two"},
		{"+14155550121 & +14155550122", "phone-two"},
		{"+14155550121,204", "phone-two"},
		{"+49 30 23125123; 25125", "phone-two"},
		{"+14155550121/22", "phone-two"},
		{"+49 30 2312511/2512", "phone-two"},
		{"+43 664 1234567/4567", "phone-two"},
		{"+49 30 2312511/12345", "phone-two"},
		{"+49 30 23125123/24", "phone-two"},

		// One number, separated by a slash.
		{"+49 6221/123456", "+496221123456"},
		{"+49 (0)176/12345678", "+4917612345678"},
		{"+43 (0)5372/623456", "+435372623456"},
		{"+420 224/123 456", "+420224123456"},
		{"+36 1/234-5678", "+3612345678"},
		{"+45 32/12/34/56", "+4532123456"},

		// What a spreadsheet makes of a number, or takes for one.
		{"14155552671.0", "phone-decimal"},
		{"+14155550123.0", "phone-decimal"},
		{"1234.56", "phone-decimal"},
		{"1234,5", "phone-decimal"},
		{"0.5", "phone-decimal"},
		{"-14155550123", "phone-negative"},
		{"\u221214155550123", "phone-negative"},
		{"7,911,123,456", "phone-two"},
	})
}

// TestPhoneByRegion: the same digits are other numbers elsewhere.
func TestPhoneByRegion(t *testing.T) {
	for region, cases := range map[string][]reading{
		"US": {
			{"4155550123", "+14155550123"},
			{"14155550123", "+14155550123"}, // the same number both ways
			{"011 49 30 23125123", "+493023125123"},
			{"0049 30 23125123", "+493023125123"},
			{"4722345678", "phone-ambiguous"}, // in North Carolina, or Oslo's with its + lost
			{"+4722345678", "+4722345678"},
			{"2015550123", "phone-ambiguous"},
			{"(201) 555-0123", "+12015550123"},
			{"201.555.0123", "+12015550123"},
			{"201 5550123", "+12015550123"},
			{"20 1555 0123", "phone-ambiguous"},
			{"20-15550123", "phone-ambiguous"},
			{"(321) 555-0123", "+13215550123"},
			{"415-555-0121, 415-555-0122", "+14155550121 +14155550122"},
			{"415-555-0121, 555-0122", "phone-two"},
			{"415-555-0121 / 415-555-0122", "phone-two"},
			{"415-555-0121 / 0122", "phone-two"},
			{"(201) 555-0123 / 0124", "phone-two"},
			{"2015550123/0124", "phone-two"},
			{"1.4155550123E10", "scientific-notation"},
			{"4930231251", "phone-invalid"},
			{"020 7946 0018", "phone-invalid"},
			{"911", "phone-invalid"},
			{"000-000-0000", "placeholder"},
		},
		"us": {{"4155550123", "+14155550123"}},
		"CN": {{"13123456789", "phone-ambiguous"}, {"131 2345 6789", "+8613123456789"}},
		"RU": {{"8 (800) 510-77-55", "+78005107755"}, {"880 0510-77-55", "phone-ambiguous"}, {"88005107755", "phone-ambiguous"}},
		"BR": {{"(55) 99123-4567", "+5555991234567"}, {"11 96123-4567", "+5511961234567"}},
		"DE": {
			{"030 23125123", "+493023125123"},
			{"030/23125123", "+493023125123"},
			{"030.2312511", "+49302312511"},
			{"493023125123", "+493023125123"},
			{"030 2312511/2512", "phone-two"},
			{"030/2312511/12", "phone-two"},
			{"2312511/2312512", "phone-two"},
			{"030 2312511; 030 2312512", "+49302312511 +49302312512"},
			{"030 2312511; 2312512", "phone-two"},
			{"20100000000000", "phone-invalid"}, // with 49 it has 16 digits
			{"2024-01-15", "phone-date"},
			{"15.01.2024", "phone-date"},
			{"1/15/24", "phone-date"},
			{"2024/01/15", "phone-date"},
			{"2024-01-15 10:30:00", "phone-date"},
			{"2024-01-15T10:30", "phone-letters"},
			{"192.168.1.10", "phone-ip"},
			{"0176-12-34567", "+491761234567"},
		},
		"AT": {{"15.01.2024", "phone-date"}, {"192.168.1.10", "phone-ip"}, {"1234.56", "phone-decimal"}},
		"IT": {{"01.02.2024", "phone-date"}, {"01/02/2024", "phone-date"}, {"12/31/24", "phone-date"}},
		"DK": {{"32.12.34.56", "+4532123456"}, {"32 12 34 56", "+4532123456"}},
		"BE": {{"012.34.56.78", "+3212345678"}},
	} {
		compare(t, Rules{Region: region}, api.SMS, cases)
	}
}

// TestInternational: digits begin with a country code, whatever the region.
func TestInternational(t *testing.T) {
	for _, region := range []string{"", "US"} {
		compare(t, Rules{International: true, Region: region}, api.WhatsApp, []reading{
			{"493023125123", "+493023125123"},
			{"4722345678", "+4722345678"},
			{"00 49 30 23125123", "+493023125123"},
			{"1 (415) 555-0123", "+14155550123"},
			{"+14155550123", "+14155550123"},
			{"4155550123", "phone-invalid"},
			{"030 23125123", "phone-invalid"},
			{"493023125123/24", "phone-two"},
		})
	}
}

func TestDateLike(t *testing.T) {
	for s, want := range map[string]bool{
		"2024-01-15": true, "1999/12/31": true, "31.12.2024": true, "12.31.2024": true, "1-1-24": true, "2024-01-15 10:30": true, "2024-01-15T10:30:00Z": true,
		"2024-13-01": false, "2024-01-32": false, "2024-00-01": false, "1824-01-15": false, "202-01-15": false, "2024-001-15": false,
		"32.01.2024": false, "13.13.2024": false, "0.1.2024": false, "15.01.1824": false, "15.01.202": false, "15.32.24": false, "ab.01.2024": false,
		"15.01": false, "1-2-3-4": false, "415.555.0123": false, "20.24.01.15": false, "2024-01.15": false, "2024-01-15 1030": false, "": false,
	} {
		if dateLike(s) != want {
			t.Errorf("%q: %t", s, !want)
		}
	}
}

// TestLettersInPhones: the reason says what to fix.
func TestLettersInPhones(t *testing.T) {
	for s, want := range map[string]string{
		"+1 415 555 O123": "letter where a digit", "+1 4l5 555 0123": "letter where a digit", "+1 415 555 0123 x5": "extension", "+1 415 555 0123 (o)": "letter where a digit",
		"+1 800 FLOWERS": "the number alone", "o1": "the number alone", "+1 415 555 O123 home": "the number alone", "call O": "the number alone", "+1 415 555 0123 p": "the number alone",
	} {
		if _, r := (Rules{}).Cell(nil, s, api.Phone); r == nil || !strings.Contains(r.Reason, want) {
			t.Errorf("%q: %+v, want %q", s, r, want)
		}
	}
}
