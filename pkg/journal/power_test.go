package journal

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"time"
)

// Remains is what is known of the files of a disk at the moment of a power cut:
// what is durable of each, and what may be.
type Remains []remains

type remains struct {
	name    string
	named   bool   // it has a name that is durable
	was     string // a name that it may have beside that or in its place; "" for none
	platter []byte
	dirty   []dirt
}

// PowerDisk is a disk whose power can be cut at every operation.
type PowerDisk struct{ disk *faultDisk }

// NewPowerDisk returns a disk with a folder, what is in it being durable, on which
// a sync takes some time. It calls watch before every operation that changes
// something.
func NewPowerDisk(folder Left, path string, slow time.Duration, watch func(Remains)) *PowerDisk {
	d := newFaultDisk()
	d.slow = slow
	for name, content := range folder {
		d.files[filepath.Join(path, name)] = &faultFile{disk: d, platter: []byte(content), named: true}
	}
	d.watch = func() { watch(d.remains()) }
	return &PowerDisk{d}
}

// Open is [Open] on this disk.
func (p *PowerDisk) Open(path string, id Identity) (*Journal, error) { return open(p.disk, path, id) }

// Remains returns what a power cut would leave now.
func (p *PowerDisk) Remains() Remains { return p.disk.remains() }

func (d *faultDisk) remains() Remains {
	var all Remains
	for path, f := range d.files {
		r := remains{name: filepath.Base(path), named: f.named, platter: slices.Clone(f.platter), dirty: slices.Clone(f.dirty)}
		if f.was != "" {
			r.was = filepath.Base(f.was)
		}
		all = append(all, r)
	}
	slices.SortFunc(all, func(a, b remains) int { return bytes.Compare([]byte(a.name), []byte(b.name)) })
	return all
}

// Left is what a power cut left of the files of a disk, by name.
type Left map[string]string

// Lay lays the files into an empty folder.
func (l Left) Lay(folder string) error {
	for name, content := range l {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(content), 0o600); err != nil {
			return err
		}
	}
	return nil
}

// Sum distinguishes contents.
func (l Left) Sum() [sha256.Size]byte {
	h := sha256.New()
	for _, name := range slices.Sorted(maps.Keys(l)) {
		fmt.Fprintf(h, "%d %d\n", len(name), len(l[name]))
		io.WriteString(h, name+l[name])
	}
	return [sha256.Size]byte(h.Sum(nil))
}

// Lefts returns all that a power cut can leave, or, where that is more than most,
// as many of it: then all is false. It always has every content of every file.
func (r Remains) Lefts(most int, random *rand.Rand) (lefts []Left, all bool) {
	contents, total := make([][]Left, len(r)), 1
	for i, f := range r {
		contents[i], all = f.contents(most, random)
		if total *= len(contents[i]); !all {
			total = most + 1
		}
		total = min(total, most+1)
	}
	if total <= most {
		return combine(contents), true
	}
	pick := func(choose func(i int) int) {
		l := Left{}
		for i := range r {
			maps.Copy(l, contents[i][choose(i)])
		}
		lefts = append(lefts, l)
	}
	for i := range r {
		for k := range contents[i] {
			for _, rest := range []func(n int) int{func(int) int { return 0 }, func(n int) int { return n - 1 }} {
				pick(func(file int) int {
					if file == i {
						return k
					}
					return rest(len(contents[file]))
				})
			}
		}
	}
	for len(lefts) < most {
		pick(func(file int) int { return random.IntN(len(contents[file])) })
	}
	return lefts, false
}

// combine returns every content of each file with every one of the others.
func combine(contents [][]Left) []Left {
	lefts := []Left{{}}
	for i := range contents {
		var next []Left
		for _, l := range lefts {
			for _, content := range contents[i] {
				with := maps.Clone(l)
				maps.Copy(with, content)
				next = append(next, with)
			}
		}
		lefts = next
	}
	return lefts
}

// contents returns what may be left of a file, under its name or an earlier one or
// without any: each sector of each write since the last sync on its own, and each
// length that the file had or passed through.
func (f remains) contents(most int, random *rand.Rand) (contents []Left, all bool) {
	chunks, lengths := f.chunks()
	kept, all := subsets(len(chunks), most, random)
	seen := map[string]bool{}
	for _, keep := range kept {
		b := slices.Clone(f.platter)
		for i, c := range chunks {
			if keep[i] {
				b = c.on(b)
			}
		}
		for _, length := range lengths {
			content := string(b[:min(length, int64(len(b)))]) + string(make([]byte, max(0, length-int64(len(b)))))
			if !seen[content] {
				seen[content] = true
				contents = append(contents, Left{f.name: content})
				if f.was != "" {
					contents = append(contents, Left{f.was: content}, Left{f.was: content, f.name: content})
				}
			}
		}
	}
	if !f.named {
		contents = append(contents, Left{})
	}
	return contents, all
}

// chunks cuts the writes since the last sync at the ends of sectors, and returns
// the lengths that the file may have.
func (f remains) chunks() (chunks []dirt, lengths []int64) {
	length := int64(len(f.platter))
	lengths = []int64{length}
	for _, d := range f.dirty {
		if d.cut {
			length = d.at
			lengths = append(lengths, length)
			continue
		}
		for at, data := d.at, d.data; len(data) > 0; {
			n := min(int64(len(data)), sector-at%sector)
			chunks = append(chunks, dirt{at: at, data: data[:n]})
			at, data = at+n, data[n:]
			length = max(length, at)
			lengths = append(lengths, length)
		}
	}
	slices.Sort(lengths)
	return chunks, slices.Compact(lengths)
}

// subsets returns all subsets of n things if those are not more than most. Else it
// returns those that hold the first of them, all but one, or one, and random ones.
func subsets(n, most int, random *rand.Rand) (all [][]bool, complete bool) {
	if n < 20 && 1<<n <= most {
		for bits := range 1 << n {
			keep := make([]bool, n)
			for i := range keep {
				keep[i] = bits>>i&1 != 0
			}
			all = append(all, keep)
		}
		return all, true
	}
	add := func(keep func(i int) bool) {
		s := make([]bool, n)
		for i := range s {
			s[i] = keep(i)
		}
		all = append(all, s)
	}
	for k := range n + 1 {
		add(func(i int) bool { return i < k })
	}
	for k := range n {
		add(func(i int) bool { return i != k })
		add(func(i int) bool { return i == k })
	}
	for len(all) < most {
		add(func(int) bool { return random.IntN(2) == 0 })
	}
	return all, false
}

// Durable returns how many records j has called durable, and last if j does not
// tell just now, because the one who asks is within a call of it.
func Durable(j *Journal, last int64) int64 {
	for range 100 {
		if j.mu.TryLock() {
			defer j.mu.Unlock()
			return j.durable
		}
		runtime.Gosched()
	}
	return last
}

// Records returns how many records j has.
func Records(j *Journal) int64 { return j.records }

// RaceDetector reports whether every step costs eight.
const RaceDetector = flipStride > 1
