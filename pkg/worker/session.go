package worker

import (
	"context"
	"time"

	"altadnc-bulk/pkg/api"
	"altadnc-bulk/pkg/journal"
)

// session is what a removal and a restore have in common: a run of the journal,
// which begins and ends, and the sender.
type session struct {
	cfg     Config
	sender  *sender
	started time.Time
}

func newSession(cfg Config) session {
	cfg = cfg.withDefaults()
	s := session{cfg: cfg, sender: newSender(cfg)}
	s.sender.journal = cfg.Journal
	return s
}

// begin begins the run. The context ends when ctx does or the run is stopped; end
// must be called when nothing is under way any more. The error is for a run that
// could not begin.
func (s *session) begin(ctx context.Context, list, sha256 string) (departures context.Context, end func(), err error) {
	s.started = time.Now()
	err = s.cfg.Journal.Begin(journal.Run{
		Time: s.started, Version: s.cfg.Version, List: list, ListSHA256: sha256, Reading: s.cfg.Reading,
	})
	if err != nil {
		return nil, nil, err
	}
	departures, end = s.sender.begin(ctx, s.cfg.Grace)
	return departures, end, nil
}

// finish ends the run in the journal, under the name of its kind.
func (s *session) finish(kind string, sum *Summary) error {
	sum.Started, sum.Ended = s.started, time.Now()
	reason := kind + "finished"
	if sum.Stop != nil {
		reason = kind + string(sum.Stop.Reason)
	}
	if err := s.cfg.Journal.Traffic(s.sender.lastTraffic()); err != nil {
		return err
	}
	return s.cfg.Journal.End(journal.End{
		Time: sum.Ended, Reason: reason, Entries: sum.Entries, Counts: sum.Counts, Unsure: sum.Unsure, Requests: sum.Requests,
	})
}

// written stops the run if the journal could not be written or read, and reports
// whether it could.
func (s *session) written(err error) bool {
	if err == nil {
		return true
	}
	s.sender.stop(&Stop{StopJournal, err})
	return false
}

// name returns an identifier as the log may show it.
func (s *session) name(id api.Identifier) string {
	if s.cfg.Unmask {
		return id.Value
	}
	return id.Masked()
}
