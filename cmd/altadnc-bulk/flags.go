package main

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/agnivade/levenshtein"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"altadnc-bulk/pkg/api"
	"altadnc-bulk/pkg/reader"
)

// flagError words a problem with flags and names the flag that was probably meant.
func flagError(cmd *cobra.Command, err error) error {
	help := "see: " + cmd.CommandPath() + " --help"
	var unknown *pflag.NotExistError
	if errors.As(err, &unknown) {
		if isToken(flagTyped(unknown)) { // whose value must not be repeated
			return usageError("give a file that holds the token with --token-file, or set ALTA_API_TOKEN: command lines are visible to every user of the machine",
				"no flag takes the API token itself")
		}
		if len(unknown.GetSpecifiedShortnames()) > 1 { // what follows a letter may be a value
			err = fmt.Errorf("unknown shorthand flag: -%s", unknown.GetSpecifiedName())
		}
		if name := nearest(flagTyped(unknown), flagNames(cmd)); name != "" {
			help = "did you mean --" + name + "?\n" + help
		}
		return &exitError{code: exitUsage, err: err, hint: help}
	}
	var value *pflag.InvalidValueError
	if errors.As(err, &value) {
		flag, given := value.GetFlag(), value.GetValue()
		err = fmt.Errorf("--%s %q: %s", flag.Name, given, wanted(flag))
		if flag.Value.Type() == "when" && strings.ContainsAny(given, "./") { // a list, which the flag has taken
			help = fmt.Sprintf("did you mean --%s auto %s?\n%s", flag.Name, shellQuote(given), help)
		}
	}
	return &exitError{code: exitUsage, err: err, hint: help}
}

// flagTyped returns what was typed for a flag; -rate reads as -r -a -t -e, but
// is meant as one name.
func flagTyped(e *pflag.NotExistError) string {
	if short := e.GetSpecifiedShortnames(); len(short) > 1 {
		name, _, _ := strings.Cut(short, "=")
		return name
	}
	return e.GetSpecifiedName()
}

// isToken reports whether a flag that does not exist was meant to be the API token.
func isToken(typed string) bool {
	name := strings.ToLower(strings.NewReplacer("-", "", "_", "").Replace(typed))
	return slices.Contains([]string{"token", "apitoken", "apikey", "key", "bearer", "accesstoken", "altaapitoken"}, name)
}

func flagNames(cmd *cobra.Command) []string {
	var names []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
	return names
}

// wanted says what a flag takes.
func wanted(f *pflag.Flag) string {
	switch f.Value.Type() {
	case "int", "int64":
		return "must be a whole number, such as 100"
	case "float64":
		return "must be a number, such as 97"
	case "duration":
		return "must be a time with a unit, such as 30s, 10m or 6h"
	case "bool":
		return "must be true or false, or the flag alone"
	case "when":
		return "must be never, auto or always"
	}
	return "not understood"
}

// variable is the name of a flag in the environment.
func variable(flag string) string {
	return "ALTADNC_" + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}

// environment sets the flags that the command line left out and the environment
// gives. What sends to people has to be asked for on the command line.
func (a *app) environment(cmd *cobra.Command) error {
	var problems []error
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		name := variable(f.Name)
		value := a.getenv(name)
		switch {
		case value == "" || f.Changed || f.Name == "help" || f.Name == "version":
		case f.Name == "yes" || f.Name == "again":
			problems = append(problems, fmt.Errorf("%s: --%s cannot be set in the environment; give it on the command line", name, f.Name))
		case cmd.Flags().Set(f.Name, value) != nil:
			problems = append(problems, fmt.Errorf("%s %q: %s", name, value, wanted(f)))
		}
	})
	return errors.Join(problems...)
}

