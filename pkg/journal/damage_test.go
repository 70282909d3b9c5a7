package journal

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// original is a sound journal and what each of its lines says.
type original struct {
	bytes   []byte
	lines   [][]byte // with their ends
	durable []int64
}

func newOriginal(t *testing.T) *original {
	t.Helper()
	o := &original{bytes: sixty(t)}
	o.lines = slices.Collect(bytes.Lines(o.bytes))
	for _, b := range o.lines {
		var r record
		covered, _, _ := cutSeal(bytes.TrimSuffix(b, []byte("\n")))
		at, err := r.decode(covered)
		must(t, err)
		o.durable = append(o.durable, at.durable)
	}
	if len(o.lines) < 60 {
		t.Fatalf("the journal has %d records only", len(o.lines))
	}
	return o
}

// calls reports whether a line from index i on says that record seq is durable.
func (o *original) calls(seq int64, i int) bool {
	return i < len(o.durable) && slices.Max(o.durable[i:]) >= seq
}

// judge checks what scan makes of changed bytes of which the first good lines
// are the original's. Lines from index sure on can be proven for certain, lines
// from index maybe on perhaps.
func (o *original) judge(t *testing.T, changed []byte, good, maybe, sure int) {
	t.Helper()
	c, err := scan(bytes.NewReader(changed), "f")
	var damage *DamageError
	switch {
	case err == nil && c.records != int64(good):
		t.Fatalf("%d records taken, want the %d before the damage", c.records, good)
	case err == nil && o.calls(int64(good)+1, sure):
		t.Fatalf("damage to durable record %d was taken for a torn tail", good+1)
	case err == nil:
		return
	case !errors.As(err, &damage):
		t.Fatalf("damage to record %d: %v", good+1, err)
	case damage.Line != int64(good)+1 || !o.calls(int64(good)+1, maybe):
		t.Fatalf("damage to record %d: %v", good+1, err)
	}
}

func TestEveryTruncationIsATornTail(t *testing.T) {
	o := newOriginal(t)
	for n := range o.bytes {
		whole := bytes.Count(o.bytes[:n], []byte("\n"))
		rest := n - bytes.LastIndexByte(o.bytes[:n], '\n') - 1
		unterminated := rest > 0 && o.bytes[n] == '\n'
		if unterminated {
			whole++
		}
		c, err := scan(bytes.NewReader(o.bytes[:n]), "f")
		if err != nil || c.records != int64(whole) || (c.tail.Lines > 0) != (rest > 0 && !unterminated) {
			t.Fatalf("cut at byte %d: %+v, %v", n, c, err)
		}
	}
	t.Logf("%d truncations", len(o.bytes))
}

func TestEveryBitFlipIsFound(t *testing.T) {
	o := newOriginal(t)
	flips, stride := 0, flipStride
	if testing.Short() {
		stride = 7
	}
	for bit := 0; bit < 8*len(o.bytes); bit += stride {
		i := bytes.Count(o.bytes[:bit/8], []byte("\n"))
		o.bytes[bit/8] ^= 1 << (bit % 8)
		// A flipped checksum spoils the next line too; a flipped line end joins two lines.
		o.judge(t, o.bytes, i, i+1, i+2)
		o.bytes[bit/8] ^= 1 << (bit % 8)
		flips++
	}
	t.Logf("%d bit flips", flips)
}

func TestLinesDeletedDoubledSwapped(t *testing.T) {
	o := newOriginal(t)
	cases := 0
	for i := range o.lines {
		without := slices.Concat(o.lines[:i], o.lines[i+1:])
		o.judge(t, bytes.Join(without, nil), i, i+1, i+2)
		doubled := slices.Concat(o.lines[:i+1], o.lines[i:])
		o.judge(t, bytes.Join(doubled, nil), i+1, i+1, i+1)
		cases += 2
		for k := i + 1; k < len(o.lines); k++ {
			swapped := slices.Clone(o.lines)
			swapped[i], swapped[k] = swapped[k], swapped[i]
			o.judge(t, bytes.Join(swapped, nil), i, i+1, k+2)
			cases++
		}
	}
	t.Logf("%d lines deleted, doubled, swapped", cases)
}

