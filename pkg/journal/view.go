package journal

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"slices"
)

var errNoRecord = errors.New("no record decides this state")

// View is a journal as it was when it was loaded, to read only. It takes no
// lock and changes nothing, so it works while a run appends. Safe for
// concurrent use; the caller must Close it.
type View struct {
	*content
	file   *os.File // nil without a journal
	window window
}

// Load reads the journal at path. If there is none, the view is empty; Lost says
// whether there was one. With an identity, a journal of another one is a
// *[MismatchError]. Other errors are those of [Open]. A tail that is torn, or just
// being written, is left alone.
func Load(path string, id *Identity) (*View, error) {
	var earlier note // read before the journal, to which a run may append meanwhile
	if real, err := resolve(path); err == nil {
		earlier = readNote(real)
	}
	f, err := openToRead(path)
	if errors.Is(err, fs.ErrNotExist) {
		v := &View{content: &content{path: path, index: new(Index)}}
		v.miss(earlier)
		return v, nil
	}
	if err != nil {
		return nil, err
	}
	c, err := read(f, path, id)
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	c.miss(earlier)
	return &View{content: c, file: f}, nil
}

// Exists reports whether there was a journal.
func (v *View) Exists() bool { return v.file != nil }

// OutcomeAt returns what the record at s.Offset says, the one that decided the
// status. Its Unsure is s.Unsure. Its Result is s.Status, except for a failure
// that is tried again, which is still reported. Only what that record has is
// filled in.
func (v *View) OutcomeAt(s State) (Outcome, error) {
	return outcomeAt(&v.window, io.NewSectionReader(v.file, 0, v.size), v.path, s)
}

// Outcomes yields, in the order of the file, what OutcomeAt returns for every
// key that the journal knows, and ends after an error. Places that the caller
// has set make it skip those keys.
func (v *View) Outcomes() iter.Seq2[Outcome, error] {
	return outcomes(v.index, v.OutcomeAt)
}

// Outcomes is [View.Outcomes] for a journal that is open.
func (j *Journal) Outcomes() iter.Seq2[Outcome, error] {
	return outcomes(j.index, j.OutcomeAt)
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
func (v *View) Close() error {
	if v.file == nil {
		return nil
	}
	return v.file.Close()
}

// outcomeAt reads the record that decided s. It was checked when the journal
// was loaded; what it says now must at least still be a record.
func outcomeAt(w *window, r *io.SectionReader, path string, s State) (Outcome, error) {
	if s.Status == None {
		return Outcome{}, errNoRecord
	}
	o, err := w.outcomeAt(r, s.Offset)
	if err != nil {
		return Outcome{}, fmt.Errorf("read %s (byte %d): %w", path, s.Offset, err)
	}
	o.Unsure = s.Unsure && !o.Refused // which was never sent
	return o, nil
}

func (w *window) outcomeAt(r *io.SectionReader, offset int64) (Outcome, error) {
	b, err := w.lineAt(r, offset)
	if err != nil {
		return Outcome{}, err
	}
	covered, _, ok := cutSeal(b)
	if !ok {
		return Outcome{}, errShape
	}
	var rec record
	if _, err := rec.decode(covered); err != nil {
		return Outcome{}, err
	}
	return rec.outcome()
}
