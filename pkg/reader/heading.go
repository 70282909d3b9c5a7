package reader

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"altadnc-bulk/pkg/reader/canonical"
	"altadnc-bulk/pkg/reader/columns"
)

// delimiters are those that are detected.
const delimiters = ",;\t|"

// heading is the header of a CSV list as one delimiter splits it. Without a
// header it is the first row.
type heading struct {
	text      []byte
	line      int // 1-based; also its row in the sheet, which counts blank rows and titles
	delimiter rune
	names     []string
	choice    columns.Choice
	problem   *columns.Problem
}

// findHeader reads the header and resolves its columns. Without one it only
// looks at the first row, which is read as the others are.
func (l *Reader) findHeader(f *framer) (heading, error) {
	first, given, err := l.firstRecord(f)
	if err != nil {
		return heading{}, err
	}
	refusal, err := f.lines.valid(first.text, first.line)
	if err != nil {
		return heading{}, err
	}
	if refusal == nil {
		refusal = first.refusal
	}
	if refusal != nil {
		return heading{}, &unreadable{line: first.line, reason: "the header " + refusal.Reason, hint: "save the list again as CSV UTF-8"}
	}
	var h heading
	var u *unreadable
	if l.opts.Columns.NoHeader {
		h, u = l.withoutHeader(first.text, f.lines.peek(sampleSize), given)
	} else {
		h, u = l.resolve(first.text, given)
		f.lines.advance(first.next, first.ends)
	}
	if u != nil {
		u.line = first.line
		if !l.opts.Columns.NoHeader && l.opts.HeaderLine == 0 {
			l.pointBelow(u, f.lines.peek(sampleSize), first.line+first.ends, given)
		}
		return heading{}, u
	}
	if !l.opts.Columns.NoHeader && l.tornHeader(h, first.ahead) {
		return heading{}, &unreadable{line: first.line, reason: "a line break tears the header in two: the last column name goes on in the line below", hint: "take the line break out"}
	}
	h.text, h.line = bytes.Clone(first.text), first.line
	return h, nil
}

// tornHeader reports whether the header's last name and the first cell of the line
// below are a name only together.
func (l *Reader) tornHeader(h heading, below []byte) bool {
	last := h.names[len(h.names)-1]
	cell, _, _ := strings.Cut(string(below), string(h.delimiter))
	return cell != "" && !l.names.Known(last) && !l.names.Known(cell) && l.names.Known(last+cell)
}

// firstRecord returns the first record that is not blank, and the delimiter that
// the options or a line sep=; before it give. It stays before the record.
func (l *Reader) firstRecord(f *framer) (frame, rune, error) {
	for line := 1; line < l.opts.HeaderLine; line++ {
		if _, err := f.lines.skip('"'); err != nil {
			return frame{}, 0, err
		}
	}
	for given := l.opts.Delimiter; ; {
		first, err := f.first(given)
		switch {
		case err == io.EOF && l.opts.HeaderLine > 1:
			return frame{}, 0, &unreadable{reason: fmt.Sprintf("it has no header in line %d or below", l.opts.HeaderLine), hint: "check --header-line"}
		case err == io.EOF:
			return frame{}, 0, errEmpty()
		case err == errLong:
			return frame{}, 0, &unreadable{line: f.lines.line, reason: "the header is longer than 1 MiB", hint: "check that it is a CSV list, with a line end after the column names"}
		case err != nil:
			return frame{}, 0, err
		}
		sep := sepLine(first.text)
		if sep == 0 && len(bytes.TrimSpace(first.text)) > 0 {
			return first, given, nil
		}
		given = cmp.Or(given, sep)
		f.lines.advance(first.next, first.ends)
	}
}

// first returns the record at hand. Which delimiter parts it is not known yet, so
// it is framed by the first one that its quotes go together with.
func (f *framer) first(given rune) (frame, error) {
	for _, d := range candidates(given) {
		f.delimiter = byte(d)
		if got, err := f.peek(); err == nil && got.refusal == nil {
			return got, nil
		}
	}
	f.delimiter = byte(candidates(given)[0])
	return f.peek()
}

