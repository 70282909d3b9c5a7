package canonical

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"altadnc-bulk/pkg/api"
)

// kind is all that distinguishes one type of identifier from another.
type kind struct {
	// words are what columns of the type are called beside the API's own word, as
	// [word] reduces them, separated by spaces: none of them is a value.
	words string
	// schemes are what may stand before a value of this type without being part of
	// it, in lower case, separated by spaces.
	schemes string
	// dialled is set where values are phone numbers.
	dialled bool
	// canonical returns the canonical form of a cleaned value.
	canonical func(r Rules, s string) (string, *Refusal)
	// couldBe and goesOn are [CouldBe] and [Rules.GoesOn], of a value that is not
	// nothing and of one that is an identifier.
	couldBe func(s string) bool
	goesOn  func(r Rules, s, value string) bool
	// several is why a cell that holds more than one value is refused; nil where
	// that cannot be known.
	several func() *Refusal
}

// kinds returns the table of the types, in the order of [api.IdentifierTypes].
// A type that is missing here does not compile.
func kinds() [api.TypeCount]kind {
	return [...]kind{
		{
			words: "emails mail mails emailaddress emailaddresses mailaddress emailid workemail businessemail personalemail primaryemail " +
				"emailadresse mailadresse adresseemail adressemail courriel correo correoelectronico",
			schemes:   "mailto: smtp:",
			canonical: canonicalEmail,
			several:   twoEmails,
			couldBe:   couldBeEmail,
			goesOn:    emailGoesOn,
		},
		{
			words:     "linkedinurl linkedinprofile linkedinprofileurl linkedinprofilelink linkedinlink linkedinaddress linkedinpage",
			canonical: canonicalLinkedIn,
			several:   twoProfiles,
			couldBe:   couldBeProfile,
			goesOn:    profileGoesOn,
		},
		dialled("phones phonenumber phonenumbers phoneno telephone telephonenumber tel telno mobile mobilephone mobilenumber mobileno " +
			"cell cellphone cellnumber workphone businessphone homephone primaryphone directphone directdial " +
			"telefon telefonnummer handy handynummer mobiltelefon mobilnummer telefono numerodetelefono numerodetelephone portable movil celular"),
		dialled("smsnumber smsphone smsno textmessage textmessagenumber textnumber"),
		dialled("whatsappnumber whatsappphone whatsappno whatsappid wanumber"),
		{
			words:     "webchatid webchatuser webchatuserid webchatidentifier websitechat livechat livechatid",
			canonical: canonicalWebChat,
			couldBe:   anyWebChat,
			goesOn:    webChatGoesOn,
		},
	}
}

// dialled returns the row of a type whose values are phone numbers. What links of
// any of them begin with comes off (p: is what lead ads of Meta put there).
func dialled(words string) kind {
	return kind{
		words:     words,
		schemes:   "tel: sms: smsto: whatsapp: callto: p:",
		dialled:   true,
		canonical: canonicalPhone,
		several:   twoPhones,
		couldBe:   couldBePhone,
		goesOn:    phoneGoesOn,
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

// parseType returns the type that s names ("E-Mail", "Phone number", "web chat"):
// the name of a column is not a value. Package columns reads type cells.
func parseType(s string) (api.IdentifierType, bool) {
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
	return norm.NFC.String(strings.Map(func(r rune) rune {
		switch {
		case unicode.Is(unicode.Mn, r), unicode.IsSpace(r), Invisible(r), strings.ContainsRune(`-_.:/\()[]{}<>*#!'"’‐‑–—…`, r):
			return -1
		}
		return unicode.ToLower(r)
	}, norm.NFKD.String(s)))
}
