package main

import "testing"

func TestQuote(t *testing.T) {
	for _, tt := range []struct{ word, posix, cmd string }{
		{"contacts.csv", "contacts.csv", "contacts.csv"},
		{"", "''", `""`},
		{"--column=Prospect Email=email", "'--column=Prospect Email=email'", `"--column=Prospect Email=email"`},
		{`C:\Lists\monday.csv`, `'C:\Lists\monday.csv'`, `C:\Lists\monday.csv`},
		{`C:\My Lists\`, `'C:\My Lists\'`, `"C:\My Lists\\"`},
		{"Ada's & Ben's (2).csv", `'Ada'\''s & Ben'\''s (2).csv'`, `"Ada's & Ben's (2).csv"`},
		{"a,b.csv", "a,b.csv", `"a,b.csv"`},
		{"$x`y.csv", "'$x`y.csv'", "\"$x`y.csv\""},
		{"100%.csv", "100%.csv", `^"100^%.csv^"`},
		{`--column=the "mail" & more=email`, `'--column=the "mail" & more=email'`, `^"--column=the \^"mail\^" ^& more=email^"`},
		{`--column=ends\"=email`, `'--column=ends\"=email'`, `^"--column=ends\\\^"=email^"`},
		{"--column=Téléphone=phone", "'--column=Téléphone=phone'", `"--column=Téléphone=phone"`},
	} {
		if got := posixQuote(tt.word); got != tt.posix {
			t.Errorf("for a POSIX shell %q becomes %s, want %s", tt.word, got, tt.posix)
		}
		if got := cmdQuote(tt.word); got != tt.cmd {
			t.Errorf("for cmd.exe %q becomes %s, want %s", tt.word, got, tt.cmd)
		}
	}
}
