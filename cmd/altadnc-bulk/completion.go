package main

import (
	"github.com/spf13/cobra"

	"altadnc-bulk/pkg/api"
)

// complete tells the shell what may follow: files for a list, the values of
// flags that have some, files for those that name one, and nothing else.
func complete(cmd *cobra.Command) {
	const nothing, files = cobra.ShellCompDirectiveNoFileComp, cobra.ShellCompDirectiveDefault
	for flag, values := range flagValues() {
		if cmd.Flags().Lookup(flag) != nil {
			cmd.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(values, nothing))
		}
	}
	for _, flag := range []string{"journal", "token-file", "metrics-file", "to", "list", "output"} {
		if cmd.Flags().Lookup(flag) != nil {
			cmd.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(nil, files))
		}
	}
	if cmd.Args != nil && cmd.ValidArgsFunction == nil && !cmd.HasSubCommands() {
		cmd.ValidArgsFunction = func(cmd *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
			if cmd.Args(cmd, append(args, "file")) != nil {
				return nil, nothing
			}
			return nil, files
		}
	}
	for _, sub := range cmd.Commands() {
		complete(sub)
	}
}

// flagValues returns the values of the flags that take one of a few.
func flagValues() map[string][]string {
	types := []string{}
	for _, t := range api.IdentifierTypes() {
		types = append(types, string(t))
	}
	return map[string][]string{
		"encoding":      {"utf-8", "utf-16le", "utf-16be", "windows-1252", "iso-8859-1"},
		"format":        {"auto", "csv", "jsonl"},
		"log-format":    {"text", "json"},
		"outcome":       outcomes(),
		"output-format": {"csv", "jsonl"},
		"snapshot":      {snapshotNever, snapshotAuto, snapshotAlways},
		"type":          types,
		"window-kind":   {"fixed", "sliding", "token-bucket"},
	}
}
