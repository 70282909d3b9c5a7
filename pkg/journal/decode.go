package journal

import (
	"errors"
	"fmt"
	"time"

	"altadnc-bulk/pkg/api"
)

// maxNumber is the largest number that a record holds: 2^53-1, which every
// reader of JSON keeps exactly.
const maxNumber = 1<<53 - 1

// line is a decoded record. Its texts are parts of the line that was decoded,
// or of memory made for them: they are valid as long as that line is.
type line struct {
	seq, durable int64
	kind         kind

	format                  int64
	time                    []byte
	journalID, baseURL      []byte
	accountID               []byte
	version, list, sha256   []byte
	counts                  Counts
	number                  int64 // "line"
	typ, identifier, sent   []byte
	hash                    Key // where hasKey
	hasKey, restore, unsure bool
	status                  Status
	reason, column, raw     []byte
	httpStatus, attempts    int64
	stored                  []byte // undecoded
	source                  []byte
	kept, lost              int64
}

var (
	errShape = errors.New("not a record of this format")
	errTime  = errors.New("time is not spelled as this format spells it")
)

// decoder takes the fields of a record one by one. The first thing that is not
// as it must be ends it; what it returns after that means nothing.
type decoder struct {
	b   []byte
	err error
}

func (d *decoder) fail(err error) {
	if d.err == nil {
		d.err = err
	}
	d.b = nil
}

// has takes lit if it comes next.
func (d *decoder) has(lit string) bool {
	if len(d.b) < len(lit) || string(d.b[:len(lit)]) != lit {
		return false
	}
	d.b = d.b[len(lit):]
	return true
}

func (d *decoder) must(lit string) {
	if !d.has(lit) {
		d.fail(fmt.Errorf("%w: want %s", errShape, lit)) // not what is there: it may be personal
	}
}

// text takes what name introduces: the name, a colon and the opening quote are
// in name, as in `,"reason":"`.
func (d *decoder) text(name string) []byte {
	d.must(name)
	return d.textBody()
}

func (d *decoder) textBody() []byte {
	text, rest, err := cutText(d.b)
	if err != nil {
		d.fail(err)
		return nil
	}
	d.b = rest
	return text
}

// optional is text for a field that is left out when it is empty.
func (d *decoder) optional(name string) []byte {
	if !d.has(name) {
		return nil
	}
	text := d.textBody()
	if len(text) == 0 {
		d.fail(fmt.Errorf("%w: empty %s", errShape, name))
	}
	return text
}

func (d *decoder) number(name string) int64 {
	d.must(name)
	n, digits := int64(0), 0
	for digits < len(d.b) && digits < 17 && d.b[digits]-'0' <= 9 {
		n = n*10 + int64(d.b[digits]-'0')
		digits++
	}
	if digits == 0 || d.b[0] == '0' && digits > 1 || n > maxNumber {
		d.fail(fmt.Errorf("%w: want a number after %s", errShape, name))
		return 0
	}
	d.b = d.b[digits:]
	return n
}

func (d *decoder) flag(name string) bool {
	d.must(name)
	if d.has("true") {
		return true
	}
	d.must("false")
	return false
}

// time takes a time and leaves it undecoded: most are never looked at.
func (d *decoder) time() []byte {
	text := d.text(`,"time":"`)
	if !timeSpelled(text) {
		d.fail(errTime)
	}
	return text
}

// timeSpelled tells whether b is a time in timeLayout, from minYear on.
func timeSpelled(b []byte) bool {
	if len(b) != len(timeLayout) {
		return false
	}
	for i, c := range []byte("0000-00-00T00:00:00.000Z") {
		if c != '0' && b[i] != c || c == '0' && b[i]-'0' > 9 {
			return false
		}
	}
	two := func(i int) int { return int(b[i]-'0')*10 + int(b[i+1]-'0') }
	year, month, day := two(0)*100+two(2), two(5), two(8)
	if year < minYear || month < 1 || month > 12 || two(11) > 23 || two(14) > 59 || two(17) > 59 {
		return false
	}
	return day >= 1 && (day <= 28 || day <= daysIn(year, time.Month(month)))
}

func daysIn(year int, month time.Month) int {
	return time.Date(year, month+1, 0, 0, 0, 0, 0, time.UTC).Day()
}

