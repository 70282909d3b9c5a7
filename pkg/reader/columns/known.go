package columns

import "altadnc-bulk/pkg/api"

// Known reports whether a name is one that the header of a list has: of a column
// with identifiers of anyone, or of one that is often beside them. It
// distinguishes a header from rows of values and from a title.
func (n *Names) Known(name string) bool {
	return n.sense(name).inTable()
}

// ParseType returns the type that s names, in the spelling of the API or as a
// column of that type may be called ("E-Mail", "Phone number", "web chat"). It is
// for the cells of a type column.
func (n *Names) ParseType(s string) (t api.IdentifierType, ok bool) {
	if t = api.IdentifierType(s); t != "" { // most lists write the API's own words
		if _, ok := t.Index(); ok {
			return t, true
		}
	}
	if got := n.sense(s); got.standing == certain && got.key == "" && len(got.types) == 1 {
		return got.types[0], true
	}
	return "", false
}
