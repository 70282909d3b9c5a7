package main

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"altadnc-bulk/pkg/journal"
	"altadnc-bulk/pkg/worker"
	"altadnc-bulk/pkg/worker/pace"
)

// statusFlags are the flags of the status command.
type statusFlags struct {
	read listFlags
	rate float64
	json bool
}

func (a *app) statusCommand() *cobra.Command {
	f := &statusFlags{}
	cmd := &cobra.Command{
		Use:   "status LIST",
		Short: "Tell what is done of LIST, what is open, and how long that takes",
		Long: `status compares LIST with its journal. It sends nothing, changes nothing, and
works while a run goes on. It exits with 0 when what it reads is sound, however
much is still open.`,
		Example: `  altadnc-bulk status contacts.csv
  altadnc-bulk status --json contacts.csv`,
		Args: oneList(),
		RunE: func(_ *cobra.Command, args []string) error { return f.run(a, args[0]) },
	}
	f.read.register(cmd)
	cmd.Flags().Float64Var(&f.rate, "rate", pace.Default, "`N` requests a minute, for the time that is left")
	cmd.Flags().BoolVar(&f.json, "json", false, "print one JSON object")
	return cmd
}

func (f *statusFlags) run(a *app, arg string) error {
	l, records, err := f.read.openRecorded(a, arg)
	if err != nil {
		return err
	}
	defer l.Close()
	defer records.Close()
	plan, err := worker.NewPlan(l.List, records, worker.PlanOptions{})
	if err != nil {
		return err
	}
	if err := plan.Check(); err != nil {
		return &exitError{code: exitTrouble, err: fmt.Errorf("the counts contradict each other, which is a defect of altadnc-bulk: %w", err)}
	}
	s, err := newStatus(l, plan, records, f.rate)
	if err != nil {
		return err
	}
	return a.print(s, f.json)
}

// status is what a list and its journal tell; as JSON its fields are part of
// the interface.
type status struct {
	List      string           `json:"list"`
	Journal   string           `json:"journal"`
	Exists    bool             `json:"journal_exists"`
	Rows      rowCounts        `json:"rows"`
	Entries   int64            `json:"entries"`
	Removed   int64            `json:"removed"`
	NotFound  int64            `json:"not_found"`
	Failed    int64            `json:"failed"`
	Duplicate int64            `json:"duplicate"`
	Protected int64            `json:"protected"`
	Restored  int64            `json:"restored"`
	Open      int64            `json:"open"`
	Unsure    int64            `json:"unsure"`
	Intent    int64            `json:"unanswered"`
	Reasons   map[string]int64 `json:"failed_by_reason"`
	Runs      int64            `json:"runs"`
	LastRun   *time.Time       `json:"last_run,omitempty"`
	Torn      bool             `json:"torn_tail"`
	Elsewhere int64            `json:"not_on_list"`
	Holder    string           `json:"running,omitempty"`
	Seconds   int64            `json:"seconds_left"`
}

func newStatus(l *list, plan *worker.Plan, records *journal.View, rate float64) (*status, error) {
	k := plan.Keys.Counts
	s := &status{
		List: l.path, Journal: l.journal, Exists: records.Exists(),
		Rows: newRowCounts(plan.Rows), Entries: plan.Entries, Removed: k[journal.Removed], NotFound: k[journal.NotFound], Failed: k[journal.Failed] + plan.Refused.Total,
		Duplicate: plan.Duplicates, Protected: k[journal.Protected], Restored: k[journal.Restored], Open: k[journal.Pending],
		Unsure: plan.Keys.Unsure, Intent: plan.Keys.Unanswered,
		Reasons: map[string]int64{}, Elsewhere: plan.Elsewhere,
		Seconds: int64(worker.Duration(plan.Send, rate).Seconds()),
	}
	for code, n := range plan.Refused.ByCode {
		s.Reasons["refused: "+code] += n
	}
	if err := plan.EachFailed(func(o journal.Outcome) { s.Reasons[reasonGroup(o)]++ }); err != nil {
		return nil, err
	}
	if s.Exists {
		_, last, n := records.Runs()
		s.Runs, s.LastRun, s.Torn = n, &last.Time, records.Torn() != nil
	}
	holder, err := journal.Holder(l.journal)
	if err != nil {
		return nil, err
	}
	if holder != nil {
		s.Holder = holder.String()
	}
	return s, nil
}

// reasonGroup puts failures together that differ only in their wording.
func reasonGroup(o journal.Outcome) string {
	if o.Result == journal.Partial {
		return "removed in part"
	}
	if o.HTTPStatus > 0 {
		return fmt.Sprintf("answered %d", o.HTTPStatus)
	}
	return "no answer"
}

func (s *status) write(t table) {
	unanswered := ""
	if s.Intent > 0 {
		unanswered = fmt.Sprintf(" (%s sent, answer unknown)", count(s.Intent))
	}
	t.line("%s", s.List)
	t.count(s.Removed, "removed")
	t.count(s.NotFound, "not found")
	t.count(s.Protected, "protected")
	t.count(s.Restored, "restored")
	t.count(s.Failed, "failed%s", s.reasons())
	t.count(s.Duplicate, "duplicate")
	t.count(s.Open, "open%s", unanswered)
	t.total(s.Entries, either(s.Entries, "entry", "entries"))
	s.Rows.write(t)
	if s.Unsure > 0 {
		t.line("  %s unsure: an earlier request may have removed them", count(s.Unsure))
	}
	if s.Seconds > 0 {
		t.line("  what is left takes about %s", short(time.Duration(s.Seconds)*time.Second))
	}
	s.writeElsewhere(t)
	s.writeJournal(t)
}

func (s *status) writeJournal(t table) {
	switch {
	case !s.Exists:
		t.line("journal %s: none yet, nothing was sent", s.Journal)
	case s.LastRun != nil:
		t.line("journal %s: %s, the last one on %s", s.Journal, plural(s.Runs, "run"), zoned(*s.LastRun, "2006-01-02 15:04"))
	}
	if s.Torn && s.Holder == "" {
		t.line("the journal ends in the middle of a record, as after an interruption; the next run sets that aside")
	}
	if s.Holder != "" {
		t.line("running: %s", s.Holder)
	}
}

// writeElsewhere tells of what may have been read with other flags.
func (s *status) writeElsewhere(t table) {
	if s.Elsewhere > 0 {
		t.line("  %s", elsewhereText(s.Elsewhere))
	}
}

// elsewhereText words finished keys that the list does not have.
func elsewhereText(n int64) string {
	return counted(n, "finished key of the journal is", "finished keys of the journal are") + " not on the list as it is read now: it has changed, or is read in another way"
}

func (s *status) reasons() string {
	var parts []string
	for reason, n := range s.Reasons {
		parts = append(parts, fmt.Sprintf("%s %s", count(n), reason))
	}
	if len(parts) == 0 {
		return ""
	}
	slices.Sort(parts)
	return " (" + strings.Join(parts, ", ") + ")"
}
