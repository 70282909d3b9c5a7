package reader

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"runtime"
	"testing"

	"github.com/gocarina/gocsv"
)

// The lists that are measured: a narrow one, where the decoder's own cost shows
// most, and one as wide as a CRM exports it.

func narrowCSV(rows int) []byte {
	var b bytes.Buffer
	b.WriteString("identifier,identifierType\n")
	for i := range rows {
		fmt.Fprintf(&b, "person.%d@example.com,email\n", i)
	}
	return b.Bytes()
}

func crmCSV(rows int) []byte {
	var b bytes.Buffer
	b.WriteString("Record ID,First Name,Last Name,Company,Job Title,Email Address,City,Country,Lifecycle Stage,Last Activity,Owner,Notes\n")
	for i := range rows {
		fmt.Fprintf(&b, "%d,Ada,Lovell,Example Analytics,Head of Things,person.%d@example.com,Springfield,US,Customer,2026-05-02,R. Owner,\"asked by phone, agreed\"\n", i, i)
	}
	return b.Bytes()
}

func objectsJSONL(rows int) []byte {
	var b bytes.Buffer
	for i := range rows {
		fmt.Fprintf(&b, `{"identifier":"person.%d@example.com","identifierType":"email","source":"review","ticket":%d}`+"\n", i, i)
	}
	return b.Bytes()
}

const benchRows = 20_000

func BenchmarkCSV(b *testing.B) {
	for _, list := range []struct {
		name string
		data []byte
	}{{"narrow", narrowCSV(benchRows)}, {"crm", crmCSV(benchRows)}} {
		b.Run(list.name+"/reader", func(b *testing.B) { benchReader(b, list.data) })
		b.Run(list.name+"/gocsv", func(b *testing.B) { benchUnmarshaller(b, list.data) })
		b.Run(list.name+"/encoding-csv", func(b *testing.B) {
			b.SetBytes(int64(len(list.data)))
			b.ReportAllocs()
			for b.Loop() {
				r := csv.NewReader(bytes.NewReader(list.data))
				r.ReuseRecord = true
				n := 0
				for ; ; n++ {
					if _, err := r.Read(); err == io.EOF {
						break
					} else if err != nil {
						b.Fatal(err)
					}
				}
				if n != benchRows+1 {
					b.Fatalf("read %d records", n)
				}
			}
			perRow(b)
		})
	}
}

// benchUnmarshaller measures the decoder that rows go through, alone: what the
// reader cannot be faster than.
func benchUnmarshaller(b *testing.B, data []byte) {
	b.ReportAllocs()
	for b.Loop() {
		cr := newCSV(bytes.NewReader(data), ',')
		cr.ReuseRecord = true
		u, err := gocsv.NewUnmarshaller(cr, &struct {
			Identifier string `csv:"identifier"`
			Type       string `csv:"identifierType"`
			Email      string `csv:"Email Address"`
		}{})
		for err == nil {
			_, err = u.Read()
		}
		if err != io.EOF {
			b.Fatal(err)
		}
	}
	perRow(b)
}

func BenchmarkJSONL(b *testing.B) {
	data := objectsJSONL(benchRows)
	b.Run("reader", func(b *testing.B) { benchReader(b, data) })
	b.Run("encoding-json", func(b *testing.B) {
		b.SetBytes(int64(len(data)))
		b.ReportAllocs()
		for b.Loop() {
			for line := range bytes.Lines(data) {
				var row struct {
					Identifier string `json:"identifier"`
					Type       string `json:"identifierType"`
				}
				if err := json.Unmarshal(line, &row); err != nil {
					b.Fatal(err)
				}
			}
		}
		perRow(b)
	})
}

// BenchmarkXLSX reads a sheet of three identifiers a row.
func BenchmarkXLSX(b *testing.B) {
	rows := [][]string{{"Email", "Phone", "LinkedIn"}}
	for i := range benchRows {
		rows = append(rows, []string{fmt.Sprintf("user%d@example.com", i), fmt.Sprintf("+1415555%04d", 100+i%100), fmt.Sprintf("https://www.linkedin.com/in/user-%d", i)})
	}
	data, err := io.ReadAll(bookOf(b, tab{name: "Contacts", rows: rows}))
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		drain(b, data, 3*benchRows)
	}
	perRow(b)
}

func BenchmarkPhones(b *testing.B) {
	var list bytes.Buffer
	list.WriteString("phone\n")
	for i := range benchRows / 10 {
		fmt.Fprintf(&list, "+1 415 555 %04d\n", 100+i%100)
	}
	b.SetBytes(int64(list.Len()))
	b.ReportAllocs()
	for b.Loop() {
		drain(b, list.Bytes(), benchRows/10)
	}
}

func benchReader(b *testing.B, data []byte) {
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		drain(b, data, benchRows)
	}
	perRow(b)
}

func perRow(b *testing.B) {
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/benchRows, "ns/row")
}

func drain(tb testing.TB, data []byte, want int) {
	r, err := New(bytes.NewReader(data), "list", Options{})
	if err != nil {
		tb.Fatal(err)
	}
	n := 0
	for ; ; n++ {
		e, err := r.Read()
		if err == io.EOF {
			break
		}
		if err != nil || e.Refusal != nil {
			tb.Fatal(e, err)
		}
	}
	if n != want {
		tb.Fatalf("read %d entries, want %d", n, want)
	}
}

// rowSource writes a list as it is read, so that a test can read a long one
// without holding it.
type rowSource struct {
	row, rows int
	left      []byte
}

func (s *rowSource) Read(p []byte) (int, error) {
	if len(s.left) == 0 {
		if s.row > s.rows {
			return 0, io.EOF
		}
		s.left = fmt.Appendf(s.left[:0], "person.%d@example.com,email\n", s.row)
		if s.row == 0 {
			s.left = append(s.left[:0], "identifier,identifierType\n"...)
		}
		s.row++
	}
	n := copy(p, s.left)
	s.left = s.left[n:]
	return n, nil
}

// BenchmarkMemory shows that what is held does not grow with the list.
func BenchmarkMemory(b *testing.B) {
	for _, rows := range []int{10_000, 1_000_000} {
		b.Run(fmt.Sprint(rows), func(b *testing.B) {
			var most uint64
			for b.Loop() {
				most = max(most, peakHeap(b, rows))
			}
			b.ReportMetric(float64(most)/1024, "peak-KiB")
		})
	}
}

// peakHeap reads a list of that many rows and returns the most that was live at
// any of ten moments, above what was live before.
func peakHeap(tb testing.TB, rows int) uint64 {
	before := live()
	r, err := New(&rowSource{rows: rows}, "list", Options{})
	if err != nil {
		tb.Fatal(err)
	}
	var most uint64
	for n := 1; ; n++ {
		if _, err := r.Read(); err == io.EOF {
			if n != rows+1 {
				tb.Fatalf("read %d entries, want %d", n-1, rows)
			}
			return most - min(most, before)
		} else if err != nil {
			tb.Fatal(err)
		}
		if n%(rows/10) == 0 {
			most = max(most, live())
		}
	}
}

func live() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
