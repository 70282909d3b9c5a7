package journal

import (
	"iter"
	"sync"
	"sync/atomic"
)

// State is what the journal says about one key. The zero value is a key that it
// does not know.
type State struct {
	Status Status

	// Unsure reports that an earlier attempt of the key may have been applied
	// although its answer was never seen: a 404 is then no proof that the key never
	// was on the list.
	Unsure bool

	// Intent reports that a request was about to leave and nothing about it has been
	// recorded since: its fate is unknown. With status Pending that request was a
	// removal; with a finished one it was a restore.
	Intent bool

	// Reopened reports that the key is Pending because of [Journal.Reopen] and
	// nothing has been decided since.
	Reopened bool

	// Barred reports that the API refused to put the key back, and that nothing has
	// been tried since.
	Barred bool

	// Marks are the caller's, see [Index.Mark].
	Marks Mark

	// Offset is the byte offset of the line whose record decided Status. For a
	// Pending key that may be a failure that is tried again. See [View.OutcomeAt].
	Offset int64
}

// Unanswered reports whether the fate of a removal is unknown. The intent of a
// finished key is that of a restore, which is a restore's to find out about.
func (s State) Unanswered() bool { return s.Intent && !s.Status.Finished() }

// Marked reports whether a mark of the key was set when the state was taken.
func (s State) Marked(m Mark) bool { return s.Marks&m != 0 }

// Mark is one of two bits of a key that belong to the caller. The journal
// neither reads nor stores them.
type Mark uint8

// The marks. What they mean is up to the caller; the names say what planning
// a run uses them for.
const (
	MarkListed Mark = 1 << iota // the key is on the list
	MarkTaken                   // an entry of the list has taken the key
)

// Index holds the state of every key of a journal, in about 50 bytes a key.
// The zero value is an empty index. Safe for concurrent use.
//
// One map serves journal and caller alike, since a second map of a million
// keys would double the memory of a run.
type Index struct {
	shards [64]shard
	doubt  atomic.Bool // a repair lost records: any key may have been tried

	// staged are keys that a run began to reopen, until a record reopens them all.
	// Only the reader or writer of the journal uses it.
	staged     []change
	reopenedAt atomic.Int64 // offset of that record
}

// shard is a part of an index with a lock of its own, so that All can copy one
// at a time and let the caller mark keys meanwhile.
type shard struct {
	mu    sync.Mutex
	slots map[Key]slot
}

// slot packs a state and the caller's marks: the status in the low three bits,
// six flags above it, the offset in the upper 55 bits.
type slot uint64

const (
	slotStatus   slot = 7
	slotUnsure   slot = 1 << 3
	slotIntent   slot = 1 << 4
	slotReopened slot = 1 << 5
	slotMarks         = 6 // shift
	slotBarred   slot = 1 << 8
	slotOffset        = 9 // shift
)

func (s slot) status() Status { return Status(s & slotStatus) }

func (s slot) has(flag slot) bool { return s&flag != 0 }

func (s slot) with(flag slot, on bool) slot {
	if on {
		return s | flag
	}
	return s &^ flag
}

// A key's status takes three bits, those of entries alone left out.
const _ = uint8(slotStatus) - uint8(Partial)

// decided returns s with a new status and the offset of the record that says
// so. Reopened ends with every decision.
func (s slot) decided(status Status, offset int64) slot {
	const kept = slotUnsure | slotIntent | 3<<slotMarks
	return s&kept | slot(status) | slot(offset)<<slotOffset
}

// state unpacks s. A key that failed keeps its status while an intent is
// outstanding, so that a release leads back to it; to all others it is Pending.
func (s slot) state() State {
	status := s.status()
	if s.has(slotIntent) && !status.Finished() {
		status = Pending
	}
	return State{
		Status:   status,
		Unsure:   s.has(slotUnsure),
		Intent:   s.has(slotIntent),
		Reopened: s.has(slotReopened),
		Barred:   s.has(slotBarred),
		Marks:    Mark(s >> slotMarks & 3),
		Offset:   int64(s >> slotOffset),
	}
}

func (x *Index) shard(k Key) *shard { return &x.shards[k[0]%64] }

// State returns the state of k; the zero State for a key that the journal does
// not know. After a repair that lost records, a key without an outcome is
// unsure, known or not.
func (x *Index) State(k Key) State {
	sh := x.shard(k)
	sh.mu.Lock()
	defer sh.mu.Unlock()
	return x.known(sh.slots[k]).state()
}

// known returns s, unsure if it was never recorded and a repair lost records.
func (x *Index) known(s slot) slot {
	if s.status() == None && x.doubt.Load() {
		return s | slotUnsure
	}
	return s
}

// ReopenedAt returns the offset of the record that last reopened keys, 0 for
// none: what was finished after it was finished since.
func (x *Index) ReopenedAt() int64 { return x.reopenedAt.Load() }

// Mark sets a mark of k and reports whether it was set before. An unknown key is
// added with status None.
func (x *Index) Mark(k Key, m Mark) (was bool) {
	bit := slot(m) << slotMarks
	sh := x.shard(k)
	sh.mu.Lock()
	defer sh.mu.Unlock()
	s := sh.slots[k]
	sh.put(k, s|bit)
	return s&bit != 0
}

// Marked reports whether a mark of k is set.
func (x *Index) Marked(k Key, m Mark) bool {
	sh := x.shard(k)
	sh.mu.Lock()
	defer sh.mu.Unlock()
	return sh.slots[k]&(slot(m)<<slotMarks) != 0
}

// Place returns the number that SetPlace stored for k, and before that the
// offset of its state.
func (x *Index) Place(k Key) int64 { return x.State(k).Offset }

