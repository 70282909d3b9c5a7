package main

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/rivo/uniseg"
	"github.com/spf13/pflag"
)

// TestFlagGroups: every flag is in a group of the help, and every name in a group
// is a flag.
func TestFlagGroups(t *testing.T) {
	used := map[string]bool{}
	for _, cmd := range commands((&app{}).command()) {
		cmd.InitDefaultHelpFlag()
		cmd.InitDefaultVersionFlag()
		groups, flags := groupFlags(cmd)
		for i, group := range groups {
			for _, f := range flags[i] {
				used[group.title+" "+f.Name] = true
				if group.names == nil {
					t.Errorf("%s: --%s is in no group of flaggroups.go", cmd.CommandPath(), f.Name)
				}
			}
		}
	}
	for _, group := range flagGroups() {
		for _, name := range group.names {
			if !used[group.title+" "+name] && name != "no-descriptions" { // which completion gets only when it is called
				t.Errorf("the group %q has --%s, which does not exist", group.title, name)
			}
		}
	}
}

// TestHelpComplete: the help of a command has all its flags, and no line is wider
// than 80 columns, or than a terminal that is narrower: examples apart, and words.
func TestHelpComplete(t *testing.T) {
	for _, cmd := range commands((&app{}).command()) {
		page := newHelpPage(cmd)
		for _, width := range []int{40, 80, 100} {
			code := codeLines([]byte(page.about + "\n\n" + page.sections))
			code[page.usage] = true
			for line := range strings.Lines(page.text(width)) {
				line = strings.TrimRight(line, "\n")
				short := strings.TrimSpace(line)
				if uniseg.StringWidth(line) > width && !(width < 80 && (code[short] || !strings.Contains(short, " "))) {
					t.Errorf("%s --help at %d columns: %q", page.name, width, line)
				}
			}
		}
		text := page.text(80)
		cmd.Flags().VisitAll(func(f *pflag.Flag) {
			if !regexp.MustCompile(`(?m)^  --` + f.Name + `\b`).MatchString(text) {
				t.Errorf("%s --help has no line for --%s", page.name, f.Name)
			}
		})
	}
}

// TestManPages: the pages are made of what man(7) knows, and of nothing that roff
// would take for something else.
func TestManPages(t *testing.T) {
	folder := t.TempDir()
	root := (&app{}).command()
	if err := writeManPages(root, folder, "2026-01-31"); err != nil {
		t.Fatal(err)
	}
	pages, err := filepath.Glob(filepath.Join(folder, "man?", "*.?"))
	if err != nil {
		t.Fatal(err)
	}
	if want := len(commands(root)) + len(topics()); len(pages) < want {
		t.Errorf("%d pages, want %d", len(pages), want)
	}
	macros := []string{".TH", ".SH", ".SS", ".PP", ".TP", ".IP", ".RS", ".RE", ".nf", ".fi", ".br", ".nh", ".ad"}
	escape := regexp.MustCompile(`\\(e|-|&|f[BR]|\[u[0-9A-F]{4,6}\]|\((aq|ga|ha|ti|bu))`)
	for _, page := range pages {
		content, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		open := 0
		for line := range strings.Lines(string(content)) {
			word, _, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
			if line[0] == '.' && !slices.Contains(macros, word) || line[0] == '\'' {
				t.Errorf("%s: %q is a request", filepath.Base(page), line)
			}
			if rest := escape.ReplaceAllString(line, ""); strings.Contains(rest, `\`) || strings.ContainsFunc(rest, func(r rune) bool { return r > '~' }) {
				t.Errorf("%s: %q has an escape that roff does not know, or is not ASCII", filepath.Base(page), line)
			}
			switch word {
			case ".RS", ".nf":
				open++
			case ".RE", ".fi":
				open--
			}
		}
		if open != 0 || !bytes.Contains(content, []byte("\n.SH NAME\n")) {
			t.Errorf("%s: %d indents are not closed, or there is no name", filepath.Base(page), open)
		}
	}
}

// TestMarkdownRoff holds how each part of a page becomes a man page, and that nothing of
// it is taken for a request.
func TestMarkdownRoff(t *testing.T) {
	page := "# night: a\n\n.One **two** `-x '\\y'` é ~ ^.\n\n## it's\n\n- ten\n  - eleven\n\n```sh\n.a\n'b\n```\n\n| a | b |\n| --- | --- |\n| `.x` | y |\n\n| a | b | c |\n| --- | --- | --- |\n| .x | y | z |\n"
	const want = `.PP
\&.One \fBtwo\fR \fB\-x \(aq\ey\(aq\fR \[u00E9] \(ti \(ha.
.SH IT\(aqS
.IP \(bu 2
ten
.RS 2
.IP \(bu 2
eleven
.RE
.RS 4
.PP
.nf
\&.a
\(aqb
.fi
.RE
.TP
\fB.x\fR
y
.PP
.nf
a   b  c
\-\-  \-  \-
\&.x  y  z
.fi
`
	if got := markdownRoff([]byte(page)); got != want {
		t.Errorf("got\n%s", got)
	}
}
