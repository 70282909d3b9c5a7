package reader

import (
	"errors"
	"fmt"
	"strings"

	"github.com/nyaruka/phonenumbers"

	"altadnc-bulk/pkg/reader/canonical"
	"altadnc-bulk/pkg/reader/columns"
)

// Options says how to read a list. Its zero value finds everything out from the
// list itself.
type Options struct {
	Format Format
	// Encoding is a label of the WHATWG Encoding Standard, or a code page of DOS
	// such as cp850; "" goes by a byte order mark and otherwise requires valid
	// UTF-8. With a declared encoding an invalid byte costs only its own record.
	Encoding string
	// Delimiter parts the cells of a CSV list; 0 finds it.
	Delimiter rune
	// HeaderLine is the 1-based line where the header of a CSV list begins, or the
	// row of a sheet; what is above it is passed over. 0 is the first line that is not blank.
	HeaderLine int
	// Sheet names the sheet of a workbook to read; "" is the one visible sheet that
	// is a list.
	Sheet string
	// HiddenRows says what to do with rows that a workbook does not show.
	HiddenRows HiddenRows
	// Columns says which columns to read, and as what. In JSONL they are members.
	Columns columns.Options
	// Values says how cells are read.
	Values canonical.Rules
}

// ErrOptions is what the error for options that cannot be is, by [errors.Is].
var ErrOptions = errors.New("options for reading a list")

// optionError names an option as the command does, and says what it takes.
type optionError string

func (e optionError) Error() string { return string(e) }

// Is reports whether target is [ErrOptions].
func (e optionError) Is(target error) bool { return target == ErrOptions }

// Validate returns all that is wrong with the options; nil if nothing is: the
// error is [ErrOptions].
func (o Options) Validate() error {
	var errs []error
	report := func(bad bool, format string, args ...any) {
		if bad {
			errs = append(errs, optionError(fmt.Sprintf(format, args...)))
		}
	}
	report(!o.Format.known(), "--format: unknown format %d", int(o.Format))
	report(o.HiddenRows < HiddenAsk || o.HiddenRows > HiddenSkip, "--hidden-rows: unknown choice %d", int(o.HiddenRows))
	_, known := codingOf(o.Encoding)
	report(o.Encoding != "" && !known, "--encoding %q: use a name such as utf-8, windows-1252, shift_jis or cp850", o.Encoding)
	report(o.Delimiter != 0 && !validDelimiter(o.Delimiter), "--delimiter %q: use , ; | a tab or another sign", o.Delimiter)
	report(o.HeaderLine < 0, "--header-line %d: lines are counted from 1", o.HeaderLine)
	report(o.HeaderLine > 0 && o.Columns.NoHeader, "--header-line and --no-header exclude each other; leave one of them out")
	report(len(o.Columns.Types) > 0 && o.Columns.Type != "", "--type and --type-column exclude each other; leave one of them out")
	report(o.Values.Region != "" && !knownRegion(o.Values.Region), "--default-region %q: use the two letters of a country, such as US or DE", o.Values.Region)
	return errors.Join(errs...)
}

func knownRegion(s string) bool {
	return phonenumbers.GetSupportedRegions()[strings.ToUpper(s)]
}

// HiddenRows is what to do with the rows that a workbook hides, by a filter or by
// hand: the author of the list may have meant them or not.
type HiddenRows int

// The choices. HiddenAsk, the zero value, makes a list that has any unreadable.
const (
	HiddenAsk HiddenRows = iota
	HiddenRead
	HiddenSkip
)

// ParseHiddenRows returns the choice named "read" or "skip", HiddenAsk for "".
func ParseHiddenRows(s string) (HiddenRows, error) {
	switch strings.ToLower(s) {
	case "":
		return HiddenAsk, nil
	case "read":
		return HiddenRead, nil
	case "skip":
		return HiddenSkip, nil
	}
	return HiddenAsk, fmt.Errorf("unknown choice %q: use read or skip", s)
}
