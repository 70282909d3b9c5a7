package api_test

import (
	"fmt"
	"strings"
	"testing"

	"altadnc-bulk/pkg/api"
)

func TestMasked(t *testing.T) {
	for _, c := range []struct {
		typ         api.IdentifierType
		value, want string
	}{
		{api.Email, "jane.doe@example.com", "j***@example.com"},
		{api.Email, "ü@example.com", "ü***@example.com"},
		{api.Email, "@example.com", "***@example.com"},
		{api.Email, "jane", "j***"},
		{api.Email, "", "***"},
		{api.Phone, "+14155550171", "+1415***71"},
		{api.Phone, "+123456789", "+12***89"},
		{api.Phone, "12345678", "1***"},
		{api.LinkedIn, "https://www.linkedin.com/in/jane-doe", "https://www.linkedin.com/in/j***"},
		{api.LinkedIn, "https://www.linkedin.com/in/jane-doe/", "https://www.linkedin.com/in/j***"},
		{api.LinkedIn, "jane-doe", "j***"},
		{api.WebChat, "visitor-7f3a91", "visit***91"},
		{api.WebChat, strings.Repeat("ü", 1<<20), "üüüüü***üü"},
		{api.WebChat, "a\xff\xfe\xfd\xfc\xfb\xfa\xf9\xf8\xf7", "a\xff\xfe***\xf8\xf7"},
	} {
		if got := (api.Identifier{Type: c.typ, Value: c.value}).Masked(); got != c.want {
			t.Errorf("%s %.40q: got %q, want %q", c.typ, c.value, got, c.want)
		}
	}
}

func TestParseIdentifierType(t *testing.T) {
	for i, typ := range api.IdentifierTypes() {
		if got, err := api.ParseIdentifierType(string(typ)); got != typ || err != nil {
			t.Errorf("%s: %q, %v", typ, got, err)
		}
		if at, ok := typ.Index(); at != i || !ok {
			t.Errorf("%s: index %d, %v; want %d", typ, at, ok, i)
		}
	}
	for _, s := range []string{"", "Email", " email", "fax"} {
		if got, err := api.ParseIdentifierType(s); err == nil || got != "" || !strings.Contains(err.Error(), "web_chat") {
			t.Errorf("%q: %q, %v", s, got, err)
		}
		if i, ok := api.IdentifierType(s).Index(); i != 0 || ok {
			t.Errorf("%q: index %d, %v", s, i, ok)
		}
	}
	bytes, known := []byte("web_chat"), true
	if n := testing.AllocsPerRun(100, func() {
		_, ok := api.IdentifierType(bytes).Index()
		known = known && ok
	}); n != 0 || !known {
		t.Errorf("Index makes %v allocations, and knows the type: %v", n, known)
	}
}

func ExampleIdentifier_Masked() {
	fmt.Println(api.Identifier{Type: api.Email, Value: "jane.doe@example.com"}.Masked())
	fmt.Println(api.Identifier{Type: api.SMS, Value: "+14155550171"}.Masked())
	// Output:
	// j***@example.com
	// +1415***71
}

func TestMaskIn(t *testing.T) {
	tests := []struct {
		id        api.Identifier
		spellings []string
		in, want  string
	}{
		{api.Identifier{api.Email, "ada@example.com"}, nil, "ADA@Example.com: ada%40example.com, Ada%40EXAMPLE.com", "a***@example.com: a***@example.com, a***@example.com"},
		{api.Identifier{api.Email, "ada@example.com"}, []string{"<Ada> ada@EXAMPLE.com"}, `"<ada> ADA@example.com" is not valid`, `"a***@example.com" is not valid`},
		{api.Identifier{api.Phone, "+12025550123"}, []string{"(202) 555-0123"}, "+12025550123, %2B12025550123, 12025550123, (202) 555-0123", "+1202***23, +1202***23, +1202***23, +1202***23"},
		{api.Identifier{api.WebChat, "id"}, nil, "no valid id", "no valid id"},
		{api.Identifier{api.Email, "é@example.com"}, nil, "É ß é@example.com ſ", "É ß é***@example.com ſ"},
	}
	for _, tt := range tests {
		if got := tt.id.MaskIn(tt.in, tt.spellings...); got != tt.want {
			t.Errorf("%v in %q:\n%q, want\n%q", tt.id, tt.in, got, tt.want)
		}
	}
}
