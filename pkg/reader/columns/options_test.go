package columns_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"altadnc-bulk/pkg/api"
	"altadnc-bulk/pkg/reader/columns"
)

// options reads flags as the command line does.
func options(t *testing.T, flags []string) (o columns.Options) {
	t.Helper()
	for len(flags) > 0 {
		if flags[0] == "--no-header" {
			o.NoHeader, flags = true, flags[1:]
			continue
		}
		if len(flags) == 1 {
			t.Fatalf("%s without a value", flags[0])
		}
		switch value := flags[1]; flags[0] {
		case "--column":
			s, err := columns.ParseSelection(value)
			if err != nil {
				t.Fatal(err)
			}
			o.Columns = append(o.Columns, s)
		case "--ignore-column":
			o.Ignore = append(o.Ignore, value)
		case "--type":
			for word := range strings.SplitSeq(value, ",") {
				o.Types = append(o.Types, api.IdentifierType(word))
			}
		case "--identifier-column":
			o.Identifier = value
		case "--type-column":
			o.Type = value
		case "--sparse":
			o.Sparse = true
		default:
			t.Fatalf("no such flag: %s", flags[0])
		}
		flags = flags[2:]
	}
	return o
}

// outcome writes how a header is read: what each column is, or the problem's code
// and first way out.
func outcome(c columns.Choice, p *columns.Problem) string {
	if p != nil {
		way := ""
		if len(p.Flags) > 0 {
			way = " " + strings.Join(p.Flags[0], " ")
		}
		return p.Code + way
	}
	got := marks(c)
	for i, column := range c.Columns {
		switch {
		case column.Role == columns.Type:
			got[i] = "types"
		case i == c.Identifier:
			got[i] = "identifiers"
		}
	}
	return strings.Join(got, "|")
}

