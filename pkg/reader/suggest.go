package reader

import (
	"fmt"
	"slices"
	"strings"

	"github.com/agnivade/levenshtein"
)

// hinted returns the hint for columns that cannot be resolved; where an option
// names a column that is not there, the name that was probably meant.
func (l *Reader) hinted(hint string, names []string) string {
	if hint != "" {
		return hint
	}
	for _, want := range []string{l.opts.IdentifierColumn, l.opts.TypeColumn} {
		if want == "" || slices.ContainsFunc(names, func(name string) bool { return fold(name) == fold(want) }) {
			continue
		}
		if name := nearest(want, names); name != "" {
			return fmt.Sprintf("did you mean %q", name)
		}
	}
	return "name one of the columns found"
}

// nearest returns the name that is most like want, or "" if none is like it:
// one that contains it, is contained in it, or is a few letters away.
func nearest(want string, names []string) string {
	best, least := "", 3 // edits
	want = cut(fold(want), 40)
	for _, name := range names {
		folded := cut(fold(name), 40)
		if folded == "" {
			continue
		}
		if len(folded) > 2 && (strings.Contains(folded, want) || strings.Contains(want, folded)) {
			return name
		}
		if d := levenshtein.ComputeDistance(want, folded); d < least {
			best, least = name, d
		}
	}
	return best
}
