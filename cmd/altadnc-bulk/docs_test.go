package main

import (
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/spf13/pflag"
	goldmark "github.com/yuin/goldmark/ast"
)

// sources parses the program, tests left out.
func sources(t *testing.T) []*ast.File {
	t.Helper()
	var files []*ast.File
	for _, folder := range []string{".", "../../pkg"} {
		err := filepath.WalkDir(folder, func(path string, _ fs.DirEntry, err error) error {
			if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
			files = append(files, file)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return files
}

// literals returns the texts of a program.
func literals(files []*ast.File) []string {
	var all []string
	for _, file := range files {
		ast.Inspect(file, func(n ast.Node) bool {
			if literal, ok := n.(*ast.BasicLit); ok && literal.Kind == token.STRING {
				text, _ := strconv.Unquote(literal.Value)
				all = append(all, text)
			}
			return true
		})
	}
	return all
}

// TestDocsMessages: every message that help troubleshooting explains is one that the
// program has.
func TestDocsMessages(t *testing.T) {
	texts := literals(sources(t))
	has := func(part string) bool {
		return slices.ContainsFunc(texts, func(text string) bool { return strings.Contains(text, part) })
	}
	// A message may be put together from two texts.
	made := func(part string) bool {
		words := strings.Fields(part)
		for i := 1; i < len(words); i++ {
			if has(strings.Join(words[:i], " ")) && has(strings.Join(words[i:], " ")) {
				return true
			}
		}
		return has(part)
	}
	varies := regexp.MustCompile(`\.\.\.|\d+|"[^"]*"`) // from case to case
	stops := slices.Collect(maps.Values(constants(t, "../../pkg/worker/stop.go", "Stop")))
	for _, message := range explained(t) {
		if stop, ok := strings.CutPrefix(message, "stopped: "); ok {
			reason, rest, _ := strings.Cut(stop, ":")
			if !slices.Contains(stops, strconv.Quote(reason)) {
				t.Errorf("help troubleshooting explains %q, and %q is no reason to stop", message, reason)
			}
			message = rest
		}
		for _, part := range varies.Split(message, -1) {
			if part = strings.Trim(part, " ,:"); part != "" && !made(part) {
				t.Errorf("help troubleshooting explains %q, and the program has no text %q", message, part)
			}
		}
	}
}

// explained returns the messages that help troubleshooting explains.
func explained(t *testing.T) []string {
	t.Helper()
	topic, _ := findTopic("troubleshooting")
	var messages []string
	for line := range strings.Lines(string(topic.page)) {
		if cell, _, ok := strings.Cut(strings.TrimPrefix(line, "| "), " | "); ok && strings.HasPrefix(line, "| ") {
			for _, code := range regexp.MustCompile("`([^`]+)`").FindAllStringSubmatch(cell, -1) {
				messages = append(messages, code[1])
			}
		}
	}
	if len(messages) < 20 {
		t.Fatalf("help troubleshooting explains %q", messages)
	}
	return messages
}

// TestDocsEnvironment: help environment has every variable that the program reads.
// Those that only its libraries read are listed here.
func TestDocsEnvironment(t *testing.T) {
	known := []string{"ALTADNC_", "HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR", "TMPDIR", "TZ"}
	for _, file := range sources(t) {
		ast.Inspect(file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok || len(call.Args) != 1 {
				return true
			}
			name, ok := call.Fun.(*ast.SelectorExpr)
			literal, isText := call.Args[0].(*ast.BasicLit)
			if ok && isText && strings.EqualFold(name.Sel.Name, "getenv") {
				text, _ := strconv.Unquote(literal.Value)
				known = append(known, text)
			}
			return true
		})
	}
	topic, _ := findTopic("environment")
	for _, name := range known {
		if !strings.Contains(string(topic.page), "`"+name) {
			t.Errorf("help environment does not have %s", name)
		}
	}
	for _, row := range pageTables(t, "environment")[0][1:] {
		for name := range strings.SplitSeq(row[0], ", ") {
			if name, _, _ = strings.Cut(name, " "); !slices.Contains(known, name) {
				t.Errorf("help environment has %s, which nothing reads", name)
			}
		}
	}
}

// TestDocsMetrics: help night has every metric, and no other.
func TestDocsMetrics(t *testing.T) {
	topic, _ := findTopic("night")
	metric := regexp.MustCompile(`altadnc_[a-z_]+`)
	documented := metric.FindAllString(string(topic.page), -1)
	var written []string
	for _, text := range literals(sources(t)) {
		if metric.FindString(text) == text && text != "" {
			written = append(written, text)
		}
	}
	for _, name := range written {
		if !slices.Contains(documented, name) {
			t.Errorf("help night does not have %s", name)
		}
	}
	for _, name := range documented {
		if !slices.Contains(written, name) {
			t.Errorf("help night has %s, which is never written", name)
		}
	}
}

// TestDocsFlagTables: the tables of flags in the topics are whole, and their
// defaults are true.
func TestDocsFlagTables(t *testing.T) {
	root := (&app{}).command()
	remove, _, _ := root.Find([]string{"remove"})
	restore, _, _ := root.Find([]string{"restore"})
	titled := func(title string, flags []*pflag.Flag, groups []flagGroup, all [][]*pflag.Flag) []*pflag.Flag {
		i := slices.IndexFunc(groups, func(g flagGroup) bool { return g.title == title })
		return append(flags, all[i]...)
	}
	groups, flags := groupFlags(remove)
	restoreGroups, restoreFlags := groupFlags(restore)
	pace := append(titled("Pace", nil, groups, flags), remove.Flags().Lookup("timeout"))
	for topic, want := range map[string][]*pflag.Flag{
		"lists":   titled("How the list is read", nil, groups, flags),
		"restore": titled("What is done", nil, restoreGroups, restoreFlags),
		"api":     pace,
	} {
		var rows [][]string
		for _, table := range pageTables(t, topic) {
			if table[0][0] == "flag" {
				rows = table[1:]
			}
		}
		for _, f := range want {
			i := slices.IndexFunc(rows, func(row []string) bool {
				name, _, _ := strings.Cut(strings.TrimLeft(row[0], "-"), " ")
				name, _, _ = strings.Cut(name, "=")
				return name == f.Name
			})
			if i < 0 && f.Name != "dry-run" {
				t.Errorf("help %s has no row for --%s", topic, f.Name)
			}
			if i >= 0 && len(rows[i]) == 3 && f.DefValue != "0s" && defaultText(f) != " (default "+rows[i][1]+")" && f.DefValue != rows[i][1] {
				t.Errorf("help %s: --%s is %s without being given, not %s", topic, f.Name, f.DefValue, rows[i][1])
			}
		}
	}
}

// TestDocsCommands: every command line in the README and in topics is one that the
// program takes, as far as commands and flags go.
func TestDocsCommands(t *testing.T) {
	pages := map[string][]byte{"README.md": []byte(readme(t))}
	for _, topic := range topics() {
		pages["help "+topic.name] = topic.page
	}
	n := 0
	for name, page := range pages {
		for _, line := range commandLines(page) {
			n++
			root := (&app{}).command()
			cmd, rest, err := root.Find(line)
			if err == nil && cmd != root {
				err = cmd.ParseFlags(rest)
			}
			if err != nil && !errors.Is(err, pflag.ErrHelp) || cmd == root && line[0] != "help" {
				t.Errorf("%s: altadnc-bulk %s: %v", name, strings.Join(line, " "), err)
			}
			if cmd.Name() == "help" && len(rest) == 1 && strings.ToLower(rest[0]) == rest[0] {
				if _, ok := findTopic(rest[0]); !ok {
					t.Errorf("%s names %q, which is no topic", name, line)
				}
			}
		}
	}
	if n < 40 {
		t.Errorf("only %d command lines were found", n)
	}
}

// commandLines returns the arguments of the program in all code of a page, up to
// what belongs to the shell.
func commandLines(page []byte) [][]string {
	var code []string
	goldmark.Walk(parseMarkdown(page), func(n goldmark.Node, entering bool) (goldmark.WalkStatus, error) {
		switch n := n.(type) {
		case *goldmark.CodeSpan:
			if entering {
				code = append(code, rawText(n, page))
			}
		case *goldmark.FencedCodeBlock, *goldmark.CodeBlock:
			if entering {
				text := string(n.Lines().Value(page))
				code = append(code, strings.Split(strings.ReplaceAll(text, "\\\n", " "), "\n")...)
			}
		}
		return goldmark.WalkContinue, nil
	})
	var lines [][]string
	for _, line := range code {
		if m := regexp.MustCompile(`(?:^|[ /])altadnc-bulk +([a-z][^#>&]*)`).FindStringSubmatch(line); m != nil {
			args, _, _ := strings.Cut(m[1], " 2>")
			args, _, _ = strings.Cut(args, ")")
			lines = append(lines, strings.Fields(args))
		}
	}
	return lines
}
