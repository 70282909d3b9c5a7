package journal

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"sync"
	"time"

	"github.com/gofrs/flock"
)

// Journal is a journal that this process may append to. All methods are safe
// for concurrent use; those that append block until their records are durable,
// and appends that wait at the same time share one write and one fsync.
//
// The first error of writing, syncing or closing is final: every later append
// returns it. What the file then holds is found out when it is opened again.
type Journal struct {
	*content // what it holds by now
	disk     disk
	identity Identity
	window   window

	mu      sync.Mutex
	idle    sync.Cond // a group was written
	file    file      // nil until a new journal begins
	lock    *flock.Flock
	begun   bool
	closed  bool
	err     error // the first one, final
	writing bool
	group   *group // collects records while another is being written
}

// Open opens the journal at path to append to it. The caller must Close it.
//
// If the file exists, Open takes the lock beside it, reads every line, sets a
// torn tail aside, and makes durable what it has read. If not, nothing is
// checked and nothing is created until Begin: a run that is refused before it
// begins leaves no file.
//
// Errors: *[LockedError], *[DamageError], *[MismatchError], [ErrNotJournal] and
// [ErrNewer], wrapped; with all of these the journal was not changed. Others
// are those of the file system.
func Open(path string, id Identity) (*Journal, error) { return open(osDisk{}, path, id) }

func open(d disk, path string, id Identity) (*Journal, error) {
	path, err := resolve(path)
	if err != nil {
		return nil, err
	}
	j := &Journal{content: &content{path: path, index: new(Index)}, disk: d, identity: id, group: new(group)}
	j.idle.L = &j.mu
	info, err := d.stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		j.miss(readNote(path))
		return j, nil
	}
	if err == nil && !info.Mode().IsRegular() { // which can have no lock beside it
		return nil, fmt.Errorf("open journal: %s: %w", path, errNotRegular)
	}
	earlier := readNote(path)
	if j.lock, err = lockJournal(d, path); err != nil {
		return nil, err
	}
	if err := j.load(); err != nil {
		j.abandon()
		return nil, err
	}
	j.miss(earlier)
	return j, nil
}

// abandon closes what Open has opened before it failed. Errors of it would add
// nothing to the one that made it fail.
func (j *Journal) abandon() {
	if j.file != nil {
		j.file.Close()
	}
	j.lock.Unlock()
}

// Begin begins a run. A new journal is created here: locked, written, and its
// file and folder synced. If the file has appeared since Open, the error wraps
// fs.ErrExist. An account that is first named now becomes the journal's.
func (j *Journal) Begin(r Run) error {
	j.mu.Lock()
	if err := j.beginnable(); err != nil {
		j.mu.Unlock()
		return err
	}
	if j.file == nil {
		if err := j.create(); err != nil {
			j.mu.Unlock()
			return err
		}
	}
	j.begun = true
	first := j.records == 0
	j.mu.Unlock()
	records := []record{r.record(j.identity)}
	if first {
		header := headerRecord(j.identity)
		j.id = string(header.id)
		records = []record{header, records[0]}
	}
	if j.lost > 0 {
		records = append(records, record{
			kind: KindRepair, time: spellTime(time.Time{}), source: text(filepath.Base(j.path + lockSuffix)), kept: j.records, lost: j.lost,
		})
	}
	if err := j.append(records...); err != nil {
		return err
	}
	j.lost = 0
	if err := writeNote(j.disk, j.lock, j.path, j.id, j.records); err != nil {
		return j.fatal(lockError(j.path, err))
	}
	return nil
}

// beginnable reports whether a run may begin now. Called with mu held.
func (j *Journal) beginnable() error {
	switch {
	case j.err != nil:
		return j.err
	case j.closed:
		return ErrClosed
	case j.begun:
		return errors.New("begin run: one has begun and has not ended")
	}
	return nil
}

// create locks and creates a new journal. Its name is on the disk before anything
// in it counts, and before the lock file mentions it. Called with mu held.
func (j *Journal) create() error {
	lock, err := lockJournal(j.disk, j.path)
	if err != nil {
		return err
	}
	f, err := j.disk.create(j.path)
	if err != nil {
		lock.Unlock()
		return fmt.Errorf("create journal: %w", err)
	}
	j.lock, j.file = lock, f
	if err := j.disk.syncFolder(j.path); err != nil {
		j.err = fmt.Errorf("create journal %s: %w", j.path, err)
	}
	return j.err
}

