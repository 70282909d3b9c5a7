package columns

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/agnivade/levenshtein"

	"altadnc-bulk/pkg/api"
)

// pick is a column to read in a way out of a problem.
type pick struct {
	at    int
	types []api.IdentifierType
}

// pick is a column with the types that its name says, or those of Options.Types if
// they go with them.
func (h *header) pick(at int) pick {
	if types := h.senses[at].types; !fits(bits(types), h.o.Types) {
		return pick{at, types}
	}
	return pick{at, h.o.Types}
}

func (h *header) picks(at []int) []pick {
	picks := make([]pick, len(at))
	for i, at := range at {
		picks[i] = h.pick(at)
	}
	return picks
}

// flags returns the arguments that read just these columns.
func (h *header) flags(picks ...pick) []string {
	var flags []string
	if h.o.NoHeader {
		flags = append(flags, "--no-header")
	}
	slices.SortFunc(picks, func(a, b pick) int { return a.at - b.at })
	for _, p := range picks {
		flags = append(flags, "--column", Selection{h.ref(p.at), p.types}.String())
	}
	return flags
}

// longFlags returns the arguments for a column of identifiers and one of types.
func (h *header) longFlags(identifier, typ int) []string {
	flags := []string{"--identifier-column", h.ref(identifier), "--type-column", h.ref(typ)}
	if h.o.NoHeader {
		return append([]string{"--no-header"}, flags...)
	}
	return flags
}

// ref returns how a column is called in a flag: by its name, or by its position
// if it has no name, shares it with another column, or the name cannot be typed.
func (h *header) ref(i int) string {
	name := h.names[i]
	_, isPosition := position(name)
	if h.o.NoHeader || name == "" || isPosition || !typeable(name) || h.times[name] > 1 {
		return "#" + strconv.Itoa(i+1)
	}
	return name
}

func typeable(name string) bool {
	return len(name) <= 200 && name == strings.TrimSpace(name) &&
		!strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsPrint(r) || r == unicode.ReplacementChar })
}

// maxWays is how many ways out a problem offers.
const maxWays = 6

// offer adds a way out, unless there are enough or it is there.
func (p *Problem) offer(flags []string) {
	if len(p.Flags) < maxWays && !slices.ContainsFunc(p.Flags, func(f []string) bool { return slices.Equal(f, flags) }) {
		p.Flags = append(p.Flags, flags)
	}
}

// twins is the problem of columns that have one name.
func (h *header) twins(at []int) *Problem {
	reason := h.quoted(at) + " could both be meant"
	if h.names[at[0]] == h.names[at[len(at)-1]] {
		reason = fmt.Sprintf("%d columns are called %q", len(at), cut(h.names[at[0]]))
	}
	return &Problem{Code: "ambiguous-column", Reason: reason}
}

// quoted returns the names of columns for a reason.
func (h *header) quoted(at []int) string {
	const most = 6
	names := make([]string, 0, most)
	slices.Sort(at)
	for _, i := range at[:min(len(at), most)] {
		names = append(names, strconv.Quote(cut(h.names[i])))
	}
	noun := "columns "
	if len(at) == 1 {
		noun = "column "
	}
	if len(at) > most {
		return noun + strings.Join(names, ", ") + fmt.Sprintf(" and %d more", len(at)-most)
	}
	if last := len(names) - 1; last > 0 {
		return noun + strings.Join(names[:last], ", ") + " and " + names[last]
	}
	return noun + strings.Join(names, "")
}

// cut shortens a name for a sentence.
func cut(name string) string {
	const most = 40
	if runes := []rune(name); len(runes) > most {
		return string(runes[:most-1]) + "…"
	}
	return name
}

func tells(at []int) string {
	if len(at) == 1 {
		return " tells"
	}
	return " tell"
}

func each(at []int) string {
	if len(at) == 1 {
		return "it holds"
	}
	return "they hold"
}

// words lists types for a sentence.
func words(types []api.IdentifierType) string {
	list := make([]string, len(types))
	for i, t := range types {
		list[i] = string(t)
	}
	return strings.Join(list, ", ")
}

// anyTypeFlags returns a way out for each type that a column can have.
func (h *header) anyTypeFlags(at int) [][]string {
	var flags [][]string
	for _, t := range api.IdentifierTypes() {
		flags = append(flags, h.flags(pick{at, []api.IdentifierType{t}}))
	}
	return flags
}

// nearest returns the column whose name is most like want; ok is false if none is.
func (h *header) nearest(want string) (at int, ok bool) {
	want = cut(Fold(want))
	least := min(3, len(want)) // letters
	for i, name := range h.names {
		folded := cut(Fold(name))
		if h.ignored[i] || folded == "" {
			continue
		}
		if len(folded) > 2 && len(want) > 2 && (strings.Contains(folded, want) || strings.Contains(want, folded)) {
			return i, true
		}
		if d := levenshtein.ComputeDistance(want, folded); d < least {
			at, least, ok = i, d, true
		}
	}
	return at, ok
}
