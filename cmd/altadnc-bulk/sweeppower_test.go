package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"altadnc-bulk/pkg/journal"
)

// powerDisk is a disk of real files that knows what a power cut could leave of its
// names: those that its folders have durably, and the changes that no sync of the
// folder has brought there.
type powerDisk struct {
	durable map[string]*inode // by path
	pending []change
	ops     int
	dies    int // the operation with which the process is killed; 0: none
	cuts    []remains
}

// inode is what a name refers to. What was not synced of a file may be there, in
// part, or not.
type inode struct {
	synced string // content
	dirty  string // all of it, if that is more
}

// change is a name that came, went, or was changed into another.
type change struct {
	folder string // whose sync makes it durable
	path   string
	inode  *inode // nil: it went
	comes  *inode // what has to be there before it goes
}

// remains is a powerDisk at the moment of a power cut.
type remains struct {
	durable map[string]*inode
	pending []change
}

// left is what a power cut left, by path; those of folders end in a slash.
type left map[string]leftFile

type leftFile struct {
	content string
	file    *inode // the same for two names of one file
}

func newPowerDisk(l left) *powerDisk {
	d := &powerDisk{durable: map[string]*inode{}}
	files := map[*inode]*inode{}
	for path, f := range l {
		if files[f.file] == nil {
			files[f.file] = &inode{synced: f.content}
		}
		d.durable[path] = files[f.file]
	}
	return d
}

var errKilled = errors.New("killed")

// op counts an operation before it is done, and notes what a power cut would leave.
func (d *powerDisk) op() error {
	d.ops++
	if d.dies > 0 && d.ops >= d.dies {
		return errKilled
	}
	d.note()
	return nil
}

func (d *powerDisk) note() {
	r := remains{map[string]*inode{}, nil}
	copies := map[*inode]*inode{nil: nil}
	copied := func(n *inode) *inode {
		if c, ok := copies[n]; ok {
			return c
		}
		c := *n
		copies[n] = &c
		return &c
	}
	for path, n := range d.durable {
		r.durable[path] = copied(n)
	}
	for _, c := range d.pending {
		c.inode, c.comes = copied(c.inode), copied(c.comes)
		r.pending = append(r.pending, c)
	}
	d.cuts = append(d.cuts, r)
}

// now returns what a name refers to if no power fails.
func (d *powerDisk) now(path string) *inode {
	n := d.durable[path]
	for _, c := range d.pending {
		if c.path == path {
			n = c.inode
		}
	}
	return n
}

func (d *powerDisk) change(path string, n, comes *inode) {
	d.pending = append(d.pending, change{filepath.Dir(strings.TrimSuffix(path, "/")), path, n, comes})
}

func (d *powerDisk) mkdir(path string) error {
	if err := d.op(); err != nil {
		return err
	}
	if d.now(path+"/") == nil {
		d.change(path+"/", &inode{}, nil)
	}
	return osDisk{}.mkdir(path)
}

func (d *powerDisk) create(path string, flag int) (newFile, error) {
	if err := d.op(); err != nil {
		return nil, err
	}
	f, err := osDisk{}.create(path, flag)
	if err != nil {
		return nil, err
	}
	n := d.now(path)
	if n == nil {
		n = &inode{}
		d.change(path, n, nil)
	}
	return &powerFile{f, d, n}, nil
}

func (d *powerDisk) rename(from, to string) error {
	if err := d.op(); err != nil {
		return err
	}
	n := d.now(from)
	d.change(to, n, nil)
	d.change(from, nil, n)
	return osDisk{}.rename(from, to)
}

func (d *powerDisk) remove(path string) error {
	if err := d.op(); err != nil {
		return err
	}
	err := osDisk{}.remove(path)
	if err == nil {
		d.change(path, nil, nil)
	}
	return err
}

func (d *powerDisk) syncFolder(path string) error {
	if err := d.op(); err != nil {
		return err
	}
	d.pending = slices.DeleteFunc(d.pending, func(c change) bool {
		if c.folder == path {
			c.on(d.durable)
		}
		return c.folder == path
	})
	return nil
}

func (c change) on(names map[string]*inode) {
	if c.inode == nil {
		delete(names, c.path)
		return
	}
	names[c.path] = c.inode
}

// powerFile is a file that is being written on a powerDisk.
type powerFile struct {
	newFile
	disk  *powerDisk
	inode *inode
}

func (f *powerFile) Write(b []byte) (int, error) {
	if err := f.disk.op(); err != nil {
		return 0, err
	}
	f.inode.dirty += string(b)
	return f.newFile.Write(b)
}

