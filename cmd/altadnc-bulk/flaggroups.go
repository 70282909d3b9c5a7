package main

import (
	"slices"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// flagGroup is flags that belong together in the help of a command.
type flagGroup struct {
	title   string
	command string // the only one that it is for; "" for all
	names   []string
}

// flagGroups returns all groups in the order in which help shows them. A flag that
// is in none fails a test.
func flagGroups() []flagGroup {
	return []flagGroup{
		{"What it serves", "sandbox", []string{"listen", "list", "token", "account-id", "limit", "window", "window-kind", "fault"}},
		{"What is done", "", []string{"dry-run", "yes", "snapshot", "keep-unsubscribed", "limit", "max-removals", "again", "skip-failed",
			"since", "all", "unsure", "refused", "pause-active-workflows", "settle", "keep-done"}},
		{"How the list is read", "", []string{"type", "column", "ignore-column", "identifier-column", "type-column", "no-header", "header-line",
			"default-region", "international", "as-is", "sheet", "hidden-rows", "format", "delimiter", "encoding"}},
		{"Connection", "", []string{"token-file", "account-id", "base-url", "sandbox", "timeout"}},
		{"Pace", "", []string{"rate", "reserve", "burst", "workers", "max-attempts", "max-outage", "max-quota-wait", "max-duration"}},
		{"Output", "", []string{"output", "output-format", "outcome", "excel", "unmask", "page", "journal", "to", "json", "quiet", "verbose", "no-progress", "log-format",
			"metrics-file", "ping-url", "no-descriptions", "version", "help"}},
	}
}

// groupFlags parts the flags of a command, and returns those of each group in the
// order of the group. What is in no group comes last.
func groupFlags(cmd *cobra.Command) (groups []flagGroup, flags [][]*pflag.Flag) {
	groups = append(slices.DeleteFunc(flagGroups(), func(g flagGroup) bool {
		return g.command != "" && g.command != cmd.Name()
	}), flagGroup{title: "Others"})
	flags = make([][]*pflag.Flag, len(groups))
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		in := func(g flagGroup) bool { return slices.Contains(g.names, f.Name) }
		i := slices.IndexFunc(groups, in)
		if i < 0 {
			i = len(groups) - 1
		}
		flags[i] = append(flags[i], f)
	})
	for i, g := range groups {
		slices.SortFunc(flags[i], func(a, b *pflag.Flag) int {
			return slices.Index(g.names, a.Name) - slices.Index(g.names, b.Name)
		})
	}
	return groups, flags
}
