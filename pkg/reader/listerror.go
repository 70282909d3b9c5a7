package reader

import (
	"fmt"
	"strings"
)

// ListError says that a list as a whole cannot be read: nothing of it should be
// acted on, what was read before included.
type ListError struct {
	Name   string // of the list, as given to [New], followed by !Sheet for a workbook
	Line   int    // 1-based line where the trouble began; 0 if it does not concern a single line
	Reason string // what is wrong
	Hint   string // what to do about it; may be empty
	// Flags are ways out, each the arguments to add to the command, the likeliest
	// first. Those about columns take the place of all such flags given before.
	Flags [][]string
}

// Error returns "list.csv:12: reason; hint".
func (e *ListError) Error() string {
	var b strings.Builder
	b.WriteString(e.Name)
	if e.Line > 0 {
		fmt.Fprintf(&b, ":%d", e.Line)
	}
	b.WriteString(": ")
	b.WriteString(e.Reason)
	if e.Hint != "" {
		b.WriteString("; ")
		b.WriteString(e.Hint)
	}
	return b.String()
}
