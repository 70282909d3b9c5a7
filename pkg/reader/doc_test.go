package reader

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// documentation returns doc.go without comment signs.
func documentation(t *testing.T) string {
	t.Helper()
	data, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	return regexp.MustCompile(`(?m)^// ?`).ReplaceAllString(string(data), "")
}

// TestNamesAreDocumented compares the names that are matched with those that the
// documentation lists, both ways.
func TestNamesAreDocumented(t *testing.T) {
	source, err := os.ReadFile("names.go")
	if err != nil {
		t.Fatal(err)
	}
	var known, told []string
	for _, c := range regexp.MustCompile(`case ("[a-z0-9", \n\t]+"):`).FindAllStringSubmatch(string(source), -1) {
		for _, name := range strings.Split(c[1], ",") {
			known = append(known, strings.Trim(name, "\" \n\t"))
		}
	}
	for _, list := range regexp.MustCompile(`(?m)^\t([a-z_, ]+): ((?:[^\n]+\n)+)`).FindAllStringSubmatch(documentation(t), -1) {
		for _, name := range strings.Split(list[2], ",") {
			told = append(told, fold(name))
		}
	}
	slices.Sort(known)
	slices.Sort(told)
	if len(known) < 100 || !slices.Equal(known, told) {
		t.Errorf("known, and not told: %q\ntold, and not known: %q", without(known, told), without(told, known))
	}
}

func without(a, b []string) []string {
	return slices.DeleteFunc(slices.Clone(a), func(s string) bool { return slices.Contains(b, s) })
}

// TestCodesAreDocumented: programs group by them.
func TestCodesAreDocumented(t *testing.T) {
	paths, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	doc, codes := documentation(t), 0
	for _, path := range paths {
		source, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range regexp.MustCompile(`(?:canonical\.Refuse\(|worsen\(|problem\{)"([a-z0-9-]+)"`).FindAllStringSubmatch(string(source), -1) {
			if codes++; !regexp.MustCompile(`[\s:]` + c[1] + `[\s,.]`).MatchString(doc) {
				t.Errorf("%s: code %q is not documented", path, c[1])
			}
		}
	}
	if codes < 15 {
		t.Errorf("found only %d codes", codes)
	}
}
