package journal

import (
	"bytes"
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

// million writes a journal of n finished keys, an intent and an outcome each.
func million(b testing.TB, n int) string {
	b.Helper()
	path := filepath.Join(b.TempDir(), "big.journal")
	buf := make([]byte, 0, n*420)
	sum := uint32(0)
	seq := int64(0)
	add := func(r record) {
		e, err := r.encode()
		must(b, err)
		seq++
		buf, sum = appendLine(buf, seq, seq-1, e.body, sum)
	}
	add(headerRecord(testIdentity))
	add(testRun.record(testIdentity))
	for i := range n {
		o := removed(i)
		add(Intent{Line: i + 2, Identifier: o.Identifier}.record())
		add(o.record())
	}
	must(b, os.WriteFile(path, buf, 0o600))
	return path
}

// BenchmarkLoad loads a journal of a million finished keys; compare it with
// BenchmarkPlainScan.
func BenchmarkLoad(b *testing.B) {
	path := million(b, 1e6)
	for b.Loop() {
		v, err := Load(path, nil)
		must(b, err)
		if v.records != 2e6+2 {
			b.Fatal(v.records)
		}
		v.Close()
	}
}

// BenchmarkPlainScan is the least that any reader of such a file does: it cuts
// the lines, checks their sums and puts a key and a word into a map for each.
func BenchmarkPlainScan(b *testing.B) {
	path := million(b, 1e6)
	for b.Loop() {
		f, err := os.Open(path)
		must(b, err)
		in, c, offset := newLines(f), chain{}, 0
		keys := make(map[Key]uint64)
		for in.Scan() {
			at := offset
			offset += len(in.Bytes())
			covered, ok := c.next(bytes.TrimSuffix(in.Bytes(), []byte("\n")))
			_, id, found := bytes.Cut(covered, []byte(`"identifier":"`))
			if !ok || !found {
				continue
			}
			id = id[:bytes.IndexByte(id, '"')]
			keys[hashed(id)] = uint64(at)
		}
		f.Close()
		if len(keys) != 1e6 {
			b.Fatal(len(keys))
		}
	}
}

// BenchmarkOutcome appends one durable outcome after another.
func BenchmarkOutcome(b *testing.B) {
	j := mustBegin(b, newPath(b))
	for n := 0; b.Loop(); n++ {
		must(b, j.Outcome(removed(n)))
	}
}

// BenchmarkOutcomesTogether shares writes among 64 goroutines.
func BenchmarkOutcomesTogether(b *testing.B) {
	j := mustBegin(b, newPath(b))
	b.SetParallelism(64 / runtime.GOMAXPROCS(0))
	b.RunParallel(func(pb *testing.PB) {
		for n := 0; pb.Next(); n++ {
			must(b, j.Outcome(removed(n)))
		}
	})
}

func TestIndexTakesAtMost64BytesAKey(t *testing.T) {
	const n = 1e6
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	x := new(Index)
	for i := range int(n) {
		x.apply(change{kind: KindOutcome, key: RefusedKey(i, "", ""), status: Removed, offset: int64(i)})
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	perKey := float64(after.HeapAlloc-before.HeapAlloc) / n
	t.Logf("%.1f bytes a key", perKey)
	if perKey > 64 {
		t.Errorf("%.1f bytes a key, want at most 64", perKey)
	}
	runtime.KeepAlive(x)
}
