package reader

import (
	"bytes"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"altadnc-bulk/pkg/reader/canonical"
)

// delimiters are those that are found without being told.
const delimiters = ",;\t|"

// delimiterName returns how a delimiter is named to people.
func delimiterName(r rune) string {
	if r == '\t' {
		return "tab"
	}
	return fmt.Sprintf("%q", r)
}

// validDelimiter tells whether r can part cells: a printing ASCII character or
// tab that is not part of names, values or quoting.
func validDelimiter(r rune) bool {
	return r == '\t' || r > ' ' && r < 0x7f && !strings.ContainsRune("\"'@+-._", r) && (r < '0' || r > '9') && (r|0x20 < 'a' || r|0x20 > 'z')
}

// loneCR tells whether the lines of a sample end with a CR alone: whether that is
// what the first line end outside quotes is.
func loneCR(sample []byte) bool {
	quoted := false
	for i, b := range sample {
		switch {
		case b == '"':
			quoted = !quoted
		case quoted:
		case b == '\n':
			return false
		case b == '\r':
			rest := bytes.TrimLeft(sample[i:], "\r")
			return len(rest) == 0 || rest[0] != '\n'
		}
	}
	return false
}

// sepLine returns the delimiter of Excel's first line "sep=;"; 0 for any other line.
func sepLine(line []byte) rune {
	line = bytes.Trim(line, `"`)
	if len(line) < 5 || !strings.EqualFold(string(line[:4]), "sep=") {
		return 0
	}
	r, size := utf8.DecodeRune(line[4:])
	if size != len(line)-4 || !validDelimiter(r) {
		return 0
	}
	return r
}

// heading is the header of a CSV list as one delimiter splits it.
type heading struct {
	delimiter rune
	names     []string
	choice    choice
	problem   *problem
}

// readHeading splits the header at delimiter and resolves its columns; ok is
// false when its quotes do not fit that delimiter.
func readHeading(text []byte, delimiter rune, m matcher) (heading, bool) {
	names, err := newCSV(bytes.NewReader(text), delimiter).Read()
	if err != nil {
		return heading{}, false
	}
	if len(names) > maxColumns {
		return heading{delimiter: delimiter, names: names, problem: missing()}, true
	}
	f := newFound()
	for i, name := range names {
		names[i] = canonical.Trim(name)
		if names[i] != "" {
			f.add(i, m.match(names[i]))
		}
	}
	h := heading{delimiter: delimiter, names: names}
	h.choice, h.problem = m.choose(&f, func(i int) string { return names[i] })
	return h, true
}

// chooseHeading returns the heading under the one delimiter whose columns can be
// resolved. One that splits nothing counts only when no other does better.
func chooseHeading(text []byte, m matcher, given rune) (heading, *problem) {
	var good, best heading
	for _, d := range candidates(given) {
		h, ok := readHeading(text, d, m)
		switch {
		case !ok:
		case h.problem != nil:
			if best.names == nil || len(h.names) > len(best.names) {
				best = h
			}
		case given == 0 && len(h.names) == 1 && strings.ContainsAny(h.names[0], delimiters):
			// one column only because it was split at the wrong delimiter
		case good.names == nil || len(good.names) == 1 && len(h.names) > 1:
			good = h
		case len(h.names) > 1:
			return h, &problem{reason: fmt.Sprintf("its header makes sense with %s and with %s as delimiter", delimiterName(good.delimiter), delimiterName(h.delimiter)),
				hint: "say which with --delimiter"}
		}
	}
	switch {
	case good.names != nil:
		return good, nil
	case best.names == nil:
		return best, &problem{reason: "its header has a quote out of place", hint: "write the column names without quotes"}
	}
	return best, best.problem
}

func candidates(given rune) []rune {
	if given != 0 {
		return []rune{given}
	}
	return []rune(delimiters)
}

// phoneLike tells whether a name consists of a phone number's characters. A date,
// which can head a column, has fewer digits.
func phoneLike(name string) bool {
	digits := 0
	for _, r := range name {
		switch {
		case r >= '0' && r <= '9':
			digits++
		case !strings.ContainsRune("+-.()/", r) && !unicode.IsSpace(r):
			return false
		}
	}
	return digits >= 10
}

// headless tells whether a name looks like a value: then the list has no header,
// and its first row must neither be lost nor name the columns.
func headless(names []string) bool {
	for _, name := range names {
		lower := strings.ToLower(name)
		if at := strings.IndexByte(name, '@'); at > 0 && strings.Contains(name[at:], ".") ||
			phoneLike(name) || strings.Contains(lower, "linkedin.com/") {
			return true
		}
	}
	return false
}