// SetPlace stores a number of the caller's, 0 to 2^54, in place of the offset
// of k, once that has been used: a report remembers there on which line it
// first met a key. It adds an unknown key with status None. OutcomeAt cannot
// be asked about k afterwards.
func (x *Index) SetPlace(k Key, n int64) {
	sh := x.shard(k)
	sh.mu.Lock()
	defer sh.mu.Unlock()
	sh.put(k, sh.slots[k]&(1<<slotOffset-1)|slot(n)<<slotOffset)
}

// All yields every key with its state, in no particular order, keys that were
// only marked included. The index may be used and changed meanwhile; changes
// may or may not show.
func (x *Index) All() iter.Seq2[Key, State] {
	return func(yield func(Key, State) bool) {
		var part []entry
		for i := range x.shards {
			part = x.shards[i].entries(part[:0])
			for _, e := range part {
				if !yield(e.key, x.known(e.slot).state()) {
					return
				}
			}
		}
	}
}

type entry struct {
	key  Key
	slot slot
}

func (sh *shard) entries(buf []entry) []entry {
	sh.mu.Lock()
	defer sh.mu.Unlock()
	for k, s := range sh.slots {
		buf = append(buf, entry{k, s})
	}
	return buf
}

func (sh *shard) put(k Key, s slot) {
	if sh.slots == nil {
		sh.slots = make(map[Key]slot)
	}
	sh.slots[k] = s
}

// change is what one record does to the index.
type change struct {
	kind    Kind
	key     Key
	offset  int64
	status  Status // of an outcome
	unsure  bool   // of an outcome, or of a release without an answer
	restore bool   // an intent to put back, or the release of one that was refused
	lists   bool   // the record lists stored forms
}

// publish makes a change while others use the index. Records are applied in the
// order of the file, both on loading and, once they are durable, during a run.
func (x *Index) publish(c change) {
	if x.stage(c, x.publish) {
		return
	}
	sh := x.shard(c.key)
	sh.mu.Lock()
	defer sh.mu.Unlock()
	x.apply(c)
}

// apply makes a change in an index, or a shard of it, that nothing else uses now.
func (x *Index) apply(c change) {
	if x.stage(c, x.apply) {
		return
	}
	switch c.kind {
	case KindIntent, KindOutcome, KindReleased, KindReopened, KindRestored:
		sh := x.shard(c.key)
		sh.put(c.key, x.known(sh.slots[c.key]).after(c))
	case KindRepair: // no run writes one
		if c.unsure {
			x.distrust()
		}
	}
}

// stage holds back what reopens a key until all keys of its run are there, and
// reports whether c was about that. Then each is made to happen by a change of
// its own. What a run began and did not come to the end of, the next one drops.
func (x *Index) stage(c change, happen func(change)) bool {
	switch {
	case c.kind == KindReopen:
		x.staged = append(x.staged, c)
	case c.kind == KindReopened && c.key == Key{}:
		for _, s := range x.staged {
			s.kind = KindReopened
			happen(s)
		}
		x.staged = nil
		x.reopenedAt.Store(c.offset)
	case c.kind == KindRun:
		x.staged = nil
	default:
		return false
	}
	return true
}

// after returns the slot of a key once the record that c describes is in.
func (s slot) after(c change) slot {
	switch c.kind {
	case KindIntent:
		return s.intended(c).with(slotIntent, true)
	case KindOutcome:
		return s.decided(c.status, c.offset).with(slotIntent, false).with(slotUnsure, c.unsure)
	case KindReleased:
		if c.restore {
			return s.barred(c)
		}
		return s.released(c).with(slotIntent, false)
	case KindReopened:
		// What a run removed, a later one does not find: no proof of anything.
		return s.with(slotUnsure, s.has(slotUnsure) || s.status() == Removed).decided(Pending, c.offset).with(slotReopened, true)
	case KindRestored:
		return s.decided(Restored, c.offset).with(slotIntent, false).with(slotUnsure, false)
	}
	return s
}

// intended decides what nothing has decided before, and what it knows more about:
// an intent that lists stored forms lists all that are known. Otherwise a failure
// stays until there is another outcome, and what is about to be put back stays
// removed.
//
// An intent that is already outstanding leaves its mark: the fate of its request
// stays unknown, whatever happens to this one.
func (s slot) intended(c change) slot {
	s = s.with(slotBarred, false)
	if c.restore {
		if s.status() == None {
			return s.decided(Pending, c.offset)
		}
		return s
	}
	if s.has(slotIntent) {
		s = s.with(slotUnsure, true)
	}
	if status := s.status(); status == None || status.Finished() || c.lists {
		return s.decided(Pending, c.offset).with(slotReopened, s.has(slotReopened))
	}
	return s
}

// released leads back to what was before the intent, unless it lists what is
// known of stored forms. Only a release that knows of no answer leaves a mark;
// one of an attempt that certainly was not applied says nothing about the
// attempts before it.
func (s slot) released(c change) slot {
	if s.status() == None || c.lists {
		s = s.decided(Pending, c.offset).with(slotReopened, s.has(slotReopened))
	}
	return s.with(slotUnsure, s.has(slotUnsure) || c.unsure)
}

// barred ends an intent to put back. That of a removal is not a restore's to end.
func (s slot) barred(c change) slot {
	if s.status() == None {
		s = s.decided(Pending, c.offset)
	}
	return s.with(slotBarred, true).with(slotIntent, s.has(slotIntent) && !s.status().Finished())
}

// distrust marks every key without a finished outcome: the records that a repair
// could not save may have been about requests for any of them.
func (x *Index) distrust() {
	x.doubt.Store(true)
	for i := range x.shards {
		slots := x.shards[i].slots
		for k, s := range slots {
			if s.status() != None && !s.status().Finished() {
				slots[k] = s | slotUnsure
			}
		}
	}
}