// fatal makes err, unless nil, the journal's final error.
func (j *Journal) fatal(err error) error {
	if err == nil {
		return nil
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.err == nil {
		j.err = fmt.Errorf("journal %s: %w", j.path, err)
	}
	return j.err
}

// Intent records that a request for a key is about to leave, and returns when
// that is durable.
func (j *Journal) Intent(i Intent) error { return j.append(i.record()) }

// Outcome records the outcomes of some entries, and returns when they are
// durable; then, and only then, the index shows them.
func (j *Journal) Outcome(all ...Outcome) error {
	records := make([]record, 0, len(all))
	for _, o := range all {
		records = append(records, o.record())
	}
	return j.append(records...)
}

// Release records that the intents of some keys came to nothing: their attempts
// certainly were not applied. Each key is again what it was before, failed or
// open, with the mark that it had. If it lists stored forms, the key is open.
func (j *Journal) Release(all ...Release) error {
	records := make([]record, 0, len(all))
	for _, r := range all {
		records = append(records, r.record())
	}
	return j.append(records...)
}

// ReleaseKey ends an intent about which nothing more will be found out, such as
// that of a key that is no longer on the list. The key stays open and becomes
// unsure.
func (j *Journal) ReleaseKey(k Key, reason string) error {
	return j.append(record{kind: KindReleased, time: spellTime(time.Time{}), key: k, keyed: true, reason: text(reason)})
}

// Reopen names keys that are to be open again though they may be finished, and
// returns when that is durable. Nothing changes before [Journal.Reopened].
func (j *Journal) Reopen(batch []Reopening) error {
	all := make([]record, 0, len(batch))
	for _, r := range batch {
		all = append(all, r.record())
	}
	return j.append(all...)
}

// Reopened makes all keys open again that this run has named, and returns when
// that is durable. They keep their marks. A crash before it leaves all of them as
// they were, and one after it none.
func (j *Journal) Reopened() error {
	return j.append(record{kind: KindReopened, time: spellTime(time.Time{})})
}

// Restoring records that a batch is about to be put back on the list, and
// returns when that is durable. The keys keep their status; until Restored or
// Release the Intent of their state says that they may be back.
func (j *Journal) Restoring(batch []Restore) error { return j.appendBatch(KindIntent, batch) }

// Restored records that the API has put a batch back, and returns when that is
// durable.
func (j *Journal) Restored(batch []Restore) error { return j.appendBatch(KindRestored, batch) }

func (j *Journal) appendBatch(k Kind, batch []Restore) error {
	all := make([]record, 0, len(batch))
	for _, r := range batch {
		all = append(all, r.record(k))
	}
	return j.append(all...)
}

// End ends the run. Nothing can be recorded after it but another Begin.
func (j *Journal) End(e End) error {
	if err := j.append(e.record()); err != nil {
		return err
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	j.begun = false
	return nil
}

// OutcomeAt returns what the record says that decided a state of the index, as
// [View.OutcomeAt] does.
func (j *Journal) OutcomeAt(s State) (Outcome, error) {
	j.mu.Lock()
	f, size := j.file, j.size
	j.mu.Unlock()
	if f == nil {
		return Outcome{}, errNoRecord
	}
	return outcomeAt(&j.window, io.NewSectionReader(f, 0, size), j.path, s)
}

// Close waits for a write in progress, closes the file and releases the lock.
// It returns the journal's first error, if there was one. Later calls return
// it again, or nil.
func (j *Journal) Close() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	for j.writing {
		j.idle.Wait()
	}
	if j.closed {
		return j.err
	}
	j.closed = true
	var err error
	if j.file != nil {
		if j.err == nil && j.lost == 0 && j.records > 0 {
			err = writeNote(j.disk, j.lock, j.path, j.id, j.durable)
		}
		err = errors.Join(err, j.file.Close())
	}
	if j.lock != nil {
		err = errors.Join(err, j.lock.Unlock())
	}
	if err != nil && j.err == nil {
		j.err = fmt.Errorf("close journal %s: %w", j.path, err)
	}
	return j.err
}
