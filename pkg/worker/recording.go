package worker

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"altadnc-bulk/pkg/api"
	"altadnc-bulk/pkg/journal"
)

// Recording is one listing of the Do Not Contact list, kept in a file, from
// which the plans of several lists can each take a snapshot. It uses no memory.
// It is not safe for concurrent use.
type Recording struct {
	file  io.ReadWriteSeeker
	time  time.Time
	whole bool
	done  ListingProgress
}

// Record lists the Do Not Contact list into an empty file, at most maxPages pages
// of it; 0 means all. The file stays the caller's, who has to keep it private: it names
// people. Whatever ended the listing early is the *Stop, and the recording nil.
func Record(ctx context.Context, l *Listing, maxPages int64, file io.ReadWriteSeeker) (*Recording, *Stop) {
	r := &Recording{file: file, time: time.Now()}
	out := bufio.NewWriter(file)
	encoder := jsontext.NewEncoder(out)
	whole, stop := l.Each(ctx, maxPages, func(o api.OptOut) error { return json.MarshalEncode(encoder, o) })
	if err := out.Flush(); stop == nil && err != nil {
		stop = &Stop{StopOutput, err}
	}
	if stop != nil {
		return nil, stop
	}
	r.whole, r.done = whole, l.Progress()
	return r, nil
}

// Requests is how many requests the listing took, attempts included.
func (r *Recording) Requests() int64 { return r.done.Requests }

// Snapshot returns what the recording says about the keys that m wants. It takes
// no requests of its own. The error is that of reading the file.
func (r *Recording) Snapshot(m Matching) (*Snapshot, error) {
	if _, err := r.file.Seek(0, io.SeekStart); err != nil {
		return nil, fmt.Errorf("go back to the start of the snapshot: %w", err)
	}
	s := &Snapshot{Time: r.time, Whole: r.whole, Pages: r.done.Pages, Entries: r.done.Entries, matches: map[journal.Key]*match{}}
	decoder := jsontext.NewDecoder(bufio.NewReader(r.file))
	for {
		var o api.OptOut
		err := json.UnmarshalDecode(decoder, &o)
		if errors.Is(err, io.EOF) {
			return s, nil
		}
		if err != nil {
			return nil, fmt.Errorf("read the snapshot again: %w", err)
		}
		s.add(o, m)
	}
}