// parseTime returns a time that timeSpelled accepts.
func parseTime(b []byte) (time.Time, error) {
	if !timeSpelled(b) {
		return time.Time{}, errTime
	}
	return time.Parse(time.RFC3339, string(b)) // which time parses faster than timeLayout
}

// decode decodes a record without its checksum and line end: what envelope
// leaves. Only what this package writes is accepted, field by field, so that
// encoding what was decoded gives the same bytes again.
func decode(b []byte, l *line) error {
	d := decoder{b: b}
	*l = line{seq: d.number(`{"seq":`), durable: d.number(`,"durable":`)}
	l.kind = parseKind(d.text(`,"kind":"`))
	d.record(l)
	if d.err == nil && len(d.b) > 0 {
		d.fail(fmt.Errorf("%w: %d bytes too many", errShape, len(d.b)))
	}
	return d.err
}

func (d *decoder) record(l *line) {
	if l.kind == kindJournal {
		l.format = d.number(`,"format":`)
	}
	l.time = d.time()
	switch l.kind {
	case kindJournal:
		d.header(l)
	case kindRun:
		d.run(l)
	case kindEnd:
		l.reason = d.text(`,"reason":"`)
		for i, n := range l.counts.figures() {
			*n = d.number(`,"` + countNames()[i] + `":`)
		}
	case kindIntent:
		l.number = d.number(`,"line":`)
		d.identifier(l)
		l.restore = d.has(`,"restore":true`)
	case kindOutcome:
		d.outcome(l)
	case kindReleased:
		d.released(l)
	case kindReopen:
		d.identifier(l)
	case kindRestored:
		l.number = d.number(`,"line":`)
		d.identifier(l)
		l.httpStatus = d.number(`,"status":`)
	case kindRepair:
		d.repair(l)
	default:
		d.fail(fmt.Errorf("%w: unknown kind", errShape))
	}
}

func (d *decoder) header(l *line) {
	if l.format != formatVersion {
		d.fail(fmt.Errorf("%w: format %d", errShape, l.format))
	}
	l.journalID = d.text(`,"id":"`)
	d.belongs(l)
}

func (d *decoder) belongs(l *line) {
	l.baseURL = d.text(`,"baseUrl":"`)
	l.accountID = d.optional(`,"accountId":"`)
}

func (d *decoder) run(l *line) {
	l.version = d.text(`,"version":"`)
	l.list = d.text(`,"list":"`)
	l.sha256 = d.text(`,"listSha256":"`)
	d.belongs(l)
}

func (d *decoder) repair(l *line) {
	l.source = d.text(`,"source":"`)
	l.sha256 = d.text(`,"sourceSha256":"`)
	l.kept = d.number(`,"kept":`)
	l.lost = d.number(`,"lost":`)
}

// identifier takes type, identifier and sent.
func (d *decoder) identifier(l *line) {
	l.typ = d.typ(`,"type":"`)
	l.identifier = d.text(`,"identifier":"`)
	if len(l.identifier) == 0 {
		d.fail(fmt.Errorf("%w: empty identifier", errShape))
	}
	l.sent = d.optional(`,"sent":"`)
	if l.sent != nil && string(l.sent) == string(l.identifier) {
		d.fail(fmt.Errorf("%w: sent is the identifier", errShape))
	}
}

func (d *decoder) typ(name string) []byte {
	t := d.text(name)
	switch api.IdentifierType(t) {
	case api.Email, api.LinkedIn, api.Phone, api.SMS, api.WhatsApp, api.WebChat:
	default:
		d.fail(fmt.Errorf("%w: unknown identifier type %q", errShape, t))
	}
	return t
}

func (d *decoder) outcome(l *line) {
	l.number = d.number(`,"line":`)
	if d.has(`,"refused":"`) {
		d.refused(l)
	} else {
		d.identifier(l)
	}
	if l.status = outcomeStatus(d.text(`,"outcome":"`)); l.status == None {
		d.fail(fmt.Errorf("%w: unknown outcome", errShape))
	}
	l.reason = d.text(`,"reason":"`)
	l.httpStatus = d.number(`,"status":`)
	l.attempts = d.number(`,"attempts":`)
	l.unsure = d.flag(`,"unsure":`)
	if l.hasKey && (l.status != Failed || l.httpStatus != 0 || l.attempts != 0 || l.unsure) {
		d.fail(fmt.Errorf("%w: a refused entry was sent", errShape))
	}
	if d.has(`,"stored":`) {
		l.stored = d.b
		d.stored()
		l.stored = l.stored[:len(l.stored)-len(d.b)]
	}
}

