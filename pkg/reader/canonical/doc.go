// Package canonical decides what counts as an identifier, and gives the one form
// that all its spellings share. A value is read exactly right or refused with a
// reason: a value read wrongly takes the wrong person off a list.
//
// # Cells
//
// [Rules.Cell] reads a cell. Usually it holds one identifier; of several, separated
// by semicolons, commas, bars, ::: or line ends, each must be one on its own, or
// none is read. A word for nothing ([Nothing]) is refused; where a cell may be
// empty it is an empty cell.
//
// From both ends of a value come off: white space, no-break and zero-width
// characters, other invisible ones, a pair of quotes, the apostrophe or ="…" that
// makes a spreadsheet show a cell as text, and the scheme of a link that fits the
// type: mailto: and smtp:, or tel:, sms:, smsto:, whatsapp:, callto: and p:. With
// Rules.AsIs what is left is the identifier, checked only for what no identifier
// holds. Otherwise it is read into its canonical form.
//
// # Canonical forms
//
//   - email: in lower case and Unicode NFC, without a name and angle brackets
//     around it. Before the @ sign are letters, digits and the signs of RFC 5322,
//     except ? % * | { } and the backquote, which mean something else in a list. The
//     domain is valid by IDNA 2008, has a dot, ends in a label of two letters or
//     more, and stays as it is written.
//   - phone, sms, whatsapp: E.164, +14155550123, at most 15 digits. The number must
//     be a valid one of its country. Links to a chat (wa.me/…, …@s.whatsapp.net) hold
//     one. Without + a number is read by Rules.International, or Rules.Region, or,
//     if neither is set, refused unless it begins with 00. By the region, bare
//     digits are refused where with a + in front they would be another valid number;
//     digits in the groups of that region are not. A slash separates an area code from
//     the rest if what is before it is not a number on its own, else two numbers.
//   - linkedin: https://www.linkedin.com/in/name, the name decoded, in lower case
//     and NFC, of 3 to 100 characters, for any http address of a profile: of a
//     country, of a mobile page (/mwlite/in/…), in a mail (/comm/in/…), with a query,
//     a trailing slash, a translation (/de) or a page of the profile (/details/…).
//   - web_chat: as it is.
//
// An identifier of ASCII alone comes from ASCII alone (separators of phone numbers
// aside). Whatever lost a character on its way is refused: a ? that begins no
// query, U+FFFD, and UTF-8 that was read in another encoding (josÃ©). So is a value
// that may have lost its end: a domain that ends in a dot, a name that ends in ….
//
// # Doubt
//
// Where a list can be read in more than one way, [InSight], [CouldBe], [Rules.Joins]
// and [Rules.GoesOn] report whether an identifier could be at stake.
//
// # Refusals
//
// These are the codes of a [Refusal]. Of any value: empty, placeholder (a word such
// as n/a), too-long, unknown-type, spreadsheet-error (#REF!, ####), formula,
// scientific-notation (1.41556E+10), nul, line-break, control-character,
// replacement-character (U+FFFD), lost-character (a question mark), mojibake,
// lookalike, invisible-character, invalid-encoding, masked, cut-off, brackets,
// stray-quote. Of e-mail addresses: email-no-at, email-two, email-display-name,
// email-quoted, email-space, email-local, email-domain, email-domain-no-dot. Of
// phone numbers: phone-no-plus, phone-ambiguous, phone-invalid, phone-letters,
// phone-extension, phone-decimal, phone-date, phone-ip, phone-negative, phone-two,
// phone-characters, phone-foreign-digits. Of LinkedIn: linkedin-pub,
// linkedin-company, linkedin-sales, linkedin-member-id, linkedin-nobody,
// linkedin-not-profile, linkedin-not-url, linkedin-name, linkedin-path,
// linkedin-space, linkedin-two. Of web chat: web-chat-two, column-name,
// rounded-number.
package canonical
