package main

import (
	"cmp"
	"fmt"
	"html"
	"slices"
	"strings"
	"time"

	"altadnc-bulk/pkg/api"
	"altadnc-bulk/pkg/journal"
	"altadnc-bulk/pkg/reader"
)

// pageEntries collects what a page says of a list's entries. It is a
// reportWriter: what a page counts is what a report would write.
type pageEntries struct {
	unmask bool

	total    int64
	outcomes map[string]int64
	types    map[api.IdentifierType]map[string]int64
	failures map[string]*pageFailure
	verified map[journal.Found]int64
	listed   time.Time // of the last listing that entries were compared with

	own ownOptOuts

	failed, doubtful, kept, stillThere, cameBack, missing pageTable
}

func newPageEntries(unmask bool) *pageEntries {
	return &pageEntries{
		unmask: unmask, outcomes: map[string]int64{}, types: map[api.IdentifierType]map[string]int64{},
		failures: map[string]*pageFailure{}, verified: map[journal.Found]int64{},
	}
}

// ownOptOuts is what is known of opt-outs that people made themselves.
type ownOptOuts struct {
	Removed int64 // removed identifiers that a snapshot knew
	Lifted  int64 // of these, people's own
	Blind   int64 // removed without a snapshot: unknown
	Kept    int64
}

// pageFailure is a reason to fail and how many did.
type pageFailure struct {
	Group  string
	Reason string // of the first one
	Count  int64
	Advice string
}

// pageTable is the first rows of something, as far as there is room for them.
type pageTable struct {
	Rows  []pageRow
	Total int64
	All   string // the command that writes all of them
	bytes int
	full  bool
}

type pageRow struct {
	Line       int
	Type       string
	Identifier string
	Reason     string
	Time       string
}

const (
	// pageRows and pageBytes bound each table of a page: all of them together
	// stay below 1 MiB.
	pageRows  = 1000
	pageBytes = 120 << 10
	// longestText bounds a cell.
	longestText = 240
)

// add counts a row, and takes it in if there is room. Of a million rows most find
// none, so that a row is only made when it is asked for.
func (t *pageTable) add(row func() pageRow) {
	if t.Total++; t.full {
		return
	}
	r := row()
	size := 60 + len(r.Type) + len(html.EscapeString(r.Identifier)) + len(html.EscapeString(r.Reason)) + len(r.Time)
	if t.full = len(t.Rows) == pageRows || t.bytes+size > pageBytes; t.full {
		return // also to shorter ones, which would have a gap before them
	}
	t.bytes += size
	t.Rows = append(t.Rows, r)
}

// shown is the table with the flags and the list with which a report has all of
// its rows; nil if there is none.
func (t *pageTable) shown(words string) *pageTable {
	if t.Total == 0 {
		return nil
	}
	t.All = "altadnc-bulk report -o result.csv " + words
	return t
}

// Left returns how many rows there was no room for.
func (t *pageTable) Left() int64 { return t.Total - int64(len(t.Rows)) }

// write takes an entry in.
func (p *pageEntries) write(e reader.Entry, f finding) error {
	p.total++
	p.outcomes[f.outcome]++
	t := e.Identifier.Type
	if p.types[t] == nil {
		p.types[t] = map[string]int64{}
	}
	p.types[t][f.outcome]++
	if f.outcome == journal.Duplicate.String() {
		return nil
	}
	p.own.add(f)
	p.verify(f)
	p.tables(e, f)
	return nil
}

func (p *pageEntries) flush() error { return nil }

func (o *ownOptOuts) add(f finding) {
	told := false
	for _, s := range f.stored {
		if !s.Removed || !listed(s) {
			continue
		}
		told = true
		o.Removed++
		if s.Manual == nil || !*s.Manual {
			o.Lifted++
		}
	}
	switch f.outcome {
	case journal.Removed.String():
		if !told {
			o.Blind++
		}
	case journal.Protected.String():
		o.Kept++
	}
}

// listed reports whether a snapshot had an entry: of one that was only asked for,
// nothing but its value is known.
func listed(s journal.Stored) bool {
	return s.Manual != nil || s.CreatedAt != "" || s.UpdatedAt != "" || s.Label != ""
}

func (p *pageEntries) verify(f finding) {
	if f.verified.Found == 0 {
		return
	}
	p.verified[f.verified.Found]++
	if f.verified.Time.After(p.listed) {
		p.listed = f.verified.Time
	}
}

// tables puts an entry where it needs eyes.
func (p *pageEntries) tables(e reader.Entry, f finding) {
	row := func() pageRow { return p.row(e, f) }
	if f.outcome == journal.Failed.String() {
		p.fail(e, f)
		p.failed.add(row)
	}
	if f.unsure {
		p.doubtful.add(row)
	}
	if f.outcome == journal.Protected.String() {
		p.kept.add(row)
	}
	switch f.verified.Found {
	case journal.FoundStillThere:
		p.stillThere.add(row)
	case journal.FoundCameBack:
		p.cameBack.add(row)
	case journal.FoundMissing:
		p.missing.add(row)
	}
}

// fail counts a failure with others of its kind.
func (p *pageEntries) fail(e reader.Entry, f finding) {
	group := f.group
	if e.Refusal != nil {
		group = "refused: " + e.Refusal.Code
	}
	if p.failures[group] == nil {
		p.failures[group] = &pageFailure{Group: group, Reason: p.row(e, f).Reason, Advice: adviceFor(group)}
	}
	p.failures[group].Count++
}

// byCount returns the failures, most frequent first.
func (p *pageEntries) byCount() []*pageFailure {
	var all []*pageFailure
	for _, f := range p.failures {
		all = append(all, f)
	}
	slices.SortFunc(all, func(a, b *pageFailure) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Group, b.Group))
	})
	return all
}

func (p *pageEntries) row(e reader.Entry, f finding) pageRow {
	shown := e.Identifier.Masked()
	switch {
	case p.unmask:
		shown = cmp.Or(e.Raw, e.Identifier.Value, f.raw)
	case e.Refusal != nil && e.Column == "": // any part of a refused row may name a person
		shown = "the whole row"
	case e.Refusal != nil:
		shown = fmt.Sprintf("column %q", e.Column)
	}
	reason := f.reason
	if !p.unmask { // what answered may have repeated what was sent
		reason = e.Identifier.MaskIn(reason, e.Raw, f.sent)
	}
	row := pageRow{Line: f.line, Type: f.typ, Identifier: plain(shown), Reason: plain(reason)}
	if !f.time.IsZero() {
		row.Time = utc(f.time)
	}
	return row
}

// plain is a text for a page, on one line, with what could disturb the text
// around it made visible.
func plain(s string) string {
	s = printable(strings.ReplaceAll(strings.ToValidUTF8(s, "\ufffd"), "\n", " "))
	if runes := []rune(s); len(runes) > longestText {
		return string(runes[:longestText]) + "…"
	}
	return s
}
