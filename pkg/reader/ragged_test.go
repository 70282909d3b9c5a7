package reader

import (
	"strings"
	"testing"

	"altadnc-bulk/pkg/api"
	"altadnc-bulk/pkg/reader/canonical"
	"altadnc-bulk/pkg/reader/columns"
)

// TestRagged reads rows that have not as many cells as the header, or that a
// line break may have torn. Each list ends with a row that must be read.
func TestRagged(t *testing.T) {
	phones := Options{Columns: columns.Options{Types: []api.IdentifierType{api.Phone}}, Values: canonical.Rules{Region: "DE"}}
	for _, c := range []struct {
		name, list string
		opts       Options
		want       string
	}{
		// More cells than the header.
		{"the shift puts an address into the column", "Name,Email,Note\nLovell, Ada,ada@example.com,x\n", Options{}, "too-many-cells"},
		{"the shift takes the address out of the column", "Manager,Email,Note\nLovell, Ada,boss@example.com,\nBo,bo@example.com,\n", Options{}, "too-many-cells bo@example.com"},
		{"the address before its place", "Name,Manager,Email\nLovell, Ada,boss@example.com,\n", Options{}, "too-many-cells"},
		{"behind a quoted cell", "Name,Email,Note\n\"Lovell, Ada\",,ada@example.com,x\n", Options{}, "too-many-cells"},
		{"quoted cells count once", "Name,Email,Note\n\"Lovell, Ada\",ada@example.com,\"x, y\"\n", Options{}, "ada@example.com"},
		{"nothing in it", "Name,Email\nTotal,,,3\n", Options{}, ""},
		{"the first column, and nothing to join", "Email,Note\nada@example.com,so, so\n", Options{}, "ada@example.com"},
		{"the first column, torn", "Email,Note\nada@example.co,m,so\n", Options{}, "too-many-cells"},
		{"the first column, and another address", "Email,Note\nada@example.com,so,ask bo@example.com\n", Options{}, "too-many-cells"},
		{"the first column, and an address in its place", "Email,Note\nada@example.com,bo@example.com,so\n", Options{}, "too-many-cells"},
		{"the first column of numbers, torn", "Phone,Note\n+4930231251,12,so\n", Options{}, "too-many-cells"},
		{"web chat", "Web chat,Note\nvisitor,so,so\n", Options{}, "too-many-cells"},
		{"long, the type in its place", "identifier,type,note\nada@example.com,email,so, so\n", Options{}, "ada@example.com"},
		{"long, the type out of its place", "identifier,name,type\nada@example.com,Lovell, Ada,email\n", Options{}, "too-many-cells"},
		{"long, two types", "identifier,type,note\nada@example.com,email,phone,so\n", Options{}, "too-many-cells"},
		{"long, the type before", "type,identifier,note\nemail,ada@example.com,so, so\n", Options{}, "too-many-cells"},
		{"long, no type at all", "identifier,type,note\nTotal,3,so, so\n", Options{}, "unknown-type"},
		// Fewer.
		{"a lost delimiter", "First,Last,Email,Manager\nAda Lovell,ada@example.com,boss@example.com\n", Options{}, "too-few-cells"},
		{"a lost delimiter in front of a blank cell", "Name,Email,Manager\nAda,boss@example.com\n", Options{}, "too-few-cells"},
		{"the last cells are missing", "Email,Name,Note\nada@example.com,Ada\n", Options{}, "too-few-cells"},
		{"a footer", "Email,Name,Note\n3 rows\n", Options{}, "email-no-at"},
		{"a footer beside", "Name,Email,Note\n3 rows\n", Options{}, ""},
		{"a number without its place", "Name,Phone,Note\nAda,+14155550123\n", Options{}, "too-few-cells"},
		{"digits without their place", "Name,City,Phone\nAda,0302312511\n", Options{Values: canonical.Rules{Region: "DE"}}, "too-few-cells"},
		{"web chat without its place", "Name,Web chat,Note\nvisitor\n", Options{}, "too-few-cells"},
		{"long, without a type", "identifier,type,note\nada@example.com\n", Options{}, "too-few-cells"},
		{"long, a footer", "identifier,type,note\nTotal: 3\n", Options{}, "no-type"},
		// Torn by a line break.
		{"the first half ends an address", "email\nada.\nlovell@example.com\n", Options{}, "email-no-at torn"},
		{"the second half ends an address", "email\nada@example.co\nm\n", Options{}, "torn email-no-at"},
		{"the second half ends no address", "email\nada@example.com\nTotal\n", Options{}, "ada@example.com email-no-at"},
		{"two addresses", "email\nada@example.com\nbo@example.com\n", Options{}, "ada@example.com bo@example.com"},
		{"in the first column", "Email,Name\nada.\nlovell@example.com,Ada\n", Options{}, "email-no-at torn"},
		{"in the last column", "Name,Email\nAda,ada@example.co\nm\n", Options{}, "torn"},
		{"in a quoted cell nothing is torn", "Name,Email\nAda,\"ada@example.co\"\nm\n", Options{}, "ada@example.co"},
		{"below a line that is quoted", "Name,Email\nAda,ada@example.co\n\"m\"\n", Options{}, "ada@example.co"},
		{"visitors of a list of them alone", "Web chat\nvisi\ntor\n", Options{}, "visi tor"},
		{"not beside a row of two cells", "Email,Name\nada.,x\nlovell@example.com,Ada\n", Options{}, "email-no-at lovell@example.com"},
		{"numbers that are whole", "number\n0302312511\n0302312512\n", phones, "+49302312511 +49302312512"},
		{"a number and its end", "number\n0302312511\n1234\n", phones, "torn phone-invalid"},
		// Cut off.
		{"an ending that goes on", "Name,Email\nBo,bo@example.com\nAda,ada@example.co", Options{}, "bo@example.com cut-off"},
		{"an ending that does not", "Name,Email\nAda,ada@example.com", Options{}, "ada@example.com"},
		{"a quoted ending", "Name,Email\nAda,\"ada@example.co\"", Options{}, "ada@example.co"},
		{"an ending that is not read", "Email,Name\nada@example.co,Ad", Options{}, "ada@example.co"},
		{"a number that is whole", "phone\n+14155550123", Options{}, "+14155550123"},
		{"a number that goes on", "phone\n+4930231251", Options{}, "cut-off"},
		// Joined.
		{"the name of the column behind an address", "email\nada@example.comemail\nbo@example.com\n", Options{}, "glued bo@example.com"},
		{"an address that ends like the column", "email\nada@example.email\n", Options{}, "ada@example.email"},
		{"a header in another order behind a broken quote", "Email,Owner email\nbo@example.com,rep@example.net\"Owner email\",\"Email\"\nrep@example.net,cy@example.com\n", Options{},
			"list:2: another header with other columns begins here: what follows would be read under the wrong names; if what is above is a title, begin here"},
		{"the same header behind a broken quote", "Email,Owner email\nbo@example.com,rep@example.net\"Email\",\"Owner email\"\ncy@example.com,rep@example.net\n", Options{}, "quote cy@example.com"},
		{"one of its names behind a broken quote", "Email,Name\nbo@example.com,\"Email\"x\ncy@example.com,Cy\n", Options{}, "quote cy@example.com"},
		{"the name of the column as a visitor", "Web chat,Name\nWeb chat,Ada\n", Options{}, "column-name"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := strings.TrimSuffix(outline(strings.NewReader(c.list), c.opts), "EOF")
			if strings.TrimSpace(got) != c.want {
				t.Errorf("%q was read as %q, want %q", c.list, got, c.want)
			}
		})
	}
}