func TestOpenSetsATornTailAside(t *testing.T) {
	whole := sixty(t)
	last := bytes.LastIndexByte(whole[:len(whole)-1], '\n') + 1
	tests := []struct {
		name  string
		file  []byte
		tail  []byte
		lines int64
	}{
		{"half a line", whole[:last+10], whole[last : last+10], 1},
		{"NUL bytes", append(slices.Clone(whole), make([]byte, 300)...), make([]byte, 300), 1},
		{"half a header", whole[:20], whole[:20], 1},
		{"only NUL bytes", make([]byte, 100), make([]byte, 100), 1},
		{"a first write without its first sector", append(make([]byte, sector), whole[sector:sector+20]...), append(make([]byte, sector), whole[sector:sector+20]...), 1},
		{"more than a longest line", append(slices.Clone(whole), bytes.Repeat([]byte("x"), maxLine+100)...), bytes.Repeat([]byte("x"), maxLine+100), 2},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			path := newPath(t)
			must(t, os.WriteFile(path, tt.file, 0o600))
			j := mustOpen(t, path)
			torn := j.Torn()
			want := TornTail{Lines: tt.lines, Bytes: int64(len(tt.tail)), SavedTo: path + ".torn-1"}
			if torn == nil || *torn != want {
				t.Fatalf("Recovered = %+v, want %+v", torn, want)
			}
			if !bytes.Equal(readFile(t, torn.SavedTo), tt.tail) {
				t.Error("the file beside does not hold the tail")
			}
			if !bytes.Equal(readFile(t, path), tt.file[:len(tt.file)-len(tt.tail)]) {
				t.Error("the journal is not what stood before the tail")
			}
			must(t, j.Begin(testRun))
			must(t, j.Outcome(removed(99)))
			must(t, j.Close())
			if got := mustOpen(t, path).Index().State(keyOf(99)).Status; got != Removed {
				t.Errorf("what was appended is %v after reload", got)
			}
		})
	}
}

func TestSecondTornTailGetsItsOwnFile(t *testing.T) {
	path := newPath(t)
	mustBegin(t, path).Close()
	for n := 1; n <= 2; n++ {
		f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
		must(t, err)
		fmt.Fprintf(f, "tail %d", n)
		f.Close()
		j := mustOpen(t, path)
		if want := fmt.Sprintf("%s.torn-%d", path, n); j.Torn().SavedTo != want {
			t.Errorf("saved to %s", j.Torn().SavedTo)
		}
		j.Close()
	}
}

func TestUnterminatedLastRecordIsKept(t *testing.T) {
	path := newPath(t)
	whole := sixty(t)
	must(t, os.WriteFile(path, whole[:len(whole)-1], 0o600))
	j := mustOpen(t, path)
	if j.Torn() != nil || !bytes.Equal(readFile(t, path), whole) {
		t.Errorf("Recovered = %+v; the file differs: %v", j.Torn(), !bytes.Equal(readFile(t, path), whole))
	}
}

// An editor that changes every line, as one that writes other line ends does,
// leaves no good line that says what was durable. It is not a torn tail.
func TestJournalThatWasEditedThroughoutIsDamaged(t *testing.T) {
	whole := sixty(t)
	third := bytes.Index(whole, []byte(`{"seq":20,`))
	tests := map[string][]byte{
		"other line ends":   bytes.ReplaceAll(whole, []byte("\n"), []byte("\r\n")),
		"words replaced":    bytes.ReplaceAll(whole, []byte("example.com"), []byte("example.org")),
		"from a line on":    append(slices.Clone(whole[:third]), bytes.ReplaceAll(whole[third:], []byte("example.com"), []byte("example.org"))...),
		"spaces at the end": bytes.ReplaceAll(whole, []byte("}\n"), []byte("} \n")),
	}
	for name, file := range tests {
		t.Run(name, func(t *testing.T) {
			path := newPath(t)
			must(t, os.WriteFile(path, file, 0o600))
			var damage *DamageError
			if _, err := Open(path, testIdentity); !errors.As(err, &damage) {
				t.Errorf("Open = %v, want a *DamageError", err)
			}
			if !bytes.Equal(readFile(t, path), file) {
				t.Error("the journal was changed")
			}
		})
	}
}

