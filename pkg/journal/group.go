package journal

import (
	"fmt"
	"os"
)

// group is what one write and one fsync make durable together.
type group struct {
	lines   []byte
	changes []change
	last    int64 // sequence number
	sum     uint32
	done    bool
	err     error
}

// append puts records after all others and returns when they are durable. The
// first waiter writes for all that have arrived by then, so no goroutine is
// needed, and a slow disk makes larger groups.
func (j *Journal) append(records ...record) error {
	if len(records) == 0 {
		return nil
	}
	all := make([]encoded, 0, len(records))
	for _, r := range records {
		e, err := r.encode()
		if err != nil {
			return err
		}
		all = append(all, e)
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if err := j.appendable(); err != nil {
		return err
	}
	g := j.group
	for _, e := range all {
		j.place(g, e)
	}
	for !g.done {
		if j.writing {
			j.idle.Wait()
			continue
		}
		j.flush()
	}
	return g.err
}

// appendable reports whether a record may be added now. Called with mu held.
func (j *Journal) appendable() error {
	switch {
	case j.err != nil:
		return j.err
	case j.closed:
		return ErrClosed
	case !j.begun:
		return ErrNotBegun
	}
	return nil
}

// place adds a record to a group: from here on its line is settled. Called
// with mu held.
func (j *Journal) place(g *group, e encoded) {
	if j.group.last == 0 {
		g.sum = j.sum
	}
	j.records++
	e.change.offset = j.size + int64(len(g.lines))
	g.lines, g.sum = appendLine(g.lines, j.records, j.durable, e.body, g.sum)
	g.changes = append(g.changes, e.change)
	g.last = j.records
}

// flush writes the group that has collected, and lets the next one collect
// meanwhile. Called with mu held, which it gives up while the disk works.
func (j *Journal) flush() {
	g := j.group
	at := j.size
	j.size += int64(len(g.lines)) // where the next group will be
	j.sum = g.sum
	j.group = new(group)
	j.writing = true

	j.mu.Unlock()
	err := j.write(g.lines, at)
	j.mu.Lock()

	j.writing = false
	if err == nil {
		j.settle(g)
	} else if j.err == nil {
		j.err = fmt.Errorf("journal %s: %w", j.path, err)
	}
	g.done, g.err = true, j.err
	if j.err != nil {
		j.drop()
	}
	j.idle.Broadcast()
}

// settle publishes what has become durable. Called with mu held.
func (j *Journal) settle(g *group) {
	j.durable = g.last
	for _, c := range g.changes {
		j.index.publish(c)
	}
}

// drop fails the group that collected during a write that failed: the file may
// end anywhere by now. Called with mu held.
func (j *Journal) drop() {
	j.group.done, j.group.err = true, j.err
	j.group = new(group)
}

// write puts lines at the end of the file and makes them durable. A sync that
// failed is not tried again: the kernel may have thrown the bytes away and
// would report success.
func (j *Journal) write(lines []byte, at int64) error {
	if err := j.undisturbed(at); err != nil {
		return err
	}
	if _, err := j.file.WriteAt(lines, at); err != nil {
		return fmt.Errorf("write: %w", err)
	}
	if err := j.file.Sync(); err != nil {
		return fmt.Errorf("sync: %w", err)
	}
	return nil
}

// undisturbed makes sure that the file is still the one under its name and has
// the length that this process gave it. Otherwise an editor that saves, a move
// or a second writer would take the evidence away unnoticed.
func (j *Journal) undisturbed(size int64) error {
	mine, err := j.file.Stat()
	if err != nil {
		return err
	}
	named, err := j.disk.stat(j.path)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrChanged, err)
	}
	if !os.SameFile(mine, named) || mine.Size() != size {
		return ErrChanged
	}
	return nil
}
