package main

import (
	"errors"
	"io/fs"

	"altadnc-bulk/pkg/journal"
	"altadnc-bulk/pkg/worker"
)

// records is a journal that is only read. view is nil when there is none yet.
type records struct {
	worker.Records
	view *journal.View
}

// loadRecords reads a journal without taking or changing anything. One that
// does not exist yet reads as empty.
func loadRecords(path string, id *journal.Identity) (records, error) {
	view, err := journal.Load(path, id)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return records{Records: &worker.NoRecords{}}, nil
	case err != nil:
		return records{}, err
	}
	return records{Records: view, view: view}, nil
}

// Close ends reading.
func (r records) Close() error {
	if r.view == nil {
		return nil
	}
	return r.view.Close()
}