// TestBlocks reads what Excel makes of rows whose last cells are empty, and what
// only looks like it.
func TestBlocks(t *testing.T) {
	rows := func(n int, row string) string { return strings.Repeat(row+"\n", n) }
	full, short, long := "Ada,ada@example.com,x", "Bo,bo@example.com", "Cy,cy@example.com,,,"
	for _, c := range []struct {
		name, list string
		read       int
	}{
		{"a short block", rows(15, full) + rows(16, short) + rows(3, full), 34},
		{"a long block", rows(15, full) + rows(16, long) + rows(3, full), 34},
		{"the last block", rows(15, full) + rows(5, short), 20},
		{"a last row alone", rows(15, full) + short + "\n", 15},
		{"a last pair that could be one row", rows(15, full) + rows(2, short), 15},
		{"not where blocks begin", rows(14, full) + rows(16, short) + rows(3, full), 14 + 3},
		{"in the header's own block", rows(10, full) + rows(5, short) + rows(16, short), 10},
		{"one row of a block differs", rows(15, full) + rows(7, short) + "Dee dee@example.com\n" + rows(8, short), 15 + 15},
		{"three rows of a block differ", rows(15, full) + rows(6, short) + rows(3, full) + rows(7, short), 15 + 3},
		{"extra cells that are filled", rows(15, full) + rows(16, "Cy,cy@example.com,,,x"), 15},
		{"a list of another program", rows(15, full) + rows(16, "bo@example.com;Bo"), 15},
		{"blank rows count", rows(7, full) + "\n" + rows(7, full) + rows(16, short), 14 + 16},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := outline(strings.NewReader("Name,Email,Note\n"+c.list), Options{})
			if n := strings.Count(got, "@example.com"); n != c.read || !strings.HasSuffix(got, " EOF") {
				t.Errorf("%d addresses were read, want %d: %s", n, c.read, got)
			}
		})
	}
}

// TestMismatch refuses a list as a whole when its header fits none of its rows.
func TestMismatch(t *testing.T) {
	for _, c := range []struct{ list, want string }{
		{"Name,Email\n0,Ada,ada@example.com\n1,Bo,bo@example.com\n2,Cy,cy@example.com\n", "list:1: the rows have 3 cells and the header has 2, so every cell could belong to the column next to its own"},
		{"Name (last, first),Email\nLovell,ada@example.com\nReyes,bo@example.com\nTan,cy@example.com\n", "list:1: the rows have 2 cells and the header has 3"},
		{"Name,Email\n0,Ada,ada@example.com\n1,Bo,bo@example.com\n", "too-many-cells too-many-cells EOF"},
		{"Name,Email\n0,Ada,ada@example.com\n1,Bo,bo@example.com\nCy,cy@example.com\n", "too-many-cells too-many-cells cy@example.com EOF"},
		{"Email,Name\nada@example.com,Ada,\nbo@example.com,Bo,\ncy@example.com,Cy,\n", "ada@example.com bo@example.com cy@example.com EOF"},
	} {
		if got := outline(strings.NewReader(c.list), Options{}); !strings.HasPrefix(got, c.want) {
			t.Errorf("%q: %s, want %s", c.list, got, c.want)
		}
	}
}