func TestRefusedJournalsStayAsTheyAre(t *testing.T) {
	whole := sixty(t)
	damaged := slices.Clone(whole)
	damaged[len(damaged)/2] ^= 1
	header := slices.Clone(whole)
	header[3] ^= 1
	newer, _ := appendLine(nil, 1, 0, []byte(`,"kind":"journal","format":2,"anything":[1]`), 0)
	unknown := forge(whole, `,"kind":"surprise","time":"2026-01-01T00:00:00.000Z"`)
	field := forge(whole, `,"kind":"reopen","time":"2026-01-01T00:00:00.000Z","type":"email","identifier":"p1@example.com","extra":1`)
	tests := []struct {
		name string
		file []byte
		id   Identity
		want string
	}{
		{"damage", damaged, testIdentity, "and line"},
		{"damaged header", header, testIdentity, ":1 (byte 0): checksum does not match"},
		{"newer", newer, testIdentity, ErrNewer.Error()},
		{"unknown kind", unknown, testIdentity, "unknown word after ,\"kind\":\", though its checksum matches"},
		{"unknown field", field, testIdentity, "something follows, though its checksum matches"},
		{"list", []byte("email\np1@example.com\n"), testIdentity, ErrNotJournal.Error()},
		{"JSON", []byte(`{"email":"p1@example.com"}`), testIdentity, ErrNotJournal.Error()},
		{"other API", whole, Identity{BaseURL: "https://other.example.com", AccountID: "acc-1"}, "base URL"},
		{"other account", whole, Identity{BaseURL: testIdentity.BaseURL, AccountID: "acc-2"}, `account "acc-1", not "acc-2"`},
		{"no account", whole, Identity{BaseURL: testIdentity.BaseURL}, "no account was given"},
		{"other API, and a torn tail", append(slices.Clone(whole), "torn"...), Identity{BaseURL: "x"}, "base URL"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			path := newPath(t)
			must(t, os.WriteFile(path, tt.file, 0o600))
			_, err := Open(path, tt.id)
			if err == nil || !strings.Contains(err.Error(), tt.want) || !strings.Contains(err.Error(), path) {
				t.Errorf("Open = %v, want %q", err, tt.want)
			}
			if !bytes.Equal(readFile(t, path), tt.file) {
				t.Error("the file was changed")
			}
			if files, _ := filepath.Glob(path + ".torn*"); files != nil {
				t.Errorf("left %v", files)
			}
			if _, err := Load(path, &tt.id); err == nil {
				t.Error("Load accepted it")
			}
			if h, err := Holder(path); h != nil || err != nil {
				t.Errorf("the lock was kept: %v, %v", h, err)
			}
		})
	}
}

// forge adds a line with a right checksum to a sound journal.
func forge(whole []byte, body string) []byte {
	c, _ := scan(bytes.NewReader(whole), "f")
	b, _ := appendLine(slices.Clone(whole), c.records+1, c.records, []byte(body), c.sum)
	return b
}

func TestAccountNamedLaterIsKept(t *testing.T) {
	path := newPath(t)
	j, err := Open(path, Identity{BaseURL: testIdentity.BaseURL})
	must(t, err)
	must(t, j.Begin(testRun))
	must(t, j.Close())
	must(t, mustBegin(t, path).Close())
	if _, err := Open(path, Identity{BaseURL: testIdentity.BaseURL, AccountID: "acc-2"}); !errors.As(err, new(*MismatchError)) {
		t.Errorf("another account: %v", err)
	}
	must(t, mustOpen(t, path).Close())
}

