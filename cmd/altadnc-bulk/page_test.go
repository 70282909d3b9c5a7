package main

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"html"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"altadnc-bulk/pkg/api"
	"altadnc-bulk/pkg/journal"
	"altadnc-bulk/pkg/reader"
)

// longNight writes a list of n addresses with the journal of a night that removed
// them in four runs: the first was killed, the second terminated after a 429 and
// an outage, the third stopped by a longer one. It returns the list's path.
func longNight(t *testing.T, n int) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "night.csv")
	var list bytes.Buffer
	list.WriteString("identifier,identifierType,name\n")
	for i := range n {
		switch {
		case i%40 == 3:
			fmt.Fprintf(&list, "nobody%d.example.com,email,Ben\n", i) // no @
		case i%50 == 7:
			fmt.Fprintf(&list, "%s,email,Ada again\n", nightAddress(i-7))
		default:
			fmt.Fprintf(&list, "%s,email,Ada\n", nightAddress(i))
		}
	}
	if err := os.WriteFile(path, list.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	sum, _, err := digest(bytes.NewReader(list.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(26*365*24*time.Hour + 21*time.Hour + 58*time.Minute + 20*time.Second) // an evening
		w := nightWriter{t: t, path: path, sum: sum, size: n}
		w.run(n/4, "")
		time.Sleep(7 * time.Minute)
		w.run(n/4, "terminated", journal.Pause{Until: time.Time{}.Add(2 * time.Minute), Reason: "the API answered 429"},
			journal.Pause{Until: time.Time{}.Add(12 * time.Minute), Reason: "no answer from the API"})
		time.Sleep(3 * time.Hour)
		w.run(n/8, "outage")
		time.Sleep(time.Minute)
		w.run(n, "finished")
	})
	return path
}

func nightAddress(i int) string { return fmt.Sprintf("person%d@example.com", i) }

// nightWriter writes what runs would have written.
type nightWriter struct {
	t    *testing.T
	path string
	sum  string
	size int
	next int // row
}

// run records a run over so many rows, at the pace, with pauses of the given length.
func (w *nightWriter) run(rows int, reason string, pauses ...journal.Pause) {
	w.t.Helper()
	check := func(err error) {
		w.t.Helper()
		if err != nil {
			w.t.Fatal(err)
		}
	}
	j, err := journal.Open(w.path+".journal", journal.Identity{BaseURL: "https://api.example.com/v1"})
	check(err)
	defer j.Close()
	check(j.Begin(journal.Run{Version: "v0.1.0", List: "night.csv", ListSHA256: w.sum, Reading: []string{"--delimiter=,"}}))
	requests := int64(0)
	for end := min(w.next+rows, w.size); w.next < end; {
		if len(pauses) > 0 && w.next > w.size/3 {
			began := time.Now()
			time.Sleep(pauses[0].Until.Sub(time.Time{}))
			check(j.Traffic(journal.Traffic{Pauses: []journal.Pause{{From: began, Until: time.Now(), Reason: pauses[0].Reason}}}))
			pauses = pauses[1:]
		}
		minute := journal.Minute{Time: time.Now().Truncate(time.Minute)}
		var all []journal.Outcome
		for ; minute.Requests < 97 && w.next < end; w.next++ {
			o := w.outcome(w.next)
			if o == nil {
				continue
			}
			if all = append(all, *o); !o.Refused {
				minute.Requests++
			}
		}
		time.Sleep(time.Until(minute.Time.Add(time.Minute)))
		minute.Most = minute.Requests
		if len(pauses) > 0 && w.next > w.size/3 { // what the pause is for
			minute.Throttled, minute.Unanswered = int64(2*len(pauses)-2), int64(8*(2-len(pauses)))
		}
		requests += minute.Requests
		check(j.Outcome(all...))
		check(j.Traffic(journal.Traffic{Minutes: []journal.Minute{minute}}))
	}
	if reason != "" {
		check(j.End(journal.End{Reason: reason, Entries: int64(w.size), Requests: requests}))
		return
	}
	check(j.Intent(journal.Intent{Line: w.next + 2, Identifier: api.Identifier{Type: api.Email, Value: nightAddress(w.next)}}))
}

