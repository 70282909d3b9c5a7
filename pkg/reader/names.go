package reader

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"altadnc-bulk/pkg/api"
	"altadnc-bulk/pkg/reader/canonical"
)

// fold reduces a column name to what it is matched by: without case,
// diacritics, white space, invisible characters and the punctuation of names.
// Characters that could be delimiters stay, so that a header split at the wrong
// one never matches.
func fold(name string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.Is(unicode.Mn, r), unicode.IsSpace(r), canonical.Invisible(r), strings.ContainsRune("-_.:/()[]*#'’‐‑–—", r):
			return -1
		}
		return unicode.ToLower(r)
	}, norm.NFKD.String(cut(name, 200)))
}

// typeOf returns the type that a folded name stands for. This list is repeated
// in the package documentation.
func typeOf(folded string) (api.IdentifierType, bool) {
	switch folded {
	case "email", "emails", "mail", "emailaddress", "emailaddresses", "mailaddress", "emailid",
		"workemail", "workemailaddress", "businessemail", "businessemailaddress", "corporateemail",
		"companyemail", "professionalemail", "primaryemail", "personalemail", "personalemailaddress",
		"contactemail", "useremail", "leademail", "email1", "email1value", "email1address",
		"emailadresse", "mailadresse", "adresseemail", "courriel", "adressemail", "correo", "correoelectronico":
		return api.Email, true
	case "linkedin", "linkedinurl", "linkedinurls", "linkedinprofile", "linkedinprofileurl", "linkedinprofilelink",
		"linkedinlink", "linkedinaddress", "linkedinpage", "personlinkedin", "personlinkedinurl",
		"personallinkedin", "personallinkedinurl", "contactlinkedin", "contactlinkedinurl",
		"contactlinkedinprofileurl", "leadlinkedinurl", "publicprofileurl":
		return api.LinkedIn, true
	case "phone", "phones", "phonenumber", "phonenumbers", "phoneno", "telephone", "telephonenumber", "tel", "telno",
		"mobile", "mobilephone", "mobilephonenumber", "mobilenumber", "mobileno", "cell", "cellphone",
		"cellphonenumber", "cellnumber", "workphone", "workphonenumber", "businessphone", "businessphonenumber",
		"directphone", "directphonenumber", "directdial", "primaryphone", "personalphone", "homephone",
		"contactphone", "phone1", "phone1value", "telefon", "telefonnummer", "telefono", "numerodetelefono",
		"numerodetelephone", "handy", "handynummer", "mobiltelefon", "mobilnummer", "portable", "movil", "celular":
		return api.Phone, true
	case "sms", "smsnumber", "smsphone", "smsphonenumber", "smsno", "textmessage", "textmessagenumber", "textnumber":
		return api.SMS, true
	case "whatsapp", "whatsappnumber", "whatsappphone", "whatsappphonenumber", "whatsappno", "whatsappid", "wanumber":
		return api.WhatsApp, true
	case "webchat", "webchatid", "webchatuser", "webchatuserid", "webchatidentifier", "websitechat", "livechat", "livechatid":
		return api.WebChat, true
	}
	return "", false
}

// slot is a place among the columns that something is read from.
type slot int

const (
	slotIdentifier slot = iota
	slotType
	slotWeakType // "type" and the like: counts only beside an identifier column
	slotWide     // the first of six, in the order of api.IdentifierTypes
	slots        = slotWide + 6
	slotNone     = slot(-1)
)

// slotOf returns what a column of that name could be read as.
func slotOf(name string) slot {
	folded := fold(name)
	switch folded {
	case "identifier", "identifiers", "identifiervalue", "contactidentifier", "optoutidentifier":
		return slotIdentifier
	case "identifiertype", "typeofidentifier", "identifierkind", "identifierchannel", "contactidentifiertype":
		return slotType
	case "type", "kind", "channel", "channeltype":
		return slotWeakType
	}
	if t, ok := typeOf(folded); ok {
		return slotWide + slot(wideIndex(t))
	}
	return slotNone
}

func wideIndex(t api.IdentifierType) int {
	switch t {
	case api.Email:
		return 0
	case api.LinkedIn:
		return 1
	case api.Phone:
		return 2
	case api.SMS:
		return 3
	case api.WhatsApp:
		return 4
	}
	return 5
}

func wideType(i int) api.IdentifierType {
	return [...]api.IdentifierType{api.Email, api.LinkedIn, api.Phone, api.SMS, api.WhatsApp, api.WebChat}[i]
}

// isOutcome tells whether an earlier report wrote the column.
func isOutcome(name string) bool {
	return len(name) >= 4 && strings.EqualFold(name[:4], "dnc_")
}
