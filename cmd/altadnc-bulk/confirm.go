package main

import (
	"bufio"
	"fmt"
	"strings"
)

// confirmByNumber is beyond how many removals the number itself is the answer.
const confirmByNumber = 1000

// confirm asks on the terminal. Only a clear yes is one: an empty line, the end
// of input and everything else are not.
func (r *removal) confirm(v planView) error {
	if !isTerminal(r.stdin) || !isTerminal(r.stderr) || r.list.path == "-" {
		return usageError("look at the plan (--dry-run), then add --yes", "%s: nobody to ask whether to send %s, and no --yes", r.list.path, plural(v.sending(), "removal"))
	}
	wanted := []string{"y", "yes"}
	question := fmt.Sprintf("Send %s? These people can then be contacted again. [y/N] ", plural(v.sending(), "removal"))
	if v.sending() > confirmByNumber {
		wanted = []string{fmt.Sprint(v.sending()), count(v.sending())}
		question = fmt.Sprintf("These people can then be contacted again. Type the number of removals (%s) to send them: ", count(v.sending()))
	}
	fmt.Fprint(r.stderr, question)
	answer, err := bufio.NewReader(r.stdin).ReadString('\n')
	if err != nil { // the terminal has not gone to a new line
		fmt.Fprintln(r.stderr)
		return declined()
	}
	for _, yes := range wanted {
		if strings.EqualFold(strings.TrimSpace(answer), yes) {
			return nil
		}
	}
	return declined()
}

func declined() error { return usageError("", "declined: nothing was sent") }
