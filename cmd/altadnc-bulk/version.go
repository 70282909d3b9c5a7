package main

import (
	"cmp"
	"fmt"
	"io"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
)

// version returns the module's version as the Go toolchain recorded it.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "devel"
	}
	v := cmp.Or(info.Main.Version, "(devel)")
	if v == "(devel)" {
		return "devel"
	}
	return v
}

// versionLine is what the version command and the --version flag print.
func versionLine() string {
	return fmt.Sprintf("altadnc-bulk %s %s %s/%s\n", version(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
}

func (a *app) versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "version",
		Short:   "Print the version",
		Example: "  altadnc-bulk version",
		Args:    cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			_, err := io.WriteString(a.stdout, versionLine())
			return outputError(err)
		},
	}
}
