package columns

import "testing"

// TestTable reads the table as New does, which may not fail in a user's hands.
func TestTable(t *testing.T) {
	n, err := parse(table)
	if err != nil {
		t.Fatal(err)
	}
	if len(n.words) < 1000 || len(n.whole) < 100 {
		t.Errorf("%d words and %d whole names, fewer than a table has", len(n.words), len(n.whole))
	}
	for _, line := range []string{"en\temail", "en\tnonsense\tx", "en\tvague nonsense\tx", "en\tperson\tx"} {
		if _, err := parse(line); err == nil {
			t.Errorf("%q: want an error", line)
		}
	}
}