func (f *powerFile) Sync() error {
	if err := f.disk.op(); err != nil {
		return err
	}
	f.inode.synced, f.inode.dirty = f.inode.dirty, ""
	return nil
}

// lefts returns everything that a power cut can leave: any of the changes that are
// not durable, but that no file loses its old name before it has the new one, and
// any part of what was not synced of a file.
func (r remains) lefts() (all []left) {
	for bits := range 1 << len(r.pending) {
		names := maps.Clone(r.durable)
		possible := true
		for i, c := range r.pending {
			if bits>>i&1 == 0 {
				continue
			}
			there := slices.ContainsFunc(slices.Collect(maps.Values(names)), func(n *inode) bool { return n == c.comes })
			waits := slices.ContainsFunc(r.pending, func(other change) bool { return other.inode != nil && other.inode == c.comes })
			possible = possible && (c.comes == nil || !waits || there && namesOf(names, c.comes) > 1)
			c.on(names)
		}
		if possible {
			all = append(all, contents(names)...)
		}
	}
	return all
}

// namesOf counts the names of a file.
func namesOf(names map[string]*inode, n *inode) (count int) {
	for _, other := range names {
		if other == n {
			count++
		}
	}
	return count
}

// contents returns the names that lie in a folder that is there, with all that may
// be in the files.
func contents(names map[string]*inode) []left {
	all := []left{{}}
	for path, n := range names {
		if folder := filepath.Dir(path) + "/"; folder == "in/done/" && names[folder] == nil {
			continue
		}
		may := []string{n.synced}
		if n.dirty != "" {
			may = append(may, n.dirty, n.dirty[:len(n.dirty)/2], string(make([]byte, len(n.dirty))))
		}
		var next []left
		for _, l := range all {
			for _, content := range may {
				with := maps.Clone(l)
				with[path] = leftFile{content, n}
				next = append(next, with)
			}
		}
		all = next
	}
	return all
}

// String distinguishes lefts.
func (l left) String() string {
	var b strings.Builder
	for _, path := range slices.Sorted(maps.Keys(l)) {
		fmt.Fprintf(&b, "%s: %q\n", path, l[path].content)
		if first := l.first(path); first != path {
			fmt.Fprintf(&b, "\tthe same file as %s\n", first)
		}
	}
	return b.String()
}

// first returns the first name of the file at path.
func (l left) first(path string) string {
	for _, other := range slices.Sorted(maps.Keys(l)) {
		if l[other].file == l[path].file {
			return other
		}
	}
	return path
}

// movePower is a folder in which a list is gone through, and everything that power
// cuts can leave of its way to done.
type movePower struct {
	s     *session
	start left // all that is gone through
	known map[string]bool
}

func newMovePower(t *testing.T) *movePower {
	x := &movePower{s: newSession(t), start: left{"in/": {"", &inode{}}}, known: map[string]bool{}}
	x.s.sandbox()
	x.s.file("list.csv", "identifier,type\nada.lovell@example.com,email\nbroken,email\n")
	x.s.run("remove", "--yes", "-q", "--rate", "0", "list.csv")
	x.s.file("list.csv.journal.torn-1", "torn")
	for _, name := range []string{"list.csv", "list.csv.journal", "list.csv.journal.lock", "list.csv.journal.torn-1"} {
		content, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		x.start["in/"+name] = leftFile{string(content), &inode{}}
	}
	return x
}

const whatFailed = "identifier,type\nbroken,email\n"

// lay makes the folder what a power cut left.
func (x *movePower) lay(l left) *folder {
	x.s.t.Helper()
	err := os.RemoveAll("in")
	for _, path := range slices.Sorted(maps.Keys(l)) { // folders come first
		if name, ok := strings.CutSuffix(path, "/"); ok {
			err = errors.Join(err, os.MkdirAll(name, 0o700))
			continue
		}
		if first := l.first(path); first != path {
			err = errors.Join(err, os.Link(first, path))
			continue
		}
		err = errors.Join(err, os.WriteFile(path, []byte(l[path].content), 0o600))
	}
	f, openErr := newFolder("in")
	if err = errors.Join(err, openErr); err != nil {
		x.s.t.Fatal(err)
	}
	return f
}

