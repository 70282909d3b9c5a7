package main

import "strings"

// adviceFor returns what to do about failures of a group, as reasonGroup and the
// codes of refusals name them.
func adviceFor(group string) string {
	code, refused := strings.CutPrefix(group, "refused: ")
	if !refused {
		return adviceForAnswer(group)
	}
	for _, a := range []struct{ prefix, advice string }{
		{"phone-no-plus", "Write the number with + and country code, or run again with --default-region or --international."},
		{"phone-ambiguous", "Write the number with + and country code, or run again with --default-region or --international."},
		{"phone-two", "Put one number in each cell."},
		{"phone-", "Write one telephone number with + and country code, digits only."},
		{"email-two", "Put one address in each cell."},
		{"email-", "Correct the address."},
		{"linkedin-two", "Put one profile in each cell."},
		{"linkedin-", "Give the address of the person's profile: https://www.linkedin.com/in/name."},
		{"web-chat-", "Put one visitor in each cell."},
		{"scientific-notation", "Format the column as text in the spreadsheet, and export it again."},
		{"spreadsheet-", "Format the column as text in the spreadsheet, and export it again."},
		{"rounded-number", "Format the column as text in the spreadsheet, and export it again."},
		{"formula", "Replace the formula by its value, and export it again."},
		{"too-", "Fix the row: a delimiter or a quote is missing or one too many."},
		{"quote", "Fix the row: a delimiter or a quote is missing or one too many."},
		{"stray-", "Fix the row: a delimiter or a quote is missing or one too many."},
		{"torn", "Fix the row: a line break or a delimiter cut the identifier in two."},
		{"glued", "Fix the row: a line end is missing."},
		{"cut-off", "Export the list again: it ends in the middle of the value, or the value was shortened."},
		{"identifier-elsewhere", "The identifier is in a column that is not read: move it, or give its column with --column."},
		{"json-", "Fix the line: it must hold one JSON object."},
		{"empty", "Fill in the identifier, or delete the row."},
		{"placeholder", "Fill in the identifier, or delete the row."},
		{"no-type", "Fill in the type, or delete the row."},
		{"unknown-type", "Correct the type: email, linkedin, phone, sms, whatsapp or web_chat."},
		{"masked", "Export the list again with the values in full."},
		{"column-name", "Delete the row: it repeats the header."},
		{"refused-before", "Fix the row in the list itself: it was refused as a whole."},
		{"invalid-encoding", "Export the list again as UTF-8."},
		{"mojibake", "Export the list again as UTF-8."},
		{"replacement-", "Export the list again as UTF-8."},
		{"lost-character", "Export the list again as UTF-8."},
	} {
		if strings.HasPrefix(code, a.prefix) {
			return a.advice
		}
	}
	return "Correct the cell."
}

func adviceForAnswer(group string) string {
	switch {
	case group == "removed in part":
		return "Run remove again: it removes the forms that are left."
	case group == "no answer", strings.HasPrefix(group, "answered 5"):
		return "Run remove again: it tries them once more."
	case group == "answered 400":
		return "The API does not accept the value: correct it on the list."
	}
	return "See in the report what answered; if it was a firewall or a proxy, ask whoever runs it."
}
