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
		Short: "Show what is done of LIST, what is open, and how long that takes",
		Long: `status compares LIST with its journal. It sends nothing, changes nothing, and
works during a run. It exits with 0 if what it reads is sound, however
much is still open.`,
		Example: `  altadnc-bulk status contacts.csv
  altadnc-bulk status --json contacts.csv`,
		Args: oneList(),
		RunE: func(_ *cobra.Command, args []string) error { return f.run(a, args[0]) },
	}
	f.read.register(cmd)
	cmd.Flags().Float64Var(&f.rate, "rate", pace.Default, "`N` requests a minute, to estimate the time left")
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
		return &exitError{code: exitTrouble, err: fmt.Errorf("the counts contradict each other, which is a bug in altadnc-bulk: %w", err)}
	}
	s, err := newStatus(l, plan, records, f.rate)
	if err != nil {
		return err
	}
	s.reading = f.read.words()
	return a.print(s, f.json)
}

// status is what a list and its journal say; as JSON its fields are part of the
// interface.
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

	perMinute float64
	lost      bool   // records of the journal, or all of it
	send      int64  // keys that a run would send: open ones, and failed ones again
	reading   string // the flags with which the list was read
}

func newStatus(l *list, plan *worker.Plan, records *journal.View, rate float64) (*status, error) {
	k := plan.Keys.Counts
	s := &status{
		List: l.path, Journal: l.journal, Exists: records.Exists(), lost: records.Lost() > 0,
		Rows: newRowCounts(plan.Rows), Entries: plan.Entries, Removed: k[journal.Removed], NotFound: k[journal.NotFound], Failed: k[journal.Failed] + plan.Refused.Total,
		Duplicate: plan.Duplicates, Protected: k[journal.Protected], Restored: k[journal.Restored], Open: k[journal.Pending],
		Unsure: plan.Keys.Unsure, Intent: plan.Keys.Unanswered,
		Reasons: map[string]int64{}, Elsewhere: plan.Elsewhere,
		Seconds: int64(worker.Duration(plan.Send, rate).Seconds()), perMinute: rate, send: plan.Send,
	}
	for code, n := range plan.Refused.ByCode {
		s.Reasons["refused: "+code] += n
	}
	if err := plan.EachFailed(func(o journal.Outcome) { s.Reasons[reasonGroup(o)]++ }); err != nil {
		return nil, err
	}
	if s.Exists {
		_, last, n := records.Runs()
		s.Runs, s.Torn = n, records.Torn() != nil
		if n > 0 { // a power cut can leave nothing but the first record
			s.LastRun = &last.Time
		}
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
	t.line("%s: %s", s.List, s.words())
	t.count(s.Removed, "removed")
	t.count(s.NotFound, "not found (not on the Do Not Contact list)")
	t.count(s.Protected, "protected (kept: the person unsubscribed)")
	t.count(s.Restored, "restored (put back on the Do Not Contact list)")
	t.count(s.Failed, "failed%s", s.reasons())
	t.count(s.Duplicate, "duplicate")
	t.count(s.Open, "open%s", s.unanswered())
	t.total(s.Entries, either(s.Entries, "entry", "entries"))
	s.Rows.write(t)
	t.unsure(s.Unsure)
	if s.Seconds > 0 {
		t.line("  what is left takes about %s at %g requests a minute", short(time.Duration(s.Seconds)*time.Second), s.perMinute)
	}
	s.writeElsewhere(t)
	s.writeJournal(t)
	s.writeNext(t)
}

// words says in a sentence how far the list is.
func (s *status) words() string {
	switch {
	case s.Holder != "":
		return "a run is in progress (" + s.Holder + ")"
	case !s.Exists && s.lost:
		return "the journal is gone, and what was sent is not known"
	case s.Runs == 0:
		return "nothing was sent yet"
	case s.Open > 0:
		return fmt.Sprintf("not finished, %s open", counted(s.Open, "entry is", "entries are"))
	case s.Failed > 0:
		return fmt.Sprintf("finished, but %s failed", counted(s.Failed, "entry", "entries"))
	}
	return "finished"
}

func (s *status) unanswered() string {
	if s.Intent == 0 {
		return ""
	}
	if s.Holder != "" {
		return fmt.Sprintf(" (%s sent, no answer yet)", count(s.Intent))
	}
	return fmt.Sprintf(" (%s sent, but no answer arrived)", count(s.Intent))
}

func (s *status) writeJournal(t table) {
	switch {
	case !s.Exists && s.lost:
		t.line("Journal: %s, not there any more", s.Journal)
	case !s.Exists:
		t.line("Journal: %s, not there yet", s.Journal)
	case s.LastRun == nil:
		t.line("Journal: %s, without a run", s.Journal)
	default:
		t.line("Journal: %s, %s, the last one begun on %s", s.Journal, plural(s.Runs, "run"), zoned(*s.LastRun, "2006-01-02 15:04"))
	}
	if s.Torn && s.Holder == "" {
		t.line("It ends in the middle of a record, as after an interruption; the next run sets that aside.")
	}
}

// writeNext ends with the command to type, unless a run is at it.
func (s *status) writeNext(t table) {
	list := s.reading + shellQuote(s.List)
	if s.Holder != "" {
		return
	}
	switch {
	case s.Open > 0 && s.Runs == 0:
		t.line("Begin with: altadnc-bulk remove %s", list)
	case s.Open > 0:
		t.line("Go on with: altadnc-bulk remove %s", list)
	case s.send > 0:
		t.line("Try it again with: altadnc-bulk remove %s", list)
	case s.Failed == 0 && s.Runs > 0:
		t.line("Prove it with: altadnc-bulk verify %s", list)
	}
	if s.Failed > 0 {
		t.line("See what failed: altadnc-bulk report --outcome failed %s", list)
	}
}

// writeElsewhere mentions what may have been read with other flags.
func (s *status) writeElsewhere(t table) {
	if s.Elsewhere > 0 {
		t.line("  %s", elsewhereText(s.Elsewhere))
	}
}

// elsewhereText words finished keys that the list does not have.
func elsewhereText(n int64) string {
	return counted(n, "finished key of the journal is", "finished keys of the journal are") + " not on the list as it is read now: the list has changed, or is read differently"
}

// reasons words why entries failed. Which of them could not be read, and why, is
// for the report to say.
func (s *status) reasons() string {
	var refused int64
	var parts []string
	for reason, n := range s.Reasons {
		if strings.HasPrefix(reason, "refused: ") {
			refused += n
			continue
		}
		parts = append(parts, count(n)+" "+reason)
	}
	slices.Sort(parts)
	if refused > 0 {
		parts = append([]string{count(refused) + " could not be read with certainty"}, parts...)
	}
	if len(parts) == 0 {
		return ""
	}
	return " (" + strings.Join(parts, ", ") + ")"
}
