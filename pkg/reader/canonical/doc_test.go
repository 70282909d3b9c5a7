package canonical

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestCodesAreDocumented compares the codes of refusals with those that the
// documentation lists, both ways: programs group by them.
func TestCodesAreDocumented(t *testing.T) {
	paths, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	var used []string
	for _, path := range paths {
		source, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range regexp.MustCompile(`Refuse\("([a-z0-9-]+)"`).FindAllStringSubmatch(string(source), -1) {
			used = append(used, c[1])
		}
	}
	source, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(source), "# Refusals")
	var told []string
	for _, sentence := range regexp.MustCompile(`: [^:.]+`).FindAllString(regexp.MustCompile(`\([^)]*\)|\n//`).ReplaceAllString(section, ""), -1) {
		told = append(told, regexp.MustCompile(`[a-z][a-z0-9-]+`).FindAllString(sentence, -1)...)
	}
	slices.Sort(used)
	slices.Sort(told)
	if used = slices.Compact(used); len(used) < 30 || !slices.Equal(used, told) {
		t.Errorf("used: %q\ntold: %q", used, told)
	}
}
