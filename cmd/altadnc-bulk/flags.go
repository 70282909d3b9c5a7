package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// flagError words a problem with flags and names the flag that was probably meant.
func flagError(cmd *cobra.Command, err error) error {
	help := "see: " + cmd.CommandPath() + " --help"
	var unknown *pflag.NotExistError
	if errors.As(err, &unknown) {
		if name := nearest(flagTyped(unknown), flagNames(cmd)); name != "" {
			help = "did you mean --" + name + "?\n" + help
		}
		return &exitError{exitUsage, err, help}
	}
	var value *pflag.InvalidValueError
	if errors.As(err, &value) {
		err = fmt.Errorf("--%s %q: %s", value.GetFlag().Name, value.GetValue(), wanted(value.GetFlag()))
	}
	return &exitError{exitUsage, err, help}
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

func flagNames(cmd *cobra.Command) []string {
	var names []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
	return names
}

// wanted words what a flag takes.
func wanted(f *pflag.Flag) string {
	switch f.Value.Type() {
	case "int", "int64":
		return "a whole number is wanted, such as 100"
	case "float64":
		return "a number is wanted, such as 97"
	case "duration":
		return "a time with its unit is wanted, such as 30s, 10m or 6h"
	case "bool":
		return "true or false is wanted, or the flag alone"
	}
	return "not understood"
}

// changedFlags returns the flags that were given, each as one word. --again is
// left out: a run that was interrupted is continued without it.
func changedFlags(cmd *cobra.Command) []string {
	var words []string
	cmd.Flags().Visit(func(f *pflag.Flag) {
		if f.Name != "again" {
			words = append(words, flagWord(f))
		}
	})
	return words
}

// flagWord returns a flag with its value as one word.
func flagWord(f *pflag.Flag) string {
	if f.Value.Type() == "bool" && f.Value.String() == "true" {
		return "--" + f.Name
	}
	return fmt.Sprintf("--%s=%s", f.Name, f.Value)
}
