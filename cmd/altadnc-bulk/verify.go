package main

import (
	"time"

	"github.com/spf13/cobra"

	"altadnc-bulk/pkg/api"
	"altadnc-bulk/pkg/journal"
	"altadnc-bulk/pkg/worker"
)

// verification is one run of the verify command.
type verification struct{ job }

func (a *app) verifyCommand() *cobra.Command {
	v := &verification{job{caller: caller{app: a}}}
	cmd := &cobra.Command{
		Use:   "verify LIST",
		Short: "Compare the Do Not Contact list with what the journal of LIST says was done",
		Long: `verify lists the whole Do Not Contact list, one request for 100 entries, and looks
up every identifier of LIST that its journal calls finished: what was removed must
be off the list, what was restored or kept must be on it. It removes and restores
nothing, but records in the journal what it found, which report shows.

An entry made after the removal is most likely a new opt-out by the person; remove
leaves it alone unless --again is given. The exit code is 1
if anything is not as it should be.`,
		Example: `  altadnc-bulk verify contacts.csv
  altadnc-bulk verify --json -q contacts.csv`,
		Args: oneList(),
		RunE: func(cmd *cobra.Command, args []string) error { return v.run(cmd, args[0]) },
	}
	v.read.register(cmd)
	v.api.register(cmd)
	v.output.register(cmd)
	v.watchers.register(cmd)
	return cmd
}

func (v *verification) run(cmd *cobra.Command, arg string) error {
	return v.job.run(cmd, arg, v.read.name, func() error {
		j, err := v.openJournal()
		if err != nil {
			return err
		}
		defer j.Close()
		if _, _, runs := j.Runs(); runs == 0 {
			return usageError("give the removal's journal with --journal", "%s: no such journal, so there is nothing to verify", v.list.journal)
		}
		if err := v.read.recall(j); err != nil {
			return err
		}
		if err := v.read.compare(j, v.list, v.log); err != nil {
			return err
		}
		if err := v.read.openFile(v.app, v.list); err != nil {
			return err
		}
		plan, err := worker.NewPlan(v.list.List, j, worker.PlanOptions{})
		if err != nil {
			return err
		}
		if err := v.connect(); err != nil {
			return err
		}
		return v.verify(j, plan)
	})
}

func (v *verification) verify(j *journal.Journal, plan *worker.Plan) error {
	cfg := v.config(j)
	cfg.Reading = v.read.reading()
	ctx, hide, release := v.working(func() func() {
		return showLine(v.screen, v.log, v.bar(), func() string { return "reading the Do Not Contact list" + v.waiting(worker.Outage{}) })
	})
	defer release()
	match := worker.Matching{Rules: v.read.values()}
	found, err := worker.Verify(ctx, cfg, v.list.List, plan, match)
	hide()
	if err != nil {
		return notBegun(err)
	}
	s := v.newSummary(plan, found)
	return v.conclude(s, v.ended(s.ExitCode, found.Stop))
}

// verifySummary is what a verification found.
type verifySummary struct {
	List           string          `json:"list"`
	Journal        string          `json:"journal"`
	ExitCode       int             `json:"exit_code"`
	Stopped        string          `json:"stopped"` // "" when all was looked at; else nothing is claimed
	Error          string          `json:"error,omitempty"`
	Time           *time.Time      `json:"snapshot_time,omitempty"`
	Size           int64           `json:"snapshot_entries"`
	Unreadable     int64           `json:"snapshot_unreadable"` // entries that match no key at all
	Keys           int64           `json:"keys"`                // finished ones of the list
	Absent         int64           `json:"absent"`
	Present        int64           `json:"present"`
	CameBack       int64           `json:"came_back"`
	StillThere     int64           `json:"still_there"`
	Missing        int64           `json:"missing"`
	Unclear        int64           `json:"unclear"`
	Unfinished     int64           `json:"unfinished"`
	Elsewhere      int64           `json:"not_on_list"`
	Contradictions []contradiction `json:"contradictions"` // the first 100
	Requests       int64           `json:"requests"`
	Started        time.Time       `json:"started"`
	Ended          time.Time       `json:"ended"`

	resume string
}

