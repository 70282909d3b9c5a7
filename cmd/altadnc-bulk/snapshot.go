package main

import (
	"bufio"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"altadnc-bulk/pkg/worker"
)

// dump is one run of the snapshot command.
type dump struct {
	caller
	format string
}

func (a *app) snapshotCommand() *cobra.Command {
	d := &dump{caller: caller{app: a}}
	cmd := &cobra.Command{
		Use:   "snapshot",
		Short: "The whole Do Not Contact list as CSV or JSONL",
		Long: `snapshot writes every entry of the account's Do Not Contact list to standard
output, one request for 100 entries, and changes nothing. What it writes is a
list that remove accepts: take care what you feed back.

Entries that come or go while it reads may be in it or not. An exit code other
than 0 means that the output is not the whole list.`,
		Example: `  altadnc-bulk snapshot > dnc.csv
  altadnc-bulk snapshot --output-format jsonl > dnc.jsonl`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error { return d.run() },
	}
	d.api.register(cmd)
	d.output.registerTalk(cmd)
	cmd.Flags().StringVar(&d.format, "output-format", "csv", "`format` to write: csv, jsonl")
	return cmd
}

func (d *dump) run() error {
	if d.format != "csv" && d.format != "jsonl" {
		return usageError("", "--output-format %q: csv or jsonl", d.format)
	}
	if err := d.prepare(); err != nil {
		return err
	}
	if d.api.sandbox {
		s, err := d.serve()
		if err != nil {
			return err
		}
		defer s.close()
	}
	if err := d.connect(); err != nil {
		return err
	}
	defer d.close()
	out := bufio.NewWriterSize(d.reportWriter(), 1<<16)
	entries, err := d.copy(newOptOutWriter(out, d.format))
	if flushErr := out.Flush(); err == nil && flushErr != nil {
		err = outputError(flushErr)
	}
	if err == nil && !d.output.quiet {
		d.log.Info("the whole Do Not Contact list was written", "entries", entries)
	}
	return err
}

// copy writes the whole list and tells how many entries that were.
func (d *dump) copy(w optOutWriter) (entries int64, err error) {
	listing := worker.NewListing(d.config(nil))
	ctx, release := d.working()
	defer release()
	hide := func() {}
	if !d.output.quiet {
		hide = showLine(d.screen, d.log, d.bar() && !isTerminal(d.stdout), func() string { return d.listed(listing) })
	}
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
	return &exitError{stopCode(stop.Reason), fmt.Errorf("stopped after %s entries, the output is not the whole list: %w", count(l.Progress().Entries), stop), stopHint(stop.Reason)}
}

// serve serves the sandbox and points the requests at it.
func (c *caller) serve() (*served, error) {
	s, err := serveSandbox()
	if err != nil {
		return nil, &exitError{exitUsage, err, ""}
	}
	c.target.config.BaseURL = s.url
	return s, nil
}
