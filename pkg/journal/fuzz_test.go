package journal

import (
	"bytes"
	"strings"
	"testing"
	"unicode/utf8"
)

// FuzzScan reads anything as a journal. What is taken as good must be good again
// on its own, and nothing beyond the file may be.
func FuzzScan(f *testing.F) {
	whole := sixty(f)
	f.Add(whole[:2000])
	f.Add(whole[:bytes.LastIndexByte(whole[:1000], '\n')+1])
	f.Add([]byte("email\np1@example.com\n"))
	f.Add([]byte(headerStart))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, b []byte) {
		c, err := scan(bytes.NewReader(b), "f")
		if err != nil {
			return
		}
		if c.size+c.tail.Bytes != int64(len(b)) {
			t.Fatalf("%d good and %d torn bytes of %d", c.size, c.tail.Bytes, len(b))
		}
		again, err := scan(bytes.NewReader(b[:c.size]), "f")
		if err != nil || again.records != c.records || again.tail.Lines != 0 || again.index.Tally() != c.index.Tally() {
			t.Fatalf("%d records, read again %d, %v", c.records, again.records, err)
		}
	})
}

// FuzzDecode decodes anything as a record. One that is accepted is encoded to
// the same bytes, and so is an outcome that went through the exported type.
func FuzzDecode(f *testing.F) {
	for b := range bytes.Lines(sixty(f)) {
		covered, _, _ := cutSeal(bytes.TrimSuffix(b, []byte("\n")))
		f.Add(covered)
	}
	f.Add([]byte(`{"seq":0,"durable":0,"kind":"outcome","time":"0001-01-01T00:00:00.000Z","line":0,"type":"email","identifier":"x","outcome":"removed","reason":"","status":0,"attempts":0,"unsure":false`))
	f.Fuzz(func(t *testing.T, b []byte) {
		var r record
		if _, err := r.decode(b); err != nil {
			return
		}
		for _, c := range string(b) {
			if c == '\n' || c == utf8.RuneError && !bytes.Contains(b, []byte("\uFFFD")) || c >= 0x7f && !visible(c) {
				t.Fatalf("%U within a record", c)
			}
		}
		spelled := func(r record) {
			if e, err := r.encode(); err != nil || !bytes.HasSuffix(b, e.body) {
				t.Fatalf("decoded  %s\nencoded %s, %v", b, e.body, err)
			}
		}
		spelled(r)
		if r.kind == KindOutcome && !r.refused { // the raw bytes of a refused entry are not in its record
			o, err := r.outcome()
			must(t, err)
			o.Unsure = r.unsure
			spelled(o.record())
		}
	})
}

// FuzzText writes any text and reads it back.
func FuzzText(f *testing.F) {
	f.Add("plain", "")
	f.Add("\x00\"\\\u202e\U000e0041é🙂", `\u00e9"`)
	f.Fuzz(func(t *testing.T, s, spelled string) {
		s = strings.ToValidUTF8(s, "\uFFFD")
		text, rest, ok := cutText(append(appendText(nil, []byte(s)), '"', 'x'))
		if !ok || string(text) != s || string(rest) != "x" {
			t.Fatalf("%q came back as %q, %q, %v", s, text, rest, ok)
		}
		text, rest, ok = cutText([]byte(spelled))
		if ok && spelled != string(appendText(nil, text))+`"`+string(rest) {
			t.Fatalf("%q was accepted as %q", spelled, text)
		}
	})
}
