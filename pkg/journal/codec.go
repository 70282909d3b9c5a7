package journal

import (
	"errors"
	"fmt"
	"strconv"
	"unicode/utf8"
)

// maxNumber is the largest number that a record holds: 2^53-1, which every
// reader of JSON keeps exactly.
const maxNumber = 1<<53 - 1

var errShape = errors.New("not a record of this format")

// codec goes through the fields of a record, which either writes or reads them:
// each method takes the field's name, with everything around it, and where its
// value is or is to go. So a record is described once, and what is read back is
// spelled as it was written.
//
// The first thing that is not as it must be ends reading; what is read after
// that means nothing.
type codec struct {
	reading bool
	b       []byte // what is left to read, or was written
	err     error
}

// check makes sure that a rule of the format is kept. Its message must not quote
// the record, which may be personal.
func (c *codec) check(ok bool, rule, about string) {
	if !ok {
		c.fail(rule, about)
	}
}

func (c *codec) fail(rule, about string) {
	if c.err == nil {
		c.err = fmt.Errorf("%w: %s%s", errShape, rule, about)
	}
	if c.reading {
		c.b = nil
	}
}

// next takes s if it comes next.
func (c *codec) next(s string) bool {
	if len(c.b) < len(s) || string(c.b[:len(s)]) != s {
		return false
	}
	c.b = c.b[len(s):]
	return true
}

// literal is text that means itself.
func (c *codec) literal(s string) {
	if !c.reading {
		c.b = append(c.b, s...)
	} else if !c.next(s) {
		c.fail("want ", s)
	}
}

// either is one of two literals, and reports whether it is the first.
func (c *codec) either(first bool, one, other string) bool {
	if c.reading {
		if first = c.next(one); first {
			return true
		}
	} else if first {
		other = one
	}
	c.literal(other)
	return first
}

// present begins a field that may be left out, and reports whether it is there.
func (c *codec) present(name string, there bool) bool {
	if c.reading {
		return c.next(name)
	}
	if there {
		c.literal(name)
	}
	return there
}

// text is a text whose name ends in its opening quote.
func (c *codec) text(name string, s *[]byte) {
	c.literal(name)
	c.rest(s)
}

// filled is text for a field that is left out where it is empty.
func (c *codec) filled(name string, s *[]byte) {
	if c.present(name, len(*s) > 0) {
		c.rest(s)
		c.check(len(*s) > 0, "empty text after ", name)
	}
}

// rest is a text after its opening quote.
func (c *codec) rest(s *[]byte) {
	if c.reading {
		var ok bool
		*s, c.b, ok = cutText(c.b)
		c.check(ok, "text is not in the spelling of this format", "")
		return
	}
	c.check(utf8.Valid(*s), "text is not valid UTF-8", "")
	c.b = append(appendText(c.b, *s), '"')
}

// time is a time, which always takes as many bytes.
func (c *codec) time(name string, t *[]byte) {
	c.literal(name)
	if c.reading {
		n := min(len(timeLayout), len(c.b))
		*t, c.b = c.b[:n], c.b[n:]
	} else {
		c.b = append(c.b, *t...)
	}
	c.check(timeSpelled(*t), "time is not in the spelling of this format, or its year is not 1000 to 9999", "")
	c.literal(`"`)
}

// word is one of some plain texts, by its index.
func (c *codec) word(name string, words []string, i int) int {
	c.literal(name)
	if !c.reading {
		c.b = append(append(c.b, words[i]...), '"')
		return i
	}
	var text []byte
	c.rest(&text)
	for i, w := range words {
		if string(text) == w {
			return i
		}
	}
	c.fail("unknown word after ", name)
	return 0
}

func (c *codec) number(name string, n *int64) {
	c.literal(name)
	if c.reading {
		*n = c.digits()
		return
	}
	c.check(*n >= 0 && *n <= maxNumber, "number out of range after ", name)
	c.b = strconv.AppendInt(c.b, *n, 10)
}

func (c *codec) digits() int64 {
	n, digits := int64(0), 0
	for digits < len(c.b) && digits < 17 && c.b[digits]-'0' <= 9 {
		n = n*10 + int64(c.b[digits]-'0')
		digits++
	}
	if digits == 0 || c.b[0] == '0' && digits > 1 || n > maxNumber {
		c.fail("number expected", "")
		return 0
	}
	c.b = c.b[digits:]
	return n
}

func (c *codec) flag(name string, on *bool) {
	c.literal(name)
	*on = c.either(*on, "true", "false")
}
