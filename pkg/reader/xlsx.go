package reader

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strings"

	"altadnc-bulk/pkg/api"
	"altadnc-bulk/pkg/reader/canonical"
	"altadnc-bulk/pkg/reader/workbook"
)

// sheetList reads the rows of a sheet under a resolved header. No delimiter can be
// lost there: every cell knows its column.
type sheetList struct {
	rows  *workbook.Rows
	table table
	line  int // the last row that was handed out, or passed over

	cells    []string // of the current row, as many as the sheet has columns
	kinds    []workbook.Kind
	texts    []string             // of the columns that are read, in the table's order
	refusals []*canonical.Refusal // and why they are not readable text
	text     bytes.Buffer         // the row as CSV
	csv      *csv.Writer
}

// sheetDelimiter parts the cells of a sheet's records, and of its report.
const sheetDelimiter = ','

// openXLSX reads a workbook into memory, chooses its sheet, and begins with the
// rows under the sheet's header. It is not read from the file in parts, where it
// could change between two of them: what was read is what the caller's digest is
// of.
func (l *Reader) openXLSX(r io.Reader) (list, error) {
	data, err := io.ReadAll(io.LimitReader(r, workbook.MaxSize+1))
	if err != nil {
		return nil, err
	}
	if u := l.noWorkbook(data); u != nil {
		return nil, u
	}
	book, err := workbook.Open(data)
	if err == workbook.ErrForeign {
		return nil, zipped(data[:min(len(data), 4096)])
	}
	if err != nil {
		return nil, broke(err)
	}
	l.layout.Format, l.layout.Encoding, l.layout.Delimiter = FormatXLSX, utf8Name, sheetDelimiter
	s, err := l.chooseSheet(book)
	if err != nil {
		return nil, err
	}
	l.layout.Sheet = s.Name
	return l.openSheet(book, s.Sheet)
}

// noWorkbook returns why data is not to be read as a workbook; nil if it is.
func (l *Reader) noWorkbook(data []byte) *unreadable {
	switch {
	case len(data) > workbook.MaxSize:
		return &unreadable{reason: "it is a workbook or another container of more than 128 MiB", hint: "save the sheet as CSV UTF-8"}
	case bytes.HasPrefix(data, compoundMagic) && bytes.Contains(data, utf16LE("EncryptedPackage")):
		return &unreadable{reason: "it is a workbook or document that is encrypted with a password", hint: "open it and save it without the password"}
	case bytes.HasPrefix(data, compoundMagic) && (bytes.Contains(data, utf16LE("Workbook")) || bytes.Contains(data, utf16LE("Book\x00"))):
		return &unreadable{reason: "it is an old spreadsheet workbook (.xls)", hint: "open it and save it as .xlsx, or export the sheet as CSV UTF-8"}
	case bytes.HasPrefix(data, compoundMagic):
		return &unreadable{reason: "it is a document of an old Office program (.doc, .xls, .msg)", hint: "export the list as CSV UTF-8"}
	case l.opts.Format != FormatAuto && l.opts.Format != FormatXLSX:
		return &unreadable{reason: "it is a workbook or another zip archive, and --format says " + l.opts.Format.String(), hint: "leave --format out"}
	}
	return nil
}

// compoundMagic begins the files of old Office programs, and encrypted ones of new
// ones (MS-CFB 2.2). The streams in them have names in UTF-16.
var compoundMagic = []byte("\xd0\xcf\x11\xe0")

func utf16LE(s string) []byte {
	b := make([]byte, 0, 2*len(s))
	for _, c := range []byte(s) {
		b = append(b, c, 0)
	}
	return b
}

// broke makes of an error of package workbook that of a list.
func broke(err error) error {
	var e *workbook.Error
	if errors.As(err, &e) {
		return &unreadable{reason: e.Reason, hint: e.Hint}
	}
	return err
}

// candidate is a sheet that could be the list.
type candidate struct {
	workbook.Sheet
	problem *unreadable
}

