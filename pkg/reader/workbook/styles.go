package workbook

import (
	"encoding/xml"
	"strconv"
	"strings"
)

// readStyles finds out which styles show a number as a date.
func (b *Book) readStyles(name string) error {
	s, err := b.parts.open(name)
	if err != nil {
		return err
	}
	defer s.close()
	custom := make(map[string]bool)
	return s.root(func(e xml.StartElement) error {
		switch e.Name.Local {
		case "numFmts":
			return s.each(func(e xml.StartElement) error {
				id := attribute(e, "numFmtId")
				custom[id] = datelike(attribute(e, "formatCode"))
				return b.parts.keep(len(id) + 50)
			})
		case "cellXfs":
			return s.each(func(e xml.StartElement) error {
				if e.Name.Local != "xf" {
					return nil
				}
				id := attribute(e, "numFmtId")
				is, ok := custom[id]
				b.dates = append(b.dates, ok && is || !ok && builtInDate(id))
				return b.parts.keep(1)
			})
		}
		return nil
	})
}

// builtInDate reports whether a number format that is not written down shows a
// date or a time, in whatever language (ECMA-376, Part 1, 18.8.30).
func builtInDate(id string) bool {
	n, err := strconv.Atoi(id)
	return err == nil && (n >= 14 && n <= 22 || n >= 27 && n <= 36 || n >= 45 && n <= 47 || n >= 50 && n <= 58 || n >= 71 && n <= 81)
}

// datelike reports whether a number format shows a day or a time: whether it has
// one of their letters outside quoted text, padding and colours (18.8.31).
func datelike(format string) bool {
	for i := 0; i < len(format); i++ {
		switch c := format[i] | 0x20; {
		case format[i] == '"':
			end := strings.IndexByte(format[i+1:], '"')
			if end < 0 {
				return false
			}
			i += end + 1
		case format[i] == '\\', format[i] == '_', format[i] == '*':
			i++ // the next character is not a code
		case format[i] == '[':
			end := strings.IndexByte(format[i:], ']')
			if end < 0 {
				return false
			}
			if inside := strings.ToLower(format[i+1 : i+end]); inside != "" && strings.Trim(inside, inside[:1]) == "" && strings.ContainsAny(inside[:1], "hms") {
				return true // [hh] is a time above a day
			}
			i += end
		case len(format)-i >= 7 && strings.EqualFold(format[i:i+7], "general"):
			i += 6
		case c == 'd', c == 'm', c == 'y', c == 'h', c == 's':
			return true
		}
	}
	return false
}