func TestOptions(t *testing.T) {
	n := columns.New()
	for _, test := range []struct{ header, flags, want string }{
		// Long form.
		{"identifier|identifierType", "", "identifiers|types"},
		{"Identifier Type|x|IDENTIFIER", "", "types||identifiers"},
		{"identifier|type", "", "identifiers|types"},
		{"identifier|type|identifierType", "", "identifiers||types"},
		{"identifier|identifierType|email", "", "identifiers|types|unread"},
		{"identifier|type|email", "", "ambiguous-column --identifier-column identifier --type-column type"},
		{"identifier|identifiers|type", "", "ambiguous-column --identifier-column identifier --type-column type"},
		{"identifier|name", "", "no-type-column --column identifier=email"},
		{"value|identifierType", "", "no-identifier-column --identifier-column value --type-column identifierType"},
		{"email|identifierType", "", "no-identifier-column --identifier-column email --type-column identifierType"},
		{"identifier|identifierType", "--type email", "ambiguous-column --identifier-column identifier --type-column identifierType"},
		{"identifier|name", "--type web_chat", "web_chat|"},
		{"identifier|name", "--type phone,sms", "phone,sms|"},
		{"identifier|email", "--type web_chat", "ambiguous-column --column identifier=web_chat"},
		{"a|b", "--identifier-column a --type-column b", "identifiers|types"},
		{"a|b", "--identifier-column #2 --type-column #1", "types|identifiers"},
		{"a|b", "--identifier-column a --type-column a", "ambiguous-column"},
		{"a|b", "--identifier-column a", "no-type-column --column a=email"},
		{"a|type", "--identifier-column a", "identifiers|types"},
		{"a|b", "--identifier-column a --type sms", "sms|"},
		{"a|b", "--type-column b", "no-identifier-column"},
		{"identifier|b", "--type-column b", "identifiers|types"},
		{"Event|Type|Email|Target email", "--identifier-column Email", "||email|"},
		{"dnc_phone|x", "--identifier-column dnc_phone", "phone|"},
		{"Email|b", "--identifier-column Emial", "no-such-column --identifier-column Email"},

		// Wide form and --type.
		{"Name|Phone", "--type phone,sms,whatsapp", "|phone,sms,whatsapp"},
		{"Phone|Mobile", "--type sms", "sms|sms"},
		{"Email|Phone", "--type phone,sms", "ambiguous-column --column Email=email --column Phone=phone,sms"},
		{"Phone", "--type email", "ambiguous-column --column Phone=phone"},
		{"SMS", "--type phone", "ambiguous-column --column SMS=sms"},

		// One column.
		{"contacts", "--type email", "email"},
		{"Kontakte", "--type phone,sms", "phone,sms"},
		{"ada at example", "--type email", "email"},
		{"ada", "--type web_chat", "no-header --no-header --column #1=web_chat"},
		{"Visitor", "--type web_chat", "web_chat"},
		{"visitor-1", "--type web_chat", "no-header --no-header --column #1=web_chat"},
		{"ada-quill", "--type linkedin", "no-header --no-header --column #1=linkedin"},
		{"612345678", "--type phone", "no-header --no-header --column #1=phone"},
		{"20 12 34 56", "--type phone", "no-header --no-header --column #1=phone"},
		{"ada(at)example.com", "--type email", "no-header --no-header --column #1=email"},
		{"", "--type email", "no-header --no-header --column #1=email"},
		{"web_chat", "--type web_chat", "web_chat"},
		{"Email address", "--type email", "email"},
		{"Visitor ID", "--type web_chat", "web_chat"},
		{"Name|URL", "--type linkedin", "|linkedin"},
		{"Name|Contact Number", "--type phone", "|phone"},
		{"Name|User Email", "--type email", "no-identifier-column --column User Email=email"},
		{"a|b", "--type email", "no-identifier-column --column a=email"},
		{"Name|b", "--type email", "no-identifier-column --column b=email"},
		{"a|b", "", "no-identifier-column"},

		// No header.
		{"ada@example.com", "", "no-header --no-header --column #1=email"},
		{"+14155550121", "--type sms,phone", "no-header --no-header --column #1=sms,phone"},
		{"x|ada@example.com", "--column #2=email", "no-header --no-header --column #2=email"},
		{"Ada|ada@example.com|+1 415 555 0121", "", "no-header --no-header --column #2=email --column #3=phone"},
		{"ada@example.com|email", "", "no-header --no-header --identifier-column #1 --type-column #2"},
		{"visitor-1|web_chat", "", "no-header --no-header --identifier-column #1 --type-column #2"},
		{"ada-quill|linkedin", "", "no-header --no-header --identifier-column #1 --type-column #2"},
		{"full-name|web_chat", "", "|web_chat"},
		{"ref-no|Email", "", "|email"},
		{"ada@example.com", "--no-header --type email", "email"},
		{"ada@example.com|x", "--no-header --column #1=email", "email|"},
		{"x|email", "--no-header --identifier-column #1 --type-column #2", "identifiers|types"},
		{"x|y", "--no-header --type email", "no-identifier-column --no-header --column #1=email"},
		{"x|y", "--no-header", "no-identifier-column --no-header --identifier-column #1 --type-column #2"},
		{"x", "--no-header", "no-identifier-column --no-header --column #1=email"},
		{"Email|y", "--no-header --column Email=email", "no-such-column"},

		// Columns.
		{"Email|Phone|x", "--column Email", "email||"},
		{"Email|Phone|x", "--column email --column #3=sms", "email||sms"},
		{"Email|Phone|x", "--column Phone=phone,sms --column Phone=whatsapp", "|phone,sms,whatsapp|"},
		{"Owner Email|Email", "--column Owner_Email", "email|"},
		{"DNC_Email|x", "--column dnc_email", "email|"},
		{"dnc_sent|x", "--column dnc_sent=email", "email|"},
		{"x|y", "--column x", "no-type-column --column x=email"},
		{"x|y", "--column x --type email,phone", "email,phone|"},
		{"Phone", "--column Phone --type phone,sms", "phone,sms"},
		{"Email|Phone", "--column Email --column Phone --type phone,sms", "email|phone,sms"},
		{"identifier|identifierType|email", "--column identifier", "identifiers|types|"},
		{"a=b|x", "--column a=b=email", "email|"},
		{"a=email|x", "--column a=email=email", "email|"},
		{"Email|x", "--column Emial=email", "no-such-column --column Email=email"},
		{"Email|x", "--column Email=emial", "no-such-column"},
		{"Email|x", "--column #3=email", "no-such-column"},
		{"Email|EMAIL", "--column Email", "email|"},
		{"Email|Email", "--column Email", "ambiguous-column --column #1"},
		{"Email|x", "--column Email --identifier-column x", "ambiguous-column"},
		{"Email|x", "--column Email --ignore-column Email", "ambiguous-column"},

		// Ignored columns.
		{"Email|Phone", "--ignore-column phone", "email|"},
		{"Email|Target email", "--ignore-column Email", "|email"},
		{"Email|Email|Phone", "--ignore-column #2", "email||phone"},
		{"Email|Phone", "--ignore-column Fone", "no-such-column --ignore-column Phone"},

		// Two of one name.
		{"Email|Email", "", "ambiguous-column --column #1=email"},
		{"Email|E-Mail", "", "ambiguous-column --column Email=email"},
		{"Email|Email.1", "", "ambiguous-column --column Email=email"},

		// Several people.
		{"Contact 1 Email|Contact 2 Email", "", "ambiguous-column --column Contact 1 Email=email"},
		{"Contact Email 1|Contact Email 2", "", "email|email"},
		{"Primary Contact Email|Secondary Contact Email", "", "ambiguous-column --column Primary Contact Email=email"},
		{"Zorblax\x00 Email|x", "", "no-identifier-column --column #1=email"},
		{"Customer Phone|Recipient Email", "", "ambiguous-column --column Customer Phone=phone"},
		{"Customer Phone|Email", "", "phone|email"},
		{"Email|Zorblax Email", "", "email|unread"},
		{"Event|Email|Zorblax Email", "", "ambiguous-column --column Email=email"},
		{"Prospect Email|Zorblax Email", "", "ambiguous-column --column Prospect Email=email"},
		{"Customer Email|Agent Email", "", "email|somebody"},

		// JSON objects have some of the members.
		{"Phone", "--column Email --column Phone --sparse x", "phone"},
		{"Name", "--column Email --column Phone --sparse x", "no-identifier-column"},
		{"Email", "--ignore-column Phone --sparse x", "email"},
		{"x|identifierType", "--identifier-column id --sparse x", "no-such-column"},
		{"ada@example.com|Email", "--sparse x", "|email"},
		{"visitor-1", "--type web_chat --sparse x", "web_chat"},
	} {
		c, p := n.Choose(strings.Split(test.header, "|"), options(t, args(test.flags)))
		if got := outcome(c, p); got != test.want {
			t.Errorf("%s %s: got %q, want %q", test.header, test.flags, got, test.want)
			if p != nil {
				t.Logf("%s; %s %q", p.Reason, p.Hint, p.Flags)
			}
		}
	}
}

