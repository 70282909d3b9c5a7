package main

import (
	"encoding/csv"
	"io"
	"strconv"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"altadnc-bulk/pkg/api"
)

// optOutWriter writes entries of the Do Not Contact list.
type optOutWriter interface {
	begin() error
	write(api.OptOut) error
	end() error
}

func newOptOutWriter(w io.Writer, format string) optOutWriter {
	if format == "jsonl" {
		return &jsonlOptOuts{jsontext.NewEncoder(w, jsontext.AllowInvalidUTF8(true))}
	}
	return &csvOptOuts{csv.NewWriter(w)}
}

// csvOptOuts writes a row for each entry. Cells that a spreadsheet would run are
// disarmed, as in a report.
type csvOptOuts struct{ out *csv.Writer }

func (c *csvOptOuts) begin() error {
	return c.out.Write([]string{"identifier", "identifierType", "isManuallyAdded", "label", "createdAt", "updatedAt", "id"})
}

func (c *csvOptOuts) write(o api.OptOut) error {
	manual := ""
	if o.IsManuallyAdded != nil {
		manual = strconv.FormatBool(*o.IsManuallyAdded)
	}
	row := []string{o.Value, string(o.Type), manual, o.Label, o.CreatedAt, o.UpdatedAt, o.ID}
	for i, cell := range row {
		row[i] = disarm(cell)
	}
	return c.out.Write(row)
}

func (c *csvOptOuts) end() error {
	c.out.Flush()
	return c.out.Error()
}

// jsonlOptOuts writes the objects of the API, one a line.
type jsonlOptOuts struct{ out *jsontext.Encoder }

func (j *jsonlOptOuts) begin() error { return nil }

func (j *jsonlOptOuts) write(o api.OptOut) error { return json.MarshalEncode(j.out, o) }

func (j *jsonlOptOuts) end() error { return nil }
