package journal

import (
	"bytes"
	"unicode"
	"unicode/utf8"
)

// plainASCII reports whether c means itself within a string of a record.
func plainASCII(c byte) bool { return c-' ' < 0x5f && c != '"' && c != '\\' }

// visible reports whether r, beyond ASCII, may be in a record as it is. C1
// controls, format characters (bidi controls, zero-width characters, the byte
// order mark, tags), line and paragraph separators may not: a record is printed
// to terminals, where they hide or reorder text.
func visible(r rune) bool {
	return !unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp)
}

// appendText appends s, which is valid UTF-8, as the inside of a JSON string.
// There is one spelling for each text: " and \ after a backslash, what may not
// be printed as \u with lower-case digits, everything else as it is.
func appendText(b, s []byte) []byte {
	for i := 0; i < len(s); {
		if plainASCII(s[i]) {
			b = append(b, s[i])
			i++
			continue
		}
		r, n := utf8.DecodeRune(s[i:])
		b = appendRune(b, r)
		i += n
	}
	return b
}

func appendRune(b []byte, r rune) []byte {
	switch {
	case r == '"' || r == '\\':
		return append(b, '\\', byte(r))
	case visible(r):
		return utf8.AppendRune(b, r)
	case r > 0xffff:
		r -= 0x10000
		return appendEscape(appendEscape(b, 0xd800+r>>10), 0xdc00+r&0x3ff)
	}
	return appendEscape(b, r)
}

func appendEscape(b []byte, r rune) []byte {
	const digits = "0123456789abcdef"
	return append(b, '\\', 'u', digits[r>>12&15], digits[r>>8&15], digits[r>>4&15], digits[r&15])
}

// cutText takes the inside of a JSON string from the start of b and returns
// the text and what follows the closing quote. The text is part of b where it
// needs no decoding. A spelling that appendText would not choose is not taken:
// one text has one spelling, so what is read back is what was written.
func cutText(b []byte) (text, rest []byte, ok bool) {
	for i, c := range b {
		if plainASCII(c) {
			continue
		}
		if c == '"' {
			return b[:i], b[i+1:], true
		}
		return cutSpelled(b, i)
	}
	return nil, nil, false
}

// cutSpelled is cutText for a text that is not plain from byte i on.
func cutSpelled(b []byte, i int) (text, rest []byte, ok bool) {
	text = bytes.Clone(b[:i])
	for i < len(b) && b[i] != '"' {
		r, n := decodeSpelled(b[i:])
		if n == 0 {
			return nil, nil, false
		}
		text = utf8.AppendRune(text, r)
		i += n
	}
	if i == len(b) || !bytes.Equal(appendText(nil, text), b[:i]) {
		return nil, nil, false
	}
	return text, b[i+1:], true
}

// decodeSpelled returns the first character of b and how many bytes spell it,
// 0 if it is none.
func decodeSpelled(b []byte) (rune, int) {
	if b[0] != '\\' {
		r, n := utf8.DecodeRune(b)
		if r == utf8.RuneError && n < 2 {
			return 0, 0
		}
		return r, n
	}
	if len(b) > 1 && b[1] != 'u' {
		return rune(b[1]), 2 // the caller compares the spelling
	}
	r := decodeEscape(b)
	if r >= 0xd800 && r < 0xdc00 {
		if low := decodeEscape(b[6:]); low >= 0xdc00 && low < 0xe000 {
			return 0x10000 + (r-0xd800)<<10 + low - 0xdc00, 12
		}
	}
	if r < 0 || r >= 0xd800 && r < 0xe000 {
		return 0, 0
	}
	return r, 6
}

// decodeEscape returns the code unit of a \u escape, -1 if b begins with none.
func decodeEscape(b []byte) rune {
	if len(b) < 6 || b[0] != '\\' || b[1] != 'u' {
		return -1
	}
	var r rune
	for _, c := range b[2:6] {
		switch {
		case c >= '0' && c <= '9':
			r = r<<4 | rune(c-'0')
		case c >= 'a' && c <= 'f':
			r = r<<4 | rune(c-'a'+10)
		default:
			return -1
		}
	}
	return r
}
