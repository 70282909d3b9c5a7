package workbook

import (
	"encoding/xml"
	"strconv"
	"strings"
	"unicode/utf16"
)

// texts are the strings that cells share, by number.
type texts struct {
	chunks [][]byte  // each of chunkSize, or of one longer text
	places [][]place // each of placesEach, but for the last
	n      int
}

type place struct {
	chunk, start, length uint32
	doubtful             bool
}

// text is a string of a cell.
type text struct {
	value    string
	doubtful bool // it holds an escape that no writer needs
}

func (t text) cell() Cell {
	if t.doubtful {
		return Cell{Kind: Escaped, Text: t.value}
	}
	return Cell{Text: t.value}
}

const (
	chunkSize  = 1 << 20
	placesEach = 1 << 16
)

// read reads the part that holds them.
func (t *texts) read(p *parts, name string) error {
	s, err := p.open(name)
	if err != nil {
		return err
	}
	defer s.close()
	return s.root(func(e xml.StartElement) error {
		if e.Name.Local != "si" {
			return nil
		}
		text, err := s.rich()
		if err != nil {
			return err
		}
		t.add(text)
		return p.keep(len(text.value) + 16)
	})
}

func (t *texts) add(of text) {
	last := len(t.chunks) - 1
	if last < 0 || len(t.chunks[last])+len(of.value) > cap(t.chunks[last]) {
		t.chunks = append(t.chunks, make([]byte, 0, max(chunkSize, len(of.value))))
		last++
	}
	if t.n%placesEach == 0 {
		t.places = append(t.places, make([]place, 0, placesEach))
	}
	group := &t.places[t.n/placesEach]
	t.n++
	*group = append(*group, place{uint32(last), uint32(len(t.chunks[last])), uint32(len(of.value)), of.doubtful})
	t.chunks[last] = append(t.chunks[last], of.value...)
}

// get returns the string of that number.
func (t *texts) get(number string) (text, bool) {
	n, err := strconv.Atoi(strings.TrimSpace(number))
	if err != nil || n < 0 || n >= t.n {
		return text{}, false
	}
	p := t.places[n/placesEach][n%placesEach]
	return text{string(t.chunks[p.chunk][p.start:][:p.length]), p.doubtful}, true
}

// rich returns the text of a string element, which may be in several runs of
// different looks, without phonetic guides.
func (s *stream) rich() (text, error) {
	var all string
	err := s.each(func(e xml.StartElement) error {
		switch e.Name.Local {
		case "t":
			run, err := s.text()
			all = joined(all, run)
			return err
		case "r":
			return s.each(func(e xml.StartElement) error {
				if e.Name.Local != "t" {
					return nil
				}
				run, err := s.text()
				if all = joined(all, run); len(all) > maxToken {
					return damaged("%q holds a text of more than 1 MiB", s.name)
				}
				return err
			})
		}
		return nil
	})
	return unescape(all), err
}

func joined(a, b string) string {
	if a == "" {
		return b
	}
	return a + b
}

// unescape decodes what XML cannot hold, or what would look like it: _x000D_ is
// a carriage return, _x005F_ an underscore (ECMA-376, Part 1, 22.9.2.19). For
// any other character it is doubtful: spreadsheets decode it, and programs that
// do not know it have written it literally.
func unescape(s string) text {
	if !strings.Contains(s, "_x") {
		return text{value: s}
	}
	var b strings.Builder
	doubtful := false
	for len(s) > 0 {
		unit, ok := escaped(s)
		if !ok {
			b.WriteByte(s[0])
			s = s[1:]
			continue
		}
		s = s[7:]
		if low, ok := escaped(s); ok && utf16.IsSurrogate(unit) {
			if r := utf16.DecodeRune(unit, low); r != '\ufffd' {
				unit, s = r, s[7:]
			}
		}
		doubtful = doubtful || unit != '_' && unit >= ' ' && unit < 0xd800
		b.WriteRune(unit)
	}
	return text{b.String(), doubtful}
}

// escaped returns the UTF-16 unit of an escape that s begins with.
func escaped(s string) (rune, bool) {
	if len(s) < 7 || s[0] != '_' || s[1] != 'x' || s[6] != '_' {
		return 0, false
	}
	n, err := strconv.ParseUint(s[2:6], 16, 16)
	return rune(n), err == nil
}
