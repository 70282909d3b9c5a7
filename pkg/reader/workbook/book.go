package workbook

import (
	"encoding/xml"
	"errors"
	"fmt"
	"path"
	"strings"
)

// Book is an opened workbook. It is not safe for concurrent use.
type Book struct {
	parts    *parts
	sheets   []Sheet
	strings  texts
	dates    []bool // by style: the number format shows a date or a time
	from1904 bool   // days are counted from 1904, not from 1900
}

// Sheet is a sheet of cells.
type Sheet struct {
	Name   string
	Hidden bool
	part   string
}

// maxSheets bounds the sheets of a workbook.
const maxSheets = 4096

// ErrForeign is returned by [Open] for a zip archive that is not a workbook of
// any kind.
var ErrForeign = errors.New("not a workbook")

// Open reads what is common to all sheets of a workbook. The error is an [*Error],
// or [ErrForeign]. Book reads on from data.
func Open(data []byte) (*Book, error) {
	p, err := openParts(data)
	if err != nil {
		return nil, err
	}
	if err := p.foreign(); err != nil {
		return nil, err
	}
	b := &Book{parts: p}
	return b, b.open()
}

// foreign recognises workbooks of other programs, and archives of anything else.
func (p *parts) foreign() error {
	const hint = "open it there and export the sheet as CSV UTF-8, or save it as .xlsx"
	switch {
	case p.has("xl/workbook.bin"):
		return &Error{"it is a binary Excel workbook (.xlsb)", "open it in Excel and save it as .xlsx"}
	case p.has("[content_types].xml") && p.hasFolder("xl/"):
		return nil
	case p.has("content.xml") && p.has("mimetype"):
		return &Error{"it is an OpenDocument file (.ods), as written by LibreOffice", hint}
	case p.has("index/document.iwa"), p.has("index.zip"):
		return &Error{"it is an Apple Numbers or iWork document (.numbers)", hint}
	case p.has("word/document.xml"), p.has("ppt/presentation.xml"):
		return &Error{"it is a Word or PowerPoint document", "export the list as CSV from the original program"}
	}
	return ErrForeign
}

func (b *Book) open() error {
	root, err := b.parts.relations("")
	if err != nil {
		return err
	}
	main := "xl/workbook.xml"
	for _, r := range root {
		if r.is("officeDocument") {
			main = r.target
		}
	}
	relations, err := b.parts.relations(main)
	if err != nil {
		return err
	}
	if err := b.readMain(main, relations); err != nil {
		return err
	}
	for _, r := range relations {
		switch {
		case r.is("sharedStrings"):
			err = b.strings.read(b.parts, r.target)
		case r.is("styles"):
			err = b.readStyles(r.target)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// Sheets returns the sheets of cells in the order of their tabs.
func (b *Book) Sheets() []Sheet { return b.sheets }

// readMain reads which sheets there are.
func (b *Book) readMain(name string, relations map[string]relation) error {
	s, err := b.parts.open(name)
	if err != nil {
		return err
	}
	defer s.close()
	return s.root(func(e xml.StartElement) error {
		switch e.Name.Local {
		case "workbookPr":
			b.from1904 = isTrue(attribute(e, "date1904"))
		case "sheets":
			return s.each(func(e xml.StartElement) error {
				r, ok := relations[attribute(e, "id")]
				if !ok || !r.is("worksheet") { // charts, dialogs and macros have no cells
					return nil
				}
				if len(b.sheets) == maxSheets {
					return tooLarge(fmt.Sprintf("it has more than %d sheets", maxSheets))
				}
				state := attribute(e, "state")
				b.sheets = append(b.sheets, Sheet{Name: unescape(attribute(e, "name")).value, Hidden: state != "" && state != "visible", part: r.target})
				return nil
			})
		}
		return nil
	})
}

// relation is a link from one part to another, or to something outside
// (ECMA-376, Part 2, 6.5).
type relation struct {
	kind   string
	target string // the name of a part, or where a link leads
}

// is compares the kind by its last word: the two variants of the standard differ
// in what is before it.
func (r relation) is(kind string) bool { return strings.HasSuffix(r.kind, "/"+kind) }

// relations returns those of a part by their ids; "" is the workbook as a whole.
func (p *parts) relations(of string) (map[string]relation, error) {
	dir, file := path.Split(of)
	name := dir + "_rels/" + file + ".rels"
	if !p.has(name) {
		return nil, nil
	}
	s, err := p.open(name)
	if err != nil {
		return nil, err
	}
	defer s.close()
	found := make(map[string]relation)
	err = s.root(func(e xml.StartElement) error {
		if e.Name.Local != "Relationship" {
			return nil
		}
		r := relation{kind: attribute(e, "Type"), target: attribute(e, "Target")}
		if attribute(e, "TargetMode") != "External" {
			if r.target = path.Join("/", dir, r.target); strings.HasPrefix(attribute(e, "Target"), "/") {
				r.target = path.Clean(attribute(e, "Target"))
			}
			r.target = r.target[1:]
		}
		id := attribute(e, "Id")
		found[id] = r
		return p.keep(len(id) + len(r.kind) + len(r.target) + 100)
	})
	return found, err
}
