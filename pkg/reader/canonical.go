package reader

import (
	"strings"

	"altadnc-bulk/pkg/api"
)

// maxValue bounds a cleaned identifier in bytes, whatever its type.
const maxValue = 1024

// Canonical returns the one form that all spellings of an identifier share,
// which is what is sent, and with the type is its key; or why it has none. The
// value is cleaned first. region is the ISO 3166-1 alpha-2 code of the country
// that phone numbers without + are in, "" for none.
//
// The canonical form of a canonical form is itself. Package documentation tells
// the forms.
func Canonical(id api.Identifier, region string) (api.Identifier, *Refusal) {
	s := clean(id.Value, id.Type)
	r := unfit(s)
	if r == nil {
		s, r = canonical(s, id.Type, strings.ToUpper(region))
	}
	if r != nil {
		return api.Identifier{Type: id.Type}, r
	}
	return api.Identifier{Type: id.Type, Value: s}, nil
}

// unfit returns why a cleaned value cannot be an identifier of any type, or nil.
func unfit(s string) *Refusal {
	switch {
	case s == "":
		return refuse("empty", "has no identifier")
	case len(s) > maxValue:
		return refuse("too-long", "is too long for an identifier")
	}
	if r := uncontrolled(s); r != nil {
		return r
	}
	return spoiled(s)
}

func canonical(s string, t api.IdentifierType, region string) (string, *Refusal) {
	if placeholder(s) {
		return "", refuse("placeholder", "is a word for having no value, not an identifier: leave the cell empty")
	}
	switch t {
	case api.Email:
		return canonicalEmail(s)
	case api.Phone, api.SMS, api.WhatsApp:
		return canonicalPhone(s, region)
	case api.LinkedIn:
		return canonicalLinkedIn(s)
	case api.WebChat:
		return s, nil
	}
	return "", refuse("unknown-type", "has a type that is not one of email, linkedin, phone, sms, whatsapp, web_chat")
}

// Cleaned returns an identifier as [Options.AsIs] reads it: its value without
// what comes off both ends of a cell, and otherwise as it is written.
func Cleaned(id api.Identifier) api.Identifier {
	return api.Identifier{Type: id.Type, Value: clean(id.Value, id.Type)}
}
