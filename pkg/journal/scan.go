package journal

import (
	"bytes"
	"fmt"
	"io"
	"strconv"
)

// formatVersion is the format that this package writes and reads.
const formatVersion = 1

// headerStart is how the first line of a journal begins in every version of
// the format; the number of the version follows.
const headerStart = `{"seq":1,"durable":0,"kind":"journal","format":`

// content is what a journal says, read from its file.
type content struct {
	index    *Index
	identity Identity // with the account that a later run may have named
	runs     int64
	first    Run
	last     Run
	ended    bool // an end follows the last run
	end      End

	kinds      [kindRepair + 1]int64
	records    int64  // good ones from the start: the last sequence number
	size       int64  // bytes that they take, without a missing line end
	sum        uint32 // of the last one
	terminated bool   // the last one has its line end
	durable    int64  // the last sequence number known durable
	unsettled  []int64

	tail    TornTail
	tailErr *DamageError // why the tail is not good
}

// TornTail is the end of a journal that was being written when its writer was
// cut off: lines that never were durable.
type TornTail struct {
	Lines   int64
	Bytes   int64
	SavedTo string // the file that keeps it; "" if it was left in place
}

// scanner reads a journal line by line: good records up to the first line that
// is not good, and beyond it only what calls that line durable.
type scanner struct {
	content
	path   string
	lines  *lines
	chain  chain
	line   line // decoded last
	replay replay
	ours   bool // some line has a checksum that matches
	wiped  bool // everything so far is NUL
}

// scan reads a journal from r. The error is a *DamageError, wraps ErrNewer or
// ErrNotJournal, or is that of reading. An empty content without an error is
// an empty file, or one with only a torn first record.
func scan(r io.Reader, path string) (*content, error) {
	s := scanner{path: path, lines: newLines(r), wiped: true}
	s.replay = newReplay()
	s.index = s.replay.index
	s.terminated = true
	defer s.replay.settle()
	for n := int64(1); ; n++ {
		b, more := s.lines.next()
		if !more {
			break
		}
		if err := s.take(b, n); err != nil {
			return &s.content, err
		}
	}
	if s.lines.err != nil {
		return nil, fmt.Errorf("read %s: %w", path, s.lines.err)
	}
	return &s.content, s.foreign()
}

// take reads line n.
func (s *scanner) take(b []byte, n int64) error {
	covered, good := s.chain.next(b)
	if !good {
		return s.bad(b, n)
	}
	s.ours = true
	if n == 1 && newer(covered) {
		return fmt.Errorf("%s: %w; use a newer version of this program", s.path, ErrNewer)
	}
	if err := decode(covered, &s.line); err != nil {
		return s.damaged(n, fmt.Sprintf("%v, though its checksum matches", err))
	}
	if s.tailErr != nil {
		return s.beyond(n)
	}
	return s.add(n)
}

// bad begins the torn tail, or goes on in it.
func (s *scanner) bad(b []byte, n int64) error {
	s.wiped = s.wiped && len(bytes.Trim(b, "\x00")) == 0
	if s.tailErr == nil {
		s.tailErr = s.damaged(n, "checksum does not match")
		s.ours = s.ours || headerLike(b)
	} else if claimedDurable(b) > s.records {
		s.tailErr.Reason += fmt.Sprintf("; %d good records before it, and line %d, whose checksum does not match either, still reads that it was durable", s.records, n)
		return s.tailErr
	}
	s.lengthenTail()
	return nil
}

