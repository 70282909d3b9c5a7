//go:build unix

package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"altadnc-bulk/pkg/api"
)

// TestVerifyCost: a hundredth of the Do Not Contact list in requests proves ten
// thousand removals, and finds the one entry that somebody made since.
func TestVerifyCost(t *testing.T) {
	const rows, others, back = 10_000, 2_350, 4711
	manual := false
	onList := []api.OptOut{{Identifier: numbered(back), IsManuallyAdded: &manual, CreatedAt: time.Now().Add(time.Hour).UTC().Format(time.RFC3339)}}
	for i := range others {
		onList = append(onList, api.OptOut{Identifier: api.Identifier{Type: api.Email, Value: fmt.Sprintf("other%d@example.org", i)}})
	}
	o := newOracleOf(t, onList, 0)
	path := filepath.Join(t.TempDir(), "list.csv")
	var list strings.Builder
	list.WriteString("identifier,type\n")
	for i := range rows {
		list.WriteString(numbered(i).Value + ",email\n")
	}
	if err := os.WriteFile(path, []byte(list.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	writeJournal(t, path+".journal", o.server.URL+"/v1", rows)
	out, err := o.command("verify", "-q", "--json", "--rate", "0", path).Output()
	var v verifySummary
	if jsonErr := json.Unmarshal(out, &v); exitCodeOf(t, err) != exitFailures || jsonErr != nil {
		t.Fatalf("%v, %v\n%s", err, jsonErr, out)
	}
	if v.Absent != rows-1 || v.CameBack != 1 || v.Keys != rows || len(v.Contradictions) != 1 || v.Contradictions[0].Line != back+2 {
		t.Errorf("found %+v", v)
	}
	if n := o.count.Load(); n != (others+1+99)/100 || v.Requests != n {
		t.Errorf("%d requests, of which %d are told, for a list of %d", n, v.Requests, others+1)
	}
}