func candidates(given rune) []rune {
	if given != 0 {
		return []rune{given}
	}
	return []rune(delimiters)
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

// resolve returns the heading under the one delimiter whose columns can be
// resolved. One that splits nothing counts only if no other does better.
func (l *Reader) resolve(text []byte, given rune) (heading, *unreadable) {
	var good, best heading
	for _, d := range occurring(candidates(given), text) {
		h, ok := l.split(text, d)
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
			return h, &unreadable{reason: fmt.Sprintf("its header makes sense with either %s or %s as delimiter", delimiterName(good.delimiter), delimiterName(h.delimiter)),
				hint: "say which", flags: [][]string{{"--delimiter", string(good.delimiter)}, {"--delimiter", string(h.delimiter)}}}
		}
	}
	if good.names == nil {
		good = best
	}
	return good, unusable(good)
}

// occurring returns those of the delimiters that occur in text; the first one if
// none does.
func occurring(delimiters []rune, text []byte) []rune {
	found := slices.DeleteFunc(slices.Clone(delimiters), func(d rune) bool { return !bytes.ContainsRune(text, d) })
	if len(found) == 0 {
		return delimiters[:1]
	}
	return found
}

// split cuts a header at a delimiter and resolves its columns; ok is false when
// its quotes do not fit that delimiter.
func (l *Reader) split(text []byte, delimiter rune) (h heading, ok bool) {
	cells := Record{Text: text, delimiter: delimiter}.Cells()
	if cells == nil {
		return heading{}, false
	}
	return l.heading(cells, delimiter), true
}

// heading resolves the columns that cells name.
func (l *Reader) heading(cells []string, delimiter rune) heading {
	h := heading{delimiter: delimiter, names: trimmed(cells)}
	if len(cells) > maxColumns {
		h.problem = &columns.Problem{Reason: fmt.Sprintf("it has more than %d columns", maxColumns), Hint: "give another --delimiter"}
		return h
	}
	h.choice, h.problem = l.names.Choose(h.names, l.opts.Columns)
	return h
}

// maxColumns is how many columns a list may have, the bound of spreadsheets.
const maxColumns = 16384

func trimmed(cells []string) []string {
	names := make([]string, len(cells))
	for i, cell := range cells {
		names[i] = canonical.Trim(cell)
	}
	return names
}

// unusable returns why rows cannot be read under a heading; nil if they can.
func unusable(h heading) *unreadable {
	switch {
	case h.names == nil:
		return &unreadable{reason: "its header has a misplaced quote", hint: "write the column names without quotes"}
	case h.problem != nil && h.problem.Code == "no-header": // as below, its names may be values, and must not be shown
		return &unreadable{reason: h.problem.Reason, hint: h.problem.Hint, flags: h.problem.Flags}
	case slices.ContainsFunc(h.names, valueLike):
		return &unreadable{reason: "the first row looks like data, not like column names",
			hint: "add a header row above it, such as identifier,identifierType, or say that there is none", flags: [][]string{headless(h.names)}}
	case h.problem != nil:
		return &unreadable{reason: h.problem.Reason + " (columns found: " + listed(h.names) + ")", hint: h.problem.Hint, flags: h.problem.Flags}
	}
	return nil
}

// valueLike reports whether a name looks like a value: then the list has no
// header, and its first row must neither be lost nor name the columns.
func valueLike(name string) bool {
	return canonical.InSight(name) || phoneLike(name)
}

// phoneLike reports whether a name could only be a phone number: digits alone,
// or more of them, and signs between, than a date has, which may head a column.
func phoneLike(name string) bool {
	digits := 0
	for _, r := range name {
		switch {
		case r >= '0' && r <= '9':
			digits++
		case !strings.ContainsRune("+-.()/ \u00a0", r):
			return false
		}
	}
	return digits >= 10 || digits >= 7 && digits == len(name)
}

// headless returns the flags that read a list whose first row is data.
func headless(cells []string) []string {
	if len(cells) == 1 {
		return []string{"--no-header", "--type", "TYPE"}
	}
	return []string{"--no-header", "--column", "#1=TYPE"}
}

