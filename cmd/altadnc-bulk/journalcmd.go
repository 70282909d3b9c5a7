package main

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/spf13/cobra"

	"altadnc-bulk/pkg/journal"
)

func (a *app) journalCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "journal",
		Short:   "Check a journal, or rebuild a damaged one from what it still proves",
		Example: "  altadnc-bulk journal verify contacts.csv.journal\n  altadnc-bulk journal repair contacts.csv.journal --to repaired.journal",
		Args:    unknownCommand,
		RunE:    func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(a.journalVerifyCommand(), a.repairCommand())
	for _, sub := range cmd.Commands() {
		sub.Args = usage(sub.Args)
	}
	return cmd
}

func (a *app) journalVerifyCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "verify JOURNAL",
		Short: "Check every line of a journal, count its records and print its SHA-256",
		Long: `verify checks every line of a journal and changes nothing. It exits with 0 when
the journal is sound and with 6 when it is damaged, naming the first bad line.

Keep the SHA-256 that it prints elsewhere: lines cut off at the end of a
journal leave no trace in the rest.`,
		Example: "  altadnc-bulk journal verify contacts.csv.journal",
		Args:    oneArgument("JOURNAL", "the file beside a list, such as contacts.csv.journal"),
		RunE: func(_ *cobra.Command, args []string) error {
			report, err := journal.Verify(args[0])
			const hint = "give the journal itself, which is beside its list: LIST.journal"
			switch {
			case errors.Is(err, fs.ErrNotExist):
				return usageError(hint, "%w", err)
			case errors.Is(err, journal.ErrNotJournal), err == nil && report.Bytes == 0:
				return &exitError{code: exitJournal, err: cmp.Or(err, fmt.Errorf("%s: %w: it is empty", args[0], journal.ErrNotJournal)), hint: hint}
			case err != nil && report.Records == 0:
				return err
			}
			if told := a.print(verified{report, err == nil}, false); err == nil {
				err = told
			}
			return err
		},
	}
}

func (a *app) repairCommand() *cobra.Command {
	var to string
	cmd := &cobra.Command{
		Use:   "repair JOURNAL --to NEW",
		Short: "Write a new journal from what a damaged one still proves",
		Long: `repair copies what a damaged journal still proves into a new file and leaves the
damaged one as it is. Keys whose records were lost are open again. If the API then
says that one is not on the list, that is marked unsure: the request whose record
was lost may have removed it. The output ends with the commands that put the new
journal in place.`,
		Example: "  altadnc-bulk journal repair contacts.csv.journal --to repaired.journal",
		Args:    oneArgument("JOURNAL", "the damaged file"),
		RunE: func(_ *cobra.Command, args []string) error {
			if to == "" {
				return usageError("see: altadnc-bulk journal repair --help", "--to is missing: the file for the new journal")
			}
			r, err := journal.Repair(args[0], to)
			if err != nil {
				return err
			}
			return a.print(repaired{r, args[0], to}, false)
		},
	}
	cmd.Flags().StringVar(&to, "to", "", "`file` for the new journal; it must not exist yet")
	return cmd
}

// repaired is a journal that was made of a damaged one.
type repaired struct {
	journal.Repaired
	damaged, path string
}

// write ends with the moves that put the new journal in its place. The damaged
// one stays: it is evidence.
func (r repaired) write(t table) {
	t.line("%s: %s kept, %s lost", r.path, plural(r.Kept, "record"), plural(r.Lost, "line"))
	t.line("To put it in place and keep the damaged one:")
	t.line("  %s %s %s", mover(), shellQuote(r.damaged), shellQuote(freeName(r.damaged+".damaged")))
	t.line("  %s %s %s", mover(), shellQuote(r.path), shellQuote(r.damaged))
}

// freeName returns path, or path with a number that no file has.
func freeName(path string) string {
	free := path
	for n := 2; ; n++ {
		if _, err := os.Lstat(free); errors.Is(err, fs.ErrNotExist) {
			return free
		}
		free = fmt.Sprintf("%s-%d", path, n)
	}
}

// verified is what a journal holds, up to the first bad line.
type verified struct {
	journal.Report
	sound bool
}

func (v verified) write(t table) {
	k := v.Keys
	switch {
	case !v.sound:
		t.line("%s is damaged; before the first bad line it holds", v.Path)
	case v.Torn != nil:
		t.line("%s is sound, except for %s at the end (%s) torn by an interruption, which the next run sets aside",
			v.Path, plural(v.Torn.Lines, "line"), plural(v.Torn.Bytes, "byte"))
	default:
		t.line("%s is sound", v.Path)
	}
	for _, line := range []struct {
		n         int64
		one, many string
	}{
		{v.Records, "good record", "good records"}, {v.Kinds[journal.KindRun], "run", "runs"},
		{v.Kinds[journal.KindIntent], "intent", "intents"}, {v.Kinds[journal.KindOutcome], "outcome", "outcomes"},
		{v.Kinds[journal.KindReleased], "released", "released"}, {v.Kinds[journal.KindReopen], "reopened", "reopened"},
		{v.Kinds[journal.KindRestored], "restored", "restored"}, {v.Kinds[journal.KindVerified], "verified", "verified"},
		{v.Kinds[journal.KindMinute], "minute of requests", "minutes of requests"}, {v.Kinds[journal.KindPause], "pause", "pauses"},
		{v.Kinds[journal.KindRepair], "repair", "repairs"},
		{k.Counts[journal.Removed], "key removed", "keys removed"}, {k.Counts[journal.NotFound], "key not found", "keys not found"},
		{k.Counts[journal.Failed], "key failed", "keys failed"}, {k.Counts[journal.Partial], "key removed in part", "keys removed in part"},
		{k.Counts[journal.Protected], "key protected", "keys protected"}, {k.Counts[journal.Restored], "key restored", "keys restored"},
		{k.Counts[journal.Pending], "key open", "keys open"}, {k.Unsure, "key unsure", "keys unsure"},
	} {
		t.count(line.n, "%s", either(line.n, line.one, line.many))
	}
	switch {
	case !v.sound:
	case !v.Ended.IsZero():
		t.line("  the last run ended on %s: %s", zoned(v.Ended, "2006-01-02 15:04"), v.Reason)
	case !v.LastRun.IsZero():
		t.line("  the last run began on %s and has not ended: it is still in progress, or was cut off", zoned(v.LastRun, "2006-01-02 15:04"))
	}
	account := ""
	if v.Identity.AccountID != "" {
		account = ", account " + v.Identity.AccountID
	}
	t.line("  base URL %s%s", v.Identity.BaseURL, account)
	t.line("  sha256 %s", v.SHA256)
}