// claimedDurable returns the number of the last durable record that a bad line
// tells of, 0 if it tells of none. It proves nothing by itself. But no write is
// begun before the one before it is durable, so what an interruption leaves of
// the last write never tells of more than the good records before it: a line
// that does was changed later, as by an editor that changed every line.
func claimedDurable(b []byte) int64 {
	if !bytes.HasPrefix(b, []byte(`{"seq":`)) {
		return 0
	}
	_, rest, _ := bytes.Cut(b, []byte(`,"durable":`))
	digits, _, _ := bytes.Cut(rest, []byte(","))
	n, err := strconv.ParseInt(string(digits), 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// beyond looks at a good record after a bad line. That was durable if the
// record says so; otherwise both were written in one stroke, of which a power
// cut kept the later part.
func (s *scanner) beyond(n int64) error {
	if s.line.durable > s.records {
		s.tailErr.Reason += fmt.Sprintf("; %d good records before it, and line %d tells that it was durable", s.records, n)
		return s.tailErr
	}
	s.lengthenTail()
	return nil
}

func (s *scanner) lengthenTail() {
	s.tail.Lines++
	s.tail.Bytes += int64(s.lines.size)
}

// add takes a good record into the content.
func (s *scanner) add(n int64) error {
	if reason := s.misplaced(); reason != "" {
		return s.damaged(n, reason)
	}
	s.settle()
	s.records++
	s.kinds[s.line.kind]++
	s.size += int64(s.lines.size)
	s.sum, s.terminated = s.chain.prev, s.lines.terminated
	s.replay.apply(s.line.change(s.lines.offset))
	switch s.line.kind {
	case kindJournal:
		s.identity = s.line.identity()
	case kindRun:
		s.begin()
	case kindEnd:
		s.ended, s.end = true, s.line.end()
	}
	return nil
}

// misplaced tells why a record that is good by itself cannot stand where it
// stands. This package never writes such a thing; somebody else did.
func (s *scanner) misplaced() string {
	l := &s.line
	switch {
	case l.seq != s.records+1:
		return fmt.Sprintf("sequence number %d instead of %d, though its checksum matches", l.seq, s.records+1)
	case (l.kind == kindJournal) != (s.records == 0):
		return fmt.Sprintf("record of kind %s, though its checksum matches", l.kind)
	case l.durable >= l.seq || l.durable < s.durable:
		return fmt.Sprintf("durable is %d after %d, though its checksum matches", l.durable, s.durable)
	case l.kind == kindRun && mismatch("", l.identity(), s.identity) != nil:
		return "run of another base URL or account, though its checksum matches"
	}
	return ""
}

// settle keeps the offsets of records that no later one calls durable.
func (s *scanner) settle() {
	if settled := s.line.durable - s.durable; settled > 0 {
		s.unsettled = append(s.unsettled[:0], s.unsettled[settled:]...)
		s.durable = s.line.durable
	}
	s.unsettled = append(s.unsettled, s.lines.offset)
}

func (s *scanner) begin() {
	s.runs++
	s.last, s.ended = s.line.run(), false
	if s.runs == 1 {
		s.first = s.last
	}
	s.identity = s.line.identity()
}

func (s *scanner) damaged(n int64, reason string) *DamageError {
	return &DamageError{
		Path: s.path, Line: n, Offset: s.lines.offset, Reason: reason,
		Hint: "nothing was changed; go on from a backup of it, or repair it into a new file",
	}
}

// foreign refuses a file in which nothing looks like a journal. A first record
// that was cut off is one, and so is what a power cut leaves of a file whose
// length reached the disk before its bytes did.
func (s *scanner) foreign() error {
	if s.ours || s.wiped || s.tailErr == nil {
		return nil
	}
	return fmt.Errorf("%s: %w; nothing was changed", s.path, ErrNotJournal)
}

// headerLike tells whether a bad first line is what is left of a first record.
func headerLike(b []byte) bool {
	n := min(len(b), len(headerStart))
	return string(b[:n]) == headerStart[:n]
}

// newer tells whether a first line whose checksum matches is of a format that
// this package does not know.
func newer(covered []byte) bool {
	version, ok := bytes.CutPrefix(covered, []byte(headerStart))
	return ok && !bytes.HasPrefix(version, []byte("1,"))
}
