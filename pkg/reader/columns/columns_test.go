package columns_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	"altadnc-bulk/pkg/reader/columns"
)

// rows returns the lines of a table in testdata, split at tabs.
func rows(t *testing.T, file string) [][]string {
	t.Helper()
	text, err := os.ReadFile("testdata/" + file)
	if err != nil {
		t.Fatal(err)
	}
	var rows [][]string
	for line := range strings.Lines(string(text)) {
		if line[0] != '#' {
			rows = append(rows, strings.Split(strings.TrimSuffix(line, "\n"), "\t"))
		}
	}
	return rows
}

// TestHeaders reads the headers of products.
func TestHeaders(t *testing.T) {
	n := columns.New()
	for _, row := range rows(t, "headers.tsv") {
		t.Run(row[0], func(t *testing.T) {
			var names, want, flags []string
			for i, cell := range strings.Split(row[2], " | ") {
				name, mark, _ := strings.Cut(cell, " =")
				names, want = append(names, name), append(want, mark)
				if mark != "" {
					flags = append(flags, flagFor(row[2], i, name, mark)...)
				}
			}
			c, p := n.Choose(names, columns.Options{})
			switch {
			case row[1] == "whole" && p != nil:
				t.Errorf("refused: %s %q", p.Reason, p.Flags)
			case row[1] == "whole":
				if got := marks(c); !slices.Equal(got, want) {
					t.Errorf("got %q", zip(names, got))
				}
			case p == nil:
				t.Errorf("read without a flag: %q", zip(names, marks(c)))
			case !slices.Equal(p.Flags[0], flags):
				t.Errorf("%s: got %q, want first %q", p.Reason, p.Flags, flags)
			}
		})
	}
}

// flagFor returns the flag that reads a column; by its position where its name is
// that of another one too.
func flagFor(all string, i int, name, types string) []string {
	if n := strings.Count(" | "+all+" | ", " | "+name+" ="+types+" | ") + strings.Count(" | "+all+" | ", " | "+name+" | "); n > 1 {
		name = "#" + string(rune('1'+i))
	}
	return []string{"--column", name + "=" + types}
}

// marks returns how each column is read, as headers.tsv writes it.
func marks(c columns.Choice) []string {
	got := make([]string, len(c.Columns))
	for i, column := range c.Columns {
		switch {
		case column.Role == columns.Identifier:
			words := make([]string, len(column.Types))
			for j, typ := range column.Types {
				words[j] = string(typ)
			}
			got[i] = strings.Join(words, ",")
		case column.Somebody:
			got[i] = "somebody"
		case column.Unread != nil:
			got[i] = "unread"
		}
	}
	return got
}

func zip(names, marks []string) []string {
	got := make([]string, len(names))
	for i := range names {
		got[i] = names[i] + " =" + marks[i]
	}
	return got
}

// TestNames reads names, each in a header of its own. One that holds identifiers of
// the person is read or, at the worst, named with the flag that reads it; one that
// does not is never read.
func TestNames(t *testing.T) {
	n := columns.New()
	for _, file := range []string{"names.tsv", "unseen.tsv"} {
		all, read := 0, 0
		for _, row := range rows(t, file) {
			name, want := row[1], row[2]
			got := meaning(n, name, want)
			switch {
			case got != want && got != "named "+want:
				t.Errorf("%s: %q: got %q, want %q", file, name, got, want)
			case want != "somebody" && want != "either" && want != "none":
				all++
				if got == want {
					read++
				}
			}
		}
		t.Logf("%s: %d of %d names read, the others named", file, read, all)
		if read*100 < all*97 {
			t.Errorf("%s: only %d of %d names are read", file, read, all)
		}
	}
}

// meaning returns what becomes of a name: alone where it should be read, and beside
// columns of all types where it should not.
func meaning(n *columns.Names, name, want string) string {
	if want != "somebody" && want != "either" && want != "none" {
		c, p := n.Choose([]string{"First Name", name}, columns.Options{})
		switch {
		case p == nil:
			return marks(c)[1]
		case len(p.Flags) > 0 && len(p.Flags[0]) == 2:
			return "named " + p.Flags[0][1][strings.LastIndex(p.Flags[0][1], "=")+1:]
		}
		return p.Reason
	}
	c, p := n.Choose([]string{name, "E-mail address", "Phone no.", "LinkedIn page", "Text number", "WhatsApp no.", "Web chat"}, columns.Options{})
	if p != nil {
		return p.Reason
	}
	switch got := marks(c)[0]; got {
	case "unread":
		return "either"
	case "":
		return "none"
	default:
		return got
	}
}
