package journal

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

var errFault = errors.New("fault of the disk")

// faultDisk is a disk of real files that fails on demand and forgets on a power
// cut what was not synced. An operation is one call of disk or file that
// changes something.
type faultDisk struct {
	mu    sync.Mutex
	ops   int
	fails func(op int) bool // nil: never
	short bool              // a write that fails leaves half of its bytes
	slow  time.Duration     // what a sync takes, on fake time
	watch func()            // called before every operation; nil: nobody
	files map[string]*faultFile
}

// faultFile keeps beside the real file what the platter has of it.
type faultFile struct {
	file
	disk    *faultDisk
	path    string
	platter []byte
	dirty   []dirt
	named   bool   // the folder is synced
	was     string // the path that it had when the folder was last synced; "" for this one
}

// dirt is a change that no sync has brought to the platter.
type dirt struct {
	at   int64
	data []byte
	cut  bool // a truncation to at
}

func (d dirt) on(b []byte) []byte {
	if d.cut {
		return b[:min(int64(len(b)), d.at)]
	}
	if need := d.at + int64(len(d.data)) - int64(len(b)); need > 0 {
		b = append(b, make([]byte, need)...)
	}
	copy(b[d.at:], d.data)
	return b
}

func newFaultDisk() *faultDisk { return &faultDisk{files: map[string]*faultFile{}} }

// op counts an operation and reports whether it fails.
func (d *faultDisk) op() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.ops++
	if d.watch != nil {
		d.watch()
	}
	return d.fails != nil && d.fails(d.ops)
}

func (d *faultDisk) open(path string) (file, error) {
	f, err := osDisk{}.open(path)
	if err != nil {
		return nil, err
	}
	return d.reopened(path, f), nil
}

// openLock opens a lock file, which its lock has just created if the disk does not
// know of it.
func (d *faultDisk) openLock(path string) (file, error) {
	f, err := osDisk{}.openLock(path)
	if err != nil {
		return nil, err
	}
	return d.reopened(path, f), nil
}

func (d *faultDisk) reopened(path string, f file) file {
	ff := &faultFile{file: f, disk: d, path: path}
	if old := d.files[path]; old != nil {
		ff.platter, ff.dirty, ff.named = old.platter, old.dirty, old.named
	}
	d.files[path] = ff
	return ff
}

func (d *faultDisk) create(path string) (file, error) {
	if d.op() {
		return nil, errFault
	}
	f, err := osDisk{}.create(path)
	if err != nil {
		return nil, err
	}
	ff := &faultFile{file: f, disk: d, path: path}
	d.files[path] = ff
	return ff, nil
}

func (d *faultDisk) place(from, to string) error {
	if d.op() {
		return errFault
	}
	if err := (osDisk{}).place(from, to); err != nil {
		return err
	}
	f := d.files[from]
	f.path, f.was = to, from
	d.files[to] = f
	delete(d.files, from)
	return nil
}

func (d *faultDisk) syncFolder(string) error {
	if d.op() {
		return errFault
	}
	for _, f := range d.files {
		f.named, f.was = true, ""
	}
	return nil
}

func (d *faultDisk) stat(path string) (fs.FileInfo, error) { return os.Stat(path) }

func (f *faultFile) WriteAt(b []byte, at int64) (int, error) {
	if f.disk.op() {
		if !f.disk.short {
			return 0, errFault
		}
		half := b[:len(b)/2]
		f.file.WriteAt(half, at)
		f.dirty = append(f.dirty, dirt{at: at, data: append([]byte(nil), half...)})
		return len(half), errFault
	}
	f.dirty = append(f.dirty, dirt{at: at, data: append([]byte(nil), b...)})
	return f.file.WriteAt(b, at)
}

func (f *faultFile) Truncate(size int64) error {
	if f.disk.op() {
		return errFault
	}
	f.dirty = append(f.dirty, dirt{at: size, cut: true})
	return f.file.Truncate(size)
}

// Sync brings everything to the platter. One that fails forgets what it had to
// do, as Linux does: the next one succeeds and brings nothing.
func (f *faultFile) Sync() error {
	if f.disk.op() {
		f.dirty = nil
		return errFault
	}
	if f.disk.slow > 0 {
		time.Sleep(f.disk.slow)
	}
	for _, d := range f.dirty {
		f.platter = d.on(f.platter)
	}
	f.dirty = nil
	return nil
}

func (f *faultFile) Close() error {
	err := f.file.Close()
	if f.disk.op() {
		return errFault
	}
	return err
}

