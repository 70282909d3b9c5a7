package journal

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestOneRunPerJournal(t *testing.T) {
	path := newPath(t)
	if h, err := Holder(path); h != nil || err != nil {
		t.Errorf("before there is a journal: %v, %v", h, err)
	}
	j := mustBegin(t, path)
	link := filepath.Join(t.TempDir(), "link.journal")
	must(t, os.Symlink(path, link))
	for _, p := range []string{path, link} {
		_, err := Open(p, testIdentity)
		var locked *LockedError
		if !errors.As(err, &locked) || locked.Holder.PID != os.Getpid() || locked.Holder.Host == "" || locked.Holder.Start.IsZero() {
			t.Errorf("second Open = %v", err)
		}
		if h, err := Holder(p); err != nil || h == nil || h.PID != os.Getpid() {
			t.Errorf("Holder = %v, %v", h, err)
		}
		if _, err := Repair(p, path+".new"); !errors.As(err, &locked) {
			t.Errorf("Repair = %v", err)
		}
	}
	must(t, j.Close())
	if h, err := Holder(path); h != nil || err != nil {
		t.Errorf("after Close: %v, %v", h, err)
	}
	must(t, mustOpen(t, path).Close())
}

func TestSecondRunThatBeginsANewJournalIsRefused(t *testing.T) {
	path := newPath(t)
	one, two := mustOpen(t, path), mustOpen(t, path)
	must(t, one.Begin(testRun))
	if err := two.Begin(testRun); !errors.As(err, new(*LockedError)) {
		t.Errorf("Begin = %v", err)
	}
	must(t, one.Outcome(removed(1)))
}

func TestViewReadsAlongDuringARun(t *testing.T) {
	path := newPath(t)
	j := mustBegin(t, path)
	for n := range 20 {
		must(t, j.Outcome(removed(n)))
		v, err := Load(path, &testIdentity)
		must(t, err)
		if got := v.Index().Tally().Counts[Removed]; got != int64(n+1) || v.Torn() != nil {
			t.Errorf("after %d outcomes the view tells %d; torn %v", n+1, got, v.Torn())
		}
		must(t, v.Close())
	}
}

func TestJournalChangedByAnotherProgramStopsTheRun(t *testing.T) {
	tests := map[string]func(path string) error{
		"removed":  os.Remove,
		"moved":    func(path string) error { return os.Rename(path, path+".old") },
		"cut":      func(path string) error { return os.Truncate(path, 100) },
		"replaced": func(path string) error { return errors.Join(os.Rename(path, path+"~"), os.WriteFile(path, nil, 0o600)) },
		"longer": func(path string) error {
			b, err := os.ReadFile(path)
			return errors.Join(err, os.WriteFile(path, append(b, '\n'), 0o600))
		},
	}
	for name, change := range tests {
		t.Run(name, func(t *testing.T) {
			path := newPath(t)
			j := mustBegin(t, path)
			must(t, j.Intent(Intent{Identifier: mail(1)}))
			must(t, change(path))
			if err := j.Intent(Intent{Identifier: mail(2)}); !errors.Is(err, ErrChanged) {
				t.Errorf("Intent = %v, want ErrChanged", err)
			}
			if err := j.Outcome(removed(1)); !errors.Is(err, ErrChanged) {
				t.Errorf("Outcome = %v: the first error is not final", err)
			}
			if err := j.Close(); !errors.Is(err, ErrChanged) {
				t.Errorf("Close = %v", err)
			}
		})
	}
}

func TestUseAfterClose(t *testing.T) {
	j := mustBegin(t, newPath(t))
	must(t, j.Close())
	if err := j.Outcome(removed(1)); !errors.Is(err, ErrClosed) {
		t.Errorf("Outcome = %v", err)
	}
	if err := j.Begin(testRun); !errors.Is(err, ErrClosed) {
		t.Errorf("Begin = %v", err)
	}
	must(t, j.Close())
}

