package canonical

import (
	"slices"
	"strings"
	"testing"

	"altadnc-bulk/pkg/api"
)

// outcome returns what a cell is read as, in one word: the identifiers, or the
// code of the refusal.
func outcome(r Rules, raw string, t api.IdentifierType) string {
	found, refusal := r.Cell(nil, raw, t)
	if refusal != nil {
		return refusal.Code
	}
	var values []string
	for _, f := range found {
		values = append(values, f.Value)
	}
	return strings.Join(values, " ")
}

// reading is a case of a table of one type: a cell, and its outcome.
type reading struct{ raw, want string }

func compare(t *testing.T, r Rules, typ api.IdentifierType, cases []reading) {
	t.Helper()
	for _, c := range cases {
		if got := outcome(r, c.raw, typ); got != c.want {
			t.Errorf("%s %q: got %q, want %q", typ, c.raw, got, c.want)
		}
	}
}

// TestCellIsReadWhole: all identifiers of a cell, or none.
func TestCellIsReadWhole(t *testing.T) {
	before := []Found{{"x", "x"}}
	for _, c := range []struct {
		raw  string
		want []Found
		code string
	}{
		{"Ada@example.com; bo@example.net", []Found{{"ada@example.com", "Ada@example.com"}, {"bo@example.net", "bo@example.net"}}, ""},
		{" ada@example.com ", []Found{{"ada@example.com", " ada@example.com "}}, ""},
		{"ada@example.com;", []Found{{"ada@example.com", "ada@example.com"}}, ""},
		{"ada@example.com; bo", nil, "email-two"},
		{"bo; ada@example.com", nil, "email-two"},
		{"bo; cy", nil, "email-no-at"},
		{";", nil, "placeholder"},
		{"", nil, "empty"},
	} {
		got, refusal := Rules{}.Cell(before, c.raw, api.Email)
		if !slices.Equal(got, append(slices.Clone(before), c.want...)) || (refusal == nil) != (c.code == "") || refusal != nil && refusal.Code != c.code {
			t.Errorf("%q: %q, %+v", c.raw, got, refusal)
		}
	}
}

func TestCanonicalIsOfOne(t *testing.T) {
	got, r := Rules{}.Canonical(api.Identifier{Type: api.Phone, Value: "+14155550121, +14155550122"})
	if r == nil || r.Code != "phone-two" || got.Value != "" || got.Type != api.Phone {
		t.Errorf("%v, %+v", got, r)
	}
	if _, r = (Rules{}).Canonical(api.Identifier{Type: "fax", Value: "1; 2"}); r == nil || r.Code != "unknown-type" {
		t.Errorf("%+v", r)
	}
}

// TestAsIs: what is sent is what the cell holds, but never a word for nothing.
func TestAsIs(t *testing.T) {
	asIs := Rules{AsIs: true, Region: "US"}
	compare(t, asIs, api.Email, []reading{
		{" 'Ada@Example.com' ", "Ada@Example.com"}, {"mailto:Ada@Example.com", "Ada@Example.com"}, {"a@b; c@d", "a@b; c@d"}, {"jos?@example.com", "jos?@example.com"},
		{"#REF!", "spreadsheet-error"}, {"NULL", "placeholder"}, {"a\nb", "line-break"}, {"a\x00b", "nul"}, {"a\x7fb", "control-character"}, {"a\ue000b", "control-character"},
		{"a\ufffdb", "replacement-character"}, {"a\xffb", "invalid-encoding"}, {strings.Repeat("x", maxValue), strings.Repeat("x", maxValue)}, {strings.Repeat("x", maxValue+1), "too-long"},
	})
	compare(t, asIs, api.Phone, []reading{{"(415) 555-0121", "(415) 555-0121"}})
	compare(t, asIs, api.WebChat, []reading{{"a,b", "a,b"}})
	compare(t, asIs, api.LinkedIn, []reading{{"linkedin.com/in/Ada", "linkedin.com/in/Ada"}})
}

// TestCleaned: what surrounds a value in files does not belong to it.
func TestCleaned(t *testing.T) {
	for _, c := range []struct {
		typ       api.IdentifierType
		raw, want string
	}{
		{api.Email, "\u00a0\ufeff ada \u200b\t", "ada"},
		{api.Email, `"ada"`, "ada"}, {api.Email, `'ada'`, "ada"}, {api.Email, "'ada", "ada"}, {api.Email, "ada'", "ada'"}, {api.Email, `"'ada'"`, "ada"}, {api.Email, `" ada "`, "ada"},
		{api.Email, `="ada"`, "ada"}, {api.Email, `="a"&"b"`, `="a"&"b"`}, {api.Email, `"a" "b"`, `"a" "b"`}, {api.Email, `"`, `"`}, {api.Email, "'", ""}, {api.Email, `=`, `=`},
		{api.Email, "MailTo: ada", "ada"}, {api.Email, "mailto://ada", "ada"}, {api.Email, "SMTP:ada", "ada"}, {api.Email, "tel:ada", "tel:ada"}, {api.Email, "note:ada", "note:ada"},
		{api.Phone, "tel:+1", "+1"}, {api.SMS, "sms:+1", "+1"}, {api.WhatsApp, "whatsapp:+1", "+1"}, {api.Phone, "p:+1", "+1"}, {api.Phone, "callto:+1", "+1"}, {api.Phone, "smsto:+1", "+1"}, {api.Phone, "mailto:+1", "mailto:+1"},
		{api.LinkedIn, "https://linkedin.com/in/ada", "https://linkedin.com/in/ada"}, {api.WebChat, "tel:1", "tel:1"}, {api.WebChat, "'visitor-1'", "visitor-1"},
	} {
		if got := Cleaned(api.Identifier{Type: c.typ, Value: c.raw}); got.Value != c.want || got.Type != c.typ {
			t.Errorf("%s %q: %q, want %q", c.typ, c.raw, got.Value, c.want)
		}
	}
}

