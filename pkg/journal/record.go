package journal

import (
	"fmt"

	"altadnc-bulk/pkg/api"
)

// record is one record, field by field as the format has them. Its texts may be
// parts of the line that was read: they are valid as long as that line is.
type record struct {
	kind Kind
	time []byte // as spelled: most are never looked at

	format                int64
	id, baseURL, account  []byte
	version, list, sha256 []byte
	reading               [][]byte

	entries, unsureEntries, requests int64
	counts                           Counts
	most, throttled, unanswered      int64
	until                            []byte

	line                  int64
	typ, identifier, sent []byte
	key                   Key
	refused, keyed        bool // key takes the place of the identifier
	restore, unsure       bool
	status                Status
	found                 Found
	reason, column, raw   []byte
	httpStatus, attempts  int64
	forms                 []form
	source                []byte
	kept, lost            int64
}

// form is one entry of the Do Not Contact list.
type form struct {
	value, label, created, updated []byte
	told, manual                   bool // told: the API said whether it is manual
	removed                        bool
}

// walk goes through the fields of r in the order of the format. It is what the
// format is, for the writer and for the reader.
func (r *record) walk(c *codec) {
	r.kind = Kind(c.word(`,"kind":"`, kindNames[:], int(r.kind)))
	if r.kind == KindJournal {
		c.number(`,"format":`, &r.format)
		c.check(r.format == formatVersion, "another format", "")
	}
	c.time(`,"time":"`, &r.time)
	switch r.kind {
	case KindJournal:
		c.text(`,"id":"`, &r.id)
		r.walkIdentity(c)
	case KindRun:
		c.text(`,"version":"`, &r.version)
		c.text(`,"list":"`, &r.list)
		c.text(`,"listSha256":"`, &r.sha256)
		r.walkIdentity(c)
		r.walkReading(c)
	case KindEnd:
		r.walkEnd(c)
	case KindIntent:
		c.number(`,"line":`, &r.line)
		r.walkIdentifier(c)
		r.restore = c.present(`,"restore":true`, r.restore)
		r.walkForms(c)
	case KindOutcome:
		r.walkOutcome(c)
	case KindReleased:
		r.walkReleased(c)
	case KindReopen:
		r.walkIdentifier(c)
		r.walkForms(c)
	case KindRestored:
		c.number(`,"line":`, &r.line)
		r.walkIdentifier(c)
		c.number(`,"status":`, &r.httpStatus)
	case KindVerified:
		c.number(`,"line":`, &r.line)
		r.walkIdentifier(c)
		r.found = Found(c.word(`,"found":"`, foundNames[:], int(r.found)))
		c.check(r.found != 0, "nothing found", "")
	case KindMinute:
		c.number(`,"requests":`, &r.requests)
		c.number(`,"most":`, &r.most)
		c.number(`,"throttled":`, &r.throttled)
		c.number(`,"unanswered":`, &r.unanswered)
	case KindPause:
		c.time(`,"until":"`, &r.until)
		c.text(`,"reason":"`, &r.reason)
	case KindRepair:
		c.text(`,"source":"`, &r.source)
		c.text(`,"sourceSha256":"`, &r.sha256)
		c.number(`,"kept":`, &r.kept)
		c.number(`,"lost":`, &r.lost)
	}
}

func (r *record) walkIdentity(c *codec) {
	c.text(`,"baseUrl":"`, &r.baseURL)
	c.filled(`,"accountId":"`, &r.account)
}

func (r *record) walkReading(c *codec) {
	if !c.present(`,"reading":[`, len(r.reading) > 0) {
		return
	}
	for i, more := 0, true; more && c.err == nil; i++ {
		if c.reading {
			r.reading = append(r.reading, nil)
		}
		c.text(`"`, &r.reading[i])
		more = c.either(i+1 < len(r.reading), ",", "]")
	}
}

func (r *record) walkEnd(c *codec) {
	c.text(`,"reason":"`, &r.reason)
	c.number(`,"entries":`, &r.entries)
	for s := Pending; s < statuses; s++ {
		c.number(`,"`+statusNames[s]+`":`, &r.counts[s])
	}
	c.number(`,"unsure":`, &r.unsureEntries)
	c.number(`,"requests":`, &r.requests)
}

func (r *record) walkIdentifier(c *codec) {
	c.text(`,"type":"`, &r.typ)
	r.checkType(c)
	c.text(`,"identifier":"`, &r.identifier)
	c.check(len(r.identifier) > 0, "empty identifier", "")
	c.filled(`,"sent":"`, &r.sent)
	c.check(r.sent == nil || string(r.sent) != string(r.identifier), "sent is the identifier", "")
}

