// Package canonical tells what a value must be to count as an identifier, and the
// one form that all spellings of it share. A value is read exactly right or
// refused with a reason: one that is read wrongly takes the wrong person off a list.
//
// # Values
//
// From both ends of a value come off: white space, no-break and zero-width
// characters, other invisible ones, the apostrophe that makes a spreadsheet show a
// cell as text, and mailto: or tel: where it fits the type. What is left is sent
// in its canonical form:
//
//   - email: in lower case and Unicode NFC. The domain must have a dot and be valid
//     (IDNA 2008), and stays as it is written.
//   - phone, sms, whatsapp: E.164, +14155550123. The number must be a valid one of
//     its country. Without + it is one of Rules.Region, and refused where the same
//     digits behind a + would be another valid number.
//   - linkedin: https://www.linkedin.com/in/name, the name decoded, in lower case
//     and NFC, for any http address of a profile: with country subdomain, query,
//     trailing slash, translation (/de) or page of the profile (/details/…).
//   - web_chat: as it is.
//
// With Rules.AsIs the cleaned value is sent as it stands, checked only for what
// no identifier holds.
//
// # Refusals
//
// These are the codes of a [Refusal]. Of any value: empty, placeholder (a word such
// as n/a), too-long, unknown-type, spreadsheet-error (#REF!, ####), formula,
// scientific-notation (1.41556E+10), nul, line-break, control-character,
// replacement-character, invisible-character, invalid-encoding. Of e-mail addresses:
// email-no-at, email-two, email-display-name, email-quoted, email-space, email-local,
// email-lookalike, email-domain, email-domain-no-dot. Of phone numbers: phone-no-plus,
// phone-ambiguous, phone-invalid, phone-letters, phone-extension, phone-decimal,
// phone-negative, phone-two, phone-characters, phone-foreign-digits. Of LinkedIn:
// linkedin-pub, linkedin-company, linkedin-sales, linkedin-member-id,
// linkedin-not-profile, linkedin-not-url, linkedin-name, linkedin-path,
// linkedin-space.
package canonical