// args parts flags at those that begin one, since names hold spaces.
func args(s string) []string {
	var args []string
	for word := range strings.FieldsSeq(s) {
		last := len(args) - 1
		if strings.HasPrefix(word, "--") || last >= 0 && strings.HasPrefix(args[last], "--") && args[last] != "--no-header" {
			args = append(args, word)
			continue
		}
		args[last] += " " + word
	}
	return args
}

// TestWaysOut pastes every way out of a problem: each reads just its columns.
func TestWaysOut(t *testing.T) {
	n := columns.New()
	var pool []string
	for _, file := range []string{"names.tsv", "unseen.tsv"} {
		for _, row := range rows(t, file) {
			pool = append(pool, row[1])
		}
	}
	pool = append(pool, "", "", "identifier", "identifierType", "type", "Event", "a=email", "#2", "Connected On", "x\x00y", "Email", "Email")
	random := rand.New(rand.NewPCG(1, 2))
	problems, ways := 0, 0
	for range 4_000 {
		header := make([]string, 1+random.IntN(6))
		for i := range header {
			header[i] = pool[random.IntN(len(pool))]
		}
		var o columns.Options
		if random.IntN(4) == 0 {
			o.Types = []api.IdentifierType{api.IdentifierTypes()[random.IntN(api.TypeCount)]}
		}
		_, p := n.Choose(header, o)
		if p == nil {
			continue
		}
		problems++
		if p.Code == "" || p.Reason == "" || p.Hint == "" && len(p.Flags) == 0 {
			t.Fatalf("%q: a problem without words: %+v", header, p)
		}
		for _, flags := range p.Flags {
			ways++
			c, again := n.Choose(header, options(t, flags))
			if again != nil {
				t.Fatalf("%q %+v: %q: %s", header, o, flags, again.Reason)
			}
			if read := len(c.Columns) - count(marks(c), "", "unread", "somebody"); c.Identifier < 0 && read != count(flags, "--column") {
				t.Fatalf("%q: %q reads %q", header, flags, marks(c))
			}
		}
	}
	t.Logf("%d problems, %d ways out", problems, ways)
}

