//go:build unix

package main

import (
	"strings"
	"testing"

	"altadnc-bulk/pkg/api"
)

// The list holds what strangers typed: on a terminal it must not act.
func TestSnapshotOnATerminal(t *testing.T) {
	list := []api.OptOut{
		{Identifier: api.Identifier{Type: api.WebChat, Value: "visitor\x1b[2J\x07"}, Label: "\u202etxt\u009b2J"},
		{Identifier: api.Identifier{Type: api.Email, Value: "ada@example.com"}, Label: "Zoë\x00"},
	}
	for _, format := range []string{"csv", "jsonl"} {
		o := newOracleOf(t, list, 0)
		x := startTerminal(t, 100, o.onTerminal("snapshot", "--rate", "0", "--output-format", format))
		if code := x.exit(); code != 0 {
			t.Errorf("%s: exit code %d", format, code)
		}
		out := x.output()
		if i := strings.IndexAny(out, "\x1b\x07\x00\u202e\u009b"); i >= 0 {
			t.Errorf("%s: a control character reached the terminal: %q", format, out)
		}
		if !strings.Contains(out, "ada@example.com") || !strings.Contains(out, "Zoë") {
			t.Errorf("%s: the list did not: %q", format, out)
		}
	}
}
