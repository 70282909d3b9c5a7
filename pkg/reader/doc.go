// Package reader reads removal lists: CSV as spreadsheets and CRMs export it, the
// workbooks of spreadsheets themselves (.xlsx), and JSONL as scripts write it. It reads a cell exactly right or refuses it with a
// reason: a cell that is read wrongly takes the wrong person off a list, and a row
// that vanishes leaves one on it in silence.
//
// # Entries and rows
//
// A row is a CSV record after the header, a row of a sheet, or a JSONL line. An [Entry]
// is the unit of all counts: one identifier of a cell under one type, a cell that is
// refused, or a row that is refused as a whole. [Reader.Read] returns one entry after
// another. A bad row is an entry with a refusal and does not end the reading. A list
// that cannot be trusted as a whole is a [*ListError], from [New] or from Read: then
// nothing in it should be acted on, which is why a list is read through once before
// anything is sent.
//
// Every row counts, and [Rows] says as what: it gave entries, it has no identifier, it
// is blank, it repeats the header, or a sheet hides it and the options skip it. A row
// without an identifier in the columns that are read, but with one visible elsewhere (an
// address, + and digits, a LinkedIn profile), is refused: its cells have moved, or are
// separated by another character. Columns known to be about somebody else do not count.
//
// # Files
//
// The format is found from the content, never from the file's name: a zip archive with
// the parts of an Excel workbook is XLSX; a list whose first visible character is { is
// JSONL, one object per line; anything else is CSV. A list compressed with gzip is
// unpacked, up to 4 GiB. Encrypted workbooks and those of other programs (.xls, .xlsb,
// .ods, .numbers), PDF, HTML and XML pages, JSON arrays and objects over several lines,
// other compressed files, databases and journals of this program are recognised and
// refused with what to do.
//
// The encoding is UTF-8, with or without a byte order mark, or what the mark of
// UTF-16 says, or what Options.Encoding declares. A list that declares nothing and
// is not valid UTF-8 is unreadable from its first invalid byte on: it may be in
// another encoding altogether, and the error names those its bytes fit. Where the
// encoding is declared, by option or mark, bytes that are invalid in it cost only
// their own row. A list declared to be in another encoding that is plainly UTF-8 is
// unreadable. A byte order mark at the start of any line, where lists were joined,
// is passed over.
//
// # CSV
//
// Cells are separated by comma, semicolon, tab or bar, whichever gives a header
// whose columns can be resolved; Excel's first line sep=; is honoured, and any other
// character can be given. A header that makes sense with two of them is refused.
// Lines end in LF, CR LF, CR CR LF, or in CR alone if the first one does. Cells
// follow RFC 4180: quoted where they hold delimiters, quotes (doubled) or line ends.
// ="text", by which programs keep a spreadsheet from changing a cell, is its text.
//
// The header is the first line that is not blank, or Options.HeaderLine. A list
// without one is refused unless the options say so, and if there is a title above
// the header, the error names the line that looks like the header. The same header
// again, or another with the same columns in the same places, is skipped: lists were
// joined. Any other header ends the reading.
//
// # Two readings
//
// Whatever could be read in two ways that name different identifiers is refused.
//
// A row with more or fewer cells than the header has gained or lost a delimiter
// somewhere. It is read only if no shift of its cells, by as many as are missing or
// extra, could move an identifier into or out of a column that is read. In practice
// that is a row whose identifier is in the first column, and whose extra cells do not
// belong to it. The exception is what Excel does: it leaves out trailing empty cells,
// or adds some, in blocks of 16 rows. A block of the sheet (rows 17 to 32 and so on,
// the header's being the first) whose rows all have the same number of cells is read
// if the header's own block is as wide as the header.
//
// A line break that should not be there makes two rows of one. A row next to a row
// of a single cell is refused if adding that cell would change its outermost
// identifier. So is the last identifier of a list whose last line has no end, if
// one or two more characters could make it another ("ada@example.co").
//
// A record is at most 1 MiB long. A quote out of place costs its row if that surely
// ends with its line; otherwise, where a quote is never closed, and where one closes
// that was not opened, the list is unreadable from there on, and the error names the
// line where the record begins. "Surely" means that strict and lenient readings
// agree. Nothing is resynchronised by guess: the text of a note never becomes a row.
//
// # XLSX
//
// It reads the one visible sheet with a header whose columns can be resolved, or
// Options.Sheet. Hidden sheets are never read, hidden rows as Options.HiddenRows
// says: without it a sheet with hidden rows is unreadable. Hidden columns are read
// like all others, and marked in [Layout]. As package workbook says, cells are read
// by their values, not by how they are shown. A date, a boolean, an error, a number
// of more than 15 digits and a formula without a result are refused in a column
// that is read. The text of a link is read, and if that is not an identifier, the
// mail address, number or profile that the link leads to. Line is the number of the
// row. The records are written as CSV with commas. There is one reading: a sheet's
// cells do not move.
//
// # JSONL
//
// Every line is one JSON object, read strictly: a duplicate member, anything after
// the object, invalid UTF-8 or a number in place of a string refuse the line.
// Members are matched as columns are, each object on its own; others may be
// anything and are ignored. null and "" are empty. A line over 1 MiB is refused and
// skipped. A list in whose first 64 KiB no object has a member to read is refused
// as a whole.
//
// # Columns and values
//
// Which columns are read, and as what, is decided by package columns; what counts as
// an identifier, and its canonical form, by package canonical. A list gives the types
// of its identifiers in a type column beside one column for all identifiers ("long"),
// or by the names of its columns ("wide"), or the options give them. A type is never
// guessed from a value. In a wide list a cell that is empty, or holds a word for no
// value, gives no entry; in a long one it is refused. A column that is not read is
// marked in [Layout] if its name, or most of its first cells, look like identifiers.
//
// The dnc_ columns that a report of this program adds are skipped, except
// dnc_raw: it holds the text of a row that was refused as a whole, and such a row
// stays refused.
//
// # Refusals
//
// These are the codes of a refusal that this package gives; those of values are in
// package canonical. Of rows: quote, stray-cr, too-many-cells, too-few-cells,
// identifier-elsewhere, refused-before, record-too-long, nul, invalid-encoding,
// json-syntax, json-duplicate, json-trailing, json-type, json-not-object, and the
// codes of package columns in a JSONL list. Of cells: torn, cut-off, glued, column-name, empty,
// no-type, unknown-type, and in a sheet spreadsheet-date, spreadsheet-boolean,
// spreadsheet-error, spreadsheet-rounded, spreadsheet-escape, formula.
//
// # Cost
//
// Memory does not grow with the list: one record, 64 KiB of text beyond it, a block
// of 16 rows if their width is not the header's, and what a decoder needs for them. A
// broken quote may be followed for another 1 MiB. A million rows of e-mail addresses
// take about a second. A workbook is kept in memory as stored, at most 128 MiB, with
// the texts that its cells share; 100,000 rows of three cells take a second and 40
// MiB.
package reader
