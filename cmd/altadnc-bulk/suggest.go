package main

import (
	"github.com/agnivade/levenshtein"
	"github.com/spf13/cobra"
)

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
	if name := nearest(args[0], names); name != "" {
		hint = "did you mean: " + cmd.CommandPath() + " " + name + "?\n" + hint
	}
	return usageError(hint, "unknown command %q", args[0])
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
	return oneArgument("LIST", "a CSV or JSONL file, or - for standard input")
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
