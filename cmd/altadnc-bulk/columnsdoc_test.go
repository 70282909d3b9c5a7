package main

import (
	"bytes"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"

	"altadnc-bulk/pkg/api"
	"altadnc-bulk/pkg/reader/columns"
)

// word is a line of the table of names: what some words mean in a language.
type nameLine struct{ language, meaning, words string }

// nameLines reads the table of names.
func nameLines(t *testing.T) []nameLine {
	t.Helper()
	table, err := os.ReadFile("../../pkg/reader/columns/names.tsv")
	if err != nil {
		t.Fatal(err)
	}
	var lines []nameLine
	for line := range strings.Lines(string(table)) {
		if fields := strings.Split(strings.TrimSpace(line), "\t"); len(fields) == 3 && line[0] != '#' {
			lines = append(lines, nameLine{fields[0], fields[1], fields[2]})
		}
	}
	return lines
}

// pageTables returns the tables of a topic: rows of cells, as they are displayed.
func pageTables(t *testing.T, name string) [][][]string {
	t.Helper()
	topic, ok := findTopic(name)
	if !ok {
		t.Fatalf("no topic %q", name)
	}
	return tablesOf(topic.page)
}

// TestColumnsLanguages holds the table of languages in the topic about columns
// against the table of names, or writes it with UPDATE_GOLDEN=1 in the environment.
func TestColumnsLanguages(t *testing.T) {
	const path, begin, end = "topics/columns.md", "<!-- begin languages: written by the tests -->\n", "<!-- end languages -->\n"
	page, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, _ := strings.Cut(string(page), begin)
	_, after, ok := strings.Cut(rest, end)
	if !ok {
		t.Fatalf("%s: no place for the languages", path)
	}
	want := []byte(before + begin + "\n" + languageTable(t) + "\n" + end + after)
	if os.Getenv("UPDATE_GOLDEN") != "" {
		if err := os.WriteFile(path, want, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if !bytes.Equal(page, want) {
		t.Errorf("%s: the languages are not those of names.tsv; UPDATE_GOLDEN=1 go test ./cmd/altadnc-bulk writes them anew", path)
	}
	if languages := strings.Count(languageTable(t), "\n") - 2; languages != 19 {
		t.Errorf("the texts speak of nineteen languages, and there are %d", languages)
	}
}

// languageTable returns a row for each language, with the first words that name an
// email address and a phone in it.
func languageTable(t *testing.T) string {
	rows := map[string][2][]string{}
	for _, line := range nameLines(t) {
		row := rows[line.language]
		words := strings.Split(line.words, ", ")
		switch line.meaning {
		case "email":
			row[0] = words[:min(3, len(words))]
		case "phone", "mobile":
			row[1] = append(row[1], words[:min(2, len(words))]...)
		}
		rows[line.language] = row
	}
	delete(rows, "any")
	rows["en"] = [2][]string{{"email", "e-mail", "mail"}, append([]string{"phone", "telephone"}, rows["en"][1]...)}
	var lines []string
	for code, row := range rows {
		name := display.English.Languages().Name(language.Make(code))
		lines = append(lines, fmt.Sprintf("| %s | `%s` | `%s` |\n", name, strings.Join(row[0], "`, `"), strings.Join(row[1], "`, `")))
	}
	slices.Sort(lines)
	return "| language | an email address, for example | a phone, for example |\n| --- | --- | --- |\n" + strings.Join(lines, "")
}

// TestColumnsExamples reads every name that the topic about columns gives as an
// example of one that is read.
func TestColumnsExamples(t *testing.T) {
	read := pageTables(t, "columns")[0]
	var types []string
	for _, row := range read[1:] {
		types = append(types, row[0])
		for name := range strings.SplitSeq(row[1], ", ") {
			c, problem := columns.New().Choose([]string{name}, columns.Options{})
			if problem != nil || c.Columns[0].Role != columns.Identifier || words(c.Columns[0].Types) != row[0] {
				t.Errorf("a column %q is not read as %s: %v %v", name, row[0], c.Columns, problem)
			}
		}
	}
	for _, known := range api.IdentifierTypes() {
		if !slices.Contains(types, string(known)) {
			t.Errorf("help columns has no example of %s", known)
		}
	}
}

// TestColumnsWords: the topic about columns has every meaning of the table of
// names, its examples mean what it says, and the names of a long list's columns
// are all there.
func TestColumnsWords(t *testing.T) {
	tables := pageTables(t, "columns")
	long, meanings := tables[1][1:], tables[2][1:]
	said := map[string]string{}
	for _, row := range meanings {
		for _, meaning := range regexp.MustCompile(`[a-z]+`).FindAllString(row[0], -1) {
			said[meaning] = row[1]
		}
	}
	examples := map[string]bool{}
	for _, line := range nameLines(t) {
		first, _, _ := strings.Cut(line.meaning, " ")
		switch _, isType := api.ParseIdentifierType(line.meaning); {
		case isType == nil, first == "mobile", slices.Contains([]string{"vague", "weak", "place", "field", "about"}, first):
			continue // types, and names mentioned in the text
		case strings.HasSuffix(line.meaning, "column"), strings.HasPrefix(line.meaning, "type column"):
			if !slices.ContainsFunc(long, func(row []string) bool { return row[1] == line.words }) {
				t.Errorf("help columns does not have the names of a column %q: %s", line.meaning, line.words)
			}
			continue
		}
		if _, ok := said[first]; !ok {
			t.Errorf("help columns says nothing of words of the meaning %q", first)
		}
		for word := range strings.SplitSeq(line.words, ", ") {
			examples[first+" "+word] = true
		}
	}
	for _, row := range meanings {
		for word := range strings.SplitSeq(row[1], ", ") {
			fits := func(meaning string) bool { return examples[meaning+" "+word] }
			if word != "" && !slices.ContainsFunc(regexp.MustCompile(`[a-z]+`).FindAllString(row[0], -1), fits) {
				t.Errorf("help columns: %q is no word of the meaning %s", word, row[0])
			}
		}
	}
}