// TestMovePowerCuts cuts the power at every operation of a move to done, after a
// kill at every operation of it and in what the next sweep then does, and leaves
// all that the syncs permit. The next sweep must bring the list and all of its own
// to one place, whole, once, and send nothing.
func TestMovePowerCuts(t *testing.T) {
	x := newMovePower(t)
	move := func(dies int) *powerDisk {
		f, d := x.lay(x.start), newPowerDisk(x.start)
		f.disk, d.dies = d, dies
		_, _, err := f.putAway("list.csv", func(w io.Writer) error { _, err := io.WriteString(w, whatFailed); return err })
		if (err != nil) != (dies > 0) {
			t.Fatalf("killed at %d: %v", dies, err)
		}
		d.dies = 0
		d.note()
		return d
	}
	whole := move(0)
	cuts := whole.cuts
	for dies := 1; dies <= whole.ops; dies++ {
		d := move(dies)
		f, err := newFolder("in")
		if err != nil {
			t.Fatal(err)
		}
		f.disk = d
		if err := f.finishMove(); err != nil {
			t.Fatalf("killed at %d: %v", dies, err)
		}
		d.note()
		cuts = append(cuts, d.cuts...)
	}
	states := 0
	for len(cuts) > 0 {
		r := cuts[0]
		cuts = cuts[1:]
		for _, l := range r.lefts() {
			states++
			if x.known[l.String()] {
				continue
			}
			x.known[l.String()] = true
			x.sweep(l)
			// The next sweep is cut off as well.
			f, d := x.lay(l), newPowerDisk(l)
			f.disk = d
			if err := f.finishMove(); err != nil {
				t.Fatalf("%v\n%s", err, l)
			}
			d.note()
			cuts = append(cuts, d.cuts...)
		}
	}
	t.Logf("%d operations, %d states, %d of them different", whole.ops, states, len(x.known))
}

// sweep lets the next sweep finish what is left.
func (x *movePower) sweep(l left) {
	t := x.s.t
	t.Helper()
	x.lay(l)
	x.s.run("sweep", "--yes", "--rate", "0", "--settle", "0s", "in")
	wrong := func(format string, args ...any) {
		t.Helper()
		t.Fatalf("%s\nof\n%s\n%s", fmt.Sprintf(format, args...), l, x.s.last)
	}
	if x.s.code != exitOK && x.s.code != exitFailures || !strings.Contains(x.s.last, "0 requests") {
		wrong("exit code %d", x.s.code)
	}
	want := []string{"in/.altadnc-sweep.lock", "in/done/list-failed.csv", "in/done/list.csv", "in/done/list.csv.journal", "in/done/list.csv.journal.lock", "in/done/list.csv.journal.torn-1"}
	var got []string
	filepath.WalkDir("in", func(path string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			got = append(got, path)
		}
		return err
	})
	if !slices.Equal(got, want) {
		wrong("there are\n%q, want\n%q", got, want)
	}
	for path, content := range map[string]string{
		"in/done/list.csv": x.start["in/list.csv"].content, "in/done/list-failed.csv": "identifier", "in/done/list.csv.journal": x.start["in/list.csv.journal"].content, "in/done/list.csv.journal.torn-1": "torn",
	} {
		if b, err := os.ReadFile(path); err != nil || !strings.HasPrefix(string(b), content) {
			wrong("%s is %q, %v", path, b, err)
		}
	}
	if r, err := journal.Verify("in/done/list.csv.journal"); err != nil || r.Keys.Counts[journal.Removed] != 1 {
		wrong("the journal has %+v, %v", r.Keys, err)
	}
}

// TestCleanPowerCuts cuts the power, or kills the sweep, at every operation that
// deletes what was done long ago. The next sweep must find all that is left of it.
func TestCleanPowerCuts(t *testing.T) {
	x := newMovePower(t)
	old := left{"in/": {"", &inode{}}, "in/done/": {"", &inode{}}, "in/done/list-failed.csv": {whatFailed, &inode{}}}
	for path, file := range x.start {
		if name, ok := strings.CutPrefix(path, "in/list"); ok {
			old["in/done/list"+name] = file
		}
	}
	clean := func(l left, dies int) *powerDisk {
		f, d := x.lay(l), newPowerDisk(l)
		f.disk, d.dies = d, dies
		if err := f.clean(time.Nanosecond); (err != nil) != (dies > 0) {
			t.Fatalf("killed at %d: %v", dies, err)
		}
		d.note()
		return d
	}
	whole, states := clean(old, 0), 0
	cuts := whole.cuts
	for dies := 1; dies <= whole.ops; dies++ {
		cuts = append(cuts, clean(old, dies).cuts...)
	}
	for _, r := range cuts {
		for _, l := range r.lefts() {
			states++
			if x.known[l.String()] {
				continue
			}
			x.known[l.String()] = true
			clean(l, 0)
			if entries, err := os.ReadDir("in/done"); err != nil || len(entries) > 0 {
				t.Fatalf("%v, %v are left of\n%s", err, entries, l)
			}
		}
	}
	t.Logf("%d operations, %d states, %d of them different", whole.ops, states, len(x.known))
}
