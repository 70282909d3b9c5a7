package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	goldmark "github.com/yuin/goldmark/ast"
	east "github.com/yuin/goldmark/extension/ast"
)

// documented returns the cells of the first column of every table below a heading.
func documented(t *testing.T, name, heading string) []string {
	t.Helper()
	topic, _ := findTopic(name)
	var cells []string
	within := false
	for n := parseMarkdown(topic.page).FirstChild(); n != nil; n = n.NextSibling() {
		switch n := n.(type) {
		case *goldmark.Heading:
			within = inlineText(n, topic.page) == heading
		case *east.Table:
			if within {
				for _, row := range tableRows(n, topic.page)[1:] {
					cells = append(cells, strings.Split(strings.ReplaceAll(row[0], noBreak, " "), ", ")...)
				}
				return cells
			}
		}
	}
	t.Fatalf("help %s has no table below %q", name, heading)
	return nil
}

// members returns the names that a struct has in JSON.
func members(typ reflect.Type) []string {
	var names []string
	for field := range typ.Fields() {
		tag, ok := field.Tag.Lookup("json")
		switch name, _, _ := strings.Cut(tag, ","); {
		case field.Anonymous && !ok && field.Type.Kind() == reflect.Pointer:
			names = append(names, members(field.Type.Elem())...)
		case field.Anonymous && !ok:
			names = append(names, members(field.Type)...)
		case ok:
			names = append(names, name)
		}
	}
	return names
}

// TestDocsJSON: help json has exactly the fields of every object.
func TestDocsJSON(t *testing.T) {
	for heading, object := range map[string]any{
		"Failure":                  failure{},
		"remove --json":            removeSummary{},
		"remove --dry-run --json":  removePlan{},
		"rows":                     rowCounts{},
		"unread":                   unread{},
		"read_as":                  layout{},
		"refused":                  refused{},
		"snapshot":                 snapshotEffect{},
		"sweep --json":             sweepSummary{},
		"sweep --dry-run --json":   sweepPlan{},
		"totals":                   sweepTotals{},
		"verify --json":            verifySummary{},
		"contradictions":           contradiction{},
		"restore --json":           restoreSummary{},
		"restore --dry-run --json": restorePlan{},
		"check --json":             checked{},
		"status --json":            status{},
	} {
		have, want := documented(t, "json", heading), members(reflect.TypeOf(object))
		slices.Sort(have)
		slices.Sort(want)
		if !slices.Equal(have, want) {
			t.Errorf("help json, %s: documented\n%q\nprinted\n%q", heading, have, want)
		}
	}
	topic, _ := findTopic("json")
	for row, object := range map[string]any{"`columns`": column{}, "`first`": refusedEntry{}, "`left_alone`": leftAlone{}, "`checks`": checkedItem{}} {
		_, line, _ := strings.Cut(string(topic.page), "\n| "+row+" | ")
		line, _, _ = strings.Cut(line, "\n")
		for _, name := range members(reflect.TypeOf(object)) {
			if !strings.Contains(line, "`"+name+"`") {
				t.Errorf("help json says nothing of %q in %s", name, row)
			}
		}
	}
}

// TestDocsStops: help json has every reason to stop, and no other.
func TestDocsStops(t *testing.T) {
	var want []string
	for _, value := range constants(t, "../../pkg/worker/stop.go", "Stop") {
		reason, err := strconv.Unquote(value)
		if err != nil {
			t.Fatal(err)
		}
		want = append(want, reason)
	}
	var have []string
	for _, table := range pageTables(t, "json") {
		if table[0][0] == "reason" {
			for _, row := range table[1:] {
				have = append(have, strings.Split(row[0], ", ")...)
			}
		}
	}
	slices.Sort(have)
	slices.Sort(want)
	if !slices.Equal(have, want) {
		t.Errorf("help json has the reasons\n%q\nand there are\n%q", have, want)
	}
}

// constants returns the values of a file's constants whose names begin with prefix,
// as they are written.
func constants(t *testing.T, path, prefix string) map[string]string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	values := map[string]string{}
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if ok && strings.HasPrefix(spec.Names[0].Name, prefix) && len(spec.Values) == 1 {
			if literal, ok := spec.Values[0].(*ast.BasicLit); ok {
				values[spec.Names[0].Name] = literal.Value
			}
		}
		return true
	})
	if len(values) == 0 {
		t.Fatalf("%s has no constants %s…", path, prefix)
	}
	return values
}

// TestDocsExitCodes: help exit-codes has every exit code with its meaning, and no
// other, and weighs them as a sweep does.
func TestDocsExitCodes(t *testing.T) {
	want := map[string]bool{}
	for _, value := range constants(t, "exit.go", "exit") {
		want[value] = true
	}
	rows := pageTables(t, "exit-codes")[0][1:]
	for _, row := range rows {
		code, err := strconv.Atoi(row[0])
		if err != nil || !want[row[0]] {
			t.Errorf("help exit-codes has %s, which no command ends with", row[0])
		}
		if row[1] != exitMeaning(code) {
			t.Errorf("help exit-codes says of %d %q, the program %q", code, row[1], exitMeaning(code))
		}
		delete(want, row[0])
	}
	for code := range want {
		t.Errorf("help exit-codes does not have %s", code)
	}
	topic, _ := findTopic("exit-codes")
	_, list, _ := strings.Cut(strings.ReplaceAll(string(topic.page), "\n  ", " "), "in the order ")
	list, _, _ = strings.Cut(list, ".")
	order := regexp.MustCompile(`\d+`).FindAllString(list, -1)
	if len(order) != len(rows) {
		t.Errorf("help exit-codes weighs %d codes, and there are %d", len(order), len(rows))
	}
	for i := 1; i < len(order); i++ {
		heavy, _ := strconv.Atoi(order[i-1])
		light, _ := strconv.Atoi(order[i])
		if worse(heavy, light) != heavy || worse(light, heavy) != heavy {
			t.Errorf("help exit-codes has %d before %d, a sweep has not", heavy, light)
		}
	}
}
