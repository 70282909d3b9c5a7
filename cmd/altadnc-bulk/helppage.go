package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// helpPage is the help of a command, in Markdown: what --help and the man page say.
type helpPage struct {
	name     string // the words to type
	short    string
	about    string
	usage    string
	sections string
}

// newHelpPage returns the help of a command.
func newHelpPage(cmd *cobra.Command) helpPage {
	cmd.InitDefaultHelpFlag()
	p := helpPage{name: cmd.CommandPath(), short: sentenceCase(cmd.Short), about: cmd.Long, usage: usageLine(cmd)}
	var b strings.Builder
	section := func(title, text string) {
		if text != "" {
			fmt.Fprintf(&b, "## %s\n\n%s\n", title, text)
		}
	}
	section("Examples", indented(cmd.Example))
	section("Commands", commandTable(cmd))
	if !cmd.HasParent() {
		section("Topics", topicTable())
	}
	groups, flags := groupFlags(cmd)
	for i, group := range groups {
		section(group.title, flagTable(flags[i]))
	}
	if slices.ContainsFunc(slices.Concat(flags...), func(f *pflag.Flag) bool { return f.Name != "help" && f.Name != "version" }) {
		section("Environment", "All flags except --yes and --again can be set in the environment: --some-flag is ALTADNC_SOME_FLAG. The command line wins.\n")
		section("Exit codes", exitCodeText())
	}
	if cmd.HasParent() {
		section("More", "`altadnc-bulk help TOPIC` explains "+topicNames()+".\n")
	} else {
		section("More", "`altadnc-bulk help COMMAND` explains a command and all its flags, `altadnc-bulk help TOPIC` a topic.\n")
	}
	p.sections = b.String()
	return p
}

// text returns the page as it is printed.
func (p helpPage) text(width int) string {
	page := fmt.Sprintf("# %s: %s\n\n%s\n\n## Usage\n\n%s\n%s", p.name, escapeMarkdown(p.short), p.about, indented(p.usage), p.sections)
	return markdownText([]byte(page), width)
}

// usageLine returns what is typed to call a command.
func usageLine(cmd *cobra.Command) string {
	if cmd.HasSubCommands() {
		return cmd.CommandPath() + " COMMAND"
	}
	return cmd.UseLine()
}

// indented makes text a code block.
func indented(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		b.WriteString("    " + strings.TrimSpace(line) + "\n")
	}
	return b.String()
}

// sentenceCase returns a command's short text as it continues after its name.
func sentenceCase(short string) string {
	if len(short) > 1 && short[1] >= 'a' && short[1] <= 'z' {
		return strings.ToLower(short[:1]) + short[1:]
	}
	return short
}

// commandTable returns the commands of a command as a table without a header.
func commandTable(cmd *cobra.Command) string {
	var rows [][2]string
	for _, sub := range cmd.Commands() {
		if sub.IsAvailableCommand() {
			rows = append(rows, [2]string{sub.Name(), sentenceCase(sub.Short)})
		}
	}
	return plainTable(rows)
}

func topicTable() string {
	var rows [][2]string
	for _, t := range topics() {
		rows = append(rows, [2]string{t.name, t.short})
	}
	return plainTable(rows)
}

func topicNames() string {
	var names []string
	for _, t := range topics() {
		names = append(names, t.name)
	}
	return strings.Join(names, ", ")
}

func flagTable(flags []*pflag.Flag) string {
	var rows [][2]string
	for _, f := range flags {
		value, usage := pflag.UnquoteUsage(f)
		rows = append(rows, [2]string{flagTerm(f, value), usage + defaultText(f)})
	}
	return plainTable(rows)
}

// flagTerm returns a flag as it is typed, with the name of its value.
func flagTerm(f *pflag.Flag, value string) string {
	term := "--" + f.Name
	if f.Shorthand != "" {
		term += ", -" + f.Shorthand
	}
	if value != "" {
		term += " " + strings.ToUpper(value)
	}
	return term
}

// defaultText says what a flag is without being given, unless that is nothing.
func defaultText(f *pflag.Flag) string {
	switch f.DefValue {
	case "", "0", "0s", "false", "[]":
		return ""
	}
	return " (default " + strings.NewReplacer("m0s", "m", "h0m", "h").Replace(f.DefValue) + ")"
}

// plainTable returns a table without names of its columns.
func plainTable(rows [][2]string) string {
	var b strings.Builder
	for i, row := range rows {
		if i == 0 {
			b.WriteString("| | |\n| --- | --- |\n")
		}
		fmt.Fprintf(&b, "| `%s` | %s |\n", row[0], escapeMarkdown(row[1]))
	}
	return b.String()
}

// exitCodeText lists the exit codes in one paragraph.
func exitCodeText() string {
	var parts []string
	for _, code := range []int{exitOK, exitFailures, exitUsage, exitAuth, exitTrouble, exitJournal, exitLimit, exitLocked} {
		parts = append(parts, fmt.Sprintf("%d %s", code, strings.ReplaceAll(exitMeaning(code), ":", ",")))
	}
	parts = append(parts, fmt.Sprintf("%d, %d and %d stopped by a signal", exitHangup, exitInterrupt, exitTerminated))
	return strings.Join(parts, "; ") + ". `altadnc-bulk help exit-codes` says more.\n"
}

// escapeMarkdown returns text that is not Markdown as Markdown.
func escapeMarkdown(text string) string {
	return strings.NewReplacer(`\`, `\\`, "`", "\\`", "*", `\*`, "_", `\_`, "<", `\<`, "[", `\[`, "|", `\|`).Replace(text)
}
