// Package reader reads removal lists: CSV as spreadsheets and CRMs export it, and
// JSONL as scripts write it. It reads a cell exactly right or refuses it with a
// reason: a cell that is read wrongly takes the wrong person off a list.
//
// # Entries and records
//
// A record is a CSV row or a JSONL line. An [Entry] is what everything is counted
// in: one identifier cell of a record, or a record that is refused as a whole.
// [Reader.Read] hands out one entry after the other. A bad record is an entry
// with a [canonical.Refusal] and does not end the reading. A list that cannot be trusted as
// a whole is a [*ListError], from [New] or from Read: then nothing of it should
// be acted on, which is why a list is read through once before anything is sent.
//
// # Files
//
// The format is found from the content, never from the file's name: a list whose
// first visible character is { is JSONL, one object a line; any other is CSV. A
// list compressed with gzip is unpacked, up to 4 GiB. Workbooks (.xlsx, .xls,
// .ods), PDF, HTML and XML pages, JSON arrays and objects over several lines,
// other compressed files, databases and journals of this program are recognised
// and refused with what to do.
//
// The encoding is UTF-8, with or without a byte order mark, or what the mark of
// UTF-16 says, or what Options.Encoding declares: utf-8, utf-16le, utf-16be,
// windows-1252 (Excel's plain "CSV"), iso-8859-1. A list that declares nothing
// and is not valid UTF-8 is unreadable from its first invalid byte on: it may be
// of another encoding altogether. Where the encoding is declared, by option or
// mark, invalid bytes cost the record that they stand in.
//
// # CSV
//
// Cells are parted by comma, semicolon, tab or bar, whichever gives a header whose
// columns can be resolved; Excel's first line sep=; is honoured, and any other
// sign can be given. A header that makes sense with two of them is refused. Lines
// end in LF, CR LF, CR CR LF, or in CR alone if the first one does. Cells follow
// RFC 4180: quoted where they hold delimiters, quotes (doubled) or line ends.
// Empty lines and rows of empty cells are passed over.
//
// A row may have fewer cells than the header: the rest is empty. One with more
// is refused, since an unquoted delimiter has probably moved its cells under the
// wrong names; only empty trailing cells that the first row has too are allowed.
//
// A record is at most 1 MiB long. A quote out of place costs its record if that
// surely ends with its line; otherwise, and where a quote is never closed, the
// list is unreadable from there on, and the error names the line where the record
// begins. "Surely" means that strict and lenient readings agree. Nothing is
// resynchronised by guess: the text of a note never becomes a row.
//
// # JSONL
//
// Every line is one JSON object, read strictly: a member twice, anything behind the
// object, invalid UTF-8 or a number where a string is wanted refuse the line.
// Members are matched as columns are, each object for itself; others may be
// anything and are ignored. null and "" are empty. A line over 1 MiB is refused
// and passed over. A list in whose first 64 KiB no object has a member to read is
// refused as a whole.
//
// # Columns
//
// A list tells the types of its identifiers in one of three forms:
//
//   - long: a column identifier and a column identifierType
//   - wide: a column for each type, of which at least one is there. Each filled
//     cell is an entry, in column order; a row without any is blank.
//   - single: one identifier column, its type given by Options.Type. The column is
//     called identifier, or as that type's column, or is the list's only one, or
//     is named by Options.IdentifierColumn (then a name listed below gives the
//     type as well).
//
// A type is never guessed from a value. Names are matched without regard to case,
// white space, diacritics and punctuation, against this list:
//
//	identifier: identifier, identifiers, identifier value, contact identifier, opt-out identifier
//
//	type: identifier type, type of identifier, identifier kind, identifier channel, contact identifier type
//
//	type, beside an identifier column only: type, kind, channel, channel type
//
//	email: email, emails, mail, email address, email addresses, mail address, email id,
//	work email, work email address, business email, business email address, corporate email,
//	company email, professional email, primary email, personal email, personal email address,
//	contact email, user email, lead email, email 1, email 1 value, email 1 address,
//	E-Mail-Adresse, Mail-Adresse, adresse e-mail, adresse mail, courriel, correo, correo electrónico
//
//	linkedin: LinkedIn, LinkedIn URL, LinkedIn URLs, LinkedIn profile, LinkedIn profile URL,
//	LinkedIn profile link, LinkedIn link, LinkedIn address, LinkedIn page, person LinkedIn,
//	person LinkedIn URL, personal LinkedIn, personal LinkedIn URL, contact LinkedIn,
//	contact LinkedIn URL, contact LinkedIn profile URL, lead LinkedIn URL, public profile URL
//
//	phone: phone, phones, phone number, phone numbers, phone no, telephone, telephone number, tel, tel no,
//	mobile, mobile phone, mobile phone number, mobile number, mobile no, cell, cell phone,
//	cell phone number, cell number, work phone, work phone number, business phone, business phone number,
//	direct phone, direct phone number, direct dial, primary phone, personal phone, home phone,
//	contact phone, phone 1, phone 1 value, Telefon, Telefonnummer, teléfono, número de teléfono,
//	numéro de téléphone, Handy, Handynummer, Mobiltelefon, Mobilnummer, portable, móvil, celular
//
//	sms: SMS, SMS number, SMS phone, SMS phone number, SMS no, text message, text message number, text number
//
//	whatsapp: WhatsApp, WhatsApp number, WhatsApp phone, WhatsApp phone number, WhatsApp no, WhatsApp ID, WA number
//
//	web_chat: web chat, web chat id, web chat user, web chat user id, web chat identifier, website chat, live chat, live chat id
//
// Columns whose name begins with dnc_ come from a report of an earlier run and are
// ignored, so that a part of a report is a list again.
//
// Two columns that could both be meant (Phone and Mobile Phone; identifier and
// email) are refused, as are a list without any and one whose first row is data:
// the error lists the columns found. Options.IdentifierColumn and
// Options.TypeColumn say which count, matched in the same tolerant way; a column
// spelled exactly so wins.
//
// # Values
//
// What a cell must be to count as an identifier, and the form that it is sent in,
// is what package [altadnc-bulk/pkg/reader/canonical] tells. A type cell is read
// by [canonical.ParseType].
//
// # Refusals
//
// These are the codes of a refusal that records have: quote, stray-cr,
// too-many-cells, record-too-long, nul, invalid-encoding, no-type, unknown-type,
// json-syntax, json-duplicate, json-trailing, json-type, json-not-object,
// no-identifier-column, no-type-column, ambiguous-column. Those of cells are listed
// in package canonical.
//
// # Cost
//
// Memory does not grow with the list: one record, 64 KiB of text beyond it and
// what a decoder needs for them. The first line of a broken quote may be followed
// for another 1 MiB. A million rows of e-mail addresses take about a second.
package reader
