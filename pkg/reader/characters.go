package reader

import (
	"bytes"
	"unicode/utf8"

	"altadnc-bulk/pkg/reader/canonical"
)

// valid checks the characters of a record that begins at line. The error is for
// the list, the refusal for the record.
func (l *Reader) valid(text []byte, line int) (*canonical.Refusal, error) {
	switch {
	case !utf8.Valid(text):
		if l.strict {
			return nil, l.refused(line+l.lines.endsIn(text[:firstInvalid(text)]), problem{reason: "it is not valid UTF-8",
				hint: "say what it is with --encoding (windows-1252 for CSV from Excel in western Europe or America, utf-8 if single rows are broken), or save it as CSV UTF-8"})
		}
		return canonical.Refuse("invalid-encoding", "holds bytes that are not valid UTF-8"), nil
	case bytes.IndexByte(text, 0) >= 0:
		return canonical.Refuse("nul", "holds a NUL character"), nil
	case l.lossy && bytes.Contains(text, []byte("\ufffd")):
		return canonical.Refuse("invalid-encoding", "holds what cannot be decoded from UTF-16"), nil
	}
	return nil, nil
}

// firstInvalid returns the index of the first byte that is not UTF-8, or the length.
func firstInvalid(text []byte) int {
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRune(text[i:])
		if r == utf8.RuneError && size == 1 {
			return i
		}
		i += size
	}
	return len(text)
}
