package api

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// IdentifierType is the kind of channel that an identifier belongs to, in the
// spelling of the API ("identifierType" of /dnc/communication-opt-outs).
type IdentifierType string

// The identifier types that the API documents. One more is added here, in
// [TypeCount] and in [IdentifierTypes]; the compiler then finds every table that
// lacks it.
const (
	Email    IdentifierType = "email"
	LinkedIn IdentifierType = "linkedin"
	Phone    IdentifierType = "phone"
	SMS      IdentifierType = "sms"
	WhatsApp IdentifierType = "whatsapp"
	WebChat  IdentifierType = "web_chat"
)

// TypeCount is how many identifier types there are. A table that has a row for
// each is an array of this length, made from a literal that counts its own rows:
//
//	func rows() [api.TypeCount]row { return [...]row{...} }
//
// So a missing row does not compile. (A literal of type [api.TypeCount]row would:
// its last row would be zero.)
const TypeCount = 6

// IdentifierTypes returns all types, in the order of the API's reference. This
// order is the index of every table that has a row for each.
func IdentifierTypes() [TypeCount]IdentifierType {
	return [...]IdentifierType{Email, LinkedIn, Phone, SMS, WhatsApp, WebChat}
}

// Index returns the place of t among [IdentifierTypes], from 0 to TypeCount-1,
// and reports whether t is one of them. It is not tolerant of other spellings;
// package reader is, where people type. It does not allocate.
func (t IdentifierType) Index() (i int, ok bool) {
	for i, known := range IdentifierTypes() {
		if t == known {
			return i, true
		}
	}
	return 0, false
}

// ParseIdentifierType returns the type that s names in exactly the API's
// spelling. The error names all of them.
func ParseIdentifierType(s string) (IdentifierType, error) {
	t := IdentifierType(s)
	if _, ok := t.Index(); ok {
		return t, nil
	}
	return "", fmt.Errorf("unknown identifier type %q: use one of %s", s, TypeNames())
}

// TypeNames returns the names of all types, separated by commas, for messages.
func TypeNames() string {
	var names []string
	for _, t := range IdentifierTypes() {
		names = append(names, string(t))
	}
	return strings.Join(names, ", ")
}

// Identifier names one way to reach a person, as the API knows it: a value and
// the type that says how to read it.
type Identifier struct {
	Type  IdentifierType `json:"identifierType"`
	Value string         `json:"identifier"`
}

// Masked returns the value with enough left to recognise it and too little to
// use it ("j***@example.com", "+1415***71"), for logs and errors: identifiers
// are personal data.
func (id Identifier) Masked() string {
	if local, domain, ok := strings.Cut(id.Value, "@"); ok {
		return firstRunes(local, 1) + "***@" + domain
	}
	if id.Type == LinkedIn {
		slash := strings.LastIndexByte(strings.TrimRight(id.Value, "/"), '/') + 1
		return id.Value[:slash] + firstRunes(id.Value[slash:], 1) + "***"
	}
	if n := utf8.RuneCountInString(id.Value); n >= 9 {
		return firstRunes(id.Value, min(n-7, 5)) + "***" + lastRunes(id.Value, 2)
	}
	return firstRunes(id.Value, 1) + "***"
}

func firstRunes(s string, n int) string {
	for i := range s {
		if n == 0 {
			return s[:i]
		}
		n--
	}
	return s
}

func lastRunes(s string, n int) string {
	end := len(s)
	for ; n > 0 && end > 0; n-- {
		_, size := utf8.DecodeLastRuneInString(s[:end])
		end -= size
	}
	return s[end:]
}