// withoutHeader resolves the columns of a list that has no header by their
// places. sample begins with its first row, which is text.
func (l *Reader) withoutHeader(text, sample []byte, given rune) (heading, *unreadable) {
	if given == 0 {
		given = regular(sample)
	}
	if given == 0 {
		return heading{}, &unreadable{reason: "it is not certain which character separates its columns", hint: "say it with --delimiter"}
	}
	h, ok := l.split(text, given)
	if !ok {
		return h, &unreadable{reason: "its first row has a misplaced quote", hint: "save the list again as CSV UTF-8"}
	}
	return h, l.headerless(h)
}

// headerless returns why a list is not read by the places of its columns; nil if
// it can be.
func (l *Reader) headerless(h heading) *unreadable {
	if named, problem := l.names.Choose(h.names, columns.Options{}); problem == nil && slices.ContainsFunc(h.names, l.names.Known) && len(named.Columns) > 0 {
		return &unreadable{reason: "its first row is a header, and --no-header says that there is none", hint: "leave --no-header out"}
	}
	if h.problem != nil {
		return &unreadable{reason: h.problem.Reason, hint: h.problem.Hint, flags: h.problem.Flags}
	}
	return nil
}

// regular returns the delimiter that cuts the lines of a sample into the same
// number of cells, the comma if no line holds any; 0 if several do or none does.
func regular(sample []byte) rune {
	var found rune
	var held bool
	for _, d := range delimiters {
		per := -1
		for line := range wholeLines(sample, false) {
			n := bytes.Count(line, []byte(string(d)))
			if len(bytes.TrimSpace(line)) == 0 || n == per {
				continue
			}
			if held = held || n > 0; per >= 0 {
				per = 0
				break
			}
			per = n
		}
		switch {
		case per > 0 && found != 0:
			return 0
		case per > 0:
			found = d
		}
	}
	if found == 0 && !held {
		return ','
	}
	return found
}

// below is how many lines under the first one may be looked at for a header.
const below = 30

// pointBelow adds to u that a line further down looks like the header: it is
// often below a title. sample begins with line.
func (l *Reader) pointBelow(u *unreadable, sample []byte, line int, given rune) {
	last := line + below
	for text := range wholeLines(sample, loneCR(sample)) {
		text = bytes.TrimRight(text, "\r\n")
		if line++; line > last {
			return
		}
		for _, d := range candidates(given) {
			if h, ok := l.split(text, d); ok && l.likely(h) {
				u.pointTo(line - 1)
				return
			}
		}
	}
}

// likely reports whether h could well be the header under a title.
func (l *Reader) likely(h heading) bool {
	return h.problem == nil && slices.ContainsFunc(h.names, l.names.Known) && unusable(h) == nil
}

// pointTo adds that a line looks like the header.
func (u *unreadable) pointTo(line int) {
	u.reason += fmt.Sprintf("; line %d looks like the header", line)
	u.flags = append([][]string{headerLine(line)}, u.flags...)
}

func headerLine(line int) []string { return []string{"--header-line", strconv.Itoa(line)} }

// listed returns column names for a message, in few words whatever their number.
func listed(names []string) string {
	const most = 25
	var b strings.Builder
	for i, name := range names {
		if i == most {
			fmt.Fprintf(&b, " and %d more", len(names)-most)
			break
		}
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "%q", cut(name, 40))
	}
	return b.String()
}

// delimiterName returns what people call a delimiter.
func delimiterName(r rune) string {
	if r == '\t' {
		return "tab"
	}
	return fmt.Sprintf("%q", r)
}

// validDelimiter reports whether r can separate cells: a printing ASCII
// character or tab that does not occur in names, values or quoting.
func validDelimiter(r rune) bool {
	return r == '\t' || r > ' ' && r < 0x7f && !strings.ContainsRune("\"'@+-._", r) && (r < '0' || r > '9') && (r|0x20 < 'a' || r|0x20 > 'z')
}
