package main

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"altadnc-bulk/pkg/journal"
)

// night is a folder of lists, and what is known of it.
type night struct {
	t         *testing.T
	folder    string
	keys      []string          // of the lists that a sweep can finish
	lists     []string          // their names
	untouched map[string]string // files that a sweep must leave as they are
}

// newNight fills a folder with n lists of three keys in all formats, and with
// what a sweep must not touch.
func newNight(t *testing.T, o *oracle, n int) *night {
	t.Helper()
	x := &night{t: t, folder: t.TempDir(), untouched: map[string]string{
		"unreadable.csv": "colour,size\nred,4\n", "zip.csv": "PK\x03\x04 and so on",
		".hidden.csv": "identifier,type\nhidden@example.com,email\n", "~$open.csv": "identifier,type\nopen@example.com,email\n",
		"upload.csv.part": "identifier,type\npart@example.com,email\n", "notes.txt": "no list",
		"damaged.csv": "identifier,type\ndamaged@example.com,email\n",
	}}
	for i := range n {
		keys := []string{fmt.Sprintf("a%03d@example.com", i), fmt.Sprintf("b%03d@example.com", i), fmt.Sprintf("c%03d@example.com", i)}
		name, content := listOf(i, keys)
		x.write(name, content)
		x.keys, x.lists = append(x.keys, keys...), append(x.lists, name)
	}
	for name, content := range x.untouched {
		x.write(name, content)
	}
	x.damageJournal(o)
	old := time.Now().Add(-time.Hour)
	entries, err := os.ReadDir(x.folder)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if err := os.Chtimes(filepath.Join(x.folder, e.Name()), old, old); err != nil {
			t.Fatal(err)
		}
	}
	x.untouched["growing.csv"] = "identifier,type\ngrowing@example.com,email\n"
	x.write("growing.csv", x.untouched["growing.csv"])
	return x
}

// listOf returns a list of keys in one of the formats.
func listOf(i int, keys []string) (name, content string) {
	csv := "identifier,type\n" + strings.Join(keys, ",email\n") + ",email\n"
	jsonl := ""
	for _, key := range keys {
		jsonl += fmt.Sprintf("{\"identifier\":%q,\"identifierType\":\"email\"}\n", key)
	}
	ending := []string{".csv", ".tsv", ".jsonl", ".ndjson", ".CSV", ".csv.gz", ".jsonl.gz"}[i%7]
	content = csv
	switch {
	case strings.Contains(ending, "json"):
		content = jsonl
	case ending == ".tsv":
		content = strings.ReplaceAll(csv, ",", "\t")
	}
	if strings.HasSuffix(ending, ".gz") {
		var b bytes.Buffer
		w := gzip.NewWriter(&b)
		io.WriteString(w, content)
		w.Close()
		content = b.String()
	}
	return fmt.Sprintf("list-%03d%s", i, ending), content
}

func (x *night) write(name, content string) {
	x.t.Helper()
	if err := os.WriteFile(filepath.Join(x.folder, name), []byte(content), 0o600); err != nil {
		x.t.Fatal(err)
	}
}

// damageJournal gives damaged.csv a journal that proves nothing any more.
func (x *night) damageJournal(o *oracle) {
	x.t.Helper()
	path := filepath.Join(x.folder, "damaged.csv")
	if out, err := o.command("remove", "--yes", "-q", "--rate", "0", path).CombinedOutput(); err != nil {
		x.t.Fatalf("%v\n%s", err, out)
	}
	content, err := os.ReadFile(path + ".journal")
	if err != nil {
		x.t.Fatal(err)
	}
	x.untouched["damaged.csv.journal"] = strings.Replace(string(content), "damaged@", "demaged@", 1)
	x.write("damaged.csv.journal", x.untouched["damaged.csv.journal"])
}

// check checks that the folder is as it must be after the night.
func (x *night) check() {
	x.t.Helper()
	want := []string{".altadnc-sweep.lock", "damaged.csv.journal.lock", "done"}
	for name, content := range x.untouched {
		want = append(want, name)
		if got, err := os.ReadFile(filepath.Join(x.folder, name)); err != nil || string(got) != content {
			x.t.Errorf("%s was touched: %v", name, err)
		}
	}
	x.expect(x.folder, want)
	want = nil
	for _, name := range x.lists {
		want = append(want, name, name+".journal", name+".journal.lock")
		report, err := journal.Verify(filepath.Join(x.folder, "done", name+".journal"))
		if err != nil || report.Torn != nil {
			x.t.Errorf("journal of %s: %v, torn: %v", name, err, report.Torn)
		}
	}
	x.expect(filepath.Join(x.folder, "done"), want)
}

