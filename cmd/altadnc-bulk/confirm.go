package main

import (
	"bufio"
	"fmt"
	"strings"
)

// confirmByNumber is from how many removals on the number itself is the answer.
const confirmByNumber = 1000

// confirm asks on the terminal. Only a clear yes is one: an empty line, the end
// of input and everything else are not.
func (r *removal) confirm(v planView) error {
	if !isTerminal(r.stdin) || r.list.path == "-" {
		return usageError("look at the plan (--dry-run), then add --yes", "%s: nobody to ask whether to send %s, and no --yes", r.list.path, plural(v.sending(), "removal"))
	}
	want := "y"
	question := fmt.Sprintf("Send %s? These people can then be contacted again. [y/N] ", plural(v.sending(), "removal"))
	if v.sending() > confirmByNumber {
		want = fmt.Sprint(v.sending())
		question = fmt.Sprintf("These people can then be contacted again. Type the number of removals (%s) to send them: ", want)
	}
	fmt.Fprint(r.stderr, question)
	answer, _ := bufio.NewReader(r.stdin).ReadString('\n')
	answer = strings.ToLower(strings.TrimSpace(answer))
	if answer == want || want == "y" && answer == "yes" {
		return nil
	}
	if !strings.HasSuffix(answer, "\n") {
		fmt.Fprintln(r.stderr)
	}
	return usageError("", "declined: nothing was sent")
}
