package main

import (
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"html/template"
	"io"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"time"

	"altadnc-bulk/pkg/api"
	"altadnc-bulk/pkg/journal"
	"altadnc-bulk/pkg/reader"
)

//go:embed page
var pageFiles embed.FS

// page is one HTML file about a list, for whoever answers for it. What it says
// about entries is what a report at the same moment says; all else comes from the
// journal.
type page struct {
	Version string
	Made    string
	List    pageList
	Journal pageJournal
	Damage  string // why nothing is said about entries; "" if the journal is sound
	Running string // who is at work on the list now
	Masked  bool

	Sentence string
	Outcomes []pageOutcome
	Entries  int64
	Timeline *timeline
	Types    []pageType
	Columns  []string // outcomes that any type has
	Failures []*pageFailure
	Own      ownOptOuts
	Restored int64
	Verified []pageVerified
	Listed   string // when the Do Not Contact list was last compared
	Runs     []pageRun
	AllRuns  int

	Elsewhere string // finished keys of the journal that the list does not have

	// What needs eyes; nil for nothing.
	Failed, Unsure, Kept, StillThere, CameBack, Missing *pageTable
}

// pageList is the list as it lies there.
type pageList struct {
	Name    string
	SHA256  string
	Size    string
	Reading string
	Rows    string
	Unread  []string // columns that look like identifiers
	Changed bool     // since the last run
}

// pageJournal is what can be checked.
type pageJournal struct {
	Name    string
	SHA256  string
	Size    string
	Records string
	BaseURL string
	Account string
	Torn    string
	Verify  string // the command that checks it
}

// pageOutcome is a share of the entries.
type pageOutcome struct {
	Class   string
	Name    string
	Meaning string
	Count   int64
	Share   string
	X       float64 // percent of the bar
	Width   float64
}

type pageType struct {
	Name   string
	Total  int64
	Counts []int64
}

type pageVerified struct {
	Count   int64
	Meaning string
}

// newPage reads list and journal.
func newPage(f *reportFlags, l *list, records *journal.View) (*page, error) {
	runs, err := records.History()
	if err != nil {
		return nil, err
	}
	entries := newPageEntries(f.unmask)
	rows, layout, err := f.collect(l, records, entries)
	if err != nil {
		return nil, err
	}
	holder, err := journal.Holder(l.journal)
	if err != nil {
		return nil, err
	}
	p := &page{
		Version: version(), Made: utc(time.Now()), Masked: !f.unmask, Entries: entries.total,
		Timeline: newTimeline(runs, holder != nil), Runs: newPageRuns(runs, holder != nil), AllRuns: len(runs),
		Failures: entries.byCount(), Own: entries.own, Restored: entries.outcomes["restored"],
	}
	all := f.read.words("format") + shellQuote(l.path)
	p.Failed, p.Kept = entries.failed.shown("--outcome failed "+all), entries.kept.shown("--outcome protected "+all)
	p.Unsure, p.Missing = entries.doubtful.shown(all), entries.missing.shown(all)
	p.StillThere, p.CameBack = entries.stillThere.shown(all), entries.cameBack.shown(all)
	if holder != nil {
		p.Running = holder.String()
	}
	if p.List, err = newPageList(l, rows, layout, runs); err != nil {
		return nil, err
	}
	if p.Journal, err = newPageJournal(l, records); err != nil {
		return nil, err
	}
	if n := f.elsewhere(records); n > 0 {
		p.Elsewhere = elsewhereText(n)
	}
	p.Outcomes = newPageOutcomes(entries)
	p.Columns, p.Types = newPageTypes(entries)
	p.Verified = newPageVerified(entries)
	if len(p.Verified) > 0 {
		p.Listed = utc(entries.listed)
	}
	p.Sentence = standing(entries, runs, holder != nil)
	if len(runs) == 0 && records.Lost() > 0 {
		p.Sentence = "The journal of this list is gone: what was sent is not known."
	}
	return p, nil
}

// collect goes through the list, as a report does.
func (f *reportFlags) collect(l *list, records *journal.View, to *pageEntries) (rowCounts, reader.Layout, error) {
	in, err := l.Read()
	if err != nil {
		return rowCounts{}, reader.Layout{}, err
	}
	verified, err := records.Verified()
	if err != nil {
		return rowCounts{}, reader.Layout{}, err
	}
	err = f.copy(in, &finder{records, verified}, to)
	return newRowCounts(in.Rows()), in.Layout(), err
}

