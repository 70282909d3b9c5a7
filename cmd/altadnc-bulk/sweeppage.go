package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
)

// pageName is the name of the page of a list, beside it.
func pageName(list string) string { return list + ".html" }

// writePage writes the page of a list as report would, reading the list as its
// journal says. A list that has lost rows since it was begun is none the worse for
// that: the page says so.
func (a *app) writePage(list, to string) error {
	report := &reportFlags{output: to}
	report.read.register(&cobra.Command{}) // on which no flag was given
	_, err := report.writePage(a, list)
	return err
}

// pageFor writes the page of a list that lies in done, and returns where it is.
// What went wrong with it is reported, and does not hold up the night: the next
// sweep makes what is missing.
func (s *sweep) pageFor(f *folder, name string, v *sweepSummary) string {
	path := filepath.Join(f.done, pageName(name))
	if err := s.app.writePage(filepath.Join(f.done, name), path); err != nil {
		s.complain(asExit(err))
		v.ExitCode = worse(v.ExitCode, exitTrouble)
		return ""
	}
	return path
}

// missingPages writes the pages that lists in done have not got: a sweep was killed
// before it came to them, or had no --page.
func (s *sweep) missingPages(f *folder) error {
	entries, err := os.ReadDir(f.done)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	for _, e := range entries {
		list, isJournal := strings.CutSuffix(e.Name(), ".journal")
		if isJournal && f.has(list) && !f.has(pageName(list)) {
			s.pageFor(f, list, &sweepSummary{}) // what is wrong with an old list is no fault of this night
		}
	}
	return err
}

// nightPage is a page that leads to those of a night's lists.
type nightPage struct {
	Version string
	Summary *sweepSummary
	Began   string
	Ended   string
	Took    string
	Lists   []nightList
	Words   string
}

// nightList is a line of it. A list that lies in done has a page, of which it is the
// address.
type nightList struct {
	Name  string
	Page  string
	Words string
	Swept *sweptList // nil for one that was not sent
}

// pageMark is what pages of this program are known by.
const pageMark = `<meta name="generator" content="altadnc-bulk `

// writeIndex puts the page of a night in the place of the last one's.
func (s *sweep) writeIndex(f *folder, v *sweepSummary) error {
	path := filepath.Join(f.done, "index.html")
	if info, err := os.Lstat(path); err == nil && info.Mode().IsRegular() { // else nothing is replaced
		if there, err := os.ReadFile(path); err == nil && !strings.Contains(string(there), pageMark) {
			return fmt.Errorf("%s exists and is not a page of this program: it was left alone", path)
		}
	}
	if err := f.disk.mkdir(f.done); err != nil {
		return err
	}
	return replaceFile(path, 0o600, func(w io.Writer) error { return writePage(w, "night.html.tmpl", newNightPage(v)) })
}

func newNightPage(v *sweepSummary) *nightPage {
	n := &nightPage{
		Version: version(), Summary: v, Began: utc(v.Started), Ended: utc(v.Ended), Took: short(v.Ended.Sub(v.Started)),
		Words: ending(v.Stopped) + ", " + v.worked(),
	}
	for _, l := range v.Lists {
		n.Lists = append(n.Lists, newNightList(l))
	}
	for _, name := range v.NotBegun {
		n.Lists = append(n.Lists, nightList{Name: plain(name), Words: "not begun"})
	}
	return n
}

func newNightList(of result) nightList {
	switch l := of.(type) {
	case *sweptList:
		line := nightList{Name: plain(filepath.Base(cmp.Or(l.MovedTo, l.List))), Words: "finished", Swept: l}
		switch {
		case l.Stopped != "":
			line.Words = "stopped: " + l.Stopped
		case l.Failed > 0:
			line.Words = "finished, but some failed"
		}
		if l.Page != "" {
			line.Page = url.PathEscape(filepath.Base(l.Page))
		}
		return line
	case *listFailure:
		return nightList{Name: plain(filepath.Base(l.List)), Words: fmt.Sprintf("exit code %d: %s", l.ExitCode, exitMeaning(l.ExitCode))}
	}
	return nightList{}
}