// expect compares the names in a folder.
func (x *night) expect(folder string, want []string) {
	x.t.Helper()
	entries, err := os.ReadDir(folder)
	if err != nil {
		x.t.Fatal(err)
	}
	there := map[string]bool{}
	for _, e := range entries {
		list, torn, _ := strings.Cut(e.Name(), ".journal.torn")
		if there[e.Name()] = true; torn != "" && slices.Contains(want, list) { // what an interruption left goes with its list
			continue
		}
		if !slices.Contains(want, e.Name()) {
			x.t.Errorf("%s is in %s", e.Name(), folder)
		}
	}
	for _, name := range want {
		if !there[name] {
			x.t.Errorf("%s is not in %s", name, folder)
		}
	}
}

// TestKillSweep ends sweeps at random moments by SIGKILL, and expects that in
// the end everything is removed once and in its place, and nothing else touched.
func TestKillSweep(t *testing.T) {
	t.Parallel()
	lists, least := 200, 100
	if testing.Short() {
		lists, least = 20, 5
	}
	const workers = 2
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	o := newOracle(t, nil)
	x := newNight(t, o, lists)
	before := o.count.Load()
	killed, last := o.killUntil(random, 9, exitJournal, "sweep", "--yes", "-q", "--json", "--rate", "0", "--workers", fmt.Sprint(workers), "--settle", "30m", x.folder)
	x.checkSummary(last.stdout.Bytes())
	t.Logf("%d kills over %d lists", killed, lists)
	if killed < least {
		t.Errorf("only %d kills", killed)
	}
	x.check()
	for _, key := range x.keys {
		if o.asked[key] == 0 {
			t.Errorf("%s was never sent", key)
		}
	}
	if got, most := o.count.Load()-before, int64(len(x.keys)+killed*workers); got > most {
		t.Errorf("%d requests for %d keys and %d kills", got, len(x.keys), killed)
	}
	for _, name := range []string{"hidden", "open", "part", "growing"} {
		if o.asked[name+"@example.com"] > 0 {
			t.Errorf("%s was sent", name)
		}
	}
}

// checkSummary expects that the last sweep names what it could not take.
func (x *night) checkSummary(out []byte) {
	x.t.Helper()
	var v struct {
		Lists []struct {
			List     string `json:"list"`
			ExitCode int    `json:"exit_code"`
			Error    string `json:"error"`
		} `json:"lists"`
		LeftAlone []leftAlone `json:"left_alone"`
	}
	if err := json.Unmarshal(out, &v); err != nil {
		x.t.Fatalf("%v\n%s", err, out)
	}
	codes := map[string]int{}
	for _, l := range v.Lists {
		codes[filepath.Base(l.List)] = l.ExitCode
	}
	if codes["unreadable.csv"] != exitUsage || codes["zip.csv"] != exitUsage || codes["damaged.csv"] != exitJournal {
		x.t.Errorf("the summary does not name what stays: %v", codes)
	}
	left := fmt.Sprint(v.LeftAlone)
	if !strings.Contains(left, "growing.csv") || !strings.Contains(left, "upload.csv.part") {
		x.t.Errorf("the summary does not name what is left alone: %s", left)
	}
}

