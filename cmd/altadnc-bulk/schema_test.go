package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"altadnc-bulk/pkg/api"
	"altadnc-bulk/pkg/journal"
)

// schemaFolder is the variable that names the folder of the schemas to the
// commands that tests start, which run elsewhere.
const schemaFolder = "SCHEMAS"

// schema compiles the schema of that name.
func schema(name string) (*jsonschema.Schema, error) {
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	return c.Compile(filepath.Join(os.Getenv(schemaFolder), name+".json"))
}

// fits reports what of JSON is not as the schema of that name has it.
func fits(name string, values ...[]byte) error {
	s, err := schema(name)
	if err != nil {
		return err
	}
	for _, value := range values {
		instance, err := jsonschema.UnmarshalJSON(bytes.NewReader(value))
		if err == nil {
			err = s.Validate(instance)
		}
		if err != nil {
			return fmt.Errorf("%w\nin %s", err, value)
		}
	}
	return nil
}

// outputFits holds what a command line printed for a program against its schema.
// Everything else that is printed begins in another way.
func outputFits(args []string, stdout []byte) error {
	if !bytes.HasPrefix(stdout, []byte("{")) {
		return nil
	}
	name := args[0]
	switch {
	case name == "report" || name == "snapshot":
		return fits(name, jsonLines(stdout)...)
	case slices.Contains(args, "--dry-run") && name != "check":
		name += "-dry-run"
	}
	return fits(name, stdout)
}

// checkSchema holds what a command of the session printed against its schema.
func (s *session) checkSchema(args []string, stdout []byte) {
	s.t.Helper()
	if err := outputFits(args, stdout); err != nil {
		s.t.Errorf("altadnc-bulk %s: %v", strings.Join(args, " "), err)
	}
}

// jsonLines returns the lines that hold an object.
func jsonLines(text []byte) (objects [][]byte) {
	for line := range bytes.Lines(text) {
		if bytes.HasPrefix(line, []byte("{")) {
			objects = append(objects, line)
		}
	}
	return objects
}

// heldMain is the program as tests start it: what it prints for programs is held
// against the schemas, and what does not fit makes it end with a code that the
// program itself does not have.
func heldMain() {
	stdout, stderr := hold(&os.Stdout), hold(&os.Stderr)
	code := runProgram()
	out, log := stdout(), stderr()
	err := outputFits(os.Args[1:], out)
	if slices.Contains(os.Args, "json") || slices.Contains(os.Args, "--log-format=json") {
		err = errors.Join(err, fits("log", jsonLines(log)...))
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 99
	}
	os.Exit(code)
}

// hold lets what is written to a stream pass and keeps it. Terminals and files
// stay what they are to the program; what they get is not kept.
func hold(stream **os.File) (end func() []byte) {
	to := *stream
	if info, err := to.Stat(); err != nil || info.Mode()&fs.ModeNamedPipe == 0 {
		return func() []byte { return nil }
	}
	r, w, err := os.Pipe()
	if err != nil {
		return func() []byte { return nil }
	}
	*stream = w
	var kept bytes.Buffer
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer r.Close() // whoever reads no more is missed by the program as well
		io.Copy(to, io.TeeReader(r, &kept))
	}()
	return func() []byte {
		w.Close()
		<-done
		*stream = to
		return kept.Bytes()
	}
}

// checkJournals holds every line of the sound journals in a folder against the
// schema.
func checkJournals(folder string) (lines int, err error) {
	err = filepath.WalkDir(folder, func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".journal") {
			return err
		}
		report, err := journal.Verify(path)
		if err != nil || report.Bytes == 0 {
			return nil // not sound, as the test wants it
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		records := slices.Collect(bytes.Lines(content))[:report.Records]
		lines += len(records)
		if err := fits("journal", records...); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		return nil
	})
	return lines, err
}

// TestSchemasOfJournals: the journals of the repository are as the schema says,
// and together they have every kind of record.
func TestSchemasOfJournals(t *testing.T) {
	lines, err := checkJournals("../../testdata/journals")
	if err != nil || lines < 80 {
		t.Errorf("%d records: %v", lines, err)
	}
}

