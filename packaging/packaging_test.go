// Package packaging has no code: its tests hold what packages are made of against
// the rest of the repository, since a release is tried seldom.
package packaging

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"
)

// release is what .goreleaser.yaml may hold here. A member that GoReleaser has
// and this has not is added when it is used: a slip looks the same.
type release struct {
	Version     int    `yaml:"version"`
	ProjectName string `yaml:"project_name"`
	Before      struct{ Hooks []string }
	Builds      []build
	Archives    []archive
	NFPMs       []packages `yaml:"nfpms"`
	Checksum    struct {
		NameTemplate string `yaml:"name_template"`
	}
	Snapshot struct {
		VersionTemplate string `yaml:"version_template"`
	}
	Metadata struct {
		ModTimestamp string `yaml:"mod_timestamp"`
	}
	Changelog, Release struct{ Disable bool }
}

type build struct {
	Main         string
	Env          []string
	GOOS, GOARCH []string
	Flags        []string
	LDFlags      []string `yaml:"ldflags"`
	ModTimestamp string   `yaml:"mod_timestamp"`
}

type archive struct {
	Formats         []string
	FormatOverrides []struct {
		GOOS    string
		Formats []string
	} `yaml:"format_overrides"`
	WrapInDirectory bool                   `yaml:"wrap_in_directory"`
	BuildsInfo      struct{ MTime string } `yaml:"builds_info"`
	Files           []struct {
		Src, Dst    string
		StripParent bool `yaml:"strip_parent"`
		Info        struct {
			MTime string
			Mode  int
		}
	}
}

type packages struct {
	Formats                                      []string
	Vendor, Maintainer, License, Section, Bindir string
	Description, MTime                           string
	Umask                                        int
	Scripts                                      map[string]string
	Contents                                     []content
	Overrides                                    map[string]struct{ Dependencies, Recommends []string }
}

type content struct {
	Src, Dst, Type, Packager string
	FileInfo                 struct{ Mode int } `yaml:"file_info"`
}

// TestReleaseHasItsFiles: .goreleaser.yaml names what there is, and what
// packaging/generate makes.
func TestReleaseHasItsFiles(t *testing.T) {
	text, err := os.ReadFile("../.goreleaser.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var r release
	if err := yaml.Load(text, &r, yaml.WithKnownFields()); err != nil {
		t.Fatal(err)
	}
	var files []string
	for _, a := range r.Archives {
		for _, f := range a.Files {
			files = append(files, f.Src)
		}
	}
	for _, p := range r.NFPMs {
		for _, c := range p.Contents {
			files = append(files, c.Src)
		}
		for _, script := range p.Scripts {
			files = append(files, script)
		}
	}
	made := generated(t)
	if made != "" {
		standsAlone(t, filepath.Join(made, "README.md"))
	}
	checked := 0
	for _, file := range files {
		path := filepath.Join("..", file)
		if name, ok := strings.CutPrefix(file, "packaging/generated/"); ok {
			path = filepath.Join(made, name)
			if made == "" {
				continue
			}
		}
		found, err := filepath.Glob(strings.ReplaceAll(path, "**", "*"))
		if err != nil || len(found) == 0 {
			t.Errorf(".goreleaser.yaml names %s, which is not there: %v", file, err)
		}
		checked++
	}
	if checked < 10 {
		t.Errorf("only %d files are named", checked)
	}
}

// standsAlone makes sure that a README leads to no file of the repository, which
// packages have not got.
func standsAlone(t *testing.T, path string) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil || !strings.Contains(string(text), "altadnc-bulk help night") {
		t.Fatalf("%d bytes, %v", len(text), err)
	}
	for _, link := range regexp.MustCompile(`\]\(([^)]*)\)`).FindAllStringSubmatch(string(text), -1) {
		if !strings.HasPrefix(link[1], "https://") {
			t.Errorf("the README of packages leads to %s", link[1])
		}
	}
}

// generated returns the folder of what packaging/generate makes, "" where it is
// not tried.
func generated(t *testing.T) string {
	t.Helper()
	if testing.Short() || runtime.GOOS == "windows" {
		return ""
	}
	folder := filepath.Join(t.TempDir(), "generated")
	if out, err := exec.Command("./generate", "v0.0.0", folder).CombinedOutput(); err != nil {
		t.Fatalf("generate: %v\n%s", err, out)
	}
	return folder
}

// TestScriptsParse: the scripts of the packages are shell scripts.
func TestScriptsParse(t *testing.T) {
	scripts, err := filepath.Glob("scripts/*.sh")
	if err != nil || len(scripts) == 0 {
		t.Fatalf("no scripts: %v", err)
	}
	if _, err := exec.LookPath("sh"); err != nil {
		t.Skip(err)
	}
	for _, script := range append(scripts, "generate") {
		if out, err := exec.Command("sh", "-n", script).CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s", script, err, out)
		}
	}
}

// TestUnits has systemd look at the units, where there is one.
func TestUnits(t *testing.T) {
	if _, err := exec.LookPath("systemd-analyze"); err != nil {
		t.Skip(err)
	}
	folder := t.TempDir()
	var units []string
	for _, name := range []string{"altadnc-bulk@.service", "altadnc-bulk@.timer"} {
		text, err := os.ReadFile(filepath.Join("systemd", name))
		if err != nil {
			t.Fatal(err)
		}
		here := strings.ReplaceAll(string(text), "ExecStart=/usr/bin/altadnc-bulk ", "ExecStart=/bin/true ") // it need not be installed
		here = strings.ReplaceAll(here, "Documentation=man:altadnc-bulk(1)\n", "")
		path := filepath.Join(folder, strings.ReplaceAll(name, "@", "@acme"))
		if err := os.WriteFile(path, []byte(here), 0o600); err != nil {
			t.Fatal(err)
		}
		units = append(units, path)
	}
	if out, err := exec.Command("systemd-analyze", append([]string{"verify"}, units...)...).CombinedOutput(); err != nil || len(out) > 0 {
		t.Errorf("systemd-analyze verify: %v\n%s", err, out)
	}
}
