package reader

import (
	"fmt"
	"strings"
)

// Format is the shape of a list.
type Format int

// The formats. FormatAuto, the zero value, finds the format from the content:
// a list whose first visible character is "{" is JSONL, any other is CSV.
const (
	FormatAuto Format = iota
	FormatCSV
	FormatJSONL
)

// String returns the name that [ParseFormat] reads.
func (f Format) String() string {
	switch f {
	case FormatCSV:
		return "csv"
	case FormatJSONL:
		return "jsonl"
	}
	return "auto"
}

// ParseFormat returns the format named "auto", "csv" or "jsonl".
func ParseFormat(s string) (Format, error) {
	for _, f := range []Format{FormatAuto, FormatCSV, FormatJSONL} {
		if strings.EqualFold(s, f.String()) {
			return f, nil
		}
	}
	return FormatAuto, fmt.Errorf("unknown format %q: use auto, csv or jsonl", s)
}
