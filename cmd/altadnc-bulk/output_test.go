package main

import (
	"encoding/json"
	"testing"
)

// JSON goes to terminals too: nothing in it moves a cursor or turns text around,
// and it says what it said before.
func TestJSONIsSafeForATerminal(t *testing.T) {
	want := "a\u202eb\u0085\u007f\u200b\U000e0041é漢🙂\n\x1b[2J"
	raw, err := json.MarshalIndent(map[string]string{"list": want}, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	safe := escaped(string(raw))
	if printable(safe) != safe {
		t.Errorf("%q is not safe", safe)
	}
	var got map[string]string
	if err := json.Unmarshal([]byte(safe), &got); err != nil || got["list"] != want {
		t.Errorf("it says %q now, %v; want %q", got["list"], err, want)
	}
}
