// Package columns decides which columns of a list are read, by their names alone.
// It knows nothing of files and values.
//
// # What is read
//
// [Names.Choose] reads a list in one of three ways:
//
//   - a column called identifier and one called identifierType; or called type, kind
//     or channel, where no column names its type itself;
//   - else every column whose name says that it holds identifiers of the person,
//     however many of one type: Email, Secondary Email, Mobile Phone, LinkedIn URL;
//   - or what the command line names.
//
// A column about somebody else is never read unasked (Owner email, Company phone),
// nor is one that is only about an identifier (Email status, Phone type, Fax).
// Nothing that could be meant is ignored silently: it is reported as Column.Unread,
// and if it could be meant instead of what is read, [Names.Choose] returns a
// [Problem] with the flags for each way out.
//
// # How a name is understood
//
// The table names.tsv holds words of nineteen languages and what they mean; it is all
// that a translator has to know. A name is split into words: at spaces and
// punctuation, at the humps of camelCase, between letters, digits and scripts, inside
// words run together (MOBILEPHONE, Diensthandy) and in scripts without spaces
// (携帯電話番号). Case, accents and width do not matter. It is read in English, and if that
// leaves a word unknown, in each language that one of the words belongs to; if two
// languages disagree, a doubt remains. Then:
//
//   - a type, and words that leave it as it is (work, primary, number, your, 2): read
//   - a word for somebody else among them (owner, assistant, HQ): somebody's
//   - a word for what is not an identifier (status, domain, opt-out): not read
//   - a word that is unknown, or means the person in one product and somebody else in
//     another (user, company, billing): reported as unread
//
// So a name that nobody thought of is read if all its words are known, and
// reported if not.
//
// # Names without a type
//
// Some names say too little alone. URL and Profile URL are read as LinkedIn profiles in
// an export of connections (beside Connected On or Headline), unless another column
// holds those; Work and Home as phones beside Phone or Mobile, and Other, Main and the
// like if Work or Home are there too. From beside a message's body is somebody's number
// for SMS, and the sender as often as the receiver, so it is not read. These, and
// Username, Number, Contact number, Caller ID and Chat ID, are reported as unread.
// Address, Web page, Recipient and ID are in too many lists for that: they are proposed
// only where nothing else of a list can be read.
//
// # Several people
//
// One row may name several people. Columns of one type under two words for a person
// (Requester email, Contact email), under one and without one (Target email, Email),
// or under one and a word that is not known to mean the person (Prospect email, User
// email) are a problem, as are two columns of one name, which joined tables have:
// Email and Email, Email and Email.1. In a list of events (a column Event, Action,
// Actor) a second column under an unknown word is one too. Contact 1 email and Contact
// 2 email are two people; Contact email 1 and 2 are one.
//
// # Reports
//
// The columns that a report of this program adds (dnc_line, dnc_type and so on) are
// Outcome columns. Others that begin with dnc_ are somebody's own: they are
// reported as unread, since dnc_phone may hold a number or a yes.
//
// # Lists of one column
//
// Under Options.Types the only column of a list is read whatever it is called, but its
// name may be the first value of a list without a header. A name of letters and spaces
// is neither an email address nor a number. Anything else, and any unknown name where
// the type is linkedin or web_chat, is a problem.
//
// # Problems
//
// The codes of a [Problem] are: no-identifier-column, no-type-column, ambiguous-column,
// no-such-column (an option names none), no-header (the first row is or may be data).
package columns