// outcome is the outcome of a row; nil for a duplicate, which is not recorded.
func (w *nightWriter) outcome(i int) *journal.Outcome {
	o := &journal.Outcome{Line: i + 2, Identifier: api.Identifier{Type: api.Email, Value: nightAddress(i)}, Result: journal.Removed, HTTPStatus: 200, Attempts: 1}
	switch {
	case i%40 == 3:
		o.Refused, o.Identifier.Value, o.Column, o.Raw = true, "", "identifier", fmt.Sprintf("nobody%d.example.com", i)
		o.Result, o.Reason, o.HTTPStatus, o.Attempts = journal.Failed, "nothing after the @ sign", 0, 0
	case i%50 == 7:
		return nil
	case i%20 == 11:
		o.Result, o.Reason, o.HTTPStatus, o.Unsure = journal.NotFound, "not on the list", 404, i%60 == 11
	case i%300 == 5:
		o.Result, o.Reason, o.HTTPStatus = journal.Failed, "the API answered 400: "+nightAddress(i)+" is not valid", 400
	}
	return o
}

// printed runs a command that must end with code, and returns what it printed.
func printed(t *testing.T, code int, args ...string) string {
	t.Helper()
	var out, errs bytes.Buffer
	a := &app{stdin: strings.NewReader(""), stdout: &out, stderr: &errs, getenv: func(string) string { return "" }}
	if got := a.run(args); got != code {
		t.Fatalf("%s: exit %d, want %d\n%s", args, got, code, errs.String())
	}
	return out.String()
}