// contradiction is a key that is not as the journal says.
type contradiction struct {
	Line       int                `json:"line"`
	Type       api.IdentifierType `json:"type"`
	Identifier string             `json:"identifier"` // masked, unless -v
	Found      string             `json:"found"`
	Decided    time.Time          `json:"decided"`
	CreatedAt  string             `json:"created_at,omitempty"`
}

func (v *verification) newSummary(plan *worker.Plan, found *worker.Verification) *verifySummary {
	n := found.Found
	s := &verifySummary{
		List: v.list.path, Journal: v.list.journal, Keys: found.Finished, Unfinished: found.Unfinished, Elsewhere: plan.Elsewhere,
		Absent: n[journal.FoundAbsent], Present: n[journal.FoundPresent], CameBack: n[journal.FoundCameBack],
		StillThere: n[journal.FoundStillThere], Missing: n[journal.FoundMissing], Unclear: n[journal.FoundUnclear],
		Contradictions: []contradiction{}, Requests: found.Requests, Started: found.Started.UTC(), Ended: found.Ended.UTC(), resume: v.resume,
	}
	if shot := found.Snapshot; shot != nil {
		t := shot.Time.UTC()
		s.Time, s.Size, s.Unreadable = &t, shot.Entries, shot.Unreadable
	}
	for _, c := range found.Contradictions {
		name := c.Identifier.Masked()
		if v.output.verbose {
			name = c.Identifier.Value
		}
		s.Contradictions = append(s.Contradictions, contradiction{c.Line, c.Identifier.Type, name, c.Found.String(), c.Decided.UTC(), c.CreatedAt})
	}
	switch {
	case found.Stop != nil:
		s.ExitCode, s.Stopped, s.Error = stopCode(found.Stop.Reason), string(found.Stop.Reason), found.Stop.Error()
	case s.Absent+s.Present < s.Keys:
		s.ExitCode = exitFailures
	}
	return s
}

// write writes the summary for a person.
func (s *verifySummary) write(t table) {
	if s.Time == nil {
		t.line("%s, nothing of %s was verified", ending(s.Stopped), s.List)
		t.line("Go on with: %s", s.resume)
		return
	}
	t.line("%s compared with all %s of the Do Not Contact list at %s, in %s",
		s.List, counted(s.Size, "entry", "entries"), zoned(*s.Time, time.DateTime), plural(s.Requests, "request"))
	t.count(s.Absent, "absent, as removed or not found")
	t.count(s.Present, "present, as restored or kept")
	t.count(s.CameBack, "came back: on the list again, by an entry made since; remove leaves them alone without --again")
	t.count(s.StillThere, "still there: on the list by an entry that is not known to be newer")
	t.count(s.Missing, "missing: restored or kept, and not on the list")
	t.count(s.Unclear, "unclear: an entry of the list may be theirs")
	t.total(s.Keys, "finished "+either(s.Keys, "identifier", "identifiers"))
	t.count(s.Unfinished, "not finished: nothing to verify")
	if s.Unreadable > 0 {
		t.line("  %s of the list cannot be matched with any identifier", counted(s.Unreadable, "entry", "entries"))
	}
	if s.Elsewhere > 0 {
		t.line("  %s", elsewhereText(s.Elsewhere))
	}
	for _, c := range s.Contradictions {
		made := ""
		if c.CreatedAt != "" {
			made = ", the entry made " + c.CreatedAt
		}
		t.line("  line %d, %s %s: %s (recorded %s%s)", c.Line, c.Type, c.Identifier, c.Found, c.Decided.Format(time.RFC3339), made)
	}
}

// nameless is the summary without anything of a person.
func (s *verifySummary) nameless() result {
	public := *s
	public.Contradictions = nil
	return &public
}

// measure adds the metrics of the verification.
func (s *verifySummary) measure(m *metrics) {
	for _, e := range []struct {
		found string
		n     int64
	}{
		{"absent", s.Absent}, {"present", s.Present}, {"came_back", s.CameBack}, {"still_there", s.StillThere},
		{"missing", s.Missing}, {"unclear", s.Unclear},
	} {
		m.add("altadnc_verified_identifiers", "Finished identifiers by what the last verification found.", e.n, "list", s.List, "found", e.found)
	}
	m.run(s.List, s.Requests, s.Started, s.Ended)
}