func TestRepairSavesWhatIsProven(t *testing.T) {
	o := newOriginal(t)
	repaired := 0
	for i := range o.lines {
		path := newPath(t)
		lines := slices.Clone(o.lines)
		lines[i] = bytes.Replace(lines[i], []byte(`"kind"`), []byte(`"kInd"`), 1)
		must(t, os.WriteFile(path, bytes.Join(lines, nil), 0o600))
		to := path + ".repaired"
		got, err := Repair(path, to)
		if !o.calls(int64(i)+1, i+1) {
			if !errors.Is(err, ErrSound) {
				t.Errorf("line %d, torn only: %v", i+1, err)
			}
			continue
		}
		if err != nil || got.Lost != 1 || got.Kept != int64(len(o.lines)-1) {
			t.Fatalf("line %d: %+v, %v", i+1, got, err)
		}
		j := mustOpen(t, to)
		if s := j.Index().State(keyOf(1000)); s != (State{Unsure: true}) {
			t.Errorf("line %d: a key that the journal does not know is %+v", i+1, s)
		}
		if s := j.Index().State(keyOf(3)); s.Status == Pending && !s.Unsure {
			t.Errorf("line %d: an open key is %+v", i+1, s)
		}
		must(t, j.Begin(testRun))
		must(t, j.Intent(Intent{Identifier: mail(1000)}))
		must(t, j.Release(Release{Identifier: mail(1000)}))
		if s := j.Index().State(keyOf(1000)); !s.Unsure {
			t.Errorf("line %d: an intent took the doubt away", i+1)
		}
		must(t, j.Close())
		if r, err := Verify(to); err != nil || r.Kinds[KindRepair] != 1 {
			t.Errorf("line %d: Verify = %+v, %v", i+1, r, err)
		}
		if _, err := Repair(path, to); !errors.Is(err, os.ErrExist) {
			t.Errorf("line %d: an existing file: %v", i+1, err)
		}
		repaired++
	}
	t.Logf("%d journals repaired", repaired)
}

func TestRepairKeepsFinishedKeysAndReopensLostOnes(t *testing.T) {
	path := newPath(t)
	j := mustBegin(t, path)
	for n := range 4 {
		must(t, j.Intent(Intent{Identifier: mail(n)}))
		must(t, j.Outcome(removed(n)))
	}
	must(t, j.Close())
	b := readFile(t, path)
	at := bytes.Index(b, []byte(`"outcome":"removed"`)) // of key 0
	b[at+12] = 'X'
	must(t, os.WriteFile(path, b, 0o600))
	_, err := Repair(path, path+".new")
	must(t, err)
	x := mustOpen(t, path+".new").Index()
	if s := x.State(keyOf(0)); s.Status != Pending || !s.Intent || !s.Unsure {
		t.Errorf("the key whose outcome was lost is %+v", s)
	}
	if s := x.State(keyOf(3)); s.Status != Removed || s.Unsure {
		t.Errorf("a key whose outcome is there is %+v", s)
	}
}

func TestVerify(t *testing.T) {
	path := newPath(t)
	whole := sixty(t)
	must(t, os.WriteFile(path, whole, 0o600))
	r, err := Verify(path)
	must(t, err)
	digest, err := mustOpen(t, path).Digest()
	must(t, err)
	if r.SHA256 != digest || r.Bytes != int64(len(whole)) || r.Torn != nil {
		t.Errorf("%+v; digest %s", r, digest)
	}
	var sum int64
	for _, n := range r.Kinds {
		sum += n
	}
	if sum != r.Records || r.Kinds[KindRun] != 2 || r.Kinds[KindReopen] != 3 || r.Kinds[KindRestored] != 2 {
		t.Errorf("%+v", r)
	}
	must(t, os.WriteFile(path, whole[:len(whole)-1-20], 0o600))
	short, err := Verify(path)
	if err != nil || short.SHA256 == r.SHA256 || short.Torn == nil || short.Records != r.Records-1 {
		t.Errorf("cut: %+v, %v", short, err)
	}
	whole[len(whole)/2] ^= 4
	must(t, os.WriteFile(path, whole, 0o600))
	if broken, err := Verify(path); !errors.As(err, new(*DamageError)) || broken.SHA256 == "" || broken.Records == 0 || broken.Torn != nil {
		t.Errorf("damaged: %+v, %v", broken, err)
	}
}