// chooseSheet returns the sheet to read: the one in the options, else the one
// visible sheet with a header whose columns can be resolved.
func (l *Reader) chooseSheet(book *workbook.Book) (candidate, error) {
	if l.opts.Sheet != "" {
		return l.namedSheet(book)
	}
	var filled, good []candidate
	for _, s := range book.Sheets() {
		if s.Hidden {
			continue
		}
		c, empty, err := l.try(book, s)
		if err != nil {
			return c, err
		}
		if empty {
			continue
		}
		if filled = append(filled, c); c.problem == nil {
			good = append(good, c)
		}
	}
	switch {
	case len(good) == 1:
		for _, c := range filled {
			if c.Name != good[0].Name {
				l.layout.OtherSheets = append(l.layout.OtherSheets, c.Name)
			}
		}
		return good[0], nil
	case len(good) > 1:
		return candidate{}, &unreadable{reason: "several of its sheets are lists: " + sheetNames(good), hint: "say which one to read", flags: sheetFlags(good)}
	case len(filled) == 0:
		return candidate{}, &unreadable{reason: "none of its visible sheets holds anything", hint: "hidden sheets are never read: show the one that is the list"}
	case len(filled) == 1:
		l.layout.Sheet = filled[0].Name
		return candidate{}, filled[0].problem
	}
	return candidate{}, &unreadable{reason: "none of its sheets " + sheetNames(filled) + " has a header with columns that can be recognised; in the first, " + filled[0].problem.reason,
		hint: "say which sheet is the list", flags: sheetFlags(filled)}
}

// namedSheet returns the sheet that the options name, as spreadsheets compare
// names: whatever their case.
func (l *Reader) namedSheet(book *workbook.Book) (candidate, error) {
	var visible []candidate
	for _, s := range book.Sheets() {
		same := strings.EqualFold(canonical.Trim(s.Name), canonical.Trim(l.opts.Sheet))
		switch {
		case same && s.Hidden:
			return candidate{}, &unreadable{reason: fmt.Sprintf("its sheet %q is hidden, and hidden sheets are never read", cut(s.Name, 60)), hint: "show it in the workbook if it is the list"}
		case same:
			c, empty, err := l.try(book, s)
			l.layout.Sheet = s.Name
			switch {
			case err != nil:
				return c, err
			case empty:
				return c, errEmpty()
			case c.problem != nil:
				return c, c.problem
			}
			return c, nil
		case !s.Hidden:
			visible = append(visible, candidate{Sheet: s})
		}
	}
	return candidate{}, &unreadable{reason: fmt.Sprintf("it has no sheet %q", cut(l.opts.Sheet, 60)), hint: "give one that it has", flags: sheetFlags(visible)}
}

// maxSheetsNamed is how many sheets a message names.
const maxSheetsNamed = 8

func sheetNames(sheets []candidate) string {
	var names []string
	for _, c := range sheets[:min(len(sheets), maxSheetsNamed)] {
		names = append(names, fmt.Sprintf("%q", cut(c.Name, 60)))
	}
	if more := len(sheets) - len(names); more > 0 {
		return fmt.Sprintf("%s and %d more", strings.Join(names, ", "), more)
	}
	return strings.Join(names, ", ")
}

// sheetFlags returns the flags that read one of the sheets each, and their first
// way out if they cannot be read as they are.
func sheetFlags(sheets []candidate) [][]string {
	var all [][]string
	for _, c := range sheets[:min(len(sheets), maxSheetsNamed)] {
		flags := []string{"--sheet", c.Name}
		if c.problem != nil && len(c.problem.flags) > 0 {
			flags = append(flags, c.problem.flags[0]...)
		}
		all = append(all, flags)
	}
	return all
}

// sampled is a row of the beginning of a sheet.
type sampled struct {
	line  int
	cells []string
}

// try checks whether a sheet has a header whose columns can be resolved. Hidden
// parts count as visible until all of the sheet is known.
func (l *Reader) try(book *workbook.Book, s workbook.Sheet) (c candidate, empty bool, err error) {
	c.Sheet = s
	rows, err := l.sample(book, s, nil)
	if err != nil || len(rows) == 0 {
		return c, true, err
	}
	width := 0
	for _, r := range rows {
		width = max(width, len(r.cells))
	}
	_, c.problem = l.sheetHeading(rows, width)
	return c, false, nil
}

// sample returns the first rows of a sheet that hold something, from the line on
// where the header may be.
func (l *Reader) sample(book *workbook.Book, s workbook.Sheet, survey *workbook.Survey) ([]sampled, error) {
	in, err := book.Rows(s, survey)
	if err != nil {
		return nil, broke(err)
	}
	defer in.Close()
	var rows []sampled
	for size := 0; len(rows) <= below+sampleRows && size < maxRecord; {
		r, err := in.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, broke(err)
		}
		if r.Number < l.opts.HeaderLine || r.Hidden && l.opts.HiddenRows == HiddenSkip || blankRow(r) {
			continue
		}
		cells := []string{}
		for _, c := range r.Cells {
			for len(cells) <= c.Column {
				cells = append(cells, "")
			}
			cells[c.Column] = c.Text
			size += len(c.Text)
		}
		rows = append(rows, sampled{r.Number, cells})
	}
	return rows, nil
}

