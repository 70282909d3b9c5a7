package journal

import (
	"fmt"
	"path/filepath"
	"testing"

	"altadnc-bulk/pkg/api"
)

func TestSmoke(t *testing.T) {
	p := filepath.Join(t.TempDir(), "l.journal")
	id := Identity{BaseURL: "https://api.example.com/v1"}
	for run := range 2 {
		j, err := Open(p, id)
		if err != nil {
			t.Fatal(err)
		}
		if err := j.Begin(Run{Version: "v", List: "l.csv"}); err != nil {
			t.Fatal(err)
		}
		for i := range 5 {
			a := api.Identifier{Type: api.Email, Value: fmt.Sprintf("a%d-%d@example.com", run, i)}
			if err := j.Intent(Intent{Line: i + 2, Identifier: a}); err != nil {
				t.Fatal(err)
			}
			if err := j.Outcome(Outcome{Line: i + 2, Identifier: a, Result: Removed, HTTPStatus: 200, Attempts: 1}); err != nil {
				t.Fatal(err)
			}
		}
		if err := j.End(End{Reason: "done"}); err != nil {
			t.Fatal(err)
		}
		if err := j.Close(); err != nil {
			t.Fatal(err)
		}
	}
	v, err := Load(p, &id)
	if err != nil {
		t.Fatal(err)
	}
	defer v.Close()
	t.Logf("%+v", v.Index().Tally())
	for o, err := range v.Outcomes() {
		t.Log(o, err)
	}
}
