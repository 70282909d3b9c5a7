package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"altadnc-bulk/pkg/api"
	"altadnc-bulk/pkg/journal"
	"altadnc-bulk/pkg/reader"
	"altadnc-bulk/pkg/reader/canonical"
	"altadnc-bulk/pkg/reader/columns"
	"altadnc-bulk/pkg/worker"
)

// listFlags say which list, how to read it, and where its journal is.
type listFlags struct {
	journal          string
	types            []string
	columns          []string
	ignore           []string
	identifierColumn string
	typeColumn       string
	noHeader         bool
	headerLine       int
	sheet            string
	hiddenRows       string
	format           string
	delimiter        string
	encoding         string
	defaultRegion    string
	international    bool
	asIs             bool
	page             bool // --format names what to write: how the list is read is another matter

	flags *pflag.FlagSet // these flags alone
	given *pflag.FlagSet // all flags of the command, which know what was given
}

func (f *listFlags) register(cmd *cobra.Command) {
	f.registerReading(cmd)
	f.flags.StringVar(&f.journal, "journal", "", "journal `file` (default LIST.journal)")
	cmd.Flags().AddFlag(f.flags.Lookup("journal"))
}

// registerReading registers the flags that say how to read lists, whichever
// they are.
func (f *listFlags) registerReading(cmd *cobra.Command) {
	fl := pflag.NewFlagSet("list", pflag.ContinueOnError)
	defer func() {
		f.flags, f.given = fl, cmd.Flags()
		cmd.Flags().AddFlagSet(fl)
	}()
	fl.StringSliceVar(&f.types, "type", nil, "`type` of every identifier, for a list without a type column; with several, separated by commas, each identifier is sent under each type")
	fl.StringArrayVar(&f.columns, "column", nil, "read just this column, as `NAME=TYPE`, NAME=TYPE,TYPE or NAME alone; #3 is the third one; repeat the flag for more columns")
	fl.StringArrayVar(&f.ignore, "ignore-column", nil, "do not read the column with this `name`; repeat the flag for more")
	fl.StringVar(&f.identifierColumn, "identifier-column", "", "`name` of the column that holds the identifiers")
	fl.StringVar(&f.typeColumn, "type-column", "", "`name` of the column that holds the types")
	fl.BoolVar(&f.noHeader, "no-header", false, "the list has no header: its first row is data, columns are #1, #2 and so on")
	fl.IntVar(&f.headerLine, "header-line", 0, "line `N` holds the column names; lines above it are skipped")
	fl.StringVar(&f.sheet, "sheet", "", "`name` of the sheet to read in an .xlsx workbook (default: the one visible sheet that is a list)")
	fl.StringVar(&f.hiddenRows, "hidden-rows", "", "`how` to treat the rows that an .xlsx workbook hides, by a filter or by hand: read or skip; without this flag a sheet with hidden rows is not read")
	fl.StringVar(&f.format, "format", "auto", "`format` of the list: "+strings.Join(reader.FormatNames(), ", "))
	fl.StringVar(&f.delimiter, "delimiter", "", "`character` between the columns of a CSV list (default: detected); \\t for a tab")
	fl.StringVar(&f.encoding, "encoding", "", "`encoding` of the list, such as windows-1252, shift_jis, gb18030 or cp850 (default: UTF-8, or what a byte order mark says)")
	fl.StringVar(&f.defaultRegion, "default-region", "", "`country` of phone numbers without +, such as US or DE")
	fl.BoolVar(&f.international, "international", false, "phone numbers without + begin with a country code")
	fl.BoolVar(&f.asIs, "as-is", false, "send identifiers as they are written, not in canonical form")
}

// words returns those of these flags that were given, ready to be typed again
// before a list: what reads it once must be read the same way ever after.
func (f *listFlags) words(except ...string) string {
	var b strings.Builder
	f.flags.VisitAll(func(flag *pflag.Flag) {
		if f.given.Changed(flag.Name) && !slices.Contains(except, flag.Name) {
			for _, word := range flagWords(flag) {
				b.WriteString(shellQuote(word) + " ")
			}
		}
	})
	return b.String()
}

// reading returns the flags that say how to read the list, as the journal keeps
// them: nil for a list that is read as it comes.
func (f *listFlags) reading() []string {
	var words []string
	f.flags.VisitAll(func(flag *pflag.Flag) {
		if flag.Name != "journal" && flag.Value.String() != flag.DefValue {
			words = append(words, flagWords(flag)...)
		}
	})
	return words
}

// recorded is a journal that knows its runs.
type recorded interface {
	Runs() (first, last journal.Run, n int64)
}