func blankRow(r workbook.Row) bool {
	return !r.TooLong && !slices.ContainsFunc(r.Cells, func(c workbook.Cell) bool { return canonical.Trim(c.Text) != "" })
}

// wide returns cells with empty ones added up to that width.
func wide(cells []string, width int) []string {
	return append(slices.Clone(cells), make([]string, max(width-len(cells), 0))...)
}

// sheetHeading resolves the columns of a sheet that begins with rows.
func (l *Reader) sheetHeading(rows []sampled, width int) (heading, *unreadable) {
	h := l.heading(wide(rows[0].cells, width), sheetDelimiter)
	h.line = rows[0].line
	if l.opts.Columns.NoHeader {
		if u := l.headerless(h); u != nil {
			u.line = h.line
			return h, u
		}
		return h, nil
	}
	u := unusable(h)
	if u == nil {
		return h, nil
	}
	u.line = h.line
	if l.opts.HeaderLine == 0 {
		for _, r := range rows[1:] {
			if r.line <= h.line+below && l.likely(l.heading(wide(r.cells, width), sheetDelimiter)) {
				u.pointTo(r.line)
				break
			}
		}
	}
	return h, u
}

// openSheet reads all of a sheet once, for what follows the rows, and begins
// with the rows under its header.
func (l *Reader) openSheet(book *workbook.Book, s workbook.Sheet) (list, error) {
	survey, err := book.Survey(s, l.opts.HeaderLine)
	if err != nil {
		return nil, broke(err)
	}
	if survey.Hidden > 0 && l.opts.HiddenRows == HiddenAsk {
		return nil, hiddenRows(survey)
	}
	rows, err := l.sample(book, s, survey)
	if err != nil {
		return nil, err
	}
	if len(rows) == 0 { // a sheet whose only values are covered by merged cells
		return nil, errEmpty()
	}
	h, u := l.sheetHeading(rows, survey.Width)
	if u != nil {
		return nil, u
	}
	t := newTable(h.choice)
	t.headed = !l.opts.Columns.NoHeader
	if t.headed {
		rows = rows[1:]
	}
	t.suspect(l, func(yield func([]string) bool) {
		for _, r := range rows[:min(len(rows), sampleRows)] {
			if !yield(wide(r.cells, len(t.Columns))) {
				return
			}
		}
	})
	for at := range t.Columns {
		t.Columns[at].Hidden = survey.HiddenColumn(at)
	}
	l.layout.Columns = t.Columns
	x := &sheetList{table: t, line: h.line, cells: make([]string, len(t.Columns)), kinds: make([]workbook.Kind, len(t.Columns))}
	x.texts, x.refusals, x.csv = make([]string, len(t.reads)), make([]*canonical.Refusal, len(t.reads)), csv.NewWriter(&x.text)
	if !t.headed {
		x.line--
	}
	x.rows, err = book.Rows(s, survey)
	return x, broke(err)
}

// hiddenRows says that a sheet has some, and both ways to go on.
func hiddenRows(survey *workbook.Survey) *unreadable {
	are := "rows are"
	if survey.Hidden == 1 {
		are = "row is"
	}
	return &unreadable{line: survey.FirstHidden, reason: fmt.Sprintf("%d %s hidden, by a filter or by hand, this one first: it is impossible to know whether the list includes them", survey.Hidden, are),
		hint: "say whether to read or skip them", flags: [][]string{{"--hidden-rows", "read"}, {"--hidden-rows", "skip"}}}
}

// next reads the next row that holds something, and counts those above it that
// do not. Blank rows at the end of a sheet do not belong to the list.
func (x *sheetList) next(l *Reader) (row, error) {
	for {
		r, err := x.rows.Next()
		switch {
		case err == io.EOF:
			x.rows.Close()
			return 0, io.EOF
		case err != nil:
			return 0, broke(err)
		case r.Number <= x.line, blankRow(r):
			continue
		}
		l.rows.Blank += int64(r.Number - x.line - 1)
		x.line = r.Number
		if r.Hidden && l.opts.HiddenRows == HiddenSkip {
			l.rows.Hidden++
			continue
		}
		if r.TooLong {
			return l.whole(x.line, nil, canonical.Refuse("record-too-long", "is longer than 1 MiB")), nil
		}
		return x.row(l, r)
	}
}