// TestSpoiled: what spreadsheets put in a value's place is none of any type.
func TestSpoiled(t *testing.T) {
	for _, typ := range api.IdentifierTypes() {
		compare(t, Rules{}, typ, []reading{
			{"#REF!", "spreadsheet-error"}, {"#BEZUG!", "spreadsheet-error"}, {"#¿NOMBRE?", "spreadsheet-error"}, {"#DIV/0!", "spreadsheet-error"}, {"#NAME?", "spreadsheet-error"},
			{"#SPILL", "spreadsheet-error"}, {"####", "spreadsheet-error"}, {`=HYPERLINK("x")`, "formula"}, {"1.41556E+10", "scientific-notation"}, {"1,4E10", "scientific-notation"}, {"1E+10", "scientific-notation"},
			{`["a@example.com"]`, "brackets"}, {"{a@example.com,b@example.com}", "brackets"}, {"[+14155550121]", "brackets"}, {`a"`, "stray-quote"}, {"visitor-1'", "stray-quote"}, {`"a@example.com`, "stray-quote"},
		})
	}
	compare(t, Rules{}, api.WebChat, []reading{{"123e45", "123e45"}, {"#room", "#room"}, {"#Room!", "#Room!"}, {"1.5E+1000", "1.5E+1000"}, {"E+10", "E+10"}})
}

func TestParseType(t *testing.T) {
	for in, want := range map[string]api.IdentifierType{
		"email": api.Email, " E-Mail ": api.Email, "LinkedIn": api.LinkedIn, "linked in": api.LinkedIn, "Téléphone": api.Phone, "Te\u0301le\u0301phone": api.Phone,
		"SMS": api.SMS, "Whats-App": api.WhatsApp, "web_chat": api.WebChat, "Web Chat": api.WebChat, "WEBCHAT": api.WebChat,
		"": "", "-": "", "fax": "", "e,mail": "", "ada@example.com": "", "type": "", "id": "", strings.Repeat("-", 201) + "email": "",
	} {
		if got, ok := parseType(in); got != want || ok != (want != "") {
			t.Errorf("%q is %q, %t", in, got, ok)
		}
	}
}

// TestKinds: every type has a whole row, in its place, and no word is of two types.
func TestKinds(t *testing.T) {
	for i, k := range kinds() {
		want := api.IdentifierTypes()[i]
		if k.canonical == nil || k.couldBe == nil || k.goesOn == nil || (k.several == nil) != (want == api.WebChat) {
			t.Errorf("%s: a row with holes", want)
		}
		for _, w := range append(strings.Fields(k.words), string(want)) {
			if got, _ := parseType(w); got != want || word(w) != strings.ReplaceAll(w, "_", "") {
				t.Errorf("%q is %s, want %s; it is matched as %q", w, got, want, word(w))
			}
		}
	}
	for _, typ := range api.IdentifierTypes() {
		id := map[api.IdentifierType]string{api.Email: "ada@example.com", api.LinkedIn: "https://www.linkedin.com/in/ada", api.WebChat: "visitor-1"}[typ]
		if id == "" {
			id = "+14155550123"
		}
		compare(t, Rules{}, typ, []reading{{id, id}})
	}
}

// TestReasonsHoldNoIdentifier: reasons are logged, identifiers must not be.
func TestReasonsHoldNoIdentifier(t *testing.T) {
	types := api.IdentifierTypes()
	for _, typ := range append(types[:], "secret") {
		for _, s := range []string{"secret", "secret@", "<secret@example.com", "secret@a; b", "+1415secret", "https://secret.example.com/", "#secret", "=secret", "sec ret@example.com", "secret?"} {
			if _, r := (Rules{}).Cell(nil, s, typ); r != nil && strings.Contains(r.Reason, "secret") {
				t.Errorf("%q", r.Reason)
			}
		}
	}
}

// TestUsualCell: an address as nearly all are costs no memory.
func TestUsualCell(t *testing.T) {
	found := make([]Found, 0, 1)
	for _, raw := range []string{"ada@example.com", " ada.quill-2@mail.example.org"} {
		if n := testing.AllocsPerRun(100, func() { found, _ = Rules{}.Cell(found[:0], raw, api.Email) }); n != 0 || len(found) != 1 {
			t.Errorf("%q makes %v allocations", raw, n)
		}
	}
}
