package journal

import (
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"slices"
)

var errNoRecord = errors.New("no record decides this state")

// View is a journal as it was when it was loaded, to read only. It takes no
// lock and changes nothing, so it works while a run appends. Safe for
// concurrent use; the caller must Close it.
type View struct {
	path    string
	file    *os.File
	content *content
	window  window
}

// Load reads the journal at path. A missing file is fs.ErrNotExist. With an
// identity, a journal of another one is a *[MismatchError]. Other errors are
// those of [Open]. A tail that is torn, or just being written, is left alone.
func Load(path string, id *Identity) (*View, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	c, err := loadContent(f, path, id)
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return &View{path: path, file: f, content: c}, nil
}

func loadContent(f *os.File, path string, id *Identity) (*content, error) {
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

// Index returns the index of all keys.
func (v *View) Index() *Index { return v.content.index }

// Identity returns what the journal belongs to.
func (v *View) Identity() Identity { return v.content.identity }

// Runs returns the first and the last run and how many there were.
func (v *View) Runs() (first, last Run, n int64) {
	return v.content.first, v.content.last, v.content.runs
}

// LastEnd returns how the last run ended; false if it has not: it goes on, or
// it was cut off.
func (v *View) LastEnd() (End, bool) { return v.content.end, v.content.ended }

// Torn returns the torn tail, nil if there is none.
func (v *View) Torn() *TornTail {
	if v.content.tail.Bytes == 0 {
		return nil
	}
	tail := v.content.tail
	return &tail
}

// OutcomeAt returns what the record at s.Offset says, the one that decided the
// status. Its Result is s.Status, and its Unsure s.Unsure. Of a key that is open
// or restored, only what that record has is filled in: the line, the
// identifier, the time.
func (v *View) OutcomeAt(s State) (Outcome, error) {
	return outcomeAt(&v.window, io.NewSectionReader(v.file, 0, v.content.size), v.path, s)
}

// Outcomes yields, in the order of the file, what OutcomeAt returns for every
// key that the journal knows, and ends after an error. Places that the caller
// has set make it skip those keys.
func (v *View) Outcomes() iter.Seq2[Outcome, error] {
	return outcomes(v.content.index, func(s State) (Outcome, error) { return v.OutcomeAt(s) })
}

// Outcomes is [View.Outcomes] for a journal that is open.
func (j *Journal) Outcomes() iter.Seq2[Outcome, error] {
	return outcomes(j.index, func(s State) (Outcome, error) { return j.OutcomeAt(s) })
}

func outcomes(x *Index, at func(State) (Outcome, error)) iter.Seq2[Outcome, error] {
	return func(yield func(Outcome, error) bool) {
		for _, s := range x.inOrder() {
			o, err := at(s)
			if !yield(o, err) || err != nil {
				return
			}
		}
	}
}

// inOrder returns the states of all keys with a record, by offset.
func (x *Index) inOrder() []State {
	var all []State
	for _, s := range x.All() {
		if s.Status != None {
			all = append(all, s)
		}
	}
	slices.SortFunc(all, func(a, b State) int { return int(a.Offset - b.Offset) })
	return all
}

// Close closes the file.
func (v *View) Close() error { return v.file.Close() }

// outcomeAt reads the record that decided s. It was checked when the journal
// was loaded; what it says now must at least still be a record.
func outcomeAt(w *window, r *io.SectionReader, path string, s State) (Outcome, error) {
	if s.Status == None {
		return Outcome{}, errNoRecord
	}
	b, err := w.lineAt(r, s.Offset)
	if err != nil {
		return Outcome{}, fmt.Errorf("read %s (byte %d): %w", path, s.Offset, err)
	}
	var l line
	covered, _, ok := cutSeal(b)
	if !ok {
		return Outcome{}, fmt.Errorf("%s (byte %d): %w", path, s.Offset, errShape)
	}
	if err := decode(covered, &l); err != nil {
		return Outcome{}, fmt.Errorf("%s (byte %d): %w", path, s.Offset, err)
	}
	o, err := l.outcome(s.Status)
	if err != nil {
		return Outcome{}, fmt.Errorf("%s (byte %d): %w", path, s.Offset, err)
	}
	o.Unsure = s.Unsure && !o.Refused // which was never sent
	return o, nil
}