// Records that share a write can be kept by a power cut in any part: a good line
// after a bad one belongs to the torn tail, and decides nothing.
func TestGoodLineInATornTail(t *testing.T) {
	path := newPath(t)
	j := mustBegin(t, path)
	must(t, j.Outcome(removed(0)))
	must(t, j.Restored([]Restore{{Identifier: mail(0)}, {Identifier: mail(1)}, {Identifier: mail(2)}})) // one write
	must(t, j.Close())
	whole := readFile(t, path)
	sound := bytes.Index(whole, []byte(`{"seq":4,`))
	file := bytes.Replace(whole, []byte("p1@example.com"), []byte("pX@example.com"), 1)
	must(t, os.WriteFile(path, file, 0o600))
	must(t, os.Remove(path+lockSuffix)) // which knows what was durable in truth
	j = mustOpen(t, path)
	// The first of the three is good and stays; the second is bad, the third good.
	second := bytes.Index(whole, []byte(`{"seq":5,`))
	if torn := j.Torn(); torn == nil || torn.Lines != 2 || torn.Bytes != int64(len(whole)-second) {
		t.Fatalf("Torn = %+v, want the last two lines, %d bytes", torn, len(whole)-second)
	}
	if second <= sound || !bytes.Equal(readFile(t, path), whole[:second]) {
		t.Error("the journal is not what stood before the bad line")
	}
	for n, want := range []State{{Status: Restored, Offset: int64(sound)}, {}, {}} {
		if got := j.Index().State(keyOf(n)); got != want {
			t.Errorf("key %d: %+v, want %+v", n, got, want)
		}
	}
}

// A record can be good in itself and still not be of this format, or not in its
// place: somebody else made it.
func TestForgedRecords(t *testing.T) {
	whole := sixty(t)
	c, err := scan(bytes.NewReader(whole), "f")
	must(t, err)
	const at = `"time":"2026-01-01T00:00:00.000Z"`
	reopen := `,"kind":"reopen",` + at + `,"type":"email","identifier":"p1@example.com"`
	header := `,"kind":"journal","format":1,` + at + `,"id":"00","baseUrl":"https://api.example.com/v1"`
	intent := func(rest string) string {
		return `,"kind":"intent",` + at + `,"line":1,"type":"email","identifier":"p1@example.com"` + rest
	}
	tests := []struct {
		name         string
		seq, durable int64 // beyond the last ones
		body         string
		want         string // "" if it is good
	}{
		{"as it should be", 1, 0, reopen, ""},
		{"a number left out", 2, 0, reopen, "sequence number"},
		{"the same number", 0, -1, reopen, "sequence number"},
		{"less durable than before", 1, -1, reopen, "durable is"},
		{"durable by itself", 1, 2, reopen, "durable is"},
		{"a second header", 1, 0, header, "record of kind journal"},
		{"a run of another API", 1, 0, `,"kind":"run",` + at + `,"version":"","list":"","listSha256":"","baseUrl":"https://other.example.com"`, "another base URL"},
		{"an empty account", 1, 0, `,"kind":"run",` + at + `,"version":"","list":"","listSha256":"","baseUrl":"https://api.example.com/v1","accountId":""`, "empty text"},
		{"sent", 1, 0, intent(`,"sent":"P1@example.com"`), ""},
		{"sent that is empty", 1, 0, intent(`,"sent":""`), "empty text"},
		{"sent that is the identifier", 1, 0, intent(`,"sent":"p1@example.com"`), "sent is the identifier"},
		{"a number with a leading zero", 1, 0, strings.Replace(intent(""), `"line":1`, `"line":01`, 1), "number expected"},
		{"a number that is too large", 1, 0, strings.Replace(intent(""), `"line":1`, `"line":9007199254740992`, 1), "number expected"},
		{"no identifier", 1, 0, strings.Replace(reopen, "p1@example.com", "", 1), "empty identifier"},
		{"no type", 1, 0, strings.Replace(reopen, `"email"`, `"fax"`, 1), "unknown identifier type"},
		{"a month without a 30th", 1, 0, strings.Replace(reopen, "2026-01-01", "2026-02-30", 1), "time is not in the spelling"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			file, _ := appendLine(slices.Clone(whole), c.records+tt.seq, c.durable+tt.durable, []byte(tt.body), c.sum)
			_, err := scan(bytes.NewReader(file), "f")
			if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
				t.Errorf("scan = %v, want %q", err, tt.want)
			}
		})
	}
	first, _ := appendLine(nil, 1, 0, []byte(reopen), 0)
	if _, err := scan(bytes.NewReader(first), "f"); err == nil {
		t.Error("a journal without a header was taken")
	}
}

