package main

import (
	"bytes"
	"encoding/csv"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"altadnc-bulk/pkg/api"
)

// snapshotKills is how often TestKillSnapshotAndRestore ends a command with
// SIGKILL.
const snapshotKills = 40

// TestKillSnapshotAndRestore ends removals with a snapshot, and then restores,
// with SIGKILL at random moments: while they list, between two stored forms of a
// key, before and after a batch. In the end the list is what it was.
func TestKillSnapshotAndRestore(t *testing.T) {
	t.Parallel()
	kills := snapshotKills
	if testing.Short() {
		kills = 8
	}
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	removals, restores, lists := 0, 0, 0
	for removals < kills || restores < kills/4 {
		path, keys := writeList(t, 40, 4)
		o := newOracleOf(t, storedForms(keys[:30]), 11)
		before := o.values()
		killed, _ := o.killUntil(random, 20, exitOK, "remove", "--snapshot", "always", "--yes", "--rate", "0", "--workers", "2", "-q", path)
		removals += killed
		if left := o.values(); len(left) > 0 {
			t.Fatalf("%d entries are still on the list: %q", len(left), left)
		}
		unsure := o.judge(path, keys)
		killed, _ = o.killUntil(random, 1, exitOK, "restore", "--unsure", "--yes", "--rate", "0", "-q", path)
		restores += killed
		lists++
		if after := o.values(); !slices.Equal(after, before) {
			t.Fatalf("the list is\n%q\nafter a restore, and was\n%q", after, before)
		}
		o.checkLabels(unsure)
	}
	t.Logf("%d kills of removals, %d of restores, over %d lists of 40 keys", removals, restores, lists)
}

// storedForms returns entries as an API may keep them: some in another spelling,
// some twice, some with a label.
func storedForms(keys []string) []api.OptOut {
	var all []api.OptOut
	add := func(value, label string) {
		all = append(all, api.OptOut{Identifier: api.Identifier{Type: api.Email, Value: value}, Label: label})
	}
	for i, key := range keys {
		switch i % 3 {
		case 0:
			add(key, "")
		case 1:
			add(strings.ToUpper(key), "label of "+key)
		case 2:
			add("P"+key[1:], "label of "+key)
			add(key, "")
		}
	}
	return all
}

// values returns what is on the list, in order.
func (o *oracle) values() []string {
	var all []string
	for _, e := range o.sandbox.OptOuts() {
		all = append(all, e.Value)
	}
	slices.Sort(all)
	return all
}

// judge holds the report against what really happened, and returns the keys
// whose outcome is unsure.
func (o *oracle) judge(path string, keys []string) map[string]bool {
	t := o.t
	t.Helper()
	out, err := o.command("report", path).Output()
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(bytes.NewReader(out)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	applied := map[string]bool{}
	for value := range o.applied {
		applied[strings.ToLower(value)] = true
	}
	unsure := map[string]bool{}
	for _, row := range rows[1 : len(keys)+1] {
		key, outcome := row[0], row[slices.Index(rows[0], "dnc_outcome")]
		marked := row[slices.Index(rows[0], "dnc_unsure")] == "true"
		unsure[key] = marked
		switch {
		case outcome == "removed" && !applied[key]:
			t.Errorf("%s: reported as removed, and it was not", key)
		case outcome == "not_found" && applied[key] && !marked:
			t.Errorf("%s: reported as surely not found, and it was removed", key)
		case outcome != "removed" && outcome != "not_found":
			t.Errorf("%s: %s, want it to be resolved", key, outcome)
		}
	}
	return unsure
}

// checkLabels compares the labels of the entries in a spelling of their own, of
// which the journal saw the removal; of the others it need not know the label.
func (o *oracle) checkLabels(unsure map[string]bool) {
	for _, e := range o.sandbox.OptOuts() {
		key := strings.ToLower(e.Value)
		if want := "label of " + key; e.Value == strings.ToUpper(key) && e.Label != want && !unsure[key] {
			o.t.Errorf("%s came back with the label %q, want %q", e.Value, e.Label, want)
		}
	}
}