// TestNewListDuringMove: a list that took the name of one on its way is a new
// list; it neither loses its place nor inherits a journal.
func TestNewListDuringMove(t *testing.T) {
	s := newSession(t)
	s.sandbox()
	s.file("list.csv", "identifier,type\nada.lovell@example.com,email\n")
	s.run("remove", "--yes", "-q", "--rate", "0", "list.csv")
	if err := os.MkdirAll("in/done", 0o700); err != nil {
		t.Fatal(err)
	}
	for from, to := range map[string]string{"list.csv": "in/done/list.csv", "list.csv.journal": "in/list.csv.journal"} {
		if err := os.Rename(from, to); err != nil {
			t.Fatal(err)
		}
	}
	s.file("in/done/.moving", `{"from":"list.csv","to":"list.csv"}`)
	s.file("in/list.csv", "identifier,type\nada.lovell@example.com,email\nben.okafor@example.com,email\n")
	s.run("sweep", "--yes", "--rate", "0", "--settle", "0s", "in")
	if s.code != exitOK || !strings.Contains(s.last, "2 requests") {
		t.Errorf("exit code %d:\n%s", s.code, s.last)
	}
	for name, keys := range map[string]int{"list.csv": 1, "list-2.csv": 2} {
		content, err := os.ReadFile(filepath.Join("in/done", name))
		report, verifyErr := journal.Verify(filepath.Join("in/done", name+".journal"))
		if err != nil || verifyErr != nil || strings.Count(string(content), "@") != keys || report.Kinds[journal.KindOutcome] != int64(keys) {
			t.Errorf("%s: %q, %v; its journal has %d outcomes, %v", name, content, err, report.Kinds[journal.KindOutcome], verifyErr)
		}
	}
}

// TestForgedMove: a marker that leads out of the folder moves nothing.
func TestForgedMove(t *testing.T) {
	s := newSession(t)
	s.sandbox()
	if err := os.MkdirAll("in/done", 0o700); err != nil {
		t.Fatal(err)
	}
	s.file("victim.csv", "stays")
	for _, marker := range []string{`{"from":"../victim.csv","to":"list.csv"}`, `{"from":"list.csv","to":"list.csv","failed":"../../victim.csv"}`, `no json`, ``} {
		s.file("in/done/.moving", marker)
		if s.run("sweep", "--yes", "--settle", "0s", "in"); s.code != exitUsage {
			t.Errorf("%s: exit code %d:\n%s", marker, s.code, s.last)
		}
		if _, err := os.Stat("victim.csv"); err != nil {
			t.Error(err)
		}
	}
}

// TestSweepLocked: one sweep at a time works on a folder.
func TestSweepLocked(t *testing.T) {
	s := newSession(t)
	s.sandbox()
	if err := os.MkdirAll("in", 0o700); err != nil {
		t.Fatal(err)
	}
	lock, err := journal.Lock("in/.altadnc-sweep")
	if err != nil {
		t.Fatal(err)
	}
	defer lock.Close()
	if s.run("sweep", "--yes", "in"); s.code != exitLocked || !strings.Contains(s.last, "in use by process") {
		t.Errorf("exit code %d:\n%s", s.code, s.last)
	}
	if s.run("sweep", "--dry-run", "in"); s.code != exitOK {
		t.Errorf("a dry run ended with %d:\n%s", s.code, s.last)
	}
}

// TestJournalOf: what belongs to a list goes with it, and nothing else does.
func TestJournalOf(t *testing.T) {
	for name, want := range map[string]string{
		"a.csv.journal": "a.csv", "a.csv.journal.lock": "a.csv", "a.csv.journal.torn-2": "a.csv", "a.journal.csv.journal": "a.journal.csv",
		"a.csv": "", "a.journal.csv": "", "a.csv.journal.csv": "", "a.csv.journals": "", "journal": "",
	} {
		if list, ok := journalOf(name); ok != (want != "") || ok && list != want {
			t.Errorf("%s belongs to %q, %v; want %q", name, list, ok, want)
		}
	}
}

// A list that has the name of another one's failures, and was swept itself, is not
// deleted with that one.
func TestCleanLeavesAListOfItsOwn(t *testing.T) {
	path := t.TempDir()
	f, err := newFolder(path)
	if err != nil {
		t.Fatal(err)
	}
	old := time.Now().Add(-48 * time.Hour)
	for _, name := range []string{"a.csv", "a.csv.journal", "a-failed.csv", "a-failed.csv.journal", "b.csv", "b.csv.journal", "b-failed.csv"} {
		if err := f.disk.mkdir(f.done); err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(f.done, name)
		if err := os.WriteFile(file, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if name == "a-failed.csv.journal" {
			continue
		}
		if err := os.Chtimes(file, old, old); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.clean(24 * time.Hour); err != nil {
		t.Fatal(err)
	}
	left, err := filepath.Glob(filepath.Join(f.done, "*"))
	if err != nil || len(left) != 2 || !f.has("a-failed.csv") || !f.has("a-failed.csv.journal") {
		t.Errorf("%v, %q; want the list a-failed.csv and its journal", err, left)
	}
}