// TestSchemasOfInterruptedRuns: what is printed at an interruption fits, too.
func TestSchemasOfInterruptedRuns(t *testing.T) {
	path, keys := writeList(t, 1501, 0) // more than two requests put back: the second is interrupted
	var list []api.OptOut
	for _, key := range keys {
		list = append(list, api.OptOut{Identifier: api.Identifier{Type: api.Email, Value: key}})
	}
	o := newOracleOf(t, list, 100)
	for _, args := range [][]string{
		{"remove", "--snapshot", "always", path},
		{"remove", path},
		{"sweep", "--settle", "0s", filepath.Dir(path)},
		{"verify", path},
		{"restore", path},
	} {
		if args[0] == "restore" { // after all is removed, and less than that would be put back by one request
			if out, err := o.command("remove", "--yes", "--rate", "0", "-q", path).CombinedOutput(); err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
		}
		args = append(args, "--json", "--rate", "0")
		if args[0] != "verify" {
			args = append(args, "--yes")
		}
		stdout, code := o.interrupt(2, args...)
		if code != exitInterrupt || !bytes.Contains(stdout, []byte(`"stopped": "interrupted"`)) {
			t.Errorf("%q ended with %d:\n%s", args, code, stdout)
		}
	}
}

// TestSchemasHaveAllMembers: schemas and results have the same members, those
// that no other test makes the program print included.
func TestSchemasHaveAllMembers(t *testing.T) {
	for _, tt := range []struct {
		file, path string // a path of members in the schema
		value      any
	}{
		{"common", "$defs/failureMembers", failure{}},
		{"common", "$defs/removal", removeSummary{}},
		{"common", "$defs/rows", rowCounts{}},
		{"common", "$defs/unread", unread{}},
		{"common", "$defs/readAs", layout{}},
		{"common", "$defs/readAs/properties/columns/items", column{}},
		{"common", "$defs/refused", refused{}},
		{"common", "$defs/refused/properties/first/items", refusedEntry{}},
		{"common", "$defs/removalPlan", removePlan{}},
		{"common", "$defs/snapshot", snapshotEffect{}},
		{"common", "$defs/sweepPlan", sweepPlan{}},
		{"common", "$defs/leftAlone", leftAlone{}},
		{"sweep", "then", sweepSummary{}},
		{"sweep", "then/properties/totals", sweepTotals{}},
		{"sweep", "then/properties/lists/items/then", sweptList{}},
		{"status", "then", status{}},
		{"verify", "then", verifySummary{}},
		{"verify", "then/properties/contradictions/items", contradiction{}},
		{"restore", "then", restoreSummary{}},
		{"restore-dry-run", "then", restorePlan{}},
		{"check", "then", checked{}},
		{"check", "then/properties/checks/items", checkedItem{}},
	} {
		members, required := schemaMembers(t, tt.file, tt.path)
		var fields, always []string
		value := reflect.TypeOf(tt.value)
		for field := range value.Fields() {
			name, options, tagged := strings.Cut(field.Tag.Get("json"), ",")
			if name == "" {
				continue
			}
			if fields = append(fields, name); !tagged || options != "omitempty" {
				always = append(always, name)
			}
		}
		slices.Sort(fields)
		slices.Sort(always)
		if !slices.Equal(fields, members) || !slices.Equal(always, required) {
			t.Errorf("%s.json#/%s and %s have other members:\n%q, of these required %q\n%q, of these always %q", tt.file, tt.path, value, members, required, fields, always)
		}
	}
}

// schemaMembers returns the members of an object in a schema, and those of them
// that are required, in order.
func schemaMembers(t *testing.T, file, path string) (members, required []string) {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(os.Getenv(schemaFolder), file+".json"))
	if err != nil {
		t.Fatal(err)
	}
	for name := range strings.SplitSeq(path, "/") {
		var object map[string]json.RawMessage
		if err := json.Unmarshal(content, &object); err != nil || object[name] == nil {
			t.Fatalf("%s.json has no %s: %v", file, path, err)
		}
		content = object[name]
	}
	var object struct {
		Properties map[string]json.RawMessage `json:"properties"`
		Required   []string                   `json:"required"`
	}
	if err := json.Unmarshal(content, &object); err != nil {
		t.Fatal(err)
	}
	for name := range object.Properties {
		members = append(members, name)
	}
	slices.Sort(members)
	slices.Sort(object.Required)
	return members, object.Required
}
