package reader

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/ianaindex"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

const utf8Name = "utf-8"

// coding is the encoding of a list.
type coding struct {
	name     string            // a label of the WHATWG Encoding Standard, or cp850 and its like
	encoding encoding.Encoding // nil for UTF-8
	declared bool              // by an option or a byte order mark
	mark     int               // bytes of the byte order mark
}

// codingOf returns the encoding of that label: one of the WHATWG Encoding
// Standard, whatever its case, or a code page of DOS such as cp850. ok is false
// for a label that is not known.
func codingOf(label string) (c coding, ok bool) {
	label = strings.ToLower(strings.TrimSpace(label))
	if page, found := strings.CutPrefix(label, "cp"); found && len(page) == 3 {
		label = "ibm" + page // the standard has 866 alone
	}
	switch label {
	case "utf8", utf8Name:
		return coding{name: utf8Name}, true
	case "ansi":
		label = "windows-1252"
	case "utf16le", "utf16be":
		label = "utf-16" + label[5:]
	}
	if e, err := htmlindex.Get(label); err == nil {
		name, err := htmlindex.Name(e)
		if err != nil || e == encoding.Replacement {
			return coding{}, false
		}
		if name == utf8Name {
			return coding{name: utf8Name}, true
		}
		return coding{name: name, encoding: e}, true
	}
	if e, err := ianaindex.IANA.Encoding(label); err == nil && e != nil && strings.HasPrefix(label, "ibm") {
		return coding{name: "cp" + label[3:], encoding: e}, true
	}
	return coding{}, false
}

// decode finds the encoding and starts decoding.
func (l *Reader) decode(r io.Reader) (*lines, error) {
	raw := newLines(r)
	head := raw.peek(4096)
	if raw.err != nil && raw.err != io.EOF {
		return nil, raw.err
	}
	if u := foreign(head); u != nil {
		return nil, u
	}
	c, u := detect(head, l.opts.Encoding)
	if u != nil {
		return nil, u
	}
	l.layout.Encoding = c.name
	raw.advance(c.mark, 0)
	if c.encoding == nil {
		raw.strict = !c.declared
		return raw, nil
	}
	rest := io.MultiReader(bytes.NewReader(raw.buf[raw.pos:]), resumed{raw.err, r})
	if !strings.HasPrefix(c.name, "utf-16") {
		rest = &claimed{r: rest, name: c.name}
	}
	text := newLines(transform.NewReader(rest, c.encoding.NewDecoder()))
	text.lossy = true
	return text, nil
}

// resumed is a reader whose first bytes have already been read, along with err.
type resumed struct {
	err error
	r   io.Reader
}

func (r resumed) Read(p []byte) (int, error) {
	if r.err != nil {
		return 0, r.err
	}
	return r.r.Read(p)
}

// claimed passes on text declared to be in an encoding other than UTF-8, and
// ends with an error if all of it is plainly UTF-8: decoded as declared it would
// name people who are not on the list.
type claimed struct {
	r    io.Reader
	name string

	tail       []byte // the beginning of a character that the last read cut in two
	characters int    // of several bytes that are valid UTF-8
	other      bool   // a byte was none
}

// enough is how many characters must be valid UTF-8, and none invalid, before a
// list is plainly UTF-8. One is enough where every single byte is a character;
// pairs of bytes look like UTF-8 by chance.
func (c *claimed) enough() int {
	if strings.HasPrefix(c.name, "windows-") || strings.HasPrefix(c.name, "iso-") || strings.HasPrefix(c.name, "cp") || c.name == "macintosh" {
		return 1
	}
	return 4
}

func (c *claimed) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.look(p[:n], err == io.EOF)
	if err == io.EOF && !c.other && c.characters >= c.enough() {
		return n, &unreadable{reason: "it is valid UTF-8, and --encoding says " + c.name, hint: "leave --encoding out"}
	}
	return n, err
}

func (c *claimed) look(p []byte, end bool) {
	if c.other {
		return
	}
	text := append(c.tail, p...)
	for len(text) > 0 && (end || utf8.FullRune(text)) {
		r, size := utf8.DecodeRune(text)
		if r == utf8.RuneError && size < 2 {
			c.other = true
			return
		}
		if size > 1 {
			c.characters++
		}
		text = text[size:]
	}
	c.tail = bytes.Clone(text)
}