// warnOfUnknown warns of variables that look like flags and are none: what
// somebody meant to set is not set.
func (a *app) warnOfUnknown(root *cobra.Command) {
	known := []string{}
	for cmds := []*cobra.Command{root}; len(cmds) > 0; cmds = cmds[1:] {
		cmds = append(cmds, cmds[0].Commands()...)
		cmds[0].Flags().VisitAll(func(f *pflag.Flag) { known = append(known, variable(f.Name)) })
	}
	for _, pair := range a.environ {
		if name, _, _ := strings.Cut(pair, "="); strings.HasPrefix(name, variable("")) && !slices.Contains(known, name) {
			a.warn("%s is not the name of any flag and changes nothing", name)
		}
	}
}

// resumeCommand is the command line to type for going on, with the flags that
// were given. --again is left out: what it reopened is open from then on.
func resumeCommand(cmd *cobra.Command, arg string) string {
	return commandLine(cmd, []string{"again"}, nil, []string{arg})
}

// commandLine is a command line to type: the flags that were given, except some,
// then more of them and the arguments.
func commandLine(cmd *cobra.Command, except, more, args []string) string {
	words := []string{cmd.CommandPath()}
	cmd.Flags().Visit(func(f *pflag.Flag) {
		if !slices.Contains(except, f.Name) {
			words = append(words, flagWords(f)...)
		}
	})
	words = append(append(words, more...), args...)
	for i, word := range words[1:] {
		words[i+1] = shellQuote(word)
	}
	return strings.Join(words, " ")
}

// flagWords returns a flag with its value as one word, or a word for each value.
func flagWords(f *pflag.Flag) []string {
	if f.Value.Type() == "bool" && f.Value.String() == "true" {
		return []string{"--" + f.Name}
	}
	values := []string{f.Value.String()}
	if list, ok := f.Value.(pflag.SliceValue); ok {
		values = list.GetSlice()
	}
	words := make([]string, len(values))
	for i, value := range values {
		words[i] = "--" + f.Name + "=" + value
	}
	return words
}

// waysOut are the command lines that read a list which could not be read as it
// was asked to, the likeliest first.
func waysOut(cmd *cobra.Command, flags [][]string) string {
	columns := []string{"column", "ignore-column", "identifier-column", "type-column", "type"}
	var lines []string
	for _, way := range flags {
		var except []string
		for _, word := range way {
			name, isFlag := strings.CutPrefix(word, "--")
			if isFlag {
				except = append(except, name)
			}
			if slices.Contains(columns, name) {
				except = append(except, columns...)
			}
		}
		lines = append(lines, commandLine(cmd, except, way, cmd.Flags().Args()))
	}
	return strings.Join(lines, "\n")
}

// unknownCommand refuses arguments of a command that only has commands of its
// own, and names the one that was probably meant.
func unknownCommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	var names []string
	for _, sub := range cmd.Commands() {
		names = append(names, sub.Name())
	}
	hint := "see: " + cmd.CommandPath() + " --help"
	if way := meant(args[0]); way != "" && !cmd.HasParent() {
		hint = way + "\n" + hint
	} else if name := nearest(args[0], names); name != "" {
		hint = "did you mean: " + cmd.CommandPath() + " " + name + "?\n" + hint
	}
	return usageError(hint, "unknown command %q", args[0])
}

// meant returns what to type instead of a command that does not exist but that
// people try; "" if that is unknown.
func meant(typed string) string {
	switch strings.ToLower(typed) {
	case "undo", "revert", "rollback":
		return "to undo a removal: altadnc-bulk restore LIST"
	case "resume", "continue", "retry":
		return "to go on with a list, type the same command again: altadnc-bulk remove LIST"
	case "delete", "rm", "run", "start":
		return "to take a list off the Do Not Contact list: altadnc-bulk remove LIST"
	case "unsubscribe", "add":
		return "only what was removed is put back on the Do Not Contact list: altadnc-bulk restore LIST\nto take people off: altadnc-bulk remove LIST"
	}
	if t, ok := findTopic(typed); ok {
		return "did you mean: altadnc-bulk help " + t.name + "?"
	}
	if filepath.Ext(typed) != "" {
		return "to take a list off the Do Not Contact list: altadnc-bulk remove " + shellQuote(typed)
	}
	return ""
}