// cutPower leaves what the platters have, and of what they have not whatever
// keep chooses.
func (d *faultDisk) cutPower(t *testing.T, keep func() bool) {
	t.Helper()
	d.fails = nil
	for path, f := range d.files {
		if !f.named && !keep() {
			must(t, os.Remove(path))
			delete(d.files, path)
			continue
		}
		f.named = true
		for _, dirt := range f.dirty {
			if keep() {
				f.platter = dirt.on(f.platter)
			}
		}
		f.dirty = nil
		must(t, os.WriteFile(path, f.platter, 0o600))
	}
}

// seen is what the world outside a run has seen: requests that left, and
// outcomes that were called durable.
type seen struct{ requested, recorded, opened map[int]bool }

func newSeen() *seen { return &seen{map[int]bool{}, map[int]bool{}, map[int]bool{}} }

// work is a run over keys from up to to, which ends with the first error.
func (s *seen) work(d disk, path string, from, to int) error {
	j, err := open(d, path, testIdentity)
	if err != nil {
		return err
	}
	err = s.steps(j, from, to)
	if err != nil {
		if again := j.Outcome(removed(from)); again == nil {
			return errors.New("a record was accepted after an error")
		}
	}
	return errors.Join(err, j.Close())
}

func (s *seen) steps(j *Journal, from, to int) error {
	if err := j.Begin(testRun); err != nil {
		return err
	}
	for n := from; n < to; n++ {
		s.opened[n] = true
		if err := j.Intent(Intent{Identifier: mail(n)}); err != nil {
			return err
		}
		s.requested[n] = true
		if err := j.Outcome(removed(n)); err != nil {
			if j.Index().State(keyOf(n)).Status == Removed {
				return errors.New("the index tells an outcome that is not durable")
			}
			return err
		}
		s.recorded[n] = true
	}
	return j.End(End{Reason: "done"})
}

// check opens what is left and compares it with what was seen. What the index
// shows is seen from then on.
func (s *seen) check(t *testing.T, what string, d disk, path string) {
	t.Helper()
	j, err := open(d, path, testIdentity)
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	defer j.Close()
	for n := range 20 {
		switch got := j.Index().State(keyOf(n)); {
		case s.recorded[n] && got.Status != Removed:
			t.Fatalf("%s: key %d was recorded as removed and is %+v", what, n, got)
		case s.requested[n] && got.Status == None:
			t.Fatalf("%s: key %d was requested and is unknown", what, n)
		case !s.requested[n] && got.Status == Removed:
			t.Fatalf("%s: key %d was not requested and is removed", what, n)
		case !s.opened[n] && got.Status != None:
			t.Fatalf("%s: key %d appears from nowhere: %+v", what, n, got)
		default:
			s.requested[n] = s.requested[n] || got.Status != None
			s.recorded[n] = got.Status == Removed
		}
	}
}

// TestEveryOperationFails lets the Nth operation of a run fail, once or with
// all after it, then the power, and looks at what is left. A second run goes on
// and the power fails again.
func TestEveryOperationFails(t *testing.T) {
	if testing.Short() {
		t.Skip("takes more than two seconds")
	}
	cases := 0
	for _, forGood := range []bool{false, true} {
		for _, short := range []bool{false, true} {
			for _, cut := range []string{"no power cut", "everything lost", "some kept", "lost after it was read", "lost after the second run"} {
				cases += failEach(t, forGood, short, cut)
			}
		}
	}
	t.Logf("%d cases", cases)
}

func failEach(t *testing.T, forGood, short bool, cut string) int {
	for n := 1; ; n++ {
		what := fmt.Sprintf("operation %d, for good %v, short %v, %s", n, forGood, short, cut)
		d, path, s := newFaultDisk(), newPath(t), newSeen()
		rng := rand.New(rand.NewPCG(uint64(n), 7))
		cutPower := func() {
			switch cut {
			case "everything lost":
				d.cutPower(t, func() bool { return false })
			case "some kept":
				d.cutPower(t, func() bool { return rng.IntN(2) == 0 })
			}
		}
		d.short = short
		d.fails = func(op int) bool { return op == n || forGood && op > n }
		err := s.work(d, path, 0, 4)
		never := d.ops < n
		if (err == nil) != never {
			t.Fatalf("%s: the run ended with %v", what, err)
		}
		d.fails = nil
		cutPower()
		if cut != "lost after the second run" { // which is to find what the first left
			s.check(t, what, d, path)
		}
		if cut == "lost after it was read" {
			d.cutPower(t, func() bool { return false })
			s.check(t, what+", read once more", d, path)
		}
		if err := s.work(d, path, 4, 6); err != nil {
			t.Fatalf("%s: the next run ended with %v", what, err)
		}
		if cut == "lost after the second run" {
			d.cutPower(t, func() bool { return false })
		}
		cutPower()
		s.check(t, what+", then a second run", d, path)
		if never {
			return n
		}
	}
}

