package reader

import (
	"errors"
	"reflect"
	"strconv"
	"strings"

	"github.com/gocarina/gocsv"
)

// rows decodes framed records, one at a time, into the cells that are read.
type rows struct {
	feed    feed
	decoder *gocsv.Unmarshaller
	cells   []string // of the last record
}

// newRows returns a decoder for the columns reads under header, the text of the
// header's record.
//
// The decoder pulls exactly one record for each row: records are framed, and
// sound, before it sees them, so it can neither run ahead nor fall behind.
func newRows(header []byte, delimiter rune, reads []int) (*rows, error) {
	r := &rows{cells: make([]string, len(reads))}
	r.feed.offer(header)
	cr := newCSV(&r.feed, delimiter)
	cr.ReuseRecord = true
	var err error
	if r.decoder, err = gocsv.NewUnmarshaller(cr, reflect.New(rowOf(len(reads))).Interface()); err != nil {
		return nil, err
	}
	return r, r.decoder.RenormalizeHeaders(func(header []string) []string {
		labels := make([]string, len(header))
		for i, at := range reads {
			labels[at] = label(i)
		}
		return labels
	})
}

// rowOf returns the type of what a record is decoded into: a struct of as many
// strings as cells are read. How many is known only from the list.
func rowOf(n int) reflect.Type {
	fields := make([]reflect.StructField, n)
	for i := range fields {
		fields[i] = reflect.StructField{Name: "Cell" + strconv.Itoa(i), Type: reflect.TypeFor[string](), Tag: reflect.StructTag(`csv:"` + label(i) + `"`)}
	}
	return reflect.StructOf(fields)
}

func label(i int) string { return strconv.Itoa(i) }

// errStep says that framer and decoder disagree on where a record ends, which
// is a fault of this package. The list is given up: a guess would misread it.
var errStep = errors.New("record boundaries are uncertain")

// decode returns the cells of one framed record that are read, "" for missing
// ones. The slice is valid until the next call, its strings stay valid.
func (r *rows) decode(record []byte) ([]string, error) {
	r.feed.offer(record)
	got, err := r.decoder.Read()
	if err == nil && !r.feed.ended {
		err = errStep
	}
	if err != nil {
		return nil, err
	}
	row := reflect.ValueOf(got).Elem()
	for i := range r.cells {
		r.cells[i] = row.Field(i).String()
	}
	return r.cells, nil
}

// feed is the text of one record after the other, each followed by a line feed.
// Read past a record fails: the decoder has no business there yet.
type feed struct {
	record []byte
	ended  bool // the line feed has been read
}

func (f *feed) offer(record []byte) { f.record, f.ended = record, false }

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

// owned returns s without the record that it was cut from, when that is big
// enough to be worth a copy.
func owned(s string, record int) string {
	if record > 4*len(s)+256 {
		return strings.Clone(s)
	}
	return s
}
