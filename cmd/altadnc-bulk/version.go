package main

import (
	"fmt"
	"io"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
)

// release is the version of a build that has no repository to take it from: an
// image, a package. A variable, since the linker sets nothing else:
// go build -ldflags "-X main.release=v1.2.3". Nothing in the program changes it.
var release string

// version returns the version of this build: what the linker was given, else
// what the Go toolchain found in the repository (a tag, or the commit and its
// time, and +dirty), else "devel".
func version() string {
	if release != "" {
		return release
	}
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" || info.Main.Version == "(devel)" {
		return "devel"
	}
	return info.Main.Version
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
