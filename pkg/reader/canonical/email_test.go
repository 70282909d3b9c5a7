package canonical

import (
	"strings"
	"testing"

	"altadnc-bulk/pkg/api"
)

func TestEmail(t *testing.T) {
	long := strings.Repeat("a", maxLocal)
	domain := strings.Repeat("b", 63) + "." + strings.Repeat("b", 63) + "." + strings.Repeat("b", 57) + ".org" // with 64 and @: 254
	compare(t, Rules{}, api.Email, []reading{
		{"ada@example.com", "ada@example.com"},
		{"Ada.Quill+x@Example.COM", "ada.quill+x@example.com"},
		{"josé@example.com", "josé@example.com"},
		{"jose\u0301@example.com", "josé@example.com"},
		{"ÅSA@example.com", "åsa@example.com"},
		{"花子@example.jp", "花子@example.jp"},
		{"o'brien@example.com", "o'brien@example.com"},
		{"mailto:ada@example.com", "ada@example.com"},
		{"mailto:ada@example.com?subject=Hello", "ada@example.com"},
		{"ada@example.com?cc=bo@example.net", "email-two"},
		{"ada@example.com?", "lost-character"},
		{"ada?a=b@example.com", "lost-character"},
		{"ada@example.com.;", "email-domain"},

		// The name beside an address, and what mail programs put around it.
		{"<ada@example.com>", "ada@example.com"},
		{"Ada <ada@example.com>", "ada@example.com"},
		{`"Quill, Ada" <Ada@example.com>`, "ada@example.com"},
		{"Quill, Ada <ada@example.com>", "ada@example.com"},
		{"José <ada@example.com>", "ada@example.com"},
		{"ada@example.com <ADA@example.com>", "ada@example.com"},
		{"<mailto:ada@example.com>", "ada@example.com"},
		{"bo@example.net <ada@example.com>", "email-two"},
		{"bo; Ada <ada@example.com>", "email-two"},
		{"Ada <ada@example.com", "email-display-name"},
		{"Ada <ada@example.com> Quill", "email-display-name"},
		{"Ada <<ada@example.com>>", "email-display-name"},
		{"ada@example.com>", "email-domain"},
		{"Ada <>", "email-no-at"},
		{"ada@example.com (Ada)", "email-space"},

		// Several in a cell.
		{"ada@example.com, bo@example.net", "ada@example.com bo@example.net"},
		{"ada@example.com|bo@example.net", "ada@example.com bo@example.net"},
		{"ada@example.com ::: bo@example.net", "ada@example.com bo@example.net"},
		{"ada@example.com\r\nbo@example.net", "ada@example.com bo@example.net"},
		{"Ada <ada@example.com>; Bo <bo@example.net>;", "ada@example.com bo@example.net"},
		{"ada@example.com / bo@example.net", "email-two"},
		{"ada@example.com bo@example.net", "email-two"},
		{"ada@example.com and bo@example.net", "email-two"},
		{"ada@example.com, bo", "email-two"},
		{"ada@exam\nple.com", "line-break"},
		{"ada@example.com; …", "email-two"},

		// No address.
		{"ada", "email-no-at"},
		{"ada.example.com", "email-no-at"},
		{"@example.com", "email-local"},
		{".ada@example.com", "email-local"},
		{"ada.@example.com", "email-local"},
		{"ada..b@example.com", "email-local"},
		{"ada%40x@example.com", "email-local"},
		{"{ada@example.com", "email-local"},
		{"`ada`@example.com", "email-local"},
		{"ada b@example.com", "email-space"},
		{"a\u200bda@example.com", "invisible-character"},
		{`"ada l"@example.com`, "stray-quote"},
		{`a"da@example.com`, "email-quoted"},
		{long + "@example.com", long + "@example.com"},
		{long + "a@example.com", "too-long"},
		{long + "@" + domain, long + "@" + domain},
		{long + "@b" + domain, "too-long"},
		{strings.ToUpper(long) + "@b" + domain, "too-long"},

		// The domain.
		{"ada@", "email-domain"},
		{"ada@localhost", "email-domain-no-dot"},
		{"ada@example.com.", "email-domain"}, // it may have gone on: com.br
		{"ada@.com", "email-domain"},
		{"ada@example..com", "email-domain"},
		{"ada@-example.com", "email-domain"},
		{"ada@example-.com", "email-domain"},
		{"ada@ex_ample.com", "email-domain"},
		{"ada@az09.com", "ada@az09.com"},
		{"ada@example.c", "email-domain"},
		{"ada@example.c0m", "email-domain"},
		{"ada@192.0.2.1", "email-domain"},
		{"ada@[192.0.2.1]", "email-domain"},
		{"ada@example.com/", "email-domain"},
		{"ada@" + strings.Repeat("b", 64) + ".com", "email-domain"},
		{"ada@münchen.example", "ada@münchen.example"},
		{"ada@xn--mnchen-3ya.example", "ada@xn--mnchen-3ya.example"},
		{"ada@example.xn--p1ai", "ada@example.xn--p1ai"},
		{"ada@xn--zz.example", "email-domain"},
		{"ada@ab--cd.example", "email-domain"},
		{"ada@straße.example", "ada@straße.example"},
		{"ada@col·legi.example", "ada@col·legi.example"},
		{"ada@co·legi.example", "email-domain"},
		{"ada@ア・イ.example", "ada@ア・イ.example"},
		{"ada@a・b.example", "email-domain"},
		{"ada@०१.example", "ada@०१.example"},
		{"ada@my\u2011company.com", "lookalike"},
		{"ada@my\u2013company.com", "email-domain"},
		{"ada@i❤.ws", "email-domain"},
		{"ada@xn--i-7iq.ws", "email-domain"}, // the same, encoded
		{"ada@a™.ws", "lookalike"},
		{"ada@ــ.example", "email-domain"},
		{"ada@ᄀ.example", "email-domain"},
		{"ada@a\u20d0.example", "email-domain"},

		// What a character was lost of, or is more than it seems.
		{"jos?@example.com", "lost-character"},
		{"jos¿@example.com", "lost-character"},
		{"josÃ©@example.com", "mojibake"},
		{"josã©@example.com", "email-local"},
		{"MÃ¼ller@example.com", "mojibake"},
		{"ãœmit@example.com", "mojibake"},
		{"yaäÿmur@example.com", "mojibake"},
		{"ÃƒÂªx@example.com", "mojibake"},
		{"josĂ©@example.com", "mojibake"},
		{"ÐŸÑ‘Ñ‚Ñ€@example.com", "mojibake"},
		{"jos√©@example.com", "email-local"},
		{"\u212aate@example.com", "lookalike"},
		{"İbrahim@example.com", "lookalike"},
		{"I\u0307brahim@example.com", "lookalike"},
		{"ａｄａ@example.com", "lookalike"},
		{"adª@example.com", "lookalike"},
		{"“ada@example.com”", "email-quoted"},
		{"ada@example.com’", "email-domain"},
		{"«ada@example.com»", "email-quoted"},
		{"a•••@example.com", "masked"},
		{"a…@example.com", "masked"},
		{"a***@example.com", "masked"},
		{"a...@example.com", "masked"},
		{"a–b@example.com", "email-local"},
		{"íða@example.com", "íða@example.com"}, // Icelandic, not mojibake
		{"пётр@example.com", "пётр@example.com"},
		{"κώστας@example.com", "κώστας@example.com"},
		{"łukasz@example.com", "łukasz@example.com"},
		{"ağaç@example.com", "ağaç@example.com"},

		// Addresses that only fill a field.
		{"noemail@example.com", "placeholder"},
		{"No.Email@example.com", "placeholder"},
		{"none@none.com", "placeholder"},
		{"test@test.com", "placeholder"},
		{"test@example.com", "test@example.com"},
		{"test@testing.com", "test@testing.com"},
	})
}
