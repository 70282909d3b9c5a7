package main

import (
	"bytes"
	"os"
	"strings"
	"testing"
)

// Of a journal that a power cut left with nothing but its first record, status does not
// claim that there was a run.
func TestStatusWithoutARun(t *testing.T) {
	list := longNight(t, 50)
	text, err := os.ReadFile(list + ".journal")
	if err != nil {
		t.Fatal(err)
	}
	header := text[:bytes.IndexByte(text, '\n')+1]
	if err := os.WriteFile(list+".journal", header, 0o600); err != nil {
		t.Fatal(err)
	}
	told := printed(t, exitOK, "status", list) + printed(t, exitOK, "status", "--json", list)
	for _, want := range []string{": nothing was sent yet\n", "night.csv.journal, without a run\n", "Begin with: altadnc-bulk remove ", `"runs": 0`} {
		if !strings.Contains(told, want) {
			t.Errorf("status lacks %q:\n%s", want, told)
		}
	}
	if strings.Contains(told, "0001") || strings.Contains(told, "last_run") {
		t.Errorf("status tells of a run:\n%s", told)
	}
}
