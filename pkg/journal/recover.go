package journal

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strconv"
	"time"
)

// formatVersion is the format that this package writes and reads.
const formatVersion = 1

// headerStart is how the first line of a journal begins in every version of
// the format; the number of the version follows.
const headerStart = `{"seq":1,"durable":0,"kind":"journal","format":`

// sector is what a disk writes at once at least, in bytes.
const sector = 512

// content is what a journal says. Without a record it is that of a file that is
// empty, torn in its first record, or not there.
type content struct {
	path     string
	index    *Index
	id       string
	identity Identity // with the account that a later run may have named
	runs     int64
	first    Run
	last     Run
	ended    time.Time // when and why the last run ended; zero before
	reason   string

	records    int64 // good ones from the start: the last sequence number
	kinds      [kinds]int64
	size       int64   // bytes that the records take, without a missing line end
	sum        uint32  // of the last one
	terminated bool    // the last one has its line end
	durable    int64   // the last sequence number known durable
	unsettled  []int64 // offsets of the records after that one
	tail       TornTail

	repaired int64 // records that the one had of which [Repair] made this journal, at least
	lost     int64 // records that the lock file knows of and the journal does not have
}

// miss compares the journal with what its lock file knows about an earlier one.
// What is missing may have been about a request for any key.
func (c *content) miss(earlier note) {
	switch {
	case earlier.ID == c.id:
		c.lost = max(0, earlier.Records-max(c.records, c.repaired)) // what a repair lost its record tells
	default:
		c.lost = earlier.Records
	}
	if c.lost > 0 {
		c.index.distrust()
	}
}

// Lost returns how many records the lock file beside the journal knows of that the
// journal, as it was opened or loaded, does not have: somebody cut it, deleted it, or
// put an older one in its place. Every key without a finished outcome is unsure then,
// which Begin writes down.
func (c *content) Lost() int64 { return c.lost }

// TornTail is the end of a journal that was being written when its writer was
// cut off: lines that never were durable.
type TornTail struct {
	Lines   int64
	Bytes   int64
	SavedTo string // the file that keeps it; "" if it was left in place
}

// Index returns the index of all keys.
func (c *content) Index() *Index { return c.index }

// Runs returns the first and the last run that the journal had when it was read,
// and how many there were: none if there is no journal yet.
func (c *content) Runs() (first, last Run, n int64) { return c.first, c.last, c.runs }

// Torn returns the torn tail, nil if the journal ended as it should.
func (c *content) Torn() *TornTail {
	if c.tail.Bytes == 0 {
		return nil
	}
	return &c.tail
}

// load reads the file, refuses what cannot be trusted before it changes a
// byte, and brings what is left into a state that can be appended to.
func (j *Journal) load() (err error) {
	if j.file, err = j.disk.open(j.path); err != nil {
		return fmt.Errorf("open journal: %w", err)
	}
	if j.content, err = read(j.file, j.path, &j.identity); err != nil {
		return err
	}
	if err := j.setAside(); err != nil {
		return fmt.Errorf("set the torn tail of %s aside: %w", j.path, err)
	}
	if err := j.secure(); err != nil {
		return fmt.Errorf("sync journal: %w", err)
	}
	return nil
}

// read reads a journal of id, or whosever it is.
func read(f file, path string, id *Identity) (*content, error) {
	size, err := fileSize(f)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	c, err := scan(io.NewSectionReader(f, 0, size), path)
	if err != nil || id == nil || c.records == 0 {
		return c, err
	}
	return c, mismatch(path, *id, c.identity)
}

// scanner reads a journal line by line: good records up to the first line that
// is not good, and after it only lines that call it durable.
type scanner struct {
	*content
	line   int64 // 1-based, and where it begins
	offset int64
	chain  chain
	record record       // read last
	torn   *DamageError // why the first bad line is bad
	ours   bool         // some line has a checksum that matches, or the first is what is left of a header
}

