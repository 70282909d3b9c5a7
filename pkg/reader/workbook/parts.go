package workbook

import (
	"archive/zip"
	"bufio"
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
)

const (
	// MaxSize bounds a workbook in bytes, as it is stored.
	MaxSize = 128 << 20

	maxParts    = 65535
	maxUnpacked = 2 << 30
	maxKept     = 256 << 20
	maxToken    = 1 << 20
	// maxRatio is how many times its stored size a part may unpack to, above
	// fairSize. The rows of spreadsheets reach 20, bombs 400 and more.
	maxRatio = 100
	fairSize = 64 << 20
	maxDepth = 64
)

// Error says why a workbook cannot be read, and what to do about it.
type Error struct {
	Reason string // sentence without a full stop, about "it"
	Hint   string
}

func (e *Error) Error() string { return e.Reason + "; " + e.Hint }

func tooLarge(what string) *Error {
	return &Error{what, "save the sheet as CSV UTF-8"}
}

func damaged(format string, args ...any) *Error {
	return &Error{"it is a damaged workbook: " + fmt.Sprintf(format, args...), "open it in a spreadsheet and save it again"}
}

// parts are the files that a workbook is made of.
type parts struct {
	byName map[string]*zip.File // in lower case, as names do not differ by case alone
	twice  map[string]bool
	left   int64 // bytes that may still be unpacked
	room   int64 // bytes that may still be kept
}

func openParts(data []byte) (*parts, error) {
	// The directory of a zip archive takes many times its size in memory.
	if bytes.Count(data, []byte("PK\x01\x02")) > maxParts {
		return nil, tooLarge("it is a zip archive of more than 65,535 files")
	}
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, &Error{"it is a workbook or another zip archive that is cut off or damaged", "get the file again"}
	}
	p := &parts{byName: make(map[string]*zip.File, len(z.File)), twice: map[string]bool{}, left: maxUnpacked, room: maxKept}
	for _, f := range z.File {
		name := strings.ToLower(strings.TrimPrefix(f.Name, "/"))
		p.twice[name] = p.byName[name] != nil
		p.byName[name] = f
	}
	return p, nil
}

func (p *parts) has(name string) bool { return p.byName[strings.ToLower(name)] != nil }

// hasFolder reports whether a part is in that folder.
func (p *parts) hasFolder(prefix string) bool {
	for name := range p.byName {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return false
}

// keep takes n bytes from what may be kept in memory.
func (p *parts) keep(n int) error {
	if p.room -= int64(n); p.room < 0 {
		return tooLarge("its texts and links take more than 256 MiB")
	}
	return nil
}

// stream reads the XML of one part. Elements are known by their local names:
// prefixes are the writer's choice, and the namespaces of the standard's two
// variants differ.
type stream struct {
	name  string
	parts *parts
	part  io.ReadCloser
	left  int64 // bytes that it may still unpack to
	xml   *xml.Decoder
	token int // bytes read since the last token
	depth int // of elements around the last token, itself included
}

// open begins to read a part.
func (p *parts) open(name string) (*stream, error) {
	key := strings.ToLower(name)
	f := p.byName[key]
	switch {
	case f == nil:
		return nil, damaged("%q is missing", name)
	case p.twice[key]:
		return nil, damaged("%q is in it twice", name)
	case f.Flags&1 != 0:
		return nil, &Error{"it is a zip archive with a password", "unpack it first, and give the list in it"}
	}
	part, err := f.Open()
	if err != nil {
		return nil, damaged("%q cannot be unpacked", name)
	}
	s := &stream{name: name, parts: p, part: part, left: max(fairSize, maxRatio*int64(min(f.CompressedSize64, MaxSize)))}
	s.xml = xml.NewDecoder(bufio.NewReaderSize(s, 16<<10))
	return s, nil
}

// Read unpacks for the decoder, within bounds.
func (s *stream) Read(b []byte) (int, error) {
	n, err := s.part.Read(b)
	if s.left -= int64(n); s.left < 0 {
		return 0, damaged("%q unpacks to more than a hundred times its size, which no sheet does", s.name)
	}
	if s.parts.left -= int64(n); s.parts.left < 0 {
		return 0, tooLarge("it unpacks to more than 2 GiB")
	}
	if s.token += n; s.token > maxToken {
		return 0, damaged("%q holds a piece of more than 1 MiB", s.name)
	}
	return n, err
}

func (s *stream) close() { s.part.Close() }

// next returns the next token, valid until the one after it; io.EOF after the
// last one.
func (s *stream) next() (xml.Token, error) {
	s.token = 0
	t, err := s.xml.Token()
	if err != nil {
		return nil, s.explain(err)
	}
	switch t.(type) {
	case xml.StartElement:
		if s.depth++; s.depth > maxDepth {
			return nil, damaged("%q nests its elements too deeply", s.name)
		}
	case xml.EndElement:
		s.depth--
	case xml.Directive:
		return nil, damaged("%q has a document type, which no spreadsheet writes", s.name)
	}
	return t, nil
}

func (s *stream) explain(err error) error {
	var known *Error
	switch {
	case err == io.EOF, errors.As(err, &known):
		return err
	}
	return damaged("%q: %v", s.name, err)
}

// each calls f with every element below the last one, up to its end. An element
// that f has not read to its end is skipped.
func (s *stream) each(f func(xml.StartElement) error) error {
	inside := s.depth
	for {
		t, err := s.next()
		if err == io.EOF {
			return damaged("%q is cut off", s.name)
		}
		if err != nil {
			return err
		}
		switch t := t.(type) {
		case xml.StartElement:
			at := s.depth
			if err := f(t); err != nil {
				return err
			}
			if err := s.leave(at); err != nil {
				return err
			}
		case xml.EndElement:
			if s.depth < inside {
				return nil
			}
		}
	}
}

// leave reads up to the end of the element that began at that depth, if it has
// not ended.
func (s *stream) leave(depth int) error {
	for s.depth >= depth {
		if _, err := s.next(); err == io.EOF {
			return damaged("%q is cut off", s.name)
		} else if err != nil {
			return err
		}
	}
	return nil
}

// root calls f with every element below the root element, and reads the part to
// its end, where its checksum is.
func (s *stream) root(f func(xml.StartElement) error) error {
	for {
		t, err := s.next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if _, ok := t.(xml.StartElement); ok {
			if err := s.each(f); err != nil {
				return err
			}
		}
	}
}

// text returns the characters up to the end of the last element, without those of
// elements in it.
func (s *stream) text() (string, error) {
	inside := s.depth
	var first string
	var more []byte
	for {
		t, err := s.next()
		if err == io.EOF {
			return "", damaged("%q is cut off", s.name)
		}
		if err != nil {
			return "", err
		}
		switch t := t.(type) {
		case xml.CharData:
			switch {
			case s.depth > inside:
			case first == "" && more == nil:
				first = string(t)
			default:
				if more == nil {
					more = []byte(first)
				}
				if more = append(more, t...); len(more) > maxToken {
					return "", damaged("%q holds a piece of more than 1 MiB", s.name)
				}
			}
		case xml.EndElement:
			if s.depth >= inside {
				continue
			}
			if more != nil {
				return string(more), nil
			}
			return first, nil
		}
	}
}

// attribute returns the value of the attribute of that local name, "" without one.
func attribute(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// isTrue reads an XML boolean (XML Schema Part 2, 3.2.2).
func isTrue(s string) bool { return s == "1" || s == "true" || s == "on" || s == "t" }