// Repair keeps what checksums prove, once, and in order; nothing else.
func TestRepairKeepsOnlyWhatIsProven(t *testing.T) {
	path := newPath(t)
	j := mustBegin(t, path)
	for n := range 6 {
		must(t, j.Outcome(removed(n)))
	}
	must(t, j.Close())
	lines := slices.Collect(bytes.Lines(readFile(t, path))) // header, run, outcomes
	edited := bytes.Replace(lines[3], []byte(`"removed"`), []byte(`"failed"`), 1)
	from := slices.Concat(lines[:3], [][]byte{edited}, lines[4:6], lines[4:6], lines[6:])
	must(t, os.WriteFile(path, bytes.Join(from, nil), 0o600))
	got, err := Repair(path, path+".new")
	must(t, err)
	x := mustOpen(t, path+".new").Index()
	for n, want := range []Status{Removed, None, Removed, Removed, Removed, Removed} {
		if s := x.State(keyOf(n)).Status; s != want {
			t.Errorf("key %d is %s, want %s", n, s, want)
		}
	}
	// The doubled lines are good twice, but for the first of the second time, whose
	// chain is another one.
	if got.Kept != int64(len(lines)-1) || got.Lost != 2 {
		t.Errorf("%+v, want %d kept", got, len(lines)-1)
	}
	repaired := slices.Collect(bytes.Lines(readFile(t, path+".new")))
	for i, line := range slices.Delete(slices.Clone(lines), 3, 4) {
		if !bytes.Contains(repaired[i], bodyOf(bytes.TrimSuffix(line, []byte("\n")))) {
			t.Errorf("line %d is %s, want the record of %s", i+1, repaired[i], line)
		}
	}
}

// Lines that were moved come back into their order.
func TestRepairPutsRecordsInOrder(t *testing.T) {
	path := newPath(t)
	j := mustBegin(t, path)
	for n := range 6 {
		must(t, j.Outcome(removed(n)))
	}
	must(t, j.Close())
	lines := slices.Collect(bytes.Lines(readFile(t, path)))
	must(t, os.WriteFile(path, bytes.Join(slices.Concat(lines[:3], lines[5:], lines[3:5]), nil), 0o600))
	_, err := Repair(path, path+".new")
	must(t, err)
	var got []int64
	for o, err := range mustOpen(t, path+".new").Outcomes() {
		must(t, err)
		got = append(got, int64(o.Line))
	}
	// Each block lost its first line, whose chain is another one.
	if want := []int64{1, 3, 5, 6}; !slices.Equal(got, want) {
		t.Errorf("outcomes of lines %v, want %v", got, want)
	}
}

// Without its header a journal is still that of its runs.
func TestRepairOfALostHeader(t *testing.T) {
	path := newPath(t)
	j := mustBegin(t, path)
	must(t, j.Outcome(removed(0)))
	must(t, j.Close())
	file := readFile(t, path)
	file[20] ^= 1
	must(t, os.WriteFile(path, file, 0o600))
	if _, err := Repair(path, path+".new"); err != nil {
		t.Fatal(err)
	}
	if s := mustOpen(t, path+".new").Index().State(keyOf(0)).Status; s != Removed {
		t.Errorf("key 0 is %s", s)
	}
	v, err := Load(path+".new", nil)
	must(t, err)
	defer v.Close()
	if v.identity != testIdentity {
		t.Errorf("identity = %+v", v.identity)
	}
}
