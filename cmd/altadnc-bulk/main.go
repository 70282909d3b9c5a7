// Command altadnc-bulk takes the people of a list off the Alta Do Not Contact
// list, one request each under the account's quota, and keeps a journal that
// lets a rerun go on where an earlier one ended. See the README and topics.
package main

import (
	"os"
	_ "time/tzdata" // TZ works in the image, which has no zones, for 0.45 MB
)

func main() { os.Exit(runProgram()) }

// runProgram is the program up to its exit code.
func runProgram() int {
	ignoreFileSizeSignal()
	a := &app{stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr, getenv: os.Getenv, environ: os.Environ()}
	return a.run(os.Args[1:])
}
