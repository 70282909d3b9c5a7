package main

import (
	"io"
	"strings"

	"github.com/spf13/cobra"
)

// excelFlag registers --excel, for CSV that is to be opened in a spreadsheet.
func excelFlag(cmd *cobra.Command, excel *bool) {
	cmd.Flags().BoolVar(excel, "excel", false, "write CSV that survives being opened and saved in a spreadsheet: a byte order mark, and ' before numbers it would rewrite (remove takes the ' off again)")
}

// errExcel is the error of --excel for what is not CSV.
func errExcel() error {
	return usageError("leave --excel out, or write CSV", "--excel: the output is JSONL, which spreadsheets do not open")
}

// beginExcel writes the mark by which Excel distinguishes UTF-8 from the
// encoding of the machine.
func beginExcel(w io.Writer) error {
	_, err := io.WriteString(w, "\ufeff")
	return err
}

// cells writes what a cell holds so that a spreadsheet leaves it alone.
type cells struct{ excel bool }

// plain protects a cell of any column: it must not run as a formula, and under
// --excel not lose what makes it the number it is. The apostrophe is what
// spreadsheets themselves write before text.
func (c cells) plain(cell string) string {
	if safe := disarm(cell); safe != cell || !c.excel || !losing(cell) {
		return safe
	}
	return "'" + cell
}

// identifier protects a cell that holds one: it must not become a date, a time or
// another number either.
func (c cells) identifier(cell string) string {
	if safe := c.plain(cell); safe != cell || !c.excel || !numeric(cell) {
		return safe
	}
	return "'" + cell
}

// maxShown is how many digits Excel shows of a number before it writes 4.48E+11,
// and saves that.
const maxShown = 11

// losing reports whether a cell is a number that a spreadsheet would shorten: by
// its plus sign, its leading zeros, or its last digits.
func losing(cell string) bool {
	digits := strings.TrimPrefix(cell, "+")
	if digits == "" || strings.Trim(digits, "0123456789") != "" {
		return false
	}
	return digits != cell || len(digits) > 1 && digits[0] == '0' || len(digits) > maxShown
}

// numeric reports whether a spreadsheet could take a cell for a date, a time or
// another number than its digits are: 1-2, 12:30, 1e5, 20 %.
func numeric(cell string) bool {
	return strings.ContainsAny(cell, "0123456789") && strings.Trim(cell, "0123456789") != "" && strings.Trim(cell, "0123456789+-.,/:()eE% \u00a0") == ""
}
