package canonical

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"altadnc-bulk/pkg/api"
)

// kind is all that tells one type of identifier from another.
type kind struct {
	// words are what a type cell may say beside the API's own word, as [word]
	// reduces them, parted by spaces.
	words string
	// schemes are what may stand before a value of this type without being part
	// of it, in lower case, parted by spaces.
	schemes string
	// canonical returns the canonical form of a cleaned value.
	canonical func(r Rules, s string) (string, *Refusal)
}

// kinds returns the table of the types, in the order of [api.IdentifierTypes].
// A type that is missing here does not compile.
func kinds() [api.TypeCount]kind {
	return [...]kind{
		{
			words: "emails mail mails emailaddress emailaddresses mailaddress emailid workemail businessemail personalemail primaryemail " +
				"emailadresse mailadresse adresseemail adressemail courriel correo correoelectronico",
			schemes:   "mailto:",
			canonical: func(_ Rules, s string) (string, *Refusal) { return canonicalEmail(s) },
		},
		{
			words:     "linkedinurl linkedinprofile linkedinprofileurl linkedinprofilelink linkedinlink linkedinaddress linkedinpage",
			canonical: func(_ Rules, s string) (string, *Refusal) { return canonicalLinkedIn(s) },
		},
		{
			words: "phones phonenumber phonenumbers phoneno telephone telephonenumber tel telno mobile mobilephone mobilenumber mobileno " +
				"cell cellphone cellnumber workphone businessphone homephone primaryphone directphone directdial " +
				"telefon telefonnummer handy handynummer mobiltelefon mobilnummer telefono numerodetelefono numerodetelephone portable movil celular",
			schemes:   "tel:",
			canonical: canonicalPhone,
		},
		{
			words:     "smsnumber smsphone smsno textmessage textmessagenumber textnumber",
			schemes:   "tel:",
			canonical: canonicalPhone,
		},
		{
			words:     "whatsappnumber whatsappphone whatsappno whatsappid wanumber",
			schemes:   "tel:",
			canonical: canonicalPhone,
		},
		{
			words:     "webchatid webchatuser webchatuserid webchatidentifier websitechat livechat livechatid",
			canonical: func(_ Rules, s string) (string, *Refusal) { return s, nil },
		},
	}
}

// kindOf returns the row of a type. ok is false for a type that there is not.
func kindOf(t api.IdentifierType) (k kind, ok bool) {
	i, ok := t.Index()
	if ok {
		k = kinds()[i]
	}
	return k, ok
}

// ParseType returns the type that s names: in the spelling of the API, or as
// people write it into a type column ("E-Mail", "Phone number", "web chat").
func ParseType(s string) (api.IdentifierType, bool) {
	if t := api.IdentifierType(s); known(t) { // most lists write the API's own words
		return t, true
	}
	if s = word(s); s == "" {
		return "", false
	}
	for i, t := range api.IdentifierTypes() {
		if s == word(string(t)) || slices.Contains(strings.Fields(kinds()[i].words), s) {
			return t, true
		}
	}
	return "", false
}

func known(t api.IdentifierType) bool {
	_, ok := t.Index()
	return ok
}

// word reduces what a type cell says to what it is matched by: without case,
// diacritics, white space, hyphens, dots and invisible characters.
func word(s string) string {
	if len(s) > 200 {
		return ""
	}
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.Is(unicode.Mn, r), unicode.IsSpace(r), Invisible(r), strings.ContainsRune("-_.:/()[]*#'’‐‑–—", r):
			return -1
		}
		return unicode.ToLower(r)
	}, norm.NFKD.String(s))
}
