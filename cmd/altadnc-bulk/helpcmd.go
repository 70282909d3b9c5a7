package main

import (
	"io"
	"strings"

	"github.com/spf13/cobra"
)

func (a *app) helpCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "help [COMMAND or TOPIC]",
		Short: "Explain a command or a topic, such as lists or exit-codes",
		Long: `help prints the help of a command, or a page about a topic. Without an argument it
lists both.`,
		Example: `  altadnc-bulk help
  altadnc-bulk help remove
  altadnc-bulk help columns`,
		RunE: func(cmd *cobra.Command, args []string) error { return a.help(cmd.Root(), args) },
		ValidArgsFunction: func(cmd *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
			return helpSubjects(cmd.Root(), args), cobra.ShellCompDirectiveNoFileComp
		},
	}
}

// help prints the page that args name: that of a command or of a topic, and both
// where they have one name.
func (a *app) help(root *cobra.Command, args []string) error {
	var pages []string
	if cmd, rest, err := root.Find(args); err == nil && len(rest) == 0 {
		pages = append(pages, newHelpPage(cmd).text(textWidth(a.stdout)))
	}
	if len(args) == 1 {
		if t, ok := findTopic(args[0]); ok {
			pages = append(pages, markdownText(t.page, textWidth(a.stdout)))
		}
	}
	if len(pages) > 0 {
		_, err := io.WriteString(a.stdout, strings.Join(pages, "\n"))
		return outputError(err)
	}
	hint := "all commands and topics: altadnc-bulk help"
	var names []string
	for _, subject := range helpSubjects(root, nil) {
		name, _, _ := strings.Cut(subject, "\t")
		names = append(names, name)
	}
	if way := meant(args[0]); way != "" {
		hint = way + "\n" + hint
	} else if near := nearest(args[0], names); near != "" {
		hint = "did you mean: altadnc-bulk help " + near + "?\n" + hint
	}
	return usageError(hint, "there is no command or topic %q", strings.Join(args, " "))
}

// helpSubjects returns what the help command takes after args, each followed by
// a tab and a description for the shell's completion.
func helpSubjects(root *cobra.Command, args []string) []string {
	cmd, rest, err := root.Find(args)
	if err != nil || len(rest) > 0 {
		return nil
	}
	var names []string
	for _, sub := range cmd.Commands() {
		if sub.IsAvailableCommand() {
			names = append(names, cobra.CompletionWithDesc(sub.Name(), sub.Short))
		}
	}
	if cmd != root {
		return names
	}
	for _, t := range topics() {
		if same, _, err := root.Find([]string{t.name}); err != nil || same == root {
			names = append(names, cobra.CompletionWithDesc(t.name, t.short))
		}
	}
	return names
}
