package main

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"altadnc-bulk/pkg/api"
	"altadnc-bulk/pkg/journal"
)

// mix is a folder of lists on which all commands work in any order, each of them
// killed at some moment.
type mix struct {
	t      *testing.T
	o      *oracle
	random *rand.Rand
	folder string
	keys   map[string][]string // by the name of their list
	kills  map[string]int      // by command
}

// newMix fills a folder. Some people are on the Do Not Contact list in several
// forms, some not at all, and a row of one list is refused.
func newMix(t *testing.T, random *rand.Rand, kills map[string]int) *mix {
	t.Helper()
	x := &mix{t: t, random: random, folder: t.TempDir(), keys: map[string][]string{}, kills: kills}
	var onList []api.OptOut
	for i := range 4 {
		name, text := fmt.Sprintf("list%d.csv", i), "identifier,type\n"
		for k := range 9 {
			key := fmt.Sprintf("p%d%02d@example.com", i, k)
			x.keys[name] = append(x.keys[name], key)
			text += key + ",email\n"
		}
		if i == 0 {
			text += "broken,email\n"
		}
		if err := os.WriteFile(filepath.Join(x.folder, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		onList = append(onList, storedForms(x.keys[name][:7])...)
	}
	x.o = newOracleOf(t, onList, 11)
	return x
}

// mixed are the commands, and within how many of their first requests they are killed.
var mixed = map[string]struct {
	args   []string
	within int64
}{
	"remove":            {[]string{"remove", "--yes", "--rate", "0", "--workers", "2", "-q"}, 8},
	"remove --again":    {[]string{"remove", "--again", "--yes", "--rate", "0", "--workers", "2", "-q"}, 12},
	"remove --snapshot": {[]string{"remove", "--snapshot", "always", "--yes", "--rate", "0", "--workers", "2", "-q"}, 12},
	"restore":           {[]string{"restore", "--unsure", "--yes", "--rate", "0", "-q"}, 2},
	"verify":            {[]string{"verify", "--rate", "0", "-q"}, 4},
	"sweep":             {[]string{"sweep", "--yes", "--rate", "0", "--workers", "2", "--settle", "0s", "-q"}, 15},
}

// where returns where a list is now, and whether a run has begun in its journal there.
func (x *mix) where(name string) (path string, known bool) {
	path = filepath.Join(x.folder, name)
	if _, err := os.Stat(path); err != nil {
		path = filepath.Join(x.folder, "done", name)
	}
	view, err := journal.Load(path+".journal", nil)
	if err != nil {
		x.t.Fatal(err)
	}
	defer view.Close()
	_, _, runs := view.Runs()
	return path, runs > 0
}

// moving reports whether a list is on its way, which a sweep has to finish.
func (x *mix) moving() bool {
	_, err := os.Stat(filepath.Join(x.folder, "done", ".moving"))
	return err == nil
}

// do runs a command, kills it if it comes so far, and looks at what it left.
func (x *mix) do(what string) (killed bool) {
	x.t.Helper()
	c := mixed[what]
	target := x.folder
	if what != "sweep" {
		name := slices.Sorted(maps.Keys(x.keys))[x.random.IntN(len(x.keys))]
		path, known := x.where(name)
		if x.moving() || !known && !strings.HasPrefix(what, "remove") {
			return false
		}
		target = path
	}
	within := c.within
	if x.random.IntN(3) == 0 {
		within = 0
	}
	e := x.o.kill(x.random, within, append(slices.Clone(c.args), target)...)
	if !e.killed && e.code != exitOK && e.code != exitFailures {
		x.t.Fatalf("%s %s ended by itself with %d:\n%s", what, target, e.code, e.stderr.String())
	}
	if e.killed {
		x.kills[what]++
	}
	x.judge(what + " " + filepath.Base(target))
	return e.killed
}

// judge compares what the journals say with the truth.
func (x *mix) judge(after string) {
	x.t.Helper()
	on := map[string]bool{}
	for _, value := range x.o.values() {
		on[value] = true
	}
	x.o.mu.Lock()
	gone := maps.Clone(x.o.gone)
	x.o.mu.Unlock()
	for name, keys := range x.keys {
		var claims []*journal.View
		for _, folder := range []string{x.folder, filepath.Join(x.folder, "done")} {
			view, err := journal.Load(filepath.Join(folder, name+".journal"), nil)
			if err != nil {
				x.t.Fatalf("after %s: %v", after, err)
			}
			defer view.Close()
			claims = append(claims, view)
		}
		for _, key := range keys {
			for _, view := range claims {
				x.judgeKey(after, key, view, on, gone)
			}
		}
	}
}

func (x *mix) judgeKey(after, key string, view *journal.View, on, gone map[string]bool) {
	x.t.Helper()
	state := view.Index().State(journal.KeyOf(api.Identifier{Type: api.Email, Value: key}))
	var taken []string
	for form := range gone {
		if strings.EqualFold(form, key) {
			taken = append(taken, form)
		}
	}
	lie := func(what string) {
		x.t.Helper()
		x.t.Errorf("after %s: %s is %+v, but %s; taken off %q", after, key, state, what, taken)
	}
	finished := state.Status == journal.Removed || state.Status == journal.NotFound
	switch {
	case state.Intent: // nothing is claimed
	case state.Status == journal.Removed && len(taken) == 0:
		lie("nothing of it was removed")
	case state.Status == journal.NotFound && !state.Unsure && len(taken) > 0:
		lie("it was removed")
	case state.Status == journal.Restored && len(taken) > 0:
		lie("not all of it is back")
	case finished && !state.Unsure && on[key]:
		lie("it is on the list")
	case state.Status == journal.Removed:
		o, err := view.OutcomeAt(state)
		if err != nil {
			x.t.Fatal(err)
		}
		for _, s := range o.Stored {
			if on[s.Value] {
				lie("a known form of it is on the list")
			}
		}
	}
}

// finish ends the night: every list lies in done, once, with a journal that leaves
// no one open. Then everything that was taken off can be put back.
func (x *mix) finish() {
	x.t.Helper()
	for x.do("sweep") {
	}
	var here, there []string
	for folder, names := range map[string]*[]string{x.folder: &here, filepath.Join(x.folder, "done"): &there} {
		entries, err := os.ReadDir(folder)
		if err != nil {
			x.t.Fatal(err)
		}
		for _, e := range entries {
			if _, ok := journalOf(e.Name()); !ok || folder == x.folder {
				*names = append(*names, e.Name())
			}
		}
	}
	want := append(slices.Collect(maps.Keys(x.keys)), "list0-failed.csv")
	slices.Sort(want)
	if !slices.Equal(here, []string{".altadnc-sweep.lock", "done"}) || !slices.Equal(there, want) {
		x.t.Errorf("in the folder are %q, in done %q, want %q", here, there, want)
	}
	for name, keys := range x.keys {
		path, known := x.where(name)
		if !known {
			x.t.Fatalf("%s has no journal", path)
		}
		for _, args := range [][]string{mixed["remove"].args, {"restore", "--unsure", "--refused", "--yes", "--rate", "0", "-q"}} {
			x.o.setHook(func(int64, string) {})
			out, err := x.o.command(append(slices.Clone(args), path)...).CombinedOutput()
			if code := exitCodeOf(x.t, err); code != exitOK && code != exitFailures {
				x.t.Fatalf("%s %s ended with %d:\n%s", args[0], path, code, out)
			}
			x.judge("the last " + args[0])
			x.settled(args[0], path, keys)
		}
	}
	if len(x.o.gone) > 0 {
		x.t.Errorf("taken off and not to be put back: %q", slices.Sorted(maps.Keys(x.o.gone)))
	}
}

// settled expects that a journal leaves no key open, nor, after a restore, one that
// a killed one may have put back.
func (x *mix) settled(after, path string, keys []string) {
	x.t.Helper()
	view, err := journal.Load(path+".journal", nil)
	if err != nil {
		x.t.Fatal(err)
	}
	defer view.Close()
	for _, key := range keys {
		if s := view.Index().State(journal.KeyOf(api.Identifier{Type: api.Email, Value: key})); !s.Status.Finished() || after == "restore" && s.Intent {
			x.t.Errorf("%s: %s is %+v after %s", path, key, s, after)
		}
	}
}

// TestKillMix kills remove, --again, snapshots, restore, verify and sweep at random
// moments, mixed on the same lists and journals. After each life no journal lies; in
// the end every list is finished once and everybody can be put back. KILLS in the
// environment says how many kills there are to be at least.
func TestKillMix(t *testing.T) {
	t.Parallel()
	least := 30
	if testing.Short() {
		least = 6
	}
	if n, err := strconv.Atoi(os.Getenv("KILLS")); err == nil {
		least = n
	}
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	kills, total, worlds, requests := map[string]int{}, 0, 0, int64(0)
	commands := slices.Sorted(maps.Keys(mixed))
	for ; (total < least || len(kills) < len(mixed)) && !t.Failed(); worlds++ {
		x := newMix(t, random, kills)
		for range 25 {
			x.do(commands[random.IntN(len(commands))])
		}
		x.finish()
		total = 0
		for _, n := range kills {
			total += n
		}
		requests += x.o.count.Load()
		x.o.server.Close()
	}
	t.Logf("%d kills in %d folders of 4 lists, %d requests: %v", total, worlds, requests, kills)
}