// The numbers of the page are those of the report and of status, and add up.
func TestPageAddsUp(t *testing.T) {
	list := longNight(t, 3000)
	page := printed(t, exitOK, "report", "--format", "html", list)
	told := map[string]int64{}
	for _, m := range regexp.MustCompile(`data-outcome="(\w+)">([0-9,]+)<`).FindAllStringSubmatch(page, -1) {
		fmt.Sscan(strings.ReplaceAll(m[2], ",", ""), new(int64))
		var n int64
		if _, err := fmt.Sscan(strings.ReplaceAll(m[2], ",", ""), &n); err != nil {
			t.Fatal(err)
		}
		told[m[1]] = n
	}
	rows, err := csv.NewReader(strings.NewReader(printed(t, exitOK, "report", list))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	counted, sum := map[string]int64{"all": int64(len(rows) - 1)}, int64(0)
	for _, row := range rows[1:] {
		counted[row[6]]++
	}
	for outcome, n := range told {
		if counted[outcome] != n {
			t.Errorf("%s: the page has %d, the report %d", outcome, n, counted[outcome])
		}
		if outcome != "all" {
			sum += n
		}
	}
	if len(told) != len(counted) || sum != told["all"] || told["all"] != 3000 {
		t.Errorf("page %v, report %v", told, counted)
	}
	var s status
	if err := json.Unmarshal([]byte(printed(t, exitOK, "status", "--json", list)), &s); err != nil {
		t.Fatal(err)
	}
	if s.Removed != told["removed"] || s.NotFound != told["not_found"] || s.Failed != told["failed"] || s.Duplicate != told["duplicate"] || s.Open != told["open"] {
		t.Errorf("page %v, status %+v", told, s)
	}
	for _, want := range []string{
		fmt.Sprintf(">%s</td><td>the API answered 400", count(s.Reasons["answered 400"])),
		fmt.Sprintf("first %s of %s", count(s.Unsure), count(s.Unsure)), // does not come: there is room for all
	} {
		if strings.Contains(page, want) == strings.HasPrefix(want, "first") {
			t.Errorf("the page has or lacks %q", want)
		}
	}
	if got := strings.Count(partOf(page, "unsure"), "<tr><td"); int64(got) != s.Unsure {
		t.Errorf("%d unsure entries on the page, want %d", got, s.Unsure)
	}
	if strings.Contains(page, "person5@") {
		t.Error("an answer that repeats the identifier stands unmasked on the page")
	}
}

// partOf returns the part of a page under the heading of that id.
func partOf(page, id string) string {
	_, rest, _ := strings.Cut(page, `aria-labelledby="`+id+`"`)
	part, _, _ := strings.Cut(rest, "</section>")
	return part
}

// The page says what happened in a night.
func TestPageOfANight(t *testing.T) {
	page := printed(t, exitOK, "report", "--format", "html", longNight(t, 3000))
	for _, want := range []string{
		"; complete since 26 Dec 2025",
		"run without an end, no more than <strong>97</strong> left this machine",
		"run 1: cut off: killed, a crash or a power cut", "run 2: stopped: terminated", "run 3: stopped: outage",
		"paused 2m00s from", "the API answered 429", "paused 12m from", "no answer from the API",
		"2h59m left out", "at least ", "<code>--delimiter=,</code>", "v0.1.0",
		"Of the last minute of a run without an end only what was answered is known",
	} {
		if !strings.Contains(html.UnescapeString(page), want) {
			t.Errorf("the page lacks %q; it begins %s", want, partOf(page, "list"))
		}
	}
}

// hostileList is a list that tries to be more than text on a page, also by its name.
func hostileList(t *testing.T) string {
	t.Helper()
	list := filepath.Join(t.TempDir(), `<img src=x onerror=taken=1>.csv`)
	rows := "identifier,identifierType,</style><script>taken=1</script>\n" +
		"\"<svg onload=taken=1>@x\",email,a\n\"\u202eevil\u2066@\x1b[31m\",email,b\n</title></table><script>taken=2</script>,email,c\n"
	if err := os.WriteFile(list, []byte(rows), 0o600); err != nil {
		t.Fatal(err)
	}
	return list
}

// What is on a list stays text, whatever it is.
func TestPageOfAHostileList(t *testing.T) {
	list := hostileList(t)
	page := printed(t, exitOK, "report", "--format", "html", "--unmask", list)
	for _, never := range []string{"<script", "<img", "<svg onload", "\u202e", "\u2066", "\x1b", "onerror=taken=1>"} {
		if strings.Contains(page, never) {
			t.Errorf("the page has %q", never)
		}
	}
	for _, want := range []string{"&lt;svg onload=taken=1&gt;@x", `\u202eevil\u2066@\x1b[31m`, "&lt;img src=x"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
}

// A page of nothing, of a torn journal and of a damaged one say so.
func TestPageOfTrouble(t *testing.T) {
	list := longNight(t, 200)
	text, err := os.ReadFile(list + ".journal")
	if err != nil {
		t.Fatal(err)
	}
	write := func(path string, content []byte) {
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(list+".journal", text[:len(text)-20])
	if page := printed(t, exitOK, "report", "--format", "html", list); !strings.Contains(page, "The journal was cut off: its last 1 line") {
		t.Error("the page does not say that the journal is torn")
	}
	write(list+".journal", bytes.Replace(text, []byte("person1@"), []byte("person2@"), 1))
	page := printed(t, exitJournal, "report", "--format", "html", list)
	if !strings.Contains(page, "The journal is damaged") || strings.Contains(page, "data-outcome") || !strings.Contains(page, "checksum does not match") {
		t.Errorf("the page of a damaged journal:\n%s", page)
	}
	damaged := filepath.Join(t.TempDir(), "damaged.log") // evidence, which no page replaces
	write(damaged, bytes.Replace(text, []byte("person1@"), []byte("person2@"), 1))
	printed(t, exitUsage, "report", "--format", "html", "--journal", damaged, "-o", damaged, list)
	empty := filepath.Join(t.TempDir(), "empty.csv")
	write(empty, []byte("identifier,identifierType\n"))
	page = printed(t, exitOK, "report", "--format", "html", empty)
	if !strings.Contains(page, "None of 0 entries was sent: no run of this list is on record.") {
		t.Errorf("the page of nothing:\n%s", page)
	}
}

// TestPageStaysSmall: a page of a million entries that all need eyes.
func TestPageStaysSmall(t *testing.T) {
	n := 1_000_000
	if testing.Short() {
		n = 20_000
	}
	entries := newPageEntries(true)
	e := reader.Entry{Raw: strings.Repeat("&\u202e", 300), Identifier: api.Identifier{Type: api.WebChat}}
	f := finding{
		typ: "web_chat", outcome: "failed", reason: strings.Repeat("<\"", 200), unsure: true, time: time.Now(), group: "answered 400",
		verified: journal.Verification{Found: journal.FoundStillThere},
	}
	for i := range n {
		f.line = i
		if err := entries.write(e, f); err != nil {
			t.Fatal(err)
		}
	}
	entries.kept, entries.cameBack, entries.missing = entries.failed, entries.failed, entries.failed
	began := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	run := journal.RunHistory{Run: journal.Run{Time: began}, Last: began.Add(170 * time.Hour)}
	for i := range 10_000 {
		run.Minutes = append(run.Minutes, journal.Minute{Time: began.Add(time.Duration(i) * time.Minute), Requests: 97, Most: 97, Throttled: 1, Unanswered: 1})
		run.Pauses = append(run.Pauses, journal.Pause{From: began.Add(time.Duration(i) * time.Minute), Until: began.Add(time.Duration(i)*time.Minute + 20*time.Second), Reason: "the account's quota is used up"})
	}
	var runs []journal.RunHistory
	for range 500 {
		runs = append(runs, run)
	}
	p := &page{Timeline: newTimeline(runs, false), Runs: newPageRuns(runs, false), Failures: entries.byCount(), Entries: entries.total}
	p.Failed, p.Unsure, p.Kept = entries.failed.shown(""), entries.doubtful.shown(""), entries.kept.shown("")
	p.StillThere, p.CameBack, p.Missing = entries.stillThere.shown(""), entries.cameBack.shown(""), entries.missing.shown("")
	p.Verified, p.Outcomes = newPageVerified(entries), newPageOutcomes(entries)
	var out bytes.Buffer
	if err := p.write(&out); err != nil {
		t.Fatal(err)
	}
	if out.Len() > 1<<20 {
		t.Errorf("the page has %d bytes", out.Len())
	}
	t.Logf("%d bytes of %d entries, of which %d rows are shown", out.Len(), n, len(p.Failed.Rows))
}

// Of a form that was only asked for nobody knows who made it: that takes a snapshot.
func TestPageOfOptOutsThatNobodySaw(t *testing.T) {
	manual := true
	entries := newPageEntries(false)
	for _, stored := range [][]journal.Stored{
		nil,
		{{Value: "ada@example.com", Removed: true}}, // as --again keeps it
		{{Value: "ben@example.com", Removed: true}, {Value: "Ben@example.com", CreatedAt: "2026-01-01T00:00:00Z", Removed: true}},
		{{Value: "cleo@example.com", Manual: &manual, Removed: true}},
	} {
		if err := entries.write(reader.Entry{}, finding{outcome: "removed", stored: stored}); err != nil {
			t.Fatal(err)
		}
	}
	if want := (ownOptOuts{Removed: 2, Lifted: 1, Blind: 2}); entries.own != want {
		t.Errorf("%+v, want %+v", entries.own, want)
	}
}

// A list with very many columns that look like identifiers names some of them.
func TestPageOfAWideList(t *testing.T) {
	list := filepath.Join(t.TempDir(), "wide.csv")
	names, values := "identifier,identifierType", "ada@example.com,email"
	for i := range 300 {
		names += fmt.Sprintf(",email %d", i)
		values += ",ben@example.com"
	}
	if err := os.WriteFile(list, []byte(names+"\n"+values+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	page := printed(t, exitOK, "report", "--format", "html", list)
	if n := strings.Count(page, ">Not read: "); n != unreadShown+1 || !strings.Contains(page, "more columns") {
		t.Errorf("%d columns are named, want %d and how many more there are", n, unreadShown)
	}
}
