package canonical

import (
	"altadnc-bulk/pkg/api"
)

// Refusal says why a cell or a row is not sent. It never holds the value:
// identifiers are personal data, and whoever prints a reason must not leak one.
type Refusal struct {
	Code   string // stable slug for grouping; package documentation lists them
	Reason string // sentence for people, without a full stop
}

// Refuse returns the refusal of that code and reason.
func Refuse(code, reason string) *Refusal {
	return &Refusal{Code: code, Reason: reason}
}

// Rules are how values are read. The zero value reads phone numbers only with
// + and country code.
type Rules struct {
	// Region is the ISO 3166-1 alpha-2 code of the country of phone numbers
	// without +; "" refuses them.
	Region string
	// AsIs makes the cleaned value the identifier, without a canonical form.
	AsIs bool
}

// Found is one identifier of a cell.
type Found struct {
	Value string // what is sent and keyed
	Raw   string // the text of the cell that it came from
}

// Cell appends to found the identifiers that a cell of type t holds, in order, or
// tells why the cell is refused as a whole: never is a part of it read and the
// rest left out. Value and Raw may share memory with the cell.
func (r Rules) Cell(found []Found, raw string, t api.IdentifierType) ([]Found, *Refusal) {
	s := clean(raw, t)
	if t == api.Email && plainEmail(s) {
		return append(found, Found{s, raw}), nil
	}
	s, refusal := r.read(s, t)
	if refusal != nil {
		return found, refusal
	}
	return append(found, Found{s, raw}), nil
}

// Canonical returns the one form that all spellings of an identifier share,
// which is what is sent, and with the type is its key; or why it has none. The
// value is cleaned first.
//
// The canonical form of a canonical form is itself. Package documentation tells
// the forms.
func (r Rules) Canonical(id api.Identifier) (api.Identifier, *Refusal) {
	s, refusal := r.read(clean(id.Value, id.Type), id.Type)
	if refusal != nil {
		return api.Identifier{Type: id.Type}, refusal
	}
	return api.Identifier{Type: id.Type, Value: s}, nil
}

// Cleaned returns an identifier as [Rules.AsIs] reads it: its value without
// what comes off both ends of a cell, and otherwise as it is written.
func Cleaned(id api.Identifier) api.Identifier {
	return api.Identifier{Type: id.Type, Value: clean(id.Value, id.Type)}
}

// maxValue bounds a cleaned identifier in bytes, whatever its type.
const maxValue = 1024

// read returns what a cleaned value is sent as.
func (r Rules) read(s string, t api.IdentifierType) (string, *Refusal) {
	if refusal := unfit(s); refusal != nil || r.AsIs {
		return s, refusal
	}
	if placeholder(s) {
		return "", Refuse("placeholder", "is a word for having no value, not an identifier: leave the cell empty")
	}
	k, ok := kindOf(t)
	if !ok {
		return "", Refuse("unknown-type", "has a type that is not one of email, linkedin, phone, sms, whatsapp, web_chat")
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
	return spoiled(s)
}