// scan reads a journal from r. The error is a *DamageError, wraps ErrNewer or
// ErrNotJournal, or is that of reading. With a *DamageError the content is what
// precedes the damage.
func scan(r io.Reader, path string) (*content, error) {
	s := scanner{content: &content{path: path, index: new(Index), terminated: true}}
	in := newLines(r)
	for in.Scan() {
		s.line++
		if err := s.take(in.Bytes()); err != nil {
			return s.content, err
		}
		s.offset += int64(len(in.Bytes()))
	}
	if err := in.Err(); err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	// Not ours is a file in which nothing looks like a journal. A first record
	// that was cut off does, and so does what a power cut leaves of a file whose
	// length, or a later part, reached the disk before its first bytes did.
	if s.torn != nil && !s.ours {
		return nil, fmt.Errorf("%s: %w; nothing was changed", path, ErrNotJournal)
	}
	return s.content, nil
}

// take reads the next line.
func (s *scanner) take(token []byte) error {
	b, terminated := bytes.CutSuffix(token, []byte("\n"))
	covered, good := s.chain.next(b)
	if !good {
		return s.bad(b, len(token))
	}
	s.ours = true
	if s.line == 1 && newer(covered) {
		return fmt.Errorf("%s: %w; use a newer version of this program", s.path, ErrNewer)
	}
	at, err := s.record.decode(covered)
	if err != nil {
		return s.damage(fmt.Sprintf("%v, though its checksum matches", err))
	}
	if s.torn != nil {
		return s.beyond(at.durable, " shows", len(token))
	}
	if reason := s.misplaced(at); reason != "" {
		return s.damage(reason + ", though its checksum matches")
	}
	s.add(at, len(token), terminated)
	return nil
}

// bad begins the torn tail, or continues it.
func (s *scanner) bad(b []byte, size int) error {
	if s.torn != nil {
		return s.beyond(claimedDurable(b), ", whose checksum does not match either, still says", size)
	}
	s.torn = s.damage("checksum does not match")
	s.ours = s.ours || headerLike(b) || wiped(b)
	return s.beyond(0, "", size)
}

// beyond lengthens the torn tail by a line that calls the given record durable.
// If that is the first bad one, it is not a torn tail but damage; otherwise all
// were written in one stroke, of which a power cut may keep any part.
func (s *scanner) beyond(durable int64, tells string, size int) error {
	if durable > s.records {
		s.torn.Reason += fmt.Sprintf("; %d good records before it, and line %d%s that it was durable", s.records, s.line, tells)
		return s.torn
	}
	s.tail.Lines++
	s.tail.Bytes += int64(size)
	return nil
}

// misplaced says why a record that is good in itself cannot be where it is. This
// package never writes such a thing; somebody else did.
func (s *scanner) misplaced(at place) string {
	r := &s.record
	switch {
	case at.seq != s.records+1:
		return fmt.Sprintf("sequence number %d instead of %d", at.seq, s.records+1)
	case (r.kind == KindJournal) != (s.records == 0):
		return fmt.Sprintf("record of kind %s", kindNames[r.kind])
	case at.durable >= at.seq || at.durable < s.durable:
		return fmt.Sprintf("durable is %d after %d", at.durable, s.durable)
	case r.kind == KindRun && mismatch("", r.identity(), s.identity) != nil:
		return "run of another base URL or account"
	}
	return ""
}