// TestEveryOperationOfRecoveryFails lets operations fail while a torn tail is
// set aside: nothing may be lost on the way, the tail included.
func TestEveryOperationOfRecoveryFails(t *testing.T) {
	for n := 1; ; n++ {
		d, path, s := newFaultDisk(), newPath(t), newSeen()
		must(t, s.work(d, path, 0, 3))
		f, err := d.open(path)
		must(t, err)
		info, err := f.Stat()
		must(t, err)
		_, err = f.WriteAt([]byte("torn"), info.Size())
		must(t, err)
		must(t, f.Sync())
		must(t, f.Close())

		before := d.ops
		d.fails = func(op int) bool { return op >= before+n }
		j, err := open(d, path, testIdentity)
		never := d.ops < before+n
		if (err == nil) != never {
			t.Fatalf("operation %d: Open = %v", n, err)
		}
		if err == nil {
			j.Close()
		}
		d.cutPower(t, func() bool { return false })
		s.check(t, fmt.Sprintf("operation %d of recovery", n), d, path)
		kept := 0
		for p := range d.files {
			if b, _ := os.ReadFile(p); p != path && string(b) == "torn" {
				kept++
			}
		}
		if kept == 0 {
			t.Fatalf("operation %d: the torn tail is gone", n)
		}
		if never {
			t.Logf("%d operations", n)
			return
		}
	}
}

// TestReopenIsDurableAsAWhole cuts the power after Reopened returned, and before.
func TestReopenIsDurableAsAWhole(t *testing.T) {
	for _, all := range []bool{true, false} {
		d, path := newFaultDisk(), newPath(t)
		must(t, newSeen().work(d, path, 0, 5))
		j, err := open(d, path, testIdentity)
		must(t, err)
		must(t, j.Begin(testRun))
		must(t, j.Reopen(reopenings(0, 1)))
		must(t, j.Reopen(reopenings(2)))
		if all {
			must(t, j.Reopened())
		}
		d.cutPower(t, func() bool { return false })
		j.Close()
		j, err = open(d, path, testIdentity)
		must(t, err)
		for n := range 3 {
			if got := j.Index().State(keyOf(n)); got.Reopened != all {
				t.Errorf("key %d: %+v, want reopened %v", n, got, all)
			}
		}
		must(t, j.Close())
	}
}

// TestRepairPowerCuts cuts the power at every operation of a repair: a file of the
// new journal's name is all of it, or nothing is there and the repair can be done
// again.
func TestRepairPowerCuts(t *testing.T) {
	path := newPath(t)
	damaged := bytes.Replace(sixty(t), []byte(`"outcome":"removed"`), []byte(`"outcome":"rEmoved"`), 1)
	must(t, os.WriteFile(path, damaged, 0o600))
	name, to := filepath.Base(path), filepath.Base(path)+".new"
	d := newFaultDisk()
	var cuts []Remains
	d.watch = func() { cuts = append(cuts, d.remains()) }
	_, err := repair(d, path, path+".new")
	must(t, err)
	d.watch()
	whole := string(readFile(t, path+".new"))
	states, there := 0, 0
	for i, cut := range cuts {
		again := false
		lefts, _ := cut.Lefts(60, rand.New(rand.NewPCG(1, 2)))
		for _, left := range lefts {
			states++
			content, placed := left[to]
			if placed && content != whole {
				t.Fatalf("operation %d: %d bytes of %d have the name of the new journal", i, len(content), len(whole))
			}
			if placed {
				there++
			}
			if placed || again {
				continue
			}
			again = true
			folder := t.TempDir()
			left[name] = string(damaged)
			must(t, left.Lay(folder))
			if r, err := Repair(filepath.Join(folder, name), filepath.Join(folder, to)); err != nil || r.Lost != 1 {
				t.Fatalf("operation %d, again: %+v, %v", i, r, err)
			}
		}
	}
	if there == 0 || there == states {
		t.Errorf("the new journal is there in %d of %d states", there, states)
	}
	t.Logf("%d operations, %d states", len(cuts), states)
}
