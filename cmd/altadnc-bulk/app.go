package main

import (
	"errors"
	"io"
	"os"

	"github.com/spf13/cobra"
	"golang.org/x/term"
)

// app is the program with all it touches of the outside world: nothing else
// reads the environment or writes to a stream.
type app struct {
	stdin   io.Reader
	stdout  io.Writer
	stderr  io.Writer
	getenv  func(string) string
	environ []string // names with their values, as [os.Environ] has them

	told result // the result of the command; nil before
}

// run carries out one command line and returns the exit code.
func (a *app) run(args []string) int {
	root := a.command()
	root.SetArgs(args)
	root.SetIn(a.stdin)
	root.SetOut(a.stdout)
	root.SetErr(a.stderr)
	cmd, err := root.ExecuteC()
	return a.end(cmd, err)
}

func (a *app) command() *cobra.Command {
	root := &cobra.Command{
		Use:   "altadnc-bulk",
		Short: "Take a list of people off the Alta Do Not Contact list",
		Long: `altadnc-bulk takes every identifier on a CSV, JSONL or .xlsx list off the Alta Do Not
Contact list, one request each, under the account's 100 requests a minute.
A journal beside the list records each outcome, so that running the same
command again carries on where the last run stopped.

Whoever is taken off the list can be contacted again.`,
		Example: `  printf 'identifier,type\nada@example.com,email\n' > list.csv
  altadnc-bulk remove --sandbox list.csv    # a trial, nothing real
  altadnc-bulk remove --dry-run list.csv    # what would be sent
  altadnc-bulk remove list.csv              # asks, then sends; resumes`,
		Version:       version(),
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          unknownCommand,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },

		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error {
			a.warnOfUnknown(cmd.Root())
			return a.environment(cmd)
		},
	}
	root.SetHelpFunc(func(cmd *cobra.Command, _ []string) {
		io.WriteString(a.stdout, newHelpPage(cmd).text(textWidth(a.stdout)))
	})
	root.SetVersionTemplate(versionLine())
	root.SetFlagErrorFunc(flagError)
	root.AddCommand(a.removeCommand(), a.checkCommand(), a.sweepCommand(), a.statusCommand(), a.reportCommand(), a.verifyCommand(), a.snapshotCommand(), a.restoreCommand(), a.journalCommand(), a.sandboxCommand(), a.manCommand(), a.versionCommand())
	for _, cmd := range root.Commands() {
		cmd.Args = usage(cmd.Args)
	}
	root.SetHelpCommand(a.helpCommand())
	complete(root)
	return root
}

// usage makes an error about arguments one of usage, with the help to read.
func usage(valid cobra.PositionalArgs) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if valid == nil {
			return nil
		}
		err := valid(cmd, args)
		var told *exitError
		if err == nil || errors.As(err, &told) {
			return err
		}
		return &exitError{code: exitUsage, err: err, hint: "see: " + cmd.CommandPath() + " --help"}
	}
}

// isTerminal reports whether a stream is a terminal.
func isTerminal(stream any) bool {
	f, ok := stream.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}