func newPageList(l *list, rows rowCounts, layout reader.Layout, runs []journal.RunHistory) (pageList, error) {
	sum, size, err := digest(l.file)
	if err != nil {
		return pageList{}, fmt.Errorf("read %s: %w", l.path, err)
	}
	read := newLayout(layout)
	p := pageList{
		Name: plain(filepath.Base(l.path)), SHA256: sum, Size: plural(size, "byte"),
		Reading: plain(read.form() + "; " + read.columns()), Rows: rows.text(),
	}
	for i, u := range read.Unread {
		if i == unreadShown {
			p.Unread = append(p.Unread, plural(int64(len(read.Unread)-i), "more column"))
			break
		}
		p.Unread = append(p.Unread, plain(u.text()))
	}
	p.Changed = changedSince(runs, sum)
	return p, nil
}

// changedSince reports whether the last run that read the list read another one than
// that of this digest. A restore of a whole journal reads none.
func changedSince(runs []journal.RunHistory, sum string) bool {
	for _, run := range slices.Backward(runs) {
		if run.ListSHA256 != "" {
			return run.ListSHA256 != sum
		}
	}
	return false
}

// unreadShown is how many columns that are not read a page names.
const unreadShown = 20

// digest returns the SHA-256 of a file, in hexadecimal, and its size.
func digest(f io.ReaderAt) (sum string, size int64, err error) {
	hash := sha256.New()
	size, err = io.Copy(hash, io.NewSectionReader(f, 0, 1<<62))
	return hex.EncodeToString(hash.Sum(nil)), size, err
}

func newPageJournal(l *list, records *journal.View) (pageJournal, error) {
	p := pageJournal{Name: plain(filepath.Base(l.journal)), Verify: "altadnc-bulk journal verify " + shellQuote(l.journal)}
	if !records.Exists() {
		return p, nil
	}
	r, err := records.Report() // not of the file as it is now: its figures are those of this page
	if err != nil {
		return p, err
	}
	p.SHA256, p.Size, p.Records = r.SHA256, plural(r.Bytes, "byte"), plural(r.Records, "record")
	p.BaseURL, p.Account = plain(r.Identity.BaseURL), plain(r.Identity.AccountID)
	if r.Torn != nil {
		p.Torn = fmt.Sprintf("its last %s, %s, were cut off while they were written, and count for nothing", plural(r.Torn.Lines, "line"), plural(r.Torn.Bytes, "byte"))
	}
	return p, nil
}

// newDamagedPage reports a journal that cannot be trusted, and nothing else.
func newDamagedPage(listPath, journalPath string, damage error) *page {
	return &page{
		Version: version(), Made: utc(time.Now()),
		List:    pageList{Name: plain(filepath.Base(listPath))},
		Journal: pageJournal{Name: plain(filepath.Base(journalPath)), Verify: "altadnc-bulk journal verify " + shellQuote(journalPath)},
		Damage:  plain(damage.Error()),
	}
}

// outcomeMeanings are the outcomes in the order of the page.
func outcomeMeanings() []pageOutcome {
	return []pageOutcome{
		{Class: "removed", Name: "removed", Meaning: "the API confirmed the removal"},
		{Class: "restored", Name: "put back", Meaning: "removed, and put back on the Do Not Contact list since"},
		{Class: "not_found", Name: "not on the list", Meaning: "there was nothing to remove"},
		{Class: "protected", Name: "kept", Meaning: "opt-outs that people made themselves, left on the list"},
		{Class: "failed", Name: "failed", Meaning: "not removed; the reasons are below"},
		{Class: "open", Name: "open", Meaning: "not sent yet, or sent without an answer"},
		{Class: "duplicate", Name: "duplicates", Meaning: "the same identifier is on an earlier line"},
	}
}

// thinnest is how wide a share is drawn at least, in percent of the bar.
const thinnest = 0.7

func newPageOutcomes(e *pageEntries) []pageOutcome {
	var all []pageOutcome
	sum := 0.0
	for _, o := range outcomeMeanings() {
		if o.Count = e.outcomes[o.Class]; o.Count == 0 {
			continue
		}
		part := 100 * float64(o.Count) / float64(e.total)
		o.Share, o.Width = share(part), max(part, thinnest)
		sum += o.Width
		all = append(all, o)
	}
	x := 0.0
	for i := range all {
		all[i].Width *= 100 / sum
		all[i].X = x
		x += all[i].Width
	}
	return all
}

// share writes a percentage so that a few never look like none, nor most like all.
func share(percent float64) string {
	switch {
	case percent == 100:
		return "100 %"
	case percent < 0.1:
		return "less than 0.1 %"
	case percent > 99.9:
		return "more than 99.9 %"
	}
	return fmt.Sprintf("%.1f %%", percent)
}

