package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
)

// print writes a result to stdout, all of it or an error: a result that did not
// arrive must not look like success.
func (a *app) print(write func(io.Writer)) error {
	_, err := io.WriteString(a.stdout, text(write))
	return outputError(err)
}

// text returns what write writes, safe for a terminal.
func text(write func(io.Writer)) string {
	var b strings.Builder
	write(&b)
	return printable(b.String())
}

// printJSON writes a result to stdout as one JSON object.
func (a *app) printJSON(v any) error {
	b, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return err
	}
	_, err = a.stdout.Write(append(b, '\n'))
	return outputError(err)
}

// outputError is the error of a result that could not be written, nil for nil.
func outputError(err error) error {
	if err == nil {
		return nil
	}
	return &exitError{exitTrouble, fmt.Errorf("write the result to standard output: %w", err), "make room there, and run the same command again"}
}
