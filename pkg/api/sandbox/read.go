package sandbox

import (
	"bufio"
	"bytes"
	"embed"
	"errors"
	"fmt"
	"io"

	"github.com/go-json-experiment/json"

	"altadnc-bulk/pkg/api"
)

// lineLimit bounds, in bytes, a line of a list.
const lineLimit = 1 << 20

//go:embed data/opt-outs.jsonl
var data embed.FS

func embeddedList() ([]api.OptOut, error) {
	f, err := data.Open("data/opt-outs.jsonl")
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return ReadList(f)
}

// ReadList reads a list for [Options.List]: JSONL, an opt-out a line in the
// shape in which GET returns it, of which only "identifier" is required. Blank
// lines and fields that are not documented are ignored. Errors begin with the
// line.
func ReadList(r io.Reader) ([]api.OptOut, error) {
	optOuts := []api.OptOut{} // not nil: an empty list is one
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, lineLimit)
	n := 0
	for lines.Scan() {
		n++
		line := bytes.TrimSpace(bytes.TrimPrefix(lines.Bytes(), []byte("\uFEFF")))
		if len(line) == 0 {
			continue
		}
		var o api.OptOut
		if err := json.Unmarshal(line, &o); err != nil {
			return nil, fmt.Errorf("line %d: not an opt-out: %w", n, err)
		}
		if err := checkOptOut(o); err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
		optOuts = append(optOuts, o)
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("line %d: %w", n+1, err)
	}
	return optOuts, checkList(optOuts)
}

func checkOptOut(o api.OptOut) error {
	if o.Value == "" {
		return errors.New("opt-out without an identifier")
	}
	if _, known := o.Type.Index(); o.Type != "" && !known {
		return fmt.Errorf("opt-out of unknown type %q", o.Type)
	}
	return nil
}

// checkList refuses a list that the API could not have: an entry twice.
func checkList(optOuts []api.OptOut) error {
	seen := make(map[api.Identifier]int, len(optOuts))
	for i, o := range optOuts {
		if err := checkOptOut(o); err != nil {
			return fmt.Errorf("entry %d: %w", i+1, err)
		}
		if first, ok := seen[o.Identifier]; ok {
			return fmt.Errorf("entry %d: %s %q is entry %d already", i+1, o.Type, o.Masked(), first)
		}
		seen[o.Identifier] = i + 1
	}
	return nil
}
