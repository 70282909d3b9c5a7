// Package journal keeps the evidence of removal runs in a file: what was about
// to be sent, with what outcome, and the state of every key. It is what lets a
// run resume after anything, and what an auditor reads. This page specifies the
// format.
//
// # File
//
// A journal is UTF-8 text, one record a line, each a JSON object, so that it
// can be read, grepped and cut with everyday tools. It only grows. It is created with mode
// 0600: identifiers are personal data. Beside a journal F lie F.lock, the lock,
// never deleted, and F.torn-1, F.torn-2 and so on, torn tails set aside.
//
// # Line
//
//		{"seq":17,"durable":15,"kind":"…",fields…,"crc":"9ae0daaf"}
//
//	  - seq: number of the record; 1 for the first, one more for each.
//	  - durable: the last sequence number that was known to be on the disk when
//	    this line was made, 0 for none; less than seq and never falling.
//	  - kind: see below.
//	  - crc: CRC-32C (Castagnoli) in eight lower-case hexadecimal digits, begun
//	    with the value that the crc field of the line before holds (0 for the
//	    first line), over the bytes of the line up to the comma before "crc".
//	    Being chained to the value stored, not to the value computed, one bad line
//	    does not hide the good ones after it.
//
// A line ends in one line feed; the last record is good without it. There is no
// white space between tokens. Fields are in the order given here; those in
// brackets are left out if they are empty. Numbers are integers from 0 to
// 2^53-1. Times are UTC in milliseconds, "2026-01-31T09:30:00.000Z". Texts hold
// a backslash before " and \, and \u with four lower-case digits (a surrogate
// pair beyond U+FFFF) for control characters, C1 included, DEL, and Unicode's
// categories Cf, Zl and Zp (bidi controls, zero-width characters, byte order
// mark, separators); everything else is written as it is. So a line can be
// printed to a terminal, and one record has one spelling. A line is at most 8
// MiB long.
//
// # Kinds
//
//		journal   format time id baseUrl [accountId]
//		run       time version list listSha256 baseUrl [accountId] [reading]
//		end       time reason entries open removed not_found failed protected
//		          restored partial duplicate skipped unsure requests
//		intent    time line type identifier [sent] [restore] [stored]
//		outcome   time line type identifier [sent]
//		          outcome reason status attempts unsure [stored]
//		outcome   time line refused [type] [column] [raw]
//		          outcome reason status attempts unsure [stored]
//		released  time line type identifier [sent] [restore] reason status [stored]
//		released  time key reason
//		reopen    time type identifier [stored]
//		reopened  time
//		restored  time line type identifier [sent] status
//		verified  time line type identifier found
//		minute    time requests most throttled unanswered
//		pause     time until reason
//		repair    time source sourceSha256 kept lost
//
//	  - journal is the first record and no other. Its format is 1, its id 32
//	    random hexadecimal digits.
//	  - run begins a run, end ends it; the figures of end are entries of the list,
//	    and requests. A run repeats base URL and account, and may name an account
//	    for the first time: it is the journal's from then on. reading is an array of
//	    the flags with which the list was read, left out where there were none.
//	  - line is the line of the list, 1-based, 0 for none. type is one of the
//	    identifier types of the API, identifier the canonical form, which with the
//	    type makes the key; sent is what was sent where that differs.
//	  - status is what the API answered, 0 for no answer: where a key has several
//	    stored forms that is the last answer, or 200 once one form was confirmed
//	    and none is left.
//	  - stored is an array of entries of the Do Not Contact list that are, or may
//	    be, the key's: {"identifier" ["label"] ["manual"] ["createdAt"]
//	    ["updatedAt"] ["removed"]}. "removed":true says that the API confirmed the
//	    removal of this form. A record that has the field has all that is known.
//	  - intent: a request for the key is about to leave; with "restore":true one
//	    that puts it back on the list. Of a key that a snapshot found, stored is
//	    what requests may touch.
//	  - outcome is removed, not_found, failed, protected or partial: some stored
//	    forms are removed, and another one failed. unsure is true if an attempt
//	    that nobody saw the answer of may have removed the entry before. refused is
//	    the key, 32 hexadecimal digits, of an entry that was refused when the list
//	    was read; column and raw tell where and what it was.
//	  - released ends an intent without an outcome. With an identifier, the fate
//	    of its attempts is known: they were not applied, or stored says what they
//	    removed. With "restore":true the API refused to put the key back. With a
//	    key alone, it stays unknown.
//	  - reopen names a key that is to be open again; reopened makes all of them
//	    open that were named since the last run record. Those that no reopened
//	    follows before the next run stay as they were.
//	  - restored says that a key was put back.
//	  - verified is what a listing of the Do Not Contact list, begun at its time,
//	    showed of a finished key: absent, present, came_back, still_there, missing
//	    or unclear. It changes nothing about the key.
//	  - minute is what the run sent in the minute that begins at its time: requests
//	    that left; most, how many had at most left the machine for the account, in
//	    all runs that share the pace, in the 60 seconds up to any of these, 0 if that
//	    is not known; throttled, answers of 429 that arrived in it; unanswered,
//	    attempts that ended in it with a 5xx or without an answer. It is written when
//	    the minute is over or the run ends, so a run that was killed lacks its last.
//	  - pause is a time in which nothing left, or only requests that asked whether
//	    the API is back, from its time until another, for a reason in words. One for
//	    which the API did not answer begins with the first of the attempts in a row
//	    that showed it. It is written when it is over.
//	  - repair is at the end of what [Repair] saved, which has its name when all
//	    of it is on the disk; lost is how many lines or records could not be saved.
//	    It also follows the run record of a run
//	    that found fewer records than the lock file knows of: source is then the
//	    name of that file, sourceSha256 is empty.
//
// # States
//
// The records of a key, in order, make its [State]:
//
//	intent    pending, the intent outstanding; unsure if one was outstanding
//	          before; a failed or partial key is so again after released, and an
//	          intent to restore leaves the status as it is
//	released  the intent is over: failed or partial again if that was the last
//	          outcome, else pending; unsure as before; without an identifier: unsure;
//	          with restore: barred until the next intent or outcome, and the intent
//	          is over only if the key is removed
//	outcome   that status, unsure as recorded
//	reopened  pending, unsure as before, or if it was removed; what the key's
//	          reopen stored is what is known of its forms
//	restored  restored
//	repair    with lost > 0: unsure for every key without a finished outcome,
//	          recorded or not
//
// An intent or a release with stored decides on its own: the key is pending from
// then on, whatever it was, and the record has what is known about its forms.
//
// # Lock file
//
// {"pid":4711,"host":"…","start":"…","journal":"id","records":17} and a line feed:
// who held the journal last, the id of that journal, and how many of its records were
// durable then, at least. Only its holder writes it, to the very file that is locked.
// It is not a link, and no file that begins otherwise is written to, but for one of
// NUL bytes alone, which a power cut leaves of a new one. A journal with another id,
// or with fewer records, has lost what the file knows of.
//
// # Order of writes
//
// An intent is on the disk before its request leaves; an outcome is on the disk
// before the index shows it. Appends that wait at the same time share one write
// and one fsync. The name of a new journal is on the disk before its first record,
// and that before the lock file mentions it; opening a journal syncs the folder
// too, since the run that created it may not have come that far. The first error
// of a write, sync or close is final.
//
// # Recovery
//
// A line is good if its crc matches. The good lines from the start are the journal. If a
// bad line follows, and a line after it, good or bad, has a durable that reaches the bad
// line's place, then what was on the disk is no longer there: that is damage, refused
// with the place, and no byte is changed. Otherwise the rest was being written when the
// writer was cut off: a torn tail, even with good lines in it, as a power cut may keep
// any part of what was not synced. Open copies it to a file beside the journal, syncs
// that, and cuts it off. A first record that was cut off is torn as well, and so is a
// file that holds nothing, or nothing but NUL bytes in its first 512, a disk's sector; a
// file in which no line is good and that does not begin as a journal does is none, and
// refused.
//
// A line whose crc matches but which is not a record of this format in its place
// is damage, wherever it is: no power cut produces it.
//
// Records that no later one calls durable are written again, the same bytes at
// the same place, before they are trusted: a kernel that failed to write a
// page may hold it in memory, and call it clean.
//
// # Versions
//
// A program reads the format it knows and nothing else: fields and kinds that
// are not listed here belong to a higher format. In every format the first line
// begins with {"seq":1,"durable":0,"kind":"journal","format":N, and ends in the
// crc of this page, so that a newer journal can be distinguished from a damaged
// one.
//
// # What is assumed of the file system
//
// That fsync of a file makes its bytes and its length durable, and fsync of a
// folder the names in it (where the system has that call); that a file which is
// renamed keeps its old name until it has the new one; that locks are kept
// (flock or LockFileEx; not so on some network file systems); that a write to a
// part of a file changes no other part of it.
//
// # What is not protected
//
// The checksum is not a signature: whoever can write the file can forge it. Whole last
// lines that are cut off, or damaged with nothing after them, look like a run that ended
// earlier to anyone without the lock file; the SHA-256 from [Verify] and
// [Journal.Digest] shows it, and has to be kept elsewhere. The lock is one per path,
// symbolic links followed; two hard links to a journal have two. During a run, a journal
// that another program replaces, moves or changes in length is noticed at the next
// append ([ErrChanged]); one that it overwrites in place is noticed when the journal is
// next read.
package journal
