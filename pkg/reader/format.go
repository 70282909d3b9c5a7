package reader

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
)

// Format is the shape of a list.
type Format int

// The formats. FormatAuto, the zero value, finds the format from the content:
// a zip archive with the parts of an Excel workbook is XLSX, a list whose first
// visible character is "{" is JSONL, any other is CSV.
const (
	FormatAuto Format = iota
	FormatCSV
	FormatJSONL
	FormatXLSX
)

// format is all that distinguishes one format from another. A new format is a
// row here, and a file that reads it.
type format struct {
	name   string
	begins func(sample []byte) bool // whether a list that begins so is one
	open   func(*Reader, *lines) (list, error)
}

// formats returns the table of the formats, by [Format]. What begins like several
// of them is the last of these.
func formats() []format {
	return []format{
		FormatAuto:  {name: "auto", begins: func([]byte) bool { return false }},
		FormatCSV:   {"csv", func([]byte) bool { return true }, (*Reader).openCSV},
		FormatJSONL: {"jsonl", beginsObject, (*Reader).openJSONL},
		FormatXLSX:  {name: "xlsx", begins: func([]byte) bool { return false }}, // no text: see Reader.open
	}
}

func beginsObject(sample []byte) bool {
	return bytes.HasPrefix(bytes.TrimLeft(sample, " \t\r\n\ufeff"), []byte("{"))
}

// sniffFormat returns the format of a list that begins with sample.
func sniffFormat(sample []byte) Format {
	for i, f := range slices.Backward(formats()) {
		if f.begins(sample) {
			return Format(i)
		}
	}
	return FormatCSV
}

// known reports whether f is one of the formats.
func (f Format) known() bool { return f >= 0 && int(f) < len(formats()) }

// String returns the name that [ParseFormat] reads.
func (f Format) String() string {
	if !f.known() {
		f = FormatAuto
	}
	return formats()[f].name
}

// FormatNames returns the names that [ParseFormat] reads.
func FormatNames() []string {
	var names []string
	for _, f := range formats() {
		names = append(names, f.name)
	}
	return names
}

// ParseFormat returns the format of that name, in any case.
func ParseFormat(s string) (Format, error) {
	names := FormatNames()
	i := slices.IndexFunc(names, func(name string) bool { return strings.EqualFold(s, name) })
	if i < 0 {
		last := len(names) - 1
		return FormatAuto, fmt.Errorf("unknown format %q: use %s or %s", s, strings.Join(names[:last], ", "), names[last])
	}
	return Format(i), nil
}
