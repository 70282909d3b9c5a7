package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"altadnc-bulk/pkg/journal"
	"altadnc-bulk/pkg/reader"
	"altadnc-bulk/pkg/worker"
)

// reportFlags are the flags of the report command.
type reportFlags struct {
	read     listFlags
	outcomes []string
	output   string
	excel    bool
	unmask   bool
}

// outcomes are the values of dnc_outcome.
func outcomes() []string {
	return []string{"removed", "not_found", "failed", "duplicate", "protected", "restored", "open"}
}

func (a *app) reportCommand() *cobra.Command {
	f := &reportFlags{}
	cmd := &cobra.Command{
		Use:   "report LIST",
		Short: "Write LIST with the outcome of every entry, in its format (a workbook as CSV)",
		Long: `report writes LIST to standard output or a file, one line per entry, followed by
columns with what the journal says of it: dnc_line, dnc_type, dnc_sent, dnc_outcome,
dnc_raw, dnc_reason, dnc_status, dnc_attempts, dnc_unsure, dnc_time and dnc_verified.
It sends nothing, changes nothing, and works while a run goes on.

The outcomes are ` + strings.Join(outcomes(), ", ") + `.
What --outcome keeps is again a list that remove accepts. In CSV, a cell that a
spreadsheet would run as a formula gets a leading ', which remove drops again.

--format html writes a page instead, for whoever has to answer for the list: one
file, for screen and paper, with the outcomes, a timeline, the failures and what to
do about them, the runs, and the digests. Identifiers on it are masked unless
--unmask is given.`,
		Example: `  altadnc-bulk report -o done.csv contacts.csv
  altadnc-bulk report --outcome failed,open -o again.csv contacts.csv
  altadnc-bulk report --outcome failed --excel -o failed.csv contacts.csv
  altadnc-bulk report --format html -o contacts.html contacts.csv`,
		Args: oneList(),
		RunE: func(_ *cobra.Command, args []string) error { return f.run(a, args[0]) },
	}
	f.read.register(cmd)
	outputFlag(cmd, &f.output)
	excelFlag(cmd, &f.excel)
	cmd.Flags().Lookup("format").Usage += "; or html, to write a page for people in place of a list"
	cmd.RegisterFlagCompletionFunc("format", cobra.FixedCompletions(append(reader.FormatNames(), formatPage), cobra.ShellCompDirectiveNoFileComp))
	cmd.Flags().BoolVar(&f.unmask, "unmask", false, "show identifiers in full on the page of --format html")
	cmd.Flags().StringSliceVar(&f.outcomes, "outcome", nil, "only entries with one of these `outcomes`, separated by commas")
	return cmd
}

func (f *reportFlags) run(a *app, arg string) error {
	for _, o := range f.outcomes {
		if !slices.Contains(outcomes(), o) {
			return usageError("", "--outcome %q: one or more of %s", o, strings.Join(outcomes(), ", "))
		}
	}
	if f.read.page = f.read.format == formatPage; f.read.page {
		return f.runPage(a, arg)
	}
	if f.unmask {
		return usageError("leave --unmask out", "--unmask is for --format html: other reports hold the list as it is")
	}
	if strings.EqualFold(filepath.Ext(f.output), ".xlsx") {
		return usageError("give it a name that ends in .csv", "--output %s: no workbook is written, the report of one is CSV", f.output)
	}
	l, records, err := f.read.openRecorded(a, arg)
	if err != nil {
		return err
	}
	defer l.Close()
	defer records.Close()
	err = a.emit(f.output, []string{arg, l.journal}, func(w io.Writer) error {
		rows, err := f.write(l, records, w)
		fmt.Fprint(a.stderr, text(rows, widthOf(a.stderr)))
		return err
	})
	if err != nil {
		return err
	}
	return f.complete(records, l)
}

// write writes the report of a list. Rows that gave no entry are not in it: it
// returns how many there are.
func (f *reportFlags) write(l *list, records *journal.View, w io.Writer) (rowCounts, error) {
	in, err := l.Read()
	if err != nil {
		return rowCounts{}, err
	}
	verified, err := records.Verified()
	if err != nil {
		return rowCounts{}, err
	}
	out, err := newReportWriter(w, in, f.excel)
	if err != nil {
		return rowCounts{}, err
	}
	err = f.copy(in, &finder{records, verified}, out)
	return newRowCounts(in.Rows()), err
}

// complete is an error if the report, once written, leaves out finished keys of
// the journal: it does not show all that was done.
func (f *reportFlags) complete(records *journal.View, l *list) error {
	missing := f.elsewhere(records)
	if missing == 0 {
		return nil
	}
	return &exitError{
		code: exitFailures, err: fmt.Errorf("%s: the report is written, but does not cover all that was done: %s", l.path, elsewhereText(missing)),
		hint: "use the list as it was removed, with the flags that remove had",
	}
}

// elsewhere counts the finished keys that the list did not have when it was
// read.
func (f *reportFlags) elsewhere(records *journal.View) (n int64) {
	for _, state := range records.Index().All() {
		if state.Status.Finished() && !state.Marked(journal.MarkTaken) {
			n++
		}
	}
	return n
}

