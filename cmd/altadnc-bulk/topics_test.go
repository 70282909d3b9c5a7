package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/rivo/uniseg"
	"github.com/yuin/goldmark/ast"
	east "github.com/yuin/goldmark/extension/ast"
)

// tablesOf returns the tables of a page.
func tablesOf(page []byte) [][][]string {
	var tables [][][]string
	for n := parseMarkdown(page).FirstChild(); n != nil; n = n.NextSibling() {
		if table, ok := n.(*east.Table); ok {
			rows := tableRows(table, page)
			for _, row := range rows {
				for i := range row {
					row[i] = strings.ReplaceAll(row[i], noBreak, " ")
				}
			}
			tables = append(tables, rows)
		}
	}
	return tables
}

// TestTopics: each topic has a title with its name, is linked from the README with
// what it is about, and links to nothing that is not there.
func TestTopics(t *testing.T) {
	front := readme(t)
	if n := strings.Count(front, "\n"); n > 200 {
		t.Errorf("README.md has %d lines: what is longer than a front page belongs into a topic", n)
	}
	for _, topic := range topics() {
		title := "# " + topic.name + ": " + topic.short + "\n"
		if topic.short == "" || !strings.HasPrefix(string(topic.page), title) {
			t.Errorf("%s: the first line is not %q", topic.name, title)
		}
		if row := "| [" + topic.name + "](cmd/altadnc-bulk/topics/" + topic.name + ".md) | " + topic.short + " |\n"; !strings.Contains(front, row) {
			t.Errorf("README.md has no row %s", row)
		}
		checkLinks(t, "topics", topic.name+".md", topic.page)
	}
	for _, name := range []string{"README.md", "CONTRIBUTING.md", "CHANGELOG.md"} {
		page, err := os.ReadFile("../../" + name)
		if err != nil {
			t.Fatal(err)
		}
		checkLinks(t, "../..", name, page)
	}
}

// checkLinks follows the links of a page to files and to headings.
func checkLinks(t *testing.T, folder, name string, page []byte) {
	t.Helper()
	ast.Walk(parseMarkdown(page), func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		link, ok := n.(*ast.Link)
		if !ok || !entering || strings.Contains(string(link.Destination), "://") {
			return ast.WalkContinue, nil
		}
		file, heading, _ := strings.Cut(string(link.Destination), "#")
		target, err := page, error(nil)
		if file != "" {
			target, err = os.ReadFile(filepath.Join(folder, filepath.FromSlash(file)))
		}
		if err != nil || heading != "" && !hasHeading(target, heading) {
			t.Errorf("%s links to %s, which is not there", name, link.Destination)
		}
		return ast.WalkContinue, nil
	})
}

// hasHeading reports whether a page has a heading that GitHub gives this anchor.
func hasHeading(page []byte, anchor string) bool {
	for n := parseMarkdown(page).FirstChild(); n != nil; n = n.NextSibling() {
		if n.Kind() == ast.KindHeading {
			text := strings.ToLower(inlineText(n, page))
			text = regexp.MustCompile(`[^\pL\pN _-]`).ReplaceAllString(text, "")
			if strings.ReplaceAll(text, " ", "-") == anchor {
				return true
			}
		}
	}
	return false
}

// TestPageWidth: whatever the width, lines of help keep within it, except those of
// code and those of a single word.
func TestPageWidth(t *testing.T) {
	for _, width := range []int{20, 40, 60, 80, 100} {
		for _, topic := range topics() {
			code := codeLines(topic.page)
			for line := range strings.Lines(markdownText(topic.page, width)) {
				line = strings.TrimSuffix(line, "\n")
				if uniseg.StringWidth(line) > width && !code[strings.TrimSpace(line)] && len(strings.Fields(strings.TrimLeft(line, " -"))) > 1 {
					t.Errorf("help %s at %d columns: %q", topic.name, width, line)
				}
			}
		}
	}
}

// codeLines returns the lines of all code blocks of a page.
func codeLines(page []byte) map[string]bool {
	lines := map[string]bool{}
	ast.Walk(parseMarkdown(page), func(n ast.Node, _ bool) (ast.WalkStatus, error) {
		switch n.(type) {
		case *ast.FencedCodeBlock, *ast.CodeBlock:
			for _, line := range n.Lines().Sliced(0, n.Lines().Len()) {
				lines[strings.TrimSpace(string(line.Value(page)))] = true
			}
		}
		return ast.WalkContinue, nil
	})
	return lines
}

// TestPageText holds how each part of a page is rendered.
func TestPageText(t *testing.T) {
	page := "# night: a\n\nOne *two* [three](three.md) `four five` `six`\nseven eight nine.\n\n- ten\n- eleven twelve thirteen fourteen\n  - fifteen\n\n" +
		"```sh\nas it is   here, however wide it may be\n```\n\n| a | b |\n| ---: | --- |\n| 1 | `x y` |\n| 22 | two `x y` words |\n\n" +
		"| term | said |\n| --- | --- |\n| `a term of several words which is long` | what is said of it |\n\n<!-- nobody sees this -->\n"
	const want = `night: a

  One two three "four five"
  six seven eight nine.

  - ten
  - eleven twelve thirteen
    fourteen
    - fifteen

    as it is   here, however wide it may be

   a  b
  --  ---------------
   1  x y
  22  two "x y" words

  a term of several words
    which is long
      what is said of it
`
	if got := markdownText([]byte(page), 28); got != want {
		t.Errorf("got\n%s", got)
	}
}
