package canonical

import (
	"altadnc-bulk/pkg/api"
)

// Refusal says why a cell or a row is not sent. It never holds the value:
// identifiers are personal data, and printing a reason must not leak one.
type Refusal struct {
	Code   string // stable slug for grouping; package documentation lists them
	Reason string // sentence for people, without a full stop
}

// Refuse returns the refusal of that code and reason.
func Refuse(code, reason string) *Refusal {
	return &Refusal{Code: code, Reason: reason}
}

// Rules are how values are read. The zero value reads phone numbers only with
// + and country code. Its methods may be called concurrently.
type Rules struct {
	// Region is the ISO 3166-1 alpha-2 code, in any case, of the country of phone
	// numbers without +; "" for none.
	Region string
	// International reads digits without + as beginning with a country code. It
	// goes before Region.
	International bool
	// AsIs makes the cleaned value the identifier, without a canonical form.
	AsIs bool
}

// Found is one identifier of a cell.
type Found struct {
	Value string // what is sent and keyed
	Raw   string // the text of the cell that it came from
}

// Cell appends to found the identifiers that a cell of type t holds, in order,
// or says why the cell is refused as a whole; then found is returned as it was.
// Usually there is one. Several, separated by ; , | ::: or line ends, are read
// only if each is an identifier on its own: a part is never read and the rest
// left out. A web chat identifier could hold any of these signs, so a cell of
// several is refused.
//
// Values may share memory with the cell.
func (r Rules) Cell(found []Found, raw string, t api.IdentifierType) ([]Found, *Refusal) {
	s := clean(raw, t)
	if t == api.Email && plainEmail(s) {
		return append(found, Found{s, raw}), nil
	}
	value, refusal := r.read(s, t)
	if refusal == nil {
		return append(found, Found{value, raw}), nil
	}
	if r.AsIs || t == api.WebChat || refusal.Code == "placeholder" {
		return found, refusal
	}
	return r.several(found, raw, t, refusal)
}

// Canonical returns the one form that all spellings of an identifier share,
// which is what is sent, and with the type is its key; or why it has none. It
// reads a value as [Rules.Cell] reads a cell that holds no other; with AsIs it
// only cleans it.
//
// The canonical form of a canonical form is itself. The package documentation
// describes the forms.
func (r Rules) Canonical(id api.Identifier) (api.Identifier, *Refusal) {
	var room [4]Found
	found, refusal := r.Cell(room[:0], id.Value, id.Type)
	if len(found) > 1 {
		k, _ := kindOf(id.Type)
		refusal = k.several()
	}
	if refusal != nil {
		return api.Identifier{Type: id.Type}, refusal
	}
	return api.Identifier{Type: id.Type, Value: found[0].Value}, nil
}

// Cleaned returns an identifier as [Rules.AsIs] reads it: its value without what
// clean takes off both ends of a cell, and otherwise as written.
func Cleaned(id api.Identifier) api.Identifier {
	return api.Identifier{Type: id.Type, Value: clean(id.Value, id.Type)}
}

// maxValue bounds a cleaned identifier in bytes, whatever its type.
const maxValue = 1024

// read returns what a cleaned value is sent as, or why it is not one identifier.
func (r Rules) read(s string, t api.IdentifierType) (string, *Refusal) {
	if refusal := unfit(s); refusal != nil || r.AsIs {
		return s, refusal
	}
	k, ok := kindOf(t)
	if !ok {
		return "", Refuse("unknown-type", "has a type that is not one of "+api.TypeNames())
	}
	if refusal := enclosed(s); refusal != nil {
		return "", refusal
	}
	return k.canonical(r, s)
}

// unfit returns why a cleaned value cannot be an identifier of any type, or nil.
func unfit(s string) *Refusal {
	switch {
	case s == "":
		return Refuse("empty", "has no identifier")
	case len(s) > maxValue:
		return Refuse("too-long", "is too long for an identifier")
	}
	if r := uncontrolled(s); r != nil {
		return r
	}
	if nothing(s) {
		return Refuse("placeholder", "is a word or sign for no value, not an identifier: leave the cell empty")
	}
	return spoiled(s)
}

// enclosed returns why what encloses a cleaned value does not belong to an
// identifier, or nil. A pair of quotes is gone by then.
func enclosed(s string) *Refusal {
	first, last := s[0], s[len(s)-1]
	switch {
	case first == '{' && last == '}', first == '[' && last == ']':
		return Refuse("brackets", "is a list in brackets, as a database or a script writes it: put one identifier in each cell, without brackets")
	case first == '"' && last != '>', last == '"', last == '\'': // "Quill, Ada" <ada@example.com>
		return Refuse("stray-quote", "has a stray quote at one end")
	}
	return nil
}
