package reader

import (
	"errors"
	"io"
	"strings"

	"github.com/gocarina/gocsv"
)

// longRow is what a CSV record of the long and single forms is decoded into.
type longRow struct {
	Identifier string `csv:"identifier"`
	Type       string `csv:"type"` // empty in the single form
}

// wideRow is what a CSV record of the wide form is decoded into.
type wideRow struct {
	Email    string `csv:"email"`
	LinkedIn string `csv:"linkedin"`
	Phone    string `csv:"phone"`
	SMS      string `csv:"sms"`
	WhatsApp string `csv:"whatsapp"`
	WebChat  string `csv:"web_chat"`
}

// cell returns the cell of the type that has this wideIndex.
func (r *wideRow) cell(i int) string {
	return [...]string{r.Email, r.LinkedIn, r.Phone, r.SMS, r.WhatsApp, r.WebChat}[i]
}

// rows decodes framed records, one at a time.
type rows struct {
	feed    feed
	decoder *gocsv.Unmarshaller
}

// newRows returns a decoder for the columns of c under header, the text of the
// header's record.
//
// The decoder pulls exactly one record for each row: records are framed, and
// sound, before it sees them, so that it can neither run ahead nor fall behind.
func newRows(header []byte, delimiter rune, c choice) (*rows, error) {
	r := new(rows)
	r.feed.offer(header)
	cr := newCSV(&r.feed, delimiter)
	cr.ReuseRecord = true
	var row any = &longRow{}
	if c.form == FormWide {
		row = &wideRow{}
	}
	var err error
	if r.decoder, err = gocsv.NewUnmarshaller(cr, row); err != nil {
		return nil, err
	}
	return r, r.decoder.RenormalizeHeaders(c.labels)
}

// labels replaces the names of the columns that are read by those of row's
// fields, and all others by a name that matches none.
func (c choice) labels(header []string) []string {
	labels := make([]string, len(header))
	if c.form == FormWide {
		for i, at := range c.wide {
			if at >= 0 {
				labels[at] = string(wideType(i))
			}
		}
		return labels
	}
	labels[c.identifier] = "identifier"
	if c.form == FormLong {
		labels[c.typ] = "type"
	}
	return labels
}

// decode returns the row of one framed record, a *wideRow or a *longRow.
func (r *rows) decode(record []byte) (any, error) {
	r.feed.offer(record)
	got, err := r.decoder.Read()
	if err != nil {
		return nil, err
	}
	if r.feed.left() {
		return nil, errStep
	}
	return got, nil
}

// errStep says that framer and decoder disagree on where a record ends, which
// is a fault of this package. The list is given up: a guess would misread it.
var errStep = errors.New("record boundaries are in doubt")

// feed is the text of one record after the other, each followed by a line feed.
// Read past a record fails: the decoder has no business there yet.
type feed struct {
	record []byte
	ended  bool // the line feed has been read
}

func (f *feed) offer(record []byte) { f.record, f.ended = record, false }

func (f *feed) left() bool { return !f.ended }

func (f *feed) Read(p []byte) (int, error) {
	if f.ended {
		return 0, errStep
	}
	n := copy(p, f.record)
	f.record = f.record[n:]
	if n < len(p) {
		p[n] = '\n'
		n++
		f.ended = true
	}
	return n, nil
}

var _ io.Reader = (*feed)(nil)

// owned returns s without the record that it was cut from, when that is big
// enough to be worth a copy.
func owned(s string, record int) string {
	if record > 4*len(s)+256 {
		return strings.Clone(s)
	}
	return s
}
