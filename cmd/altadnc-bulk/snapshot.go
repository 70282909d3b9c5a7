package main

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strconv"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/spf13/cobra"

	"altadnc-bulk/pkg/api"
	"altadnc-bulk/pkg/worker"
)

// dump is one run of the snapshot command.
type dump struct {
	caller
	format string
	path   string
	excel  bool
}

func (a *app) snapshotCommand() *cobra.Command {
	d := &dump{caller: caller{app: a}}
	cmd := &cobra.Command{
		Use:   "snapshot",
		Short: "Write the whole Do Not Contact list as CSV or JSONL",
		Long: `snapshot writes every entry of the account's Do Not Contact list to standard
output or a file, one request for 100 entries, and changes nothing. What it
writes is a list that remove accepts: take care what you feed back.

Entries added or removed while it reads may or may not be in it. With any exit code
but 0 the output is not the whole list; -o then leaves its file as it was.`,
		Example: `  altadnc-bulk snapshot -o dnc.csv
  altadnc-bulk snapshot --output-format jsonl -o dnc.jsonl`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error { return d.run() },
	}
	d.api.register(cmd)
	d.output.register(cmd)
	outputFlag(cmd, &d.path)
	excelFlag(cmd, &d.excel)
	cmd.Flags().StringVar(&d.format, "output-format", "csv", "`format` to write: csv, jsonl")
	return cmd
}

func (d *dump) run() error {
	if d.format != "csv" && d.format != "jsonl" {
		return usageError("", "--output-format %q: csv or jsonl", d.format)
	}
	if d.excel && d.format == "jsonl" {
		return errExcel()
	}
	return d.session(func() error {
		if err := d.connect(); err != nil {
			return err
		}
		var entries int64
		err := d.emit(d.path, nil, func(w io.Writer) (err error) {
			entries, err = d.copy(newOptOutWriter(w, d.format, d.excel))
			return err
		})
		if err == nil && !d.output.quiet {
			d.log.Info("the whole Do Not Contact list was written", "entries", entries)
		}
		return err
	})
}

// copy writes the whole list and returns how many entries it has.
func (d *dump) copy(w optOutWriter) (entries int64, err error) {
	listing := worker.NewListing(d.config(nil))
	ctx, hide, release := d.working(func() func() {
		return showLine(d.screen, d.log, d.bar() && !isTerminal(d.stdout), func() string { return d.listed(listing) })
	})
	defer release()
	err = w.begin()
	if err == nil {
		_, stop := listing.Each(ctx, 0, w.write)
		err = d.stopped(stop, listing)
	}
	hide()
	return listing.Progress().Entries, errors.Join(err, w.end())
}

// stopped says that the output is not the whole list.
func (d *dump) stopped(stop *worker.Stop, l *worker.Listing) error {
	if stop == nil {
		return nil
	}
	return &exitError{
		code: stopCode(stop.Reason), hint: stopHint(stop),
		err: fmt.Errorf("stopped after %s entries; the output is not the whole list: %w", count(l.Progress().Entries), stop),
	}
}

// optOutWriter writes entries of the Do Not Contact list.
type optOutWriter interface {
	begin() error
	write(api.OptOut) error
	end() error
}

func newOptOutWriter(w io.Writer, format string, excel bool) optOutWriter {
	if format == "jsonl" {
		return &jsonlOptOuts{jsontext.NewEncoder(w, jsontext.AllowInvalidUTF8(true))}
	}
	return &csvOptOuts{w, csv.NewWriter(w), cells{excel}}
}

// csvOptOuts writes a row for each entry. Cells that a spreadsheet would run are
// disarmed, as in a report.
type csvOptOuts struct {
	w     io.Writer
	out   *csv.Writer
	cells cells
}

func (c *csvOptOuts) begin() error {
	if c.cells.excel {
		if err := beginExcel(c.w); err != nil {
			return err
		}
	}
	return c.out.Write([]string{"identifier", "identifierType", "isManuallyAdded", "label", "createdAt", "updatedAt", "id"})
}

func (c *csvOptOuts) write(o api.OptOut) error {
	manual := ""
	if o.IsManuallyAdded != nil {
		manual = strconv.FormatBool(*o.IsManuallyAdded)
	}
	row := []string{o.Value, string(o.Type), manual, o.Label, o.CreatedAt, o.UpdatedAt, o.ID}
	for i, cell := range row {
		row[i] = c.cells.plain(cell)
	}
	row[0] = c.cells.identifier(o.Value)
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
