package journal

import (
	"errors"
	"sync"
	"testing"
	"testing/synctest"
)

// slowDisk is a disk whose files wait before a sync until they learn how it
// ends.
type slowDisk struct {
	osDisk
	syncs chan error
	count int
}

type slowFile struct {
	file
	disk *slowDisk
}

func (d *slowDisk) create(path string) (file, error) {
	f, err := d.osDisk.create(path)
	return &slowFile{f, d}, err
}

func (f *slowFile) Sync() error {
	f.disk.count++
	return <-f.disk.syncs
}

// together begins a journal, lets one append wait for the disk and 20 more
// gather behind it, and returns their errors once the disk has answered.
func together(t *testing.T, first, second error) (j *Journal, syncs int, errs []error) {
	d := &slowDisk{syncs: make(chan error, 1)}
	d.syncs <- nil
	j, err := open(d, newPath(t), testIdentity)
	must(t, err)
	must(t, j.Begin(testRun))
	d.count = 0
	errs = make([]error, 21)
	var wg sync.WaitGroup
	for n := range errs {
		wg.Go(func() { errs[n] = j.Outcome(removed(n)) })
		if n == 0 {
			synctest.Wait()
		}
	}
	synctest.Wait()
	if got := j.Index().Tally().Total(); got != 0 {
		t.Errorf("the index tells %d outcomes before any is durable", got)
	}
	d.syncs <- first
	synctest.Wait()
	d.syncs <- second
	wg.Wait()
	return j, d.count, errs
}

func TestConcurrentAppendsShareOneSync(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		j, syncs, errs := together(t, nil, nil)
		if err := errors.Join(errs...); err != nil || syncs != 2 {
			t.Errorf("%d syncs, want 2; %v", syncs, err)
		}
		must(t, j.Close())
		v, err := Load(j.path, nil)
		must(t, err)
		defer v.Close()
		if got := v.Index().Tally().Counts[Removed]; got != 21 {
			t.Errorf("%d outcomes after reload", got)
		}
	})
}

func TestFailedSyncFailsThoseWhoGatheredBehindIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		j, syncs, errs := together(t, errFault, nil)
		for n, err := range errs {
			if !errors.Is(err, errFault) {
				t.Errorf("append %d: %v", n, err)
			}
		}
		if syncs != 1 || j.Index().Tally().Total() != 0 {
			t.Errorf("%d syncs, %+v", syncs, j.Index().Tally())
		}
		if err := j.Close(); !errors.Is(err, errFault) {
			t.Errorf("Close = %v", err)
		}
	})
}

func TestAppendsFromManyGoroutines(t *testing.T) {
	path := newPath(t)
	j := mustBegin(t, path)
	var wg sync.WaitGroup
	for worker := range 8 {
		wg.Go(func() {
			for n := range 25 {
				id := worker*1000 + n
				if err := errors.Join(j.Intent(Intent{Identifier: mail(id)}), j.Outcome(removed(id))); err != nil {
					t.Error(err)
				}
				if _, err := j.OutcomeAt(j.Index().State(keyOf(id))); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	must(t, j.Close())
	r, err := Verify(path)
	if err != nil || r.Keys.Counts[Removed] != 200 || r.Records != 402 {
		t.Errorf("%+v, %v", r, err)
	}
}
