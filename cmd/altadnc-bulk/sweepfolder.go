package main

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"altadnc-bulk/pkg/journal"
)

// folder is a folder of lists.
type folder struct {
	path string // as the user named it
	done string // where finished lists go
	disk disk
}

func newFolder(path string) (*folder, error) {
	info, err := os.Stat(path)
	if err == nil && !info.IsDir() {
		err = fmt.Errorf("%s is not a folder", path)
	}
	if err != nil {
		return nil, usageError("give the folder that holds the lists; for a single list use remove", "folder: %w", err)
	}
	return &folder{path, filepath.Join(path, "done"), osDisk{}}, nil
}

// lock sees to it that one sweep at a time works on the folder.
func (f *folder) lock() (io.Closer, error) {
	lock, err := journal.Lock(filepath.Join(f.path, ".altadnc-sweep"))
	var locked *journal.LockedError
	if errors.As(err, &locked) {
		locked.Path = f.path
	}
	return lock, err
}

// waiting is what lies in a folder.
type waiting struct {
	names     []string // of lists, in order
	leftAlone []leftAlone
}

// leftAlone is a file that a sweep does not take, and why.
type leftAlone struct {
	Name   string `json:"name"`
	Reason string `json:"reason"`
}

// listEndings are the names of lists, each with .gz as well.
func listEndings() []string { return []string{".csv", ".tsv", ".jsonl", ".ndjson", ".xlsx"} }

// lists finds what waits in the folder. What its program may still be writing is
// left alone.
func (f *folder) lists(settle time.Duration) (waiting, error) {
	w := waiting{leftAlone: []leftAlone{}}
	entries, err := os.ReadDir(f.path)
	if err != nil {
		return w, usageError("", "folder: %w", err)
	}
	for _, e := range entries {
		name := e.Name()
		if _, ok := journalOf(name); ok || strings.HasPrefix(name, ".") || strings.HasPrefix(name, "~$") || e.IsDir() {
			continue
		}
		reason, err := unready(e, settle)
		switch {
		case errors.Is(err, fs.ErrNotExist): // gone meanwhile
		case err != nil:
			return w, err
		case reason != "":
			w.leftAlone = append(w.leftAlone, leftAlone{name, reason})
		default:
			w.names = append(w.names, name)
		}
	}
	return w, nil
}

// journalOf returns the list that a file belongs to: its journal, the lock of that,
// or what an interruption left of it.
func journalOf(name string) (list string, ok bool) {
	at := strings.LastIndex(name, ".journal")
	if at < 0 {
		return "", false
	}
	rest := name[at+len(".journal"):]
	return name[:at], rest == "" || rest == ".lock" || strings.HasPrefix(rest, ".torn-")
}

// unready says why a file is not to be swept now, "" if it is.
func unready(e fs.DirEntry, settle time.Duration) (string, error) {
	if _, ending := parts(e.Name()); !slices.Contains(listEndings(), strings.TrimSuffix(strings.ToLower(ending), ".gz")) {
		return "its name does not end like a list's", nil
	}
	if !e.Type().IsRegular() {
		return "not a regular file", nil
	}
	info, err := e.Info()
	if err != nil {
		return "", err
	}
	switch since := time.Since(info.ModTime()); {
	case since < 0:
		return "changed in the future, by this machine's clock", nil
	case since < settle:
		return fmt.Sprintf("changed less than %s ago", settle), nil
	}
	return "", nil
}

// parts returns the name of a list without and its ending, .gz included.
func parts(name string) (stem, ending string) {
	packed := ""
	if strings.EqualFold(filepath.Ext(name), ".gz") {
		packed = name[len(name)-3:]
	}
	stem = strings.TrimSuffix(name, packed)
	ending = filepath.Ext(stem)
	return strings.TrimSuffix(stem, ending), ending + packed
}

// failedName is the name of the list of what failed of a list.
func failedName(name string) string { return partName(name, "-failed") }

// partName is the name of a list of some entries of a list. A report is in the
// list's own format, but for a spreadsheet's, which becomes CSV.
func partName(name, what string) string {
	stem, ending := parts(name)
	ending = strings.TrimSuffix(strings.ToLower(ending), ".gz")
	if ending == ".xlsx" {
		ending = ".csv"
	}
	return stem + what + ending
}

