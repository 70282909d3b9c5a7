package reader

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// The names of the encodings, as Options.Encoding and Layout.Encoding spell them.
const (
	utf8Name    = "utf-8"
	utf16LEName = "utf-16le"
	utf16BEName = "utf-16be"
	cp1252Name  = "windows-1252"
	latin1Name  = "iso-8859-1"
)

// encodingName returns the name for what people call an encoding; "" if unknown.
func encodingName(s string) string {
	switch strings.ToLower(strings.TrimSpace(s)) {
	case "utf-8", "utf8":
		return utf8Name
	case "utf-16le", "utf16le":
		return utf16LEName
	case "utf-16be", "utf16be":
		return utf16BEName
	case "windows-1252", "cp1252", "ansi":
		return cp1252Name
	case "iso-8859-1", "iso8859-1", "latin1", "latin-1":
		return latin1Name
	}
	return ""
}

// mark returns the encoding that a byte order mark at the start of head tells,
// and the mark's length; "" without one.
func mark(head []byte) (name string, length int) {
	switch {
	case bytes.HasPrefix(head, []byte{0xef, 0xbb, 0xbf}):
		return utf8Name, 3
	case bytes.HasPrefix(head, []byte{0xff, 0xfe, 0, 0}), bytes.HasPrefix(head, []byte{0, 0, 0xfe, 0xff}):
		return "utf-32", 4
	case bytes.HasPrefix(head, []byte{0xff, 0xfe}):
		return utf16LEName, 2
	case bytes.HasPrefix(head, []byte{0xfe, 0xff}):
		return utf16BEName, 2
	}
	return "", 0
}

// coding is the encoding of a list.
type coding struct {
	name     string
	declared bool // by an option or a byte order mark
	mark     int  // bytes of the byte order mark
}

// detect returns the encoding of a list that begins with head.
func detect(head []byte, option string) (coding, *problem) {
	told, length := mark(head)
	c := coding{name: encodingName(option), declared: option != "" || length > 0, mark: length}
	switch {
	case told == "utf-32":
		return c, &problem{reason: "it is encoded as UTF-32", hint: "save it as UTF-8"}
	case told != "" && option != "" && told != c.name:
		return c, &problem{reason: fmt.Sprintf("it begins with the mark of %s, and --encoding says %s", told, c.name), hint: "leave --encoding away"}
	case told != "":
		c.name = told
	case option == "":
		c.name = utf8Name
		if p := unmarked16(head); p != nil {
			return c, p
		}
	}
	return c, nil
}

// unmarked16 recognises UTF-16 without a byte order mark by its NUL bytes.
func unmarked16(head []byte) *problem {
	if len(head) < 4 || bytes.IndexByte(head, 0) < 0 {
		return nil
	}
	name := ""
	switch {
	case head[0] != 0 && head[1] == 0 && head[2] != 0 && head[3] == 0:
		name = utf16LEName
	case head[0] == 0 && head[1] != 0 && head[2] == 0 && head[3] != 0:
		name = utf16BEName
	default:
		return nil
	}
	return &problem{reason: "it looks like UTF-16 without a byte order mark", hint: "try --encoding " + name + ", or save it as UTF-8"}
}

// decode returns r as UTF-8, its byte order mark already read. Bytes that mean
// nothing in UTF-16 become U+FFFD; UTF-8 passes as it is.
func (c coding) decode(r io.Reader) io.Reader {
	var e encoding.Encoding
	switch c.name {
	case utf16LEName:
		e = unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM)
	case utf16BEName:
		e = unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM)
	case cp1252Name:
		e = charmap.Windows1252
	case latin1Name:
		e = charmap.ISO8859_1
	default:
		return r
	}
	return transform.NewReader(r, e.NewDecoder())
}
