package main

import (
	"fmt"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// flagError words a problem with flags and names the flag that was probably meant.
func flagError(cmd *cobra.Command, err error) error {
	return &exitError{exitUsage, err, "see: " + cmd.CommandPath() + " --help"}
}

// changedFlags returns the flags that were given, each as one word. --again is
// left out: a run that was interrupted is continued without it.
func changedFlags(cmd *cobra.Command) []string {
	var words []string
	cmd.Flags().Visit(func(f *pflag.Flag) {
		switch {
		case f.Name == "again":
		case f.Value.Type() == "bool" && f.Value.String() == "true":
			words = append(words, "--"+f.Name)
		default:
			words = append(words, fmt.Sprintf("--%s=%s", f.Name, f.Value))
		}
	})
	return words
}