func newPageTypes(e *pageEntries) (names []string, types []pageType) {
	var used []pageOutcome
	for _, o := range outcomeMeanings() {
		if e.outcomes[o.Class] > 0 {
			used = append(used, o)
			names = append(names, o.Name)
		}
	}
	all := api.IdentifierTypes()
	for _, t := range append(all[:], "") {
		counts := e.types[t]
		if counts == nil {
			continue
		}
		row := pageType{Name: string(t)}
		if t == "" {
			row.Name = "type not known"
		}
		for _, o := range used {
			row.Counts = append(row.Counts, counts[o.Class])
			row.Total += counts[o.Class]
		}
		types = append(types, row)
	}
	return names, types
}

func newPageVerified(e *pageEntries) []pageVerified {
	var all []pageVerified
	for _, v := range []struct {
		found   journal.Found
		meaning string
	}{
		{journal.FoundAbsent, "removed or not found, and not on the Do Not Contact list"},
		{journal.FoundPresent, "put back or kept, and on it"},
		{journal.FoundCameBack, "removed or not found, and on it again since: most likely a new opt-out of the person"},
		{journal.FoundStillThere, "removed or not found, and still on it"},
		{journal.FoundMissing, "put back or kept, and not on it"},
		{journal.FoundUnclear, "on it in a form that may be another person's"},
	} {
		if n := e.verified[v.found]; n > 0 {
			all = append(all, pageVerified{n, v.meaning})
		}
	}
	return all
}

// standing says in one sentence how far the list is.
func standing(e *pageEntries, runs []journal.RunHistory, running bool) string {
	if len(runs) == 0 {
		return fmt.Sprintf("None of %s was sent: no run of this list is on record.", counted(e.total, "entry", "entries"))
	}
	n := e.outcomes
	parts := []string{fmt.Sprintf("%s of %s removed", count(n["removed"]), counted(e.total, "entry", "entries"))}
	for _, part := range []struct {
		n    int64
		text string
	}{
		{n["not_found"], either(n["not_found"], "was", "were") + " not on the list"},
		{n["protected"], either(n["protected"], "was", "were") + " kept as " + either(n["protected"], "a person’s own opt-out", "people’s own opt-outs")},
		{n["restored"], either(n["restored"], "was", "were") + " put back"},
		{n["failed"], "failed"},
		{n["duplicate"], either(n["duplicate"], "is a duplicate", "are duplicates")},
		{n["open"], either(n["open"], "is", "are") + " open"},
	} {
		if part.n > 0 {
			parts = append(parts, count(part.n)+" "+part.text)
		}
	}
	return strings.Join(parts, ", ") + "; " + completeness(n["open"], runs, running) + "."
}

func completeness(open int64, runs []journal.RunHistory, running bool) string {
	last := runs[len(runs)-1]
	switch {
	case running:
		return "a run has been going on since " + utc(last.Time)
	case open > 0:
		return fmt.Sprintf("not complete, the last run ended on %s (%s)", utc(last.Last), runEnd(last, false).text)
	}
	return "complete since " + utc(completed(runs))
}

// completed returns when the last run ended that decided anything.
func completed(runs []journal.RunHistory) time.Time {
	for _, run := range slices.Backward(runs) {
		if run.Decided.Total() > 0 {
			return run.Last
		}
	}
	return runs[len(runs)-1].Last
}

// utc words a time for the page.
func utc(t time.Time) string { return t.UTC().Format("2 Jan 2006 15:04:05") + " UTC" }

// write writes the page. Its style is the only thing that the browser may use.
func (p *page) write(w io.Writer) error { return writePage(w, "page.html.tmpl", p) }

// writePage writes one of the templates with the style that they share.
func writePage(w io.Writer, name string, data any) error {
	css, err := pageFiles.ReadFile("page/page.css")
	if err != nil {
		return err
	}
	t, err := template.New(name).Funcs(template.FuncMap{
		"count":   func(n any) string { return count(reflect.ValueOf(n).Int()) },
		"counted": func(n any, one, many string) string { return counted(reflect.ValueOf(n).Int(), one, many) },
		"either":  either,
		"plain":   plain,
		"percent": func(f float64) string { return fmt.Sprintf("%.3f%%", f) },
		"px":      func(f float64) string { return fmt.Sprintf("%.1f", f) },
		"style":   func() template.CSS { return template.CSS(css) },
		"policy": func() string {
			sum := sha256.Sum256(css)
			return "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'; base-uri 'none'; form-action 'none'"
		},
	}).ParseFS(pageFiles, "page/*.tmpl")
	if err != nil {
		return err
	}
	return t.Execute(w, data)
}