// move is a list on its way to done. It is noted in a file there from before the
// first step until after the last, so that the next sweep can finish what a kill
// or a power cut left half done.
type move struct {
	From   string `json:"from"` // in the folder
	To     string `json:"to"`   // in done
	Failed string `json:"failed,omitempty"`
}

func (f *folder) marker() string { return filepath.Join(f.done, ".moving") }

// mark makes it durable that a list is on its way.
func (f *folder) mark(m move) error {
	unfinished := f.marker() + ".new"
	err := f.create(unfinished, os.O_TRUNC, func(w io.Writer) error { return json.NewEncoder(w).Encode(m) })
	if err == nil {
		err = f.disk.rename(unfinished, f.marker())
	}
	return cmp.Or(err, f.disk.syncFolder(f.done))
}

// create makes a file with what write writes, on the disk when it returns. Cut
// short it leaves a part, which is a move's to clear away.
func (f *folder) create(path string, flag int, write func(io.Writer) error) error {
	file, err := f.disk.create(path, flag)
	if err != nil {
		return err
	}
	err = cmp.Or(write(file), file.Sync())
	return errors.Join(err, file.Close())
}

// putAway moves a list with its journal to done, where failed, if there is one,
// writes what failed of it. It returns where they are now.
func (f *folder) putAway(name string, failed func(io.Writer) error) (moved, failedList string, err error) {
	// Nothing may move to a folder that a power cut could take away.
	if err := cmp.Or(f.disk.mkdir(f.done), f.disk.syncFolder(f.path)); err != nil {
		return "", "", putAwayError(name, err)
	}
	m := move{From: name, To: f.free(name)}
	if failed != nil {
		m.Failed = failedName(m.To)
		failedList = filepath.Join(f.done, m.Failed)
	}
	err = f.mark(m)
	if err == nil && failed != nil {
		err = f.create(failedList, os.O_EXCL, failed)
		err = cmp.Or(err, f.disk.syncFolder(f.done))
	}
	if err == nil {
		err = f.rename(m.From, m.To)
	}
	if err == nil {
		err = f.follow(m)
	}
	if err != nil {
		return "", "", putAwayError(name, err)
	}
	return filepath.Join(f.done, m.To), failedList, nil
}

func putAwayError(name string, err error) error {
	return &exitError{code: exitTrouble, err: fmt.Errorf("move %s to done: %w", name, err), hint: "everything on it is done and recorded; the next sweep moves it"}
}

// free returns the name that a list gets in done: its own, or one with a number
// where that is taken.
func (f *folder) free(name string) string {
	stem, ending := parts(name)
	for n, free := 2, name; ; n++ {
		if !slices.ContainsFunc([]string{free, free + ".journal", free + ".journal.lock", failedName(free), pageName(free)}, f.has) {
			return free
		}
		free = stem + "-" + strconv.Itoa(n) + ending
	}
}

// rename moves a file from the folder to done, and makes that durable: what
// moves next must not arrive without it. It writes nothing over.
func (f *folder) rename(from, to string) error {
	if f.has(to) {
		return fmt.Errorf("%s: a file with that name exists", filepath.Join(f.done, to))
	}
	if err := f.disk.rename(filepath.Join(f.path, from), filepath.Join(f.done, to)); err != nil {
		return err
	}
	return f.sync()
}

// sync makes durable what came, and then what went.
func (f *folder) sync() error {
	if err := f.disk.syncFolder(f.done); err != nil {
		return err
	}
	return f.disk.syncFolder(f.path)
}

// follow moves what belongs to a list that was moved, as far as it has not
// moved before, and ends the move: the journal, its lock, and what its repairs
// and interruptions left beside it.
func (f *folder) follow(m move) error {
	entries, err := os.ReadDir(f.path)
	if err != nil {
		return err
	}
	for _, e := range entries {
		list, ok := journalOf(e.Name())
		if ok && list != m.From || !ok && e.Name() != m.From {
			continue
		}
		to := m.To + strings.TrimPrefix(e.Name(), m.From)
		switch arrived := f.has(to); {
		case arrived && f.same(e.Name(), to):
			err = f.disk.remove(filepath.Join(f.path, e.Name()))
		case ok && !arrived:
			err = f.rename(e.Name(), to)
		}
		if err != nil {
			return err
		}
	}
	return f.endMove()
}

