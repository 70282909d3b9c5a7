package reader

import (
	"os"
	"path/filepath"
	"regexp"
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
		for _, c := range regexp.MustCompile(`(?:canonical\.Refuse\(|worsen\(|c.refuse\(e, )"([a-z0-9-]+)"`).FindAllStringSubmatch(string(source), -1) {
			if codes++; !regexp.MustCompile(`[\s:]` + c[1] + `[\s,.]`).MatchString(doc) {
				t.Errorf("%s: code %q is not documented", path, c[1])
			}
		}
	}
	if codes < 15 {
		t.Errorf("found only %d codes", codes)
	}
}