// oneArgument asks for exactly one argument, which is called name and explained
// by what.
func oneArgument(name, what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		hint := "see: " + cmd.CommandPath() + " --help"
		switch len(args) {
		case 0:
			return usageError(hint, "%s is missing: %s", name, what)
		case 1:
			return nil
		}
		return usageError(hint, "one %s at a time, not %d: the second is %q", name, len(args), args[1])
	}
}

// oneList is the argument of every command that reads a list.
func oneList() cobra.PositionalArgs {
	return oneArgument("LIST", "a CSV, JSONL or .xlsx file, or - for standard input")
}

// nearest returns the name that typed is probably a slip of, "" if none is.
func nearest(typed string, names []string) string {
	best, least := "", min(3, len(typed))
	for _, name := range names {
		if d := levenshtein.ComputeDistance(typed, name); d < least {
			best, least = name, d
		}
	}
	return best
}

// complete gives the shell what may follow: lists, folders or journals where they
// belong, the values of flags that have some, files for those that name one, and
// nothing else.
func complete(cmd *cobra.Command) {
	const nothing, files = cobra.ShellCompDirectiveNoFileComp, cobra.ShellCompDirectiveDefault
	for flag, values := range flagValues() {
		if cmd.Flags().Lookup(flag) != nil {
			cmd.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(values, nothing))
		}
	}
	for _, flag := range []string{"token-file", "metrics-file", "to", "list", "output"} {
		if cmd.Flags().Lookup(flag) != nil {
			cmd.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(nil, files))
		}
	}
	if cmd.Flags().Lookup("journal") != nil {
		cmd.RegisterFlagCompletionFunc("journal", cobra.FixedCompletions([]string{"journal"}, cobra.ShellCompDirectiveFilterFileExt))
	}
	if cmd.Args != nil && cmd.ValidArgsFunction == nil && !cmd.HasSubCommands() {
		cmd.ValidArgsFunction = func(cmd *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
			if cmd.Args(cmd, append(args, "file")) != nil {
				return nil, nothing
			}
			return argumentFiles(cmd)
		}
	}
	for _, sub := range cmd.Commands() {
		complete(sub)
	}
}

// argumentFiles says which files the argument of a command may be: the endings of
// their names, or folders alone.
func argumentFiles(cmd *cobra.Command) ([]string, cobra.ShellCompDirective) {
	switch {
	case strings.Contains(cmd.Use, "LIST"):
		var endings []string
		for _, ending := range listEndings() {
			endings = append(endings, ending[1:], ending[1:]+".gz")
		}
		return endings, cobra.ShellCompDirectiveFilterFileExt
	case strings.Contains(cmd.Use, "JOURNAL"):
		return []string{"journal"}, cobra.ShellCompDirectiveFilterFileExt
	}
	return nil, cobra.ShellCompDirectiveFilterDirs
}

// flagValues returns the values of the flags that take one of a few.
func flagValues() map[string][]string {
	types := []string{}
	for _, t := range api.IdentifierTypes() {
		types = append(types, string(t))
	}
	return map[string][]string{
		"encoding":      {"utf-8", "utf-16le", "utf-16be", "windows-1252", "windows-1250", "windows-1251", "macintosh", "shift_jis", "gb18030", "big5", "euc-kr", "cp850"},
		"format":        reader.FormatNames(),
		"hidden-rows":   {"read", "skip"},
		"log-format":    {"text", "json"},
		"outcome":       outcomes(),
		"output-format": {"csv", "jsonl"},
		"snapshot":      {string(snapshotNever), string(snapshotAuto), string(snapshotAlways)},
		"type":          types,
		"window-kind":   {"fixed", "sliding", "token-bucket"},
	}
}
