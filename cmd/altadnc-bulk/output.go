package main

import (
	"bufio"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"unicode"
	"unicode/utf16"

	"github.com/spf13/cobra"
)

// result is what a command has to say: to a person by write, to a program by
// its JSON members, which are part of the interface.
type result interface{ write(t table) }

// print writes a result to stdout, all of it or an error: a result that did not
// arrive must not look like success.
func (a *app) print(r result, asJSON bool) error {
	a.told = r
	out := text(r, widthOf(a.stdout))
	if asJSON {
		b, err := json.MarshalIndent(r, "", "  ")
		if err != nil {
			return err
		}
		out = escaped(string(b)) + "\n"
	}
	_, err := io.WriteString(a.stdout, out)
	return outputError(err)
}

// escaped returns JSON with all that printable would not let through as \u escapes,
// which change nothing about what it says.
func escaped(json string) string {
	var b strings.Builder
	for _, r := range json {
		switch {
		case r == '\n' || unicode.IsPrint(r):
			b.WriteRune(r)
		default:
			for _, unit := range utf16.Encode([]rune{r}) {
				fmt.Fprintf(&b, `\u%04x`, unit)
			}
		}
	}
	return b.String()
}

// text returns a result as a person reads it, safe for a terminal that has width
// columns; 0 breaks no lines.
func text(r result, width int) string {
	var b strings.Builder
	r.write(table{&b, width})
	return b.String()
}

// outputError is the error of a result that could not be written, nil for nil.
func outputError(err error) error {
	if err == nil {
		return nil
	}
	return &exitError{code: exitTrouble, err: fmt.Errorf("write the result: %w", err), hint: "make room there, and run the same command again"}
}

// table takes lines for people, whose columns are aligned. What does not fit
// between the edges of the terminal continues on the next line, indented.
type table struct {
	out   *strings.Builder
	width int // 0 for lines of any width
}

// put adds a line whose text begins at column indent.
func (t table) put(indent int, line string) {
	t.out.WriteString(wrap(printable(line), t.width, indent) + "\n")
}

// line prints a line of its own.
func (t table) line(format string, args ...any) {
	t.put(4, fmt.Sprintf(format, args...))
}

// fact prints a name and what there is to say of it.
func (t table) fact(name, format string, args ...any) {
	t.put(15, fmt.Sprintf("  %-12s %s", name, fmt.Sprintf(format, args...)))
}

// count prints a number and what it is a number of; nothing if it is zero.
func (t table) count(n int64, format string, args ...any) {
	if n > 0 {
		t.total(n, fmt.Sprintf(format, args...))
	}
}

// total prints the sum of what was counted, even if it is zero.
func (t table) total(n int64, text string) { t.put(12, fmt.Sprintf("  %9s %s", count(n), text)) }

// unsure prints how many outcomes carry that mark, and what it means.
func (t table) unsure(n int64) {
	if n > 0 {
		t.line("  %s unsure: an earlier request may have removed %s", count(n), either(n, "it", "them"))
	}
}

// outputFlag registers -o, the file to write a list to in place of stdout.
func outputFlag(cmd *cobra.Command, path *string) {
	cmd.Flags().StringVarP(path, "output", "o", "", "write to this `file` instead of standard output, all or nothing")
}

// emit writes a list to stdout, or to the file at path once it is complete. It
// is made from sources, which it never replaces.
func (a *app) emit(path string, sources []string, write func(io.Writer) error) error {
	to := func(w io.Writer) error {
		out := bufio.NewWriterSize(w, 1<<16)
		err := write(out)
		return cmp.Or(err, outputError(out.Flush()))
	}
	if path == "" {
		for _, source := range sources {
			if a.writesTo(source) {
				return usageError("write to another file", "standard output goes to %s, which the output is made from", source)
			}
		}
		return to(a.dataWriter())
	}
	if err := replaceable(path, sources); err != nil {
		return err
	}
	var unwritten error // reported by its own words
	err := replaceFile(path, 0o600, func(w io.Writer) error {
		unwritten = to(w)
		return unwritten
	})
	if err == nil || unwritten != nil {
		return unwritten
	}
	return &exitError{code: diskCode(err), err: fmt.Errorf("--output: %w", err), hint: "choose a file in a folder that exists and is writable"}
}

// replaceable refuses to write over what the output is made from, and over any
// journal, which is evidence.
func replaceable(path string, sources []string) error {
	refusal := usageError("choose another file", "--output %s: it would replace its own input, or a journal", path)
	if base := strings.TrimSuffix(path, ".lock"); strings.HasSuffix(base, ".journal") {
		return refusal
	}
	if link, err := os.Lstat(path); err == nil && !link.IsDir() && !link.Mode().IsRegular() {
		return usageError("choose another file, or leave --output out for standard output", "--output %s: it is not a regular file (a link, a pipe, a device)", path)
	}
	there, err := os.Stat(path)
	if err == nil && there.IsDir() {
		return usageError("choose a file in it", "--output %s: it is a folder", path)
	}
	for _, source := range sources {
		if s, sourceErr := os.Stat(source); err == nil && sourceErr == nil && os.SameFile(there, s) {
			return refusal
		}
	}
	return nil
}

// writesTo reports whether stdout is the file at path, as far as the system knows.
func (a *app) writesTo(path string) bool {
	out, ok := a.stdout.(*os.File)
	if !ok {
		return false
	}
	to, err := out.Stat()
	if err != nil {
		return false
	}
	there, err := os.Stat(path)
	return err == nil && os.SameFile(to, there)
}

// dataWriter is stdout for a list; on a terminal control characters are shown,
// not sent.
func (a *app) dataWriter() io.Writer {
	if f, ok := a.stdout.(*os.File); ok && isTerminal(f) {
		return printableWriter{f}
	}
	return a.stdout
}

type printableWriter struct{ w io.Writer }

func (p printableWriter) Write(b []byte) (int, error) {
	if _, err := io.WriteString(p.w, printable(string(b))); err != nil {
		return 0, err
	}
	return len(b), nil
}

// printable returns s with everything that could move a terminal's cursor, ring
// its bell or turn its text around shown as an escape. Line feeds and tabs stay.
func printable(s string) string {
	clean := func(r rune) bool {
		return r == '\n' || r == '\t' || (unicode.IsPrint(r) && r != unicode.ReplacementChar)
	}
	if strings.IndexFunc(s, func(r rune) bool { return !clean(r) }) < 0 {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		switch {
		case clean(r):
			b.WriteRune(r)
		case r < 0x80:
			fmt.Fprintf(&b, `\x%02x`, r)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	return b.String()
}
