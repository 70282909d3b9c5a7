//go:build unix

package main

import (
	"os/signal"
	"syscall"
)

// ignoreFileSizeSignal makes a write beyond the file size limit of the process
// (ulimit -f) an error like any other, instead of the end of the program: the
// journal's errors are reported and end the run cleanly.
func ignoreFileSizeSignal() { signal.Ignore(syscall.SIGXFSZ) }