// A lock file that is none is not locked, waited for or written to.
func TestLockFollowsNoLink(t *testing.T) {
	precious := "identifier,type\nada@example.com,email\n"
	for name, place := range map[string]func(list, lock string) error{
		"a symbolic link":   os.Symlink,
		"a hard link":       os.Link,
		"a link to nothing": func(_, lock string) error { return os.Symlink(lock+".none", lock) },
		"somebody else's":   func(_, lock string) error { return os.WriteFile(lock, []byte("PID 17\n"), 0o600) },
		"a folder":          func(_, lock string) error { return os.Mkdir(lock, 0o700) },
	} {
		t.Run(name, func(t *testing.T) {
			path := newPath(t)
			list := filepath.Join(filepath.Dir(path), "list.csv")
			must(t, os.WriteFile(list, []byte(precious), 0o600))
			must(t, place(list, path+lockSuffix))
			if err := mustOpen(t, path).Begin(testRun); err == nil || !strings.Contains(err.Error(), "not a lock file") {
				t.Errorf("Begin = %v, want it to be refused", err)
			}
			if got := string(readFile(t, list)); got != precious {
				t.Errorf("the list is now %q", got)
			}
			if _, err := os.Lstat(path + lockSuffix + ".none"); err == nil {
				t.Error("the link was followed")
			}
		})
	}
}

// A journal that is shorter than its lock file says has lost something, for good.
// A journal that was repaired lost what its repair tells, and is not said to have been
// cut as well; unless it was.
func TestRepairedJournalBesideItsLock(t *testing.T) {
	for _, cut := range []bool{false, true} {
		path := newPath(t)
		j := mustBegin(t, path)
		for n := range 4 {
			must(t, j.Outcome(removed(n)))
		}
		must(t, j.End(End{}))
		must(t, j.Close())
		text := readFile(t, path)
		for _, name := range []string{"p0@", "p1@", "p2@"} {
			text = bytes.Replace(text, []byte(name+"example.com"), []byte(name+"example.net"), 1)
		}
		if cut {
			text = text[:bytes.Index(text, []byte(`{"seq":6,`))]
		}
		must(t, os.WriteFile(path, text, 0o600))
		_, err := Repair(path, path+".new")
		must(t, err)
		must(t, os.Rename(path+".new", path))
		j = mustOpen(t, path)
		if (j.Lost() > 0) != cut || !j.Index().State(keyOf(1)).Unsure {
			t.Errorf("cut %v: lost %d, the damaged key's state %+v", cut, j.Lost(), j.Index().State(keyOf(1)))
		}
	}
}

func TestJournalYoungerThanItsLock(t *testing.T) {
	for name, lose := range map[string]func(path string){
		"cut": func(path string) {
			must(t, os.Truncate(path, int64(bytes.Index(readFile(t, path), []byte(`{"seq":3,`)))))
		},
		"deleted": func(path string) { must(t, os.Remove(path)) },
		"another": func(path string) {
			other := newPath(t)
			must(t, mustBegin(t, other).Close())
			must(t, os.Rename(other, path))
		},
	} {
		t.Run(name, func(t *testing.T) {
			path := newPath(t)
			j := mustBegin(t, path)
			must(t, j.Outcome(removed(1)))
			must(t, j.End(End{}))
			must(t, j.Close())
			lose(path)
			for range 2 { // looking alone does not make up for it
				j = mustOpen(t, path)
				if j.Lost() == 0 || !j.Index().State(keyOf(1)).Unsure {
					t.Fatalf("lost %d, state %+v; want doubt", j.Lost(), j.Index().State(keyOf(1)))
				}
				must(t, j.Close())
				v, err := Load(path, nil)
				must(t, err)
				must(t, v.Close())
				if v.Lost() == 0 || !v.Index().State(keyOf(1)).Unsure {
					t.Fatalf("a view: lost %d, state %+v; want doubt", v.Lost(), v.Index().State(keyOf(1)))
				}
			}
			j = mustBegin(t, path)
			must(t, j.Close())
			j = mustOpen(t, path)
			defer j.Close()
			if j.Lost() != 0 || !j.Index().State(keyOf(1)).Unsure {
				t.Errorf("after a run: lost %d, state %+v; want the doubt to be written down", j.Lost(), j.Index().State(keyOf(1)))
			}
		})
	}
}
