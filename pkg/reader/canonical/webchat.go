package canonical

import "strings"

// maxDigits is how many digits of a number a spreadsheet keeps.
const maxDigits = 15

// canonicalWebChat returns a web chat identifier as it is. Nothing is known
// about its form, so only what surely is not one, or not a complete one, is
// refused.
func canonicalWebChat(_ Rules, s string) (string, *Refusal) {
	switch {
	case strings.ContainsFunc(s, separates), strings.Contains(s, ":::"):
		return "", Refuse("web-chat-two", "holds a comma, semicolon or bar, so it could be several: put one identifier in each cell (--as-is sends it as written)")
	case strings.ContainsRune(s, '?'):
		return "", Refuse("lost-character", "holds a ?, which often replaces a character that was lost in an export (--as-is sends it as written)")
	case strings.Contains(s, "***"):
		return "", Refuse("masked", "is masked: give the whole identifier")
	case s[0] == '<' && s[len(s)-1] == '>':
		return "", Refuse("brackets", "is in angle brackets: give the identifier alone")
	case strings.HasSuffix(s, "…"):
		return "", Refuse("cut-off", "ends in …: it is cut off")
	case mangled(s):
		return "", Refuse("mojibake", "holds letters garbled by a wrong encoding: export the list again as UTF-8")
	case columnWord(s):
		return "", Refuse("column-name", "is the name of a column, not an identifier")
	case rounded(s):
		return "", Refuse("rounded-number", "is a number that a spreadsheet or a script has rounded or turned into a decimal: format the column as text and export again")
	}
	return s, nil
}

// columnWord reports whether s is what heads a column of identifiers: below the
// first row it comes from joined lists.
func columnWord(s string) bool {
	if !lowerLetter(s[0]|0x20) || !lowerLetter(s[len(s)-1]|0x20) {
		return false
	}
	switch word(s) {
	case "identifier", "identifiers", "identifiertype", "type", "id", "visitorid", "userid", "chatid":
		return true
	}
	_, ok := parseType(s)
	return ok
}

// rounded reports whether s is a number of more digits than a spreadsheet keeps
// that ends in a zero, which they write for the rest, or a whole number with
// decimals.
func rounded(s string) bool {
	whole, fraction, decimal := strings.Cut(s, ".")
	if strings.Trim(whole, "0123456789") != "" || whole == "" {
		return false
	}
	if decimal {
		return fraction != "" && strings.Trim(fraction, "0") == ""
	}
	return len(whole) > maxDigits && strings.HasSuffix(whole, "0")
}

// Any text could be a web chat identifier, or the beginning of one.
func anyWebChat(string) bool                   { return true }
func webChatGoesOn(Rules, string, string) bool { return true }
