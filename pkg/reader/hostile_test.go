package reader

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
)

// endless gives head and then body over and over, size bytes in all.
type endless struct {
	head, body string
	size, at   int
}

func (e *endless) Read(p []byte) (int, error) {
	if e.at == e.size {
		return 0, io.EOF
	}
	if e.at < len(e.head) {
		n := copy(p, e.head[e.at:])
		e.at += n
		return n, nil
	}
	n := min(len(p), e.size-e.at)
	for i := range n {
		p[i] = e.body[(e.at+i)%len(e.body)]
	}
	e.at += n
	return n, nil
}

const email = "email,note\nada@example.com,x\n"

// TestHostile reads lists of 8 MiB that are made to fill the memory, or to turn
// text into rows, and states all that may come of each.
func TestHostile(t *testing.T) {
	if testing.Short() {
		t.Skip("takes more than two seconds")
	}
	const size = 8 << 20
	object := `{"email":"ada@example.com"}` + "\n"
	for _, c := range []struct {
		name string
		list io.Reader
		want string // what Read gives, one word an entry, then the end
	}{
		{"quote never closed", &endless{email + "ben@example.com,\"", "carla@example.com,x\n", size, 0}, "ada@example.com list:3: this record is longer than 1 MiB, counted from a quote that opens here"},
		{"long line", &endless{email, "x", size, 0}, "ada@example.com record-too-long EOF"},
		{"long line with quotes", &endless{email, "x\"", size, 0}, "ada@example.com list:3: this record is longer than 1 MiB and holds quotes, so its end is uncertain"},
		{"long line of delimiters", &endless{email, ",", size, 0}, "ada@example.com record-too-long EOF"},
		{"long header", &endless{"", ",", size, 0}, "list:1: the header is longer than 1 MiB"},
		{"blank lines", &endless{email, "\n", size, 0}, "ada@example.com EOF"},
		{"nothing but line ends", &endless{"", "\r\n", size, 0}, "list: it is empty"},
		{"nothing but spaces", &endless{"", " ", size, 0}, "list:1: the header is longer than 1 MiB"},
		{"zeros", &endless{email, "\x00", size, 0}, "list: it is a binary file, not a list"},
		{"long JSON line", &endless{object + `{"email":"`, "x", size, 0}, "ada@example.com record-too-long EOF"},
		{"deep JSON", &endless{object, "[", 1 << 19, 0}, "ada@example.com json-syntax EOF"},
	} {
		t.Run(c.name, func(t *testing.T) {
			before := live()
			got := outline(c.list, Options{})
			if !strings.HasPrefix(got, c.want) {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
			if grown := live(); grown > before+8<<20 {
				t.Errorf("%d bytes are live after it, %d before", grown, before)
			}
		})
	}
}

// outline gives in one line the result of reading a list.
func outline(list io.Reader, opts Options) string {
	var b strings.Builder
	l, err := New(list, "list", opts)
	for err == nil {
		var e Entry
		if e, err = l.Read(); err != nil {
			break
		}
		word := e.Identifier.Value
		if e.Refusal != nil {
			word = e.Refusal.Code
		}
		b.WriteString(word + " ")
	}
	return b.String() + err.Error()
}

// TestBuffer shows that no list makes the reader hold much more than a record.
func TestBuffer(t *testing.T) {
	for _, list := range []io.Reader{
		&endless{email + "ben@example.com,\"", "x\n", 20 << 20, 0},
		&endless{email, "x", 20 << 20, 0},
		&endless{`{"email":"ada@example.com"}` + "\n", "x", 20 << 20, 0},
		&endless{email, "\"a\"b,c\n", 20 << 20, 0},
	} {
		l, err := New(list, "list", Options{})
		for err == nil {
			_, err = l.Read()
		}
		if got := cap(bufferOf(l).buf); got > 4*maxRecord {
			t.Errorf("a buffer of %d bytes", got)
		}
	}
}

func bufferOf(l *Reader) *lines {
	if c, ok := l.list.(*csvList); ok {
		return c.framer.lines
	}
	return l.list.(*jsonList).lines
}

// TestRecordBound reads records just within the bound and just over it.
func TestRecordBound(t *testing.T) {
	for _, c := range []struct {
		name   string
		record func(n int) string
		over   string
	}{
		{"plain", func(n int) string { return "ada@example.com," + strings.Repeat("x", n-16) }, "record-too-long ben@example.com EOF"},
		{"quoted", func(n int) string { return `ada@example.com,"` + strings.Repeat("x", n-18) + `"` }, "list:2: this record is longer than 1 MiB"},
		{"lines", func(n int) string { return `ada@example.com,"` + strings.Repeat("\n", n-18) + `"` }, "list:2: this record is longer than 1 MiB"},
	} {
		t.Run(c.name, func(t *testing.T) {
			list := func(n int) io.Reader {
				return strings.NewReader("email,note\n" + c.record(n) + "\nben@example.com,\n")
			}
			if got := outline(list(maxRecord), Options{}); got != "ada@example.com ben@example.com EOF" {
				t.Errorf("at the bound: %.200s", got)
			}
			if got := outline(list(maxRecord+1), Options{}); !strings.HasPrefix(got, c.over) {
				t.Errorf("over the bound: %.200s", got)
			}
		})
	}
}

// TestUnpackedBound shrinks the bound: 4 GiB take too long for a test.
func TestUnpackedBound(t *testing.T) {
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	for range 100 {
		fmt.Fprint(z, strings.Repeat("\n", 1<<16))
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	r, compressed, err := unpack(&packed)
	if err != nil || !compressed {
		t.Fatal(compressed, err)
	}
	r.(*bounded).left = 1 << 20
	n, err := io.Copy(io.Discard, r)
	if !errors.Is(err, errBomb) || n > 1<<20 {
		t.Errorf("%d bytes came out, then %v", n, err)
	}
	if broken(err) == "" {
		t.Error("a gzip bomb has no reason")
	}
}

// TestManyColumns reads a header of as many columns as are allowed, one more,
// and rows of a million cells.
func TestManyColumns(t *testing.T) {
	header := "email" + strings.Repeat(",x", maxColumns-1)
	if got := outline(strings.NewReader(header+"\nada@example.com"+strings.Repeat(",", maxColumns-1)+"\n"), Options{}); got != "ada@example.com EOF" {
		t.Error(got)
	}
	if got := outline(strings.NewReader(header+",x\nada@example.com\n"), Options{}); !strings.HasPrefix(got, "list:1: it has more than 16384 columns") {
		t.Errorf("%.200s", got)
	}
	row := "ada@example.com" + strings.Repeat(",x", 500_000) + "\n"
	if got := outline(strings.NewReader("email,name\n"+strings.Repeat(row, 20)), Options{}); got != strings.Repeat("ada@example.com ", 20)+"EOF" {
		t.Errorf("%.200s", got)
	}
}

// TestMemory holds no more for a million rows than for ten thousand.
func TestMemory(t *testing.T) {
	if few, many := peakHeap(t, 10_000), peakHeap(t, 300_000); many > few+1<<20 {
		t.Errorf("%d bytes for 10,000 rows, %d for 300,000", few, many)
	}
}

// TestNoteIsNoRow holds notes that look like rows, quoted well and badly. No
// identifier in them may ever be read.
func TestNoteIsNoRow(t *testing.T) {
	note := "victim@example.com,email"
	for _, list := range []string{
		"identifier,identifierType,note\nada@example.com,email,\"x\n" + note + "\n\"\n",
		"identifier,identifierType,note\nada@example.com,email,\"x\n" + note + "\n",
		"identifier,identifierType,note\nada@example.com,email,\"6\" pipe\n" + note + "\n\"\n",
		"identifier,identifierType,note\nada@example.com,email,\"say \"hi\n" + note + "\nbye\"\n",
		"identifier,identifierType,note\nada@example.com,email,\"a\nb\" c\n" + note + "\n",
		"identifier,identifierType,note\nada@example.com,email,x\" \"y,\"z\n" + note + "\n\"\n",
		"identifier,identifierType,note\nada@example.com,email\" x,\"z\n" + note + "\n",
		"identifier,identifierType,note\n\"a\"b,email,\"z\n" + note + "\n",
		"identifier,identifierType,note\nada@example.com,email,a\rb\"c\r" + note + "\n",
		"identifier,identifierType,note\n\"a\"b,email,\"z\n" + note + "\n\"\n",
		"identifier,identifierType,note\nada@example.com,email," + strings.Repeat("x", maxRecord) + "\"\n" + note + "\n\"\n",
		"identifier,identifierType,note\r\nada@example.com,email,\"x\r\n" + note + "\r\n\"\r\n",
		"identifier,identifierType,note\rada@example.com,email,\"x\r" + note + "\r\"\r",
	} {
		if got := outline(strings.NewReader(list), Options{}); strings.Contains(got, "victim") {
			t.Errorf("%.200q was read as %s", list, got)
		}
	}
}