// mark returns the encoding that a byte order mark at the start of head
// indicates, and the mark's length; "" without one.
func mark(head []byte) (name string, length int) {
	switch {
	case bytes.HasPrefix(head, []byte{0xef, 0xbb, 0xbf}):
		return utf8Name, 3
	case bytes.HasPrefix(head, []byte{0xff, 0xfe, 0, 0}), bytes.HasPrefix(head, []byte{0, 0, 0xfe, 0xff}):
		return "utf-32", 4
	case bytes.HasPrefix(head, []byte{0xff, 0xfe}):
		return "utf-16le", 2
	case bytes.HasPrefix(head, []byte{0xfe, 0xff}):
		return "utf-16be", 2
	}
	return "", 0
}

// detect returns the encoding of a list that begins with head.
func detect(head []byte, option string) (coding, *unreadable) {
	told, length := mark(head)
	c := coding{name: utf8Name}
	if option != "" {
		c, _ = codingOf(option) // Options.Validate knows it
	}
	switch {
	case told == "utf-32":
		return c, &unreadable{reason: "it is encoded as UTF-32", hint: "save it as UTF-8"}
	case told != "" && option != "" && told != c.name:
		return c, &unreadable{reason: fmt.Sprintf("it begins with the byte order mark of %s, and --encoding says %s", told, c.name), hint: "leave --encoding out"}
	case told != "":
		c, _ = codingOf(told)
	case option == "":
		if u := unmarked16(head); u != nil {
			return c, u
		}
	}
	if strings.HasPrefix(c.name, "utf-16") { // the mark is taken off before, if there is one
		order := unicode.LittleEndian
		if c.name == "utf-16be" {
			order = unicode.BigEndian
		}
		c.encoding = unicode.UTF16(order, unicode.IgnoreBOM)
	}
	c.declared, c.mark = option != "" || length > 0, length
	return c, nil
}

// unmarked16 recognises UTF-16 without a byte order mark by its NUL bytes.
func unmarked16(head []byte) *unreadable {
	if len(head) < 4 || bytes.IndexByte(head, 0) < 0 {
		return nil
	}
	name := ""
	switch {
	case head[0] != 0 && head[1] == 0 && head[2] != 0 && head[3] == 0:
		name = "utf-16le"
	case head[0] == 0 && head[1] != 0 && head[2] == 0 && head[3] != 0:
		name = "utf-16be"
	default:
		return nil
	}
	return &unreadable{reason: "it looks like UTF-16 without a byte order mark", hint: "save it as UTF-8, or give its encoding", flags: [][]string{{"--encoding", name}}}
}

// likelyEncodings returns what to do about text that is not UTF-8: the encodings
// that its bytes could be of, by how bytes above 0x7f occur in it.
func likelyEncodings(text []byte) string {
	var names []string
	for _, label := range []string{"shift_jis", "euc-kr", "gb18030", "big5"} {
		if eastAsian(text, label) {
			names = append(names, label)
		}
	}
	high, low, runs := 0, 0, 0
	for i, b := range text {
		if b >= 0x80 && b < 0xa0 {
			low++
		}
		if b >= 0xc0 {
			if high++; i > 0 && text[i-1] >= 0xc0 {
				runs++
			}
		}
	}
	switch {
	case len(names) > 0 && runs+low > 1:
	case low > high:
		names = []string{"macintosh", "cp850"} // Excel on a Mac, programs of DOS
	case 2*runs > high:
		names = []string{"windows-1251", "windows-1253", "koi8-r"} // words of another script
	default:
		names = []string{"windows-1252", "windows-1250", "windows-1254"} // single letters with accents
	}
	return "save it as CSV UTF-8, or say what it is with --encoding: by its bytes it could be " + strings.Join(names, ", ") +
		"; or utf-8, if only single rows are broken"
}

// eastAsian reports whether text is valid in an encoding of pairs of bytes.
func eastAsian(text []byte, label string) bool {
	e, err := htmlindex.Get(label)
	if err != nil {
		return false
	}
	decoded, err := e.NewDecoder().Bytes(text)
	return err == nil && !bytes.ContainsRune(decoded, utf8.RuneError)
}