// checkType makes sure that the type is one of those that the API has now: the
// journal has no list of its own.
func (r *record) checkType(c *codec) {
	for _, t := range api.IdentifierTypes() {
		if string(r.typ) == string(t) {
			return
		}
	}
	c.fail("unknown identifier type", "")
}

func (r *record) walkOutcome(c *codec) {
	c.number(`,"line":`, &r.line)
	if r.refused = c.present(`,"refused":"`, r.refused); r.refused {
		r.walkRefused(c)
	} else {
		r.walkIdentifier(c)
	}
	r.status = Status(c.word(`,"outcome":"`, statusNames[:], int(r.status)))
	c.check(r.status.outcome(), "not an outcome", "")
	c.text(`,"reason":"`, &r.reason)
	c.number(`,"status":`, &r.httpStatus)
	c.number(`,"attempts":`, &r.attempts)
	c.flag(`,"unsure":`, &r.unsure)
	sent := r.status != Failed || r.httpStatus != 0 || r.attempts != 0 || r.unsure || r.identifier != nil
	c.check(!r.refused || !sent, "a refused entry has no identifier and no attempts, and failed", "")
	r.walkForms(c)
}

// walkRefused goes through what identifies a refused entry: its key beside what
// that was made of, since a cell may hold bytes that a record cannot.
func (r *record) walkRefused(c *codec) {
	r.walkKey(c)
	if c.filled(`,"type":"`, &r.typ); len(r.typ) > 0 {
		r.checkType(c)
	}
	c.filled(`,"column":"`, &r.column)
	c.filled(`,"raw":"`, &r.raw)
}

func (r *record) walkKey(c *codec) {
	digits := []byte(r.key.String())
	c.rest(&digits)
	k, err := parseKey(digits)
	c.check(err == nil, "key expected", "")
	r.key = k
}

func (r *record) walkReleased(c *codec) {
	if r.keyed = c.present(`,"key":"`, r.keyed); r.keyed {
		r.walkKey(c)
		c.text(`,"reason":"`, &r.reason)
		return
	}
	c.number(`,"line":`, &r.line)
	r.walkIdentifier(c)
	r.restore = c.present(`,"restore":true`, r.restore)
	c.text(`,"reason":"`, &r.reason)
	c.number(`,"status":`, &r.httpStatus)
	r.walkForms(c)
}

func (r *record) walkForms(c *codec) {
	if !c.present(`,"stored":`, len(r.forms) > 0) {
		return
	}
	c.literal("[")
	for i, more := 0, true; more && c.err == nil; i++ {
		if c.reading {
			r.forms = append(r.forms, form{})
		}
		r.forms[i].walk(c)
		more = c.either(i+1 < len(r.forms), ",", "]")
	}
}

func (f *form) walk(c *codec) {
	c.text(`{"identifier":"`, &f.value)
	c.filled(`,"label":"`, &f.label)
	if f.told = c.present(`,"manual":`, f.told); f.told {
		c.flag("", &f.manual)
	}
	c.filled(`,"createdAt":"`, &f.created)
	c.filled(`,"updatedAt":"`, &f.updated)
	f.removed = c.present(`,"removed":true`, f.removed)
	c.literal("}")
}

// encoded is a record before it has its place in the file: its fields from the
// kind on, and what it does to the index.
type encoded struct {
	body   []byte
	change change
}

func (r record) encode() (encoded, error) {
	c := codec{b: make([]byte, 0, 256)}
	r.walk(&c)
	c.check(len(c.b) <= maxLine-envelopeSize, "longer than a line can be", "")
	if c.err != nil {
		return encoded{}, fmt.Errorf("record %s of line %d: %w", kindNames[r.kind], r.line, c.err)
	}
	return encoded{c.b, r.change(0)}, nil
}

// place is the place of a record in the file.
type place struct{ seq, durable int64 }

// decode reads a record without its checksum and line end. Only what encode
// writes is accepted, field by field.
func (r *record) decode(b []byte) (place, error) {
	c := codec{reading: true, b: b}
	forms := r.forms[:0]
	*r = record{}
	r.forms = forms
	var p place
	c.number(`{"seq":`, &p.seq)
	c.number(`,"durable":`, &p.durable)
	r.walk(&c)
	c.check(len(c.b) == 0, "something follows", "")
	return p, c.err
}

// change returns what the record at offset does to an index.
func (r *record) change(offset int64) change {
	c := change{
		kind: r.kind, offset: offset, status: r.status, unsure: r.unsure, restore: r.restore, lists: len(r.forms) > 0,
	}
	switch r.kind {
	case KindReleased:
		c.unsure = r.keyed
	case KindRepair:
		c.unsure = r.lost > 0
	}
	if c.key = r.key; r.identifier != nil {
		c.key = hashIdentifier(r.typ, r.identifier)
	}
	return c
}