// formatPage is the value of --format that asks for the page.
const formatPage = "html"

// runPage is run for the page.
func (f *reportFlags) runPage(a *app, arg string) error {
	incomplete, err := f.writePage(a, arg)
	return cmp.Or(err, incomplete)
}

// writePage writes the page, and returns in incomplete what [reportFlags.complete]
// says of it. Of a journal that cannot be believed it says just that.
func (f *reportFlags) writePage(a *app, arg string) (incomplete, err error) {
	if len(f.outcomes) > 0 || f.excel {
		return nil, usageError("leave them out", "--format html shows all outcomes: --outcome and --excel are for lists")
	}
	l, records, err := f.read.openRecorded(a, arg)
	var damage *journal.DamageError
	if errors.As(err, &damage) {
		err = a.emit(f.output, []string{arg, damage.Path}, newDamagedPage(arg, damage.Path, damage).write)
		return nil, cmp.Or(err, error(damage))
	}
	if err != nil {
		return nil, err
	}
	defer l.Close()
	defer records.Close()
	p, err := newPage(f, l, records)
	if err == nil {
		err = a.emit(f.output, []string{arg, l.journal}, p.write)
	}
	if err != nil {
		return nil, err
	}
	return f.complete(records, l), nil
}

// copy writes every entry that was asked for.
func (f *reportFlags) copy(in *reader.Reader, finder *finder, out reportWriter) error {
	for {
		e, err := in.Read()
		if errors.Is(err, io.EOF) {
			return outputError(out.flush())
		}
		if err != nil {
			return err
		}
		found, err := finder.find(e)
		if err != nil {
			return err
		}
		if len(f.outcomes) > 0 && !slices.Contains(f.outcomes, found.outcome) {
			continue
		}
		if err := out.write(e, found); err != nil {
			return outputError(err)
		}
	}
}

// finding is what the journal says of one entry: the dnc_ columns.
type finding struct {
	line     int
	typ      string
	sent     string // where it is not what the list says
	outcome  string
	raw      string // of a record that was refused as a whole
	reason   string
	status   int // HTTP; 0 for none
	attempts int
	unsure   bool
	time     time.Time // zero for none
	verified journal.Verification

	group  string           // of a failure the API or the way there is to blame for, see reasonGroup
	stored []journal.Stored // what is known of the identifier's entries on the Do Not Contact list
}

// finder looks entries up. A key's first entry has its outcome; the place of its
// record in the index then makes way for that entry's line, which the later
// entries of the key, the duplicates, refer to.
type finder struct {
	records  worker.Records
	verified map[journal.Key]journal.Verification
}

func (f *finder) find(e reader.Entry) (finding, error) {
	found := finding{line: e.Line, typ: string(e.Identifier.Type)}
	key := journal.KeyOf(e.Identifier)
	if e.Refusal != nil {
		key = journal.RefusedKey(e.Line, e.Column, e.Raw)
	}
	ix := f.records.Index()
	state := ix.State(key)
	if e.Refusal == nil && ix.Mark(key, journal.MarkTaken) {
		found.outcome = "duplicate"
		found.reason = fmt.Sprintf("same as line %d: %s", ix.Place(key), state.Status.Account())
		return found, nil
	}
	var recorded journal.Outcome
	if state.Status != journal.None {
		var err error
		if recorded, err = f.records.OutcomeAt(state); err != nil {
			return found, err
		}
	}
	if e.Refusal != nil {
		found.outcome, found.reason, found.time = "failed", e.Refusal.Reason, recorded.Time
		if e.Column == "" {
			found.raw = strings.ToValidUTF8(string(e.Record.Text), "\ufffd")
		}
		return found, nil
	}
	ix.SetPlace(key, int64(e.Line))
	found.outcome = state.Status.Account().String()
	found.unsure, found.verified = state.Unsure || state.Unanswered(), f.verified[key]
	if found.outcome == "open" {
		found.reason = openReason(state, recorded.Stored)
		return found, nil
	}
	found.reason, found.sent, found.time = recorded.Reason, recorded.Sent, recorded.Time
	found.status, found.attempts, found.stored = recorded.HTTPStatus, recorded.Attempts, recorded.Stored
	if found.outcome == "failed" {
		found.group = reasonGroup(recorded)
	}
	return found, nil
}

// openReason says how far a key without an outcome has come; some of its stored
// forms may be removed.
func openReason(s journal.State, forms []journal.Stored) string {
	removed := 0
	for _, f := range forms {
		if f.Removed {
			removed++
		}
	}
	switch {
	case removed > 0 && removed < len(forms):
		return fmt.Sprintf("%d of %d stored forms removed, the rest are open", removed, len(forms))
	case s.Intent:
		return "sent, but no answer arrived"
	case s.Reopened:
		return "to be sent again"
	case s.Status == journal.None && s.Unsure:
		return "not known: the journal has lost records"
	}
	return "not sent yet"
}