// recall sets the flags that were not given as the last run had them: the list
// is read as it was read then.
func (f *listFlags) recall(r recorded) error {
	_, last, _ := r.Runs()
	var given []string
	f.given.Visit(func(flag *pflag.Flag) {
		if flag.Name != "format" || !f.page {
			given = append(given, flag.Name)
		}
	})
	for _, word := range last.Reading {
		name, value, hasValue := strings.Cut(strings.TrimPrefix(word, "--"), "=")
		if slices.Contains(given, name) {
			continue
		}
		if !hasValue {
			value = "true"
		}
		if f.flags.Lookup(name) == nil || f.given.Set(name, value) != nil {
			return usageError("use the version that removed it, "+last.Version, "the journal says that the list was read with %s, which this version does not know", word)
		}
	}
	return nil
}

// compare makes sure that the journal can be believed in the way in which the list
// is read now: it knows keys, and a cell must not have been another key before. A
// way that takes other cells, or reads some that were refused, is reported.
func (f *listFlags) compare(h history, l *list, log *slog.Logger) error {
	_, last, runs := h.Runs()
	if runs == 0 || slices.Equal(last.Reading, f.reading()) {
		return nil
	}
	then, now := cmp.Or(strings.Join(last.Reading, " "), "no flags"), cmp.Or(strings.Join(f.reading(), " "), "no flags")
	if !sameKeys(rulesOf(last.Reading), f.values()) && decided(h.Index()) {
		return usageError("read it as before, or use another journal with --journal: in this one, what was removed in one spelling would count as \"not found\" in another",
			"%s: its journal %s holds identifiers as read with %s, not with %s; nothing was sent", l.path, l.journal, then, now)
	}
	log.Warn("the last run read the list differently", "list", l.path, "then", then, "now", now)
	return nil
}

// rulesOf returns how cells were read by the flags of a run record.
func rulesOf(reading []string) (r canonical.Rules) {
	for _, word := range reading {
		switch name, value, _ := strings.Cut(word, "="); name {
		case "--as-is":
			r.AsIs = true
		case "--international":
			r.International = true
		case "--default-region":
			r.Region = strings.ToUpper(value)
		}
	}
	return r
}

// sameKeys reports whether every cell that was a key then is the same one now.
// Numbers without + were refused as long as nothing gave their country.
func sameKeys(then, now canonical.Rules) bool {
	switch {
	case then.AsIs != now.AsIs:
		return false
	case then.AsIs:
		return true
	case then.International:
		return now.International
	}
	return then.Region == "" || now.Region == then.Region && !now.International
}

// decided reports whether a request has left for any key, or was not needed.
func decided(ix *journal.Index) bool {
	for _, s := range ix.All() {
		if s.Status.Finished() || s.Status == journal.Partial || s.Intent || s.Unsure {
			return true
		}
	}
	return false
}

// options turns the flags into what package reader takes.
func (f *listFlags) options() (reader.Options, error) {
	o := reader.Options{
		Encoding: f.encoding, HeaderLine: f.headerLine, Sheet: f.sheet,
		Columns: columns.Options{Ignore: f.ignore, Identifier: f.identifierColumn, Type: f.typeColumn, NoHeader: f.noHeader},
		Values:  f.values(),
	}
	var problems []error
	var err error
	format := f.format
	if f.page && format == formatPage {
		format = "auto"
	}
	if o.Format, err = reader.ParseFormat(format); err != nil {
		problems = append(problems, fmt.Errorf("--format: %w", err))
	}
	if o.HiddenRows, err = reader.ParseHiddenRows(f.hiddenRows); err != nil {
		problems = append(problems, fmt.Errorf("--hidden-rows: %w", err))
	}
	names := columns.New()
	for _, word := range f.types {
		t, ok := names.ParseType(word)
		if !ok {
			_, err := api.ParseIdentifierType(word)
			problems = append(problems, fmt.Errorf("--type: %w", err))
		}
		o.Columns.Types = append(o.Columns.Types, t)
	}
	for _, column := range f.columns {
		selection, err := columns.ParseSelection(column)
		if err != nil {
			problems = append(problems, fmt.Errorf("--column: %w", err))
		}
		o.Columns.Columns = append(o.Columns.Columns, selection)
	}
	if o.Delimiter, err = parseDelimiter(f.delimiter); err != nil {
		problems = append(problems, err)
	}
	return o, errors.Join(problems...)
}

// values is how the cells of the list, and of a snapshot to match it with, are
// read.
func (f *listFlags) values() canonical.Rules {
	return canonical.Rules{Region: strings.ToUpper(f.defaultRegion), International: f.international, AsIs: f.asIs}
}