// add takes a good record into the content.
func (s *scanner) add(at place, size int, terminated bool) {
	s.unsettled = append(s.unsettled[:0], s.unsettled[at.durable-s.durable:]...)
	s.unsettled = append(s.unsettled, s.offset)
	s.records, s.durable = at.seq, at.durable
	s.kinds[s.record.kind]++
	s.size += int64(size)
	s.sum, s.terminated = s.chain.prev, terminated
	s.index.apply(s.record.change(s.offset))
	switch s.record.kind {
	case KindRepair:
		if len(s.record.sha256) > 0 { // else a run noted what it found missing
			s.repaired = max(s.repaired, s.record.kept+s.record.lost)
		}
	case KindJournal:
		s.id, s.identity = string(s.record.id), s.record.identity()
	case KindRun:
		s.runs++
		s.last, s.identity = s.record.run(), s.record.identity()
		s.ended, s.reason = time.Time{}, ""
		if s.runs == 1 {
			s.first = s.last
		}
	case KindEnd:
		s.ended, s.reason = parseTime(s.record.time), string(s.record.reason)
	}
}

func (s *scanner) damage(reason string) *DamageError {
	return &DamageError{
		Path: s.path, Line: s.line, Offset: s.offset, Reason: reason,
		Hint: "nothing was changed; restore a backup of it, or repair it into a new file",
	}
}

// claimedDurable returns the number of the last durable record that a bad line
// mentions, 0 if it mentions none. It proves nothing in itself. But no write is
// begun before the one before it is durable, so what an interruption leaves of
// the last write never mentions more than the good records before it: a line
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

// headerLike reports whether a bad first line is what is left of a first record.
func headerLike(b []byte) bool {
	n := min(len(b), len(headerStart))
	return string(b[:n]) == headerStart[:n]
}

// wiped reports whether a bad first line begins with a sector of NUL bytes, or
// holds nothing else.
func wiped(b []byte) bool {
	start := b[:min(len(b), sector)]
	return len(start) > 0 && len(bytes.Trim(start, "\x00")) == 0
}

// newer reports whether a first line whose checksum matches is in a format that
// this package does not know.
func newer(covered []byte) bool {
	version, ok := bytes.CutPrefix(covered, []byte(headerStart))
	return ok && !bytes.HasPrefix(version, []byte("1,"))
}

// setAside copies the torn tail into a file beside the journal, makes that
// durable, and only then cuts it off.
func (j *Journal) setAside() (err error) {
	if j.tail.Bytes == 0 {
		return nil
	}
	if j.tail.SavedTo, err = j.save(io.NewSectionReader(j.file, j.size, j.tail.Bytes)); err != nil {
		return err
	}
	return j.file.Truncate(j.size)
}

// save copies r into a new file beside the journal: the first free one of
// .torn-1, .torn-2 and so on.
func (j *Journal) save(r io.Reader) (string, error) {
	f, path, err := createFree(j.disk, j.path+".torn")
	if err != nil {
		return "", err
	}
	_, err = io.Copy(io.NewOffsetWriter(f, 0), r)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err == nil {
		err = j.disk.syncFolder(path)
	}
	return path, err
}

// secure makes durable what was read. Records that no later one calls durable
// may never have reached the disk, not even if a sync was tried: after one that
// failed, the system believes that they have. So they are written once more,
// the same bytes at the same place, with the line end that the last may lack.
func (j *Journal) secure() error {
	if len(j.unsettled) > 0 {
		from := j.unsettled[0]
		b := make([]byte, j.size-from, j.size-from+1)
		if _, err := j.file.ReadAt(b, from); err != nil {
			return err
		}
		if !j.terminated {
			b = append(b, '\n')
			j.size++
		}
		if _, err := j.file.WriteAt(b, from); err != nil {
			return err
		}
	}
	if err := j.file.Sync(); err != nil {
		return err
	}
	j.durable, j.unsettled = j.records, nil
	return j.disk.syncFolder(j.path)
}

func fileSize(f file) (int64, error) {
	info, err := f.Stat()
	if err != nil {
		return 0, err
	}
	if !info.Mode().IsRegular() {
		return 0, errNotRegular
	}
	return info.Size(), nil
}

// newJournalID returns an id that distinguishes journals.
func newJournalID() []byte {
	var b [16]byte
	rand.Read(b[:]) // never fails
	return hex.AppendEncode(nil, b[:])
}
