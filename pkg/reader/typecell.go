package reader

import (
	"fmt"
	"strings"

	"altadnc-bulk/pkg/api"
	"altadnc-bulk/pkg/reader/canonical"
)

// typed returns the type that a type cell names, or why it names none.
func typed(cell string) (api.IdentifierType, *canonical.Refusal) {
	if t, ok := canonical.ParseType(cell); ok {
		return t, nil
	}
	if cell = canonical.Trim(cell); cell == "" {
		return "", canonical.Refuse("no-type", "has no type: one of email, linkedin, phone, sms, whatsapp, web_chat is wanted")
	}
	return "", canonical.Refuse("unknown-type", "has an unknown type"+shown(cell)+": one of email, linkedin, phone, sms, whatsapp, web_chat is wanted")
}

// shown quotes a type cell for a reason if it is a word: a cell that shifted
// columns may hold an identifier, which reasons must not repeat.
func shown(cell string) string {
	if len(cell) > 24 || strings.Trim(strings.ToLower(cell), "abcdefghijklmnopqrstuvwxyz _-") != "" {
		return ""
	}
	return fmt.Sprintf(" %q", cell)
}

// untyped refuses an entry for its type cell, unless its own cell is empty or
// cannot be an identifier of any type. A nil r is no refusal.
func (e *Entry) untyped(r *canonical.Refusal) {
	if r != nil && (e.Refusal == nil || e.Refusal.Code == "unknown-type") {
		e.Refusal, e.Identifier = r, api.Identifier{}
	}
}