func (d *decoder) hash(l *line) {
	k, err := parseKey(d.textBody())
	if err != nil {
		d.fail(fmt.Errorf("%w: %w", errShape, err))
	}
	l.hash, l.hasKey = k, true
}

func (d *decoder) refused(l *line) {
	d.hash(l)
	if len(d.b) > 8 && string(d.b[:8]) == `,"type":` {
		l.typ = d.typ(`,"type":"`)
	}
	l.column = d.optional(`,"column":"`)
	l.raw = d.optional(`,"raw":"`)
}

func (d *decoder) released(l *line) {
	if d.has(`,"key":"`) {
		d.hash(l)
		l.reason = d.text(`,"reason":"`)
		return
	}
	l.number = d.number(`,"line":`)
	d.identifier(l)
	l.reason = d.text(`,"reason":"`)
	l.httpStatus = d.number(`,"status":`)
}

// stored takes the entries of a snapshot.
func (d *decoder) stored() []Stored {
	var all []Stored
	d.must("[")
	for d.err == nil {
		s := Stored{Value: string(d.text(`{"identifier":"`)), Label: string(d.optional(`,"label":"`))}
		if d.has(`,"manual":`) {
			manual := d.flag("")
			s.Manual = &manual
		}
		s.CreatedAt = string(d.optional(`,"createdAt":"`))
		s.UpdatedAt = string(d.optional(`,"updatedAt":"`))
		all = append(all, s)
		d.must("}")
		if d.has("]") {
			break
		}
		d.must(",")
	}
	return all
}

// change returns what the record at offset does to an index.
func (l *line) change(offset int64) change {
	c := change{kind: l.kind, offset: offset, status: l.status, restore: l.restore, unsure: l.unsure}
	switch l.kind {
	case kindIntent, kindOutcome, kindReleased, kindReopen, kindRestored:
		c.key = l.keyOf()
	case kindRepair:
		c.unsure = l.lost > 0
	}
	if l.kind == kindReleased {
		c.unsure = l.hasKey
	}
	return c
}

func (l *line) keyOf() Key {
	if l.hasKey {
		return l.hash
	}
	var buf [128]byte
	b := append(buf[:0], l.typ...)
	b = append(b, 0)
	return hashed(append(b, l.identifier...))
}

// outcome returns what a record that decides a key tells of it, as an outcome
// of the given status.
func (l *line) outcome(status Status) (Outcome, error) {
	if l.identifier == nil && !l.hasKey {
		return Outcome{}, fmt.Errorf("%w: %s decides no key", errShape, l.kind)
	}
	t, err := parseTime(l.time)
	if err != nil {
		return Outcome{}, err
	}
	o := Outcome{
		Line: int(l.number), Identifier: api.Identifier{Type: api.IdentifierType(l.typ), Value: string(l.identifier)},
		Sent: string(l.sent), Result: status, Reason: string(l.reason), HTTPStatus: int(l.httpStatus),
		Attempts: int(l.attempts), Unsure: l.unsure, Time: t,
		Refused: l.kind == kindOutcome && l.hasKey, Column: string(l.column), Raw: string(l.raw),
	}
	if l.stored != nil {
		d := decoder{b: l.stored}
		o.Stored = d.stored()
	}
	return o, nil
}

func (l *line) run() Run {
	t, _ := parseTime(l.time) // decode has checked it
	return Run{Time: t, Version: string(l.version), List: string(l.list), ListSHA256: string(l.sha256)}
}

func (l *line) end() End {
	t, _ := parseTime(l.time) // decode has checked it
	return End{Time: t, Reason: string(l.reason), Counts: l.counts}
}

func (l *line) identity() Identity {
	return Identity{BaseURL: string(l.baseURL), AccountID: string(l.accountID)}
}