// row queues the entries of a row.
func (x *sheetList) row(l *Reader, r workbook.Row) (row, error) {
	clear(x.cells)
	clear(x.kinds)
	for _, c := range r.Cells {
		x.cells[c.Column], x.kinds[c.Column] = c.Text, c.Kind
	}
	for _, c := range r.Cells {
		if c.Link != "" {
			x.follow(l, c)
		}
	}
	for i, at := range x.table.reads {
		if x.texts[i], x.refusals[i] = x.cells[at], notText(x.kinds[at]); x.refusals[i] != nil && x.readable(l, at) {
			x.cells[at] = "=" + x.cells[at]
		}
	}
	record, err := x.record()
	if err != nil {
		return 0, err
	}
	kind := x.table.row(l, x.line, record, x.texts, x.refusals)
	if kind == rowNone {
		return x.table.without(l, x.line, record.Text, x.cells), nil
	}
	if again, err := x.table.headerAgain(l, x.line, record); err != nil {
		return 0, err
	} else if again {
		return rowHeader, nil
	}
	return kind, nil
}

// readable reports whether the text of a cell that is refused would be read, or
// be passed over, where a report has nothing but the text.
func (x *sheetList) readable(l *Reader, column int) bool {
	text := x.cells[column]
	return canonical.Nothing(text) || slices.ContainsFunc(x.typesOf(l, column), func(t api.IdentifierType) bool { return l.identifies(text, t) })
}

// record returns the row as a record of CSV, which is what its report is.
func (x *sheetList) record() (Record, error) {
	x.text.Reset()
	if err := x.csv.Write(x.cells); err != nil {
		return Record{}, err
	}
	x.csv.Flush()
	return Record{Text: bytes.TrimSuffix(x.text.Bytes(), []byte{'\n'}), delimiter: sheetDelimiter}, x.csv.Error()
}

// notText returns why a cell is not a text or number that could be an
// identifier; nil if it is.
func notText(k workbook.Kind) *canonical.Refusal {
	switch k {
	case workbook.Date:
		return canonical.Refuse("spreadsheet-date", "is a date or a time in the sheet, not an identifier: if a spreadsheet made it one, type it again in a column formatted as text")
	case workbook.Bool:
		return canonical.Refuse("spreadsheet-boolean", "is TRUE or FALSE in the sheet, not an identifier")
	case workbook.ErrorValue:
		return canonical.Refuse("spreadsheet-error", "is an error value of a spreadsheet, not an identifier")
	case workbook.Rounded:
		return canonical.Refuse("spreadsheet-rounded", "is a number of more than 15 digits, of which a spreadsheet keeps only the first 15: type it again in a column formatted as text")
	case workbook.Escaped:
		return canonical.Refuse("spreadsheet-escape", "holds a code such as _x0041_, which spreadsheets read as another character: type it again in a spreadsheet")
	case workbook.Uncalculated:
		return canonical.Refuse("formula", "is a formula whose result is not in the workbook: open it in a spreadsheet and save it")
	}
	return nil
}

// follow replaces a text that is not an identifier by the target of its link, if
// that is one ("Write to Ada" leading to mailto:ada@example.com). A text that is
// an identifier stays, whatever it links to: that is what people see. So does an
// empty cell, whose text somebody deleted.
func (x *sheetList) follow(l *Reader, c workbook.Cell) {
	if c.Kind != workbook.Text || canonical.Nothing(c.Text) {
		return
	}
	target := ""
	for _, t := range x.typesOf(l, c.Column) {
		if t == api.WebChat || l.identifies(c.Text, t) {
			return
		}
		if to := destination(c.Link, t); to != "" && l.identifies(to, t) {
			target = to
		}
	}
	if target != "" {
		x.cells[c.Column] = target
	}
}

// typesOf returns the types of the identifier in a column of the current row, none
// if nothing is read there.
func (x *sheetList) typesOf(l *Reader, column int) []api.IdentifierType {
	if x.table.typ < 0 {
		return x.table.Columns[column].Types
	}
	if t, ok := l.names.ParseType(x.cells[x.table.Choice.Type]); ok && column == x.table.Identifier {
		return []api.IdentifierType{t}
	}
	return nil
}

// destination returns what a link leads to without a scheme, as RFC 6068 and RFC
// 3966 write addresses and numbers; "" if it leads to nothing of that type.
func destination(link string, t api.IdentifierType) string {
	scheme := "tel:"
	switch t {
	case api.LinkedIn:
		return link
	case api.Email:
		scheme = "mailto:"
	}
	if len(link) < len(scheme) || !strings.EqualFold(link[:len(scheme)], scheme) {
		return ""
	}
	to, _, _ := strings.Cut(link[len(scheme):], "?")
	to, err := url.PathUnescape(to)
	if err != nil {
		return ""
	}
	return to
}
