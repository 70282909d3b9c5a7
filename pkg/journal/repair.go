package journal

import (
	"bufio"
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// Repaired is what Repair did.
type Repaired struct {
	Kept int64 // records copied
	Lost int64 // lines that could not be proven, or records missing between others
}

// Repair writes to a new file, to, what the damaged journal at path still
// proves: every line whose checksum matches the line before it. The damaged file
// stays as it is. In the new journal a repair record notes the loss, and makes
// every key without a finished outcome unsure: what was lost may have been about
// a request.
//
// A journal without damage is [ErrSound]: opening it takes care of a torn tail.
// One that a run holds is a *[LockedError]. An existing file at to is
// fs.ErrExist.
func Repair(path, to string) (Repaired, error) { return repair(osDisk{}, path, to) }

func repair(d disk, path, to string) (Repaired, error) {
	holder, err := Holder(path)
	if err != nil {
		return Repaired{}, err
	}
	if holder != nil {
		return Repaired{}, &LockedError{Path: path, Holder: *holder}
	}
	f, err := openToRead(path)
	if err != nil {
		return Repaired{}, err
	}
	defer f.Close()
	if err := repairable(f, path); err != nil {
		return Repaired{}, err
	}
	s, err := findProven(f, path)
	if err != nil {
		return Repaired{}, err
	}
	return s.writeTo(d, f, path, to)
}

// repairable returns nil for a journal that is damaged and nothing else.
func repairable(f *os.File, path string) error {
	_, err := read(f, path, nil)
	if damage := (*DamageError)(nil); errors.As(err, &damage) {
		return nil
	}
	if err == nil {
		return fmt.Errorf("%s: %w: no durable record is damaged", path, ErrSound)
	}
	return err
}

// proven is the place of a good record in a damaged journal.
type proven struct {
	seq, offset int64
}

// survey is what a damaged journal still proves.
type survey struct {
	records  []proven
	identity *Identity // of the earliest record that has it
	told     int64     // sequence number of that record
	header   bool      // the first record is the header
	bad      int64     // lines
	sha256   string
}

// findProven goes through all lines. A record counts once, whatever an editor
// did to the lines, and the sequence numbers give back the order.
func findProven(f *os.File, path string) (*survey, error) {
	sum := sha256.New()
	in := newLines(io.TeeReader(f, sum))
	var (
		s      survey
		c      chain
		r      record
		offset int64
	)
	for in.Scan() {
		covered, good := c.next(bytes.TrimSuffix(in.Bytes(), []byte("\n")))
		if at, err := r.decode(covered); good && err == nil {
			s.take(&r, at.seq, offset)
		} else {
			s.bad++
		}
		offset += int64(len(in.Bytes()))
	}
	if err := in.Err(); err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	if s.identity == nil {
		return nil, fmt.Errorf("%s: no record is left with the base URL, so the journal cannot be repaired", path)
	}
	s.sha256 = hex.EncodeToString(sum.Sum(nil))
	slices.SortStableFunc(s.records, func(a, b proven) int { return cmp.Compare(a.seq, b.seq) })
	s.records = slices.CompactFunc(s.records, func(a, b proven) bool { return a.seq == b.seq })
	return &s, nil
}

func (s *survey) take(r *record, seq, offset int64) {
	s.records = append(s.records, proven{seq, offset})
	tells := r.kind == KindJournal || r.kind == KindRun
	if tells && (s.identity == nil || seq < s.told) {
		id := r.identity()
		s.identity, s.told = &id, seq
	}
	s.header = s.header || r.kind == KindJournal
}

// lost counts the bad lines, or the sequence numbers that are missing up to
// the last good record if these are more.
func (s *survey) lost() int64 {
	last := s.records[len(s.records)-1].seq
	return max(s.bad, last-int64(len(s.records)))
}

// writeTo writes the new journal. It has its name when all of it is on the disk: the
// record that notes the loss is its last, and a part without it would look complete.
// A part that could not be finished is removed.
func (s *survey) writeTo(d disk, from *os.File, path, to string) (Repaired, error) {
	out, part, err := createFree(d, to+".part")
	if err != nil {
		return Repaired{}, err
	}
	err = s.write(from, path, io.NewOffsetWriter(out, 0))
	if err == nil {
		err = out.Sync()
	}
	if err = errors.Join(err, out.Close()); err == nil {
		err = d.place(part, to)
	}
	if err != nil {
		return Repaired{}, fmt.Errorf("write %s: %w", to, errors.Join(err, os.Remove(part)))
	}
	return Repaired{Kept: int64(len(s.records)), Lost: s.lost()}, d.syncFolder(to)
}

// rewriter gives records new numbers and a new chain. It is durable as a whole
// or not at all, so each record calls the one before it durable.
type rewriter struct {
	out *bufio.Writer
	buf []byte
	seq int64
	sum uint32
}

func (w *rewriter) add(body []byte) error {
	w.seq++
	w.buf, w.sum = appendLine(w.buf[:0], w.seq, w.seq-1, body, w.sum)
	_, err := w.out.Write(w.buf)
	return err
}

func (w *rewriter) addNew(r record) error {
	e, err := r.encode()
	if err != nil {
		return err
	}
	return w.add(e.body)
}

func (s *survey) write(from *os.File, path string, out io.Writer) error {
	w := rewriter{out: bufio.NewWriterSize(out, 1<<20)}
	if !s.header {
		if err := w.addNew(headerRecord(*s.identity)); err != nil {
			return err
		}
	}
	size, err := fileSize(from)
	if err != nil {
		return err
	}
	in, near := io.NewSectionReader(from, 0, size), new(window)
	for _, p := range s.records {
		b, err := near.lineAt(in, p.offset)
		if err != nil {
			return err
		}
		if err := w.add(bodyOf(b)); err != nil {
			return err
		}
	}
	last := record{
		kind: KindRepair, time: spellTime(time.Time{}), source: text(filepath.Base(path)), sha256: []byte(s.sha256),
		kept: int64(len(s.records)), lost: s.lost(),
	}
	if err := w.addNew(last); err != nil {
		return err
	}
	return w.out.Flush()
}

// bodyOf returns the part of a good line that does not depend on its place.
func bodyOf(b []byte) []byte {
	covered, _, _ := cutSeal(b)
	return covered[bytes.Index(covered, []byte(`,"kind":`)):]
}
