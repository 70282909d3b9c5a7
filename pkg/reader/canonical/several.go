package canonical

import (
	"strings"

	"altadnc-bulk/pkg/api"
)

// several reads a cell that is not one identifier, and is refused as that. Its
// parts count only if all of them do. An empty one does no harm: address books
// write them, and a separator at the end.
func (r Rules) several(found []Found, raw string, t api.IdentifierType, refusal *Refusal) ([]Found, *Refusal) {
	parts := parted(raw)
	if len(parts) == 0 || refusal.Code == "phone-extension" || len(parts) == 1 && len(parts[0]) == len(Trim(raw)) {
		return found, refusal
	}
	k, ok := kindOf(t)
	if !ok {
		return found, refusal
	}
	all := found
	bad := 0
	for _, part := range parts {
		value, why := r.read(clean(part, t), t)
		if why != nil {
			bad++
		}
		if len(parts) == 1 {
			refusal = why
		}
		all = append(all, Found{value, part})
	}
	switch {
	case bad == len(parts):
		return found, refusal
	case bad > 0, k.dialled && !alike(parts):
		return found, k.several()
	}
	return all, nil
}

// parted returns what is between the separators of a cell, without empty parts.
func parted(raw string) []string {
	if strings.Contains(raw, ":::") { // as Google Contacts parts them
		raw = strings.ReplaceAll(raw, ":::", ";")
	}
	parts := strings.FieldsFunc(raw, separates)
	kept := parts[:0]
	for _, part := range parts {
		if part = Trim(part); part != "" {
			kept = append(kept, part)
		}
	}
	return kept
}

func separates(r rune) bool {
	switch r {
	case ';', ',', '|', '\n', '\r', '\u2028', '\u2029':
		return true
	}
	return false
}