func parseDelimiter(s string) (rune, error) {
	switch s {
	case "":
		return 0, nil
	case `\t`, "tab":
		return '\t', nil
	}
	r, size := utf8.DecodeRuneInString(s)
	if size != len(s) || r == utf8.RuneError {
		return 0, fmt.Errorf("--delimiter %q: one character, such as ; or \\t", s)
	}
	return r, nil
}

// list is an opened list with the name of its journal.
type list struct {
	*worker.List
	path    string // as the user named it
	journal string
	file    *os.File
	spooled bool // file is a copy of ours that still has a name, to be removed
}

// open opens the list that arg names, to be read as the flags say.
func (f *listFlags) open(a *app, arg string) (*list, error) {
	l, err := f.name(arg)
	if err != nil {
		return nil, err
	}
	return l, f.openFile(a, l)
}

// openRecorded opens the list that arg names with its journal, and reads it as
// the journal says it was read, unless told otherwise.
func (f *listFlags) openRecorded(a *app, arg string) (*list, *journal.View, error) {
	l, err := f.name(arg)
	if err != nil {
		return nil, nil, err
	}
	view, err := journal.Load(l.journal, nil)
	if err != nil {
		return nil, nil, err
	}
	err = f.recall(view)
	if err == nil {
		err = f.openFile(a, l)
	}
	if err != nil {
		view.Close()
		return nil, nil, err
	}
	if lost := view.Lost(); lost > 0 {
		a.warn("%s lacks %s that the lock file beside it knows of: it was cut, deleted or replaced; restore it from a backup", l.journal, plural(lost, "record"))
	}
	return l, view, nil
}

// name returns the list that arg names and where its journal is.
func (f *listFlags) name(arg string) (*list, error) {
	if arg == "/dev/stdin" {
		arg = "-"
	}
	if arg == "-" && f.journal == "" {
		return nil, usageError("a list from standard input has no name to derive a journal's from", "LIST is -, but --journal is missing")
	}
	if f.journal == "-" || strings.HasPrefix(f.journal, "/dev/") || strings.HasPrefix(f.journal, "/proc/") {
		return nil, usageError("give a file that the next run can find again", "--journal %s: a journal must be a file that lasts", f.journal)
	}
	return &list{path: arg, journal: cmp.Or(f.journal, arg+".journal")}, nil
}

// openFile opens the list's file; "-" is standard input, which is copied to a
// private temporary file since a list is read twice.
func (f *listFlags) openFile(a *app, l *list) error {
	opts, err := f.options()
	if err != nil {
		return err
	}
	if l.path == "-" {
		if l.file, l.spooled, err = spool(a.stdin); err != nil {
			return err
		}
		l.List = worker.NewList("standard input", l.file, opts)
		return nil
	}
	if l.file, err = openList(l.path); err != nil {
		return err
	}
	if a.writesTo(l.path) {
		return usageError("> empties a file before any program starts: if the list is empty now, get it again, and write to another file",
			"standard output goes to %s, which is the list itself", l.path)
	}
	l.List = worker.NewList(l.path, l.file, opts)
	return nil
}

func openList(path string) (*os.File, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, usageError("give a CSV, JSONL or .xlsx file, or - for standard input", "list: %w", err)
	}
	info, err := file.Stat()
	if err == nil && info.IsDir() {
		file.Close()
		return nil, usageError("for all lists of a folder: altadnc-bulk sweep "+shellQuote(path), "list: %s is a folder", path)
	}
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("list: %s is not a regular file; it has to be read twice", path)
	}
	if err != nil {
		file.Close()
		return nil, usageError("give a CSV, JSONL or .xlsx file, or - for standard input", "%w", err)
	}
	return file, nil
}

// spool copies r to a temporary file that only this user can read. Where the
// system allows it the file has no name any more, so that however this program
// ends, it is not left behind; named reports that it still has one.
func spool(r io.Reader) (file *os.File, named bool, err error) {
	file, err = os.CreateTemp("", "altadnc-bulk-list-*")
	if err != nil {
		return nil, false, fmt.Errorf("standard input: copy it to a temporary file: %w", err)
	}
	named = os.Remove(file.Name()) != nil
	if _, err = io.Copy(file, r); err == nil {
		return file, named, nil
	}
	file.Close()
	if named {
		os.Remove(file.Name())
	}
	return nil, false, fmt.Errorf("standard input: copy it to a temporary file: %w", err)
}

func (l *list) Close() error {
	if l.file == nil {
		return nil // restore --all reads no list
	}
	err := l.file.Close()
	if l.spooled {
		err = errors.Join(err, os.Remove(l.file.Name()))
	}
	return err
}