// same reports whether a name in the folder and one in done are those of one file,
// which a power cut may leave of a rename.
func (f *folder) same(from, to string) bool {
	here, err := os.Lstat(filepath.Join(f.path, from))
	there, doneErr := os.Lstat(filepath.Join(f.done, to))
	return err == nil && doneErr == nil && os.SameFile(here, there)
}

// has reports whether done has a file of that name, or may have one.
func (f *folder) has(name string) bool {
	_, err := os.Lstat(filepath.Join(f.done, name))
	return !errors.Is(err, fs.ErrNotExist)
}

// endMove ends a move of which everything is durable.
func (f *folder) endMove() error {
	err := f.sync()
	if err == nil {
		err = f.disk.remove(f.marker())
	}
	if err == nil {
		err = f.disk.syncFolder(f.done)
	}
	return err
}

// finishMove finishes the move that an earlier sweep was killed in. A list that
// had not left its place is swept again, which finds it done.
func (f *folder) finishMove() error {
	if err := f.disk.remove(f.marker() + ".new"); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	content, err := os.ReadFile(f.marker())
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	var m move
	if err == nil {
		err = json.Unmarshal(content, &m)
	}
	if err == nil && (m.From != filepath.Base(m.From) || m.To != filepath.Base(m.To) || m.Failed != "" && m.Failed != filepath.Base(m.Failed)) {
		err = errors.New("it names a file elsewhere")
	}
	if err != nil {
		return usageError("see what is in its folder, then delete it", "%s: not the note of a sweep that was moving a list: %w", f.marker(), err)
	}
	if err := f.finish(m); err != nil {
		return putAwayError(m.From, err)
	}
	return nil
}

// finish finishes a move. What the killed sweep did comes before what this one does,
// also if the power fails now.
func (f *folder) finish(m move) error {
	if err := f.sync(); err != nil {
		return err
	}
	if f.has(m.To) {
		return f.follow(m)
	}
	if m.Failed != "" {
		if err := f.disk.remove(filepath.Join(f.done, m.Failed)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return f.endMove()
}

// clean deletes what was done longer ago than keep; 0 keeps all. A list is as
// old as its journal, the last of which it deletes: what has none is not a
// sweep's.
func (f *folder) clean(keep time.Duration) error {
	if keep == 0 {
		return nil
	}
	entries, err := os.ReadDir(f.done)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	for _, e := range entries {
		name, isJournal := strings.CutSuffix(e.Name(), ".journal")
		info, err := e.Info()
		if err != nil || !isJournal || !info.Mode().IsRegular() || time.Since(info.ModTime()) < keep {
			continue
		}
		if err := f.delete(name, entries); err != nil {
			return err
		}
	}
	return err
}

// delete deletes a list in done with all that belongs to it. The journal goes last,
// when the others are gone for good: without it they would never be found again.
func (f *folder) delete(list string, entries []fs.DirEntry) error {
	gone := []string{list, pageName(list)}
	if failed := failedName(list); !f.has(failed + ".journal") { // else it is a list that was swept itself
		gone = append(gone, failed)
	}
	for _, e := range entries {
		if of, ok := journalOf(e.Name()); ok && of == list && e.Name() != list+".journal" {
			gone = append(gone, e.Name())
		}
	}
	for _, name := range gone {
		if err := f.disk.remove(filepath.Join(f.done, name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	if err := f.disk.syncFolder(f.done); err != nil {
		return err
	}
	return f.disk.remove(filepath.Join(f.done, list+".journal"))
}

// age is a duration that can be given in days.
type age time.Duration

func (a *age) String() string {
	if *a == 0 {
		return ""
	}
	return time.Duration(*a).String()
}

func (a *age) Type() string { return "duration" }

func (a *age) Set(s string) error {
	if days, ok := strings.CutSuffix(s, "d"); ok {
		n, err := strconv.ParseUint(days, 10, 16)
		*a = age(time.Duration(n) * 24 * time.Hour)
		return err
	}
	d, err := time.ParseDuration(s)
	if err == nil && d <= 0 {
		err = errors.New("must be positive")
	}
	*a = age(d)
	return err
}