// TestManyColumns chooses among as many columns as a spreadsheet has, each for another
// person: the ways out are few.
func TestManyColumns(t *testing.T) {
	header := make([]string, 16384)
	for i := range header {
		header[i] = fmt.Sprintf("Guest %d email", i)
	}
	if _, p := columns.New().Choose(header, columns.Options{}); p == nil || len(p.Flags) > 6 || len(p.Reason) > 300 {
		t.Errorf("got %+v", p)
	}
}

// FuzzChoose looks for a header that is read against the rules, whatever it is.
func FuzzChoose(f *testing.F) {
	n := columns.New()
	f.Add("Email|Owner email|Phone.1|Phone", "email", false)
	f.Add("identifier|type|メールアドレス（必須）", "", false)
	f.Add("visitor-1|web_chat", "web_chat", true)
	f.Fuzz(func(t *testing.T, text, typ string, sparse bool) {
		names := strings.Split(text, "|")
		o := columns.Options{Sparse: sparse}
		if _, err := api.ParseIdentifierType(typ); err == nil {
			o.Types = []api.IdentifierType{api.IdentifierType(typ)}
		}
		c, p := n.Choose(names, o)
		if p != nil {
			if p.Code == "" || p.Reason == "" || p.Hint == "" && len(p.Flags) == 0 {
				t.Errorf("a problem without words: %+v", p)
			}
			return
		}
		if len(c.Columns) != len(names) || (c.Identifier < 0) != (c.Type < 0) {
			t.Fatalf("%d columns of %d, identifier %d, type %d", len(c.Columns), len(names), c.Identifier, c.Type)
		}
		read := 0
		for i, column := range c.Columns {
			if column.Role == columns.Identifier {
				read++
				if (len(column.Types) == 0) != (i == c.Identifier) || column.Somebody || column.Unread != nil {
					t.Errorf("column %d: %+v", i, column)
				}
			}
		}
		if read == 0 {
			t.Error("a choice that reads nothing")
		}
	})
}

func count(all []string, which ...string) (n int) {
	for _, s := range all {
		if slices.Contains(which, s) {
			n++
		}
	}
	return n
}

// TestFlags reads the columns of a choice, and one that was not, by its flags.
func TestFlags(t *testing.T) {
	n := columns.New()
	header := []string{"Email", "Zorblax phone", "Owner email", "Mobile"}
	c, p := n.Choose(header, columns.Options{})
	if p != nil {
		t.Fatal(p.Reason)
	}
	c, p = n.Choose(header, options(t, c.Flags(1)))
	if p != nil || outcome(c, p) != "email|phone|somebody|phone" {
		t.Errorf("got %q", outcome(c, p))
	}
}

func TestKnown(t *testing.T) {
	n := columns.New()
	for _, name := range []string{"Email", "Owner email", "Email Status", "First Name", "identifierType", "dnc_reason", "会社名", "Vorname", "URL"} {
		if !n.Known(name) {
			t.Errorf("%q is not known", name)
		}
	}
	for _, name := range []string{"", "My removal list", "Do not contact list Q3", "ada@example.com", "Ada", "+14155550121", "https://www.linkedin.com/in/ada", "Opted-out contacts", "As of 2026-09-30"} {
		if n.Known(name) {
			t.Errorf("%q is known", name)
		}
	}
}

func TestParseType(t *testing.T) {
	n := columns.New()
	for word, want := range map[string]api.IdentifierType{
		"email": api.Email, "E-Mail": api.Email, "web_chat": api.WebChat, "Web chat": api.WebChat, "WhatsApp": api.WhatsApp, "Phone number": api.Phone, "Telefon": api.Phone, "SMS": api.SMS,
		"LinkedIn": api.LinkedIn, "": "", "fax": "", "Owner email": "", "Email status": "", "x": "", "Work": "", "ada@example.com": "",
	} {
		if got, ok := n.ParseType(word); got != want || ok != (want != "") {
			t.Errorf("%q: got %q", word, got)
		}
	}
}

func BenchmarkNew(b *testing.B) {
	for b.Loop() {
		columns.New()
	}
}

func BenchmarkChoose(b *testing.B) {
	n := columns.New()
	header := strings.Split("Record ID|First Name|Last Name|Email|Work email|Additional email addresses|Email Domain|Phone Number|Mobile Phone Number|WhatsApp Phone Number|Fax Number|LinkedIn URL|Contact owner|Unsubscribed from all email|Custom 1|Rechnungsnummer", "|")
	for b.Loop() {
		n.Choose(header, columns.Options{})
	}
}
