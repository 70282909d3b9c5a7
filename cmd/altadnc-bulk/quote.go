package main

import (
	"runtime"
	"strings"
)

// mover is the command of this system's shell that gives a file another name.
func mover() string {
	if runtime.GOOS == "windows" {
		return "move"
	}
	return "mv"
}

// shellQuote returns s so that the shell of this system takes it as one word.
func shellQuote(s string) string {
	if runtime.GOOS == "windows" {
		return cmdQuote(s)
	}
	return posixQuote(s)
}

// posixQuote quotes a word for POSIX shells.
func posixQuote(s string) string {
	if isPlain(s, "./_-+:@%,=") {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

// cmdQuote quotes a word for cmd.exe, which hands the line on as it is, and for
// the program, which takes it apart as CommandLineToArgvW does: backslashes count
// only before a quote. See
// https://learn.microsoft.com/cpp/c-language/parsing-c-command-line-arguments.
// PowerShell takes words in quotes in the same way, unless $ or ` is in them.
func cmdQuote(s string) string {
	if isPlain(s, `./\_-+:=`) {
		return s
	}
	var b strings.Builder
	slashes := 0
	b.WriteByte('"')
	for _, r := range s {
		switch r {
		case '\\':
			slashes++
		case '"':
			b.WriteString(strings.Repeat(`\`, slashes+1))
			slashes = 0
		default:
			slashes = 0
		}
		b.WriteRune(r)
	}
	b.WriteString(strings.Repeat(`\`, slashes) + `"`)
	if !strings.ContainsAny(s, `"%`) {
		return b.String()
	}
	// A quote ends what cmd.exe takes for quoted, and nothing protects % in quotes:
	// so no quote is one to cmd.exe, and each special character follows a caret.
	var line strings.Builder
	for _, r := range b.String() {
		if strings.ContainsRune(`()%!^"<>&|`, r) {
			line.WriteByte('^')
		}
		line.WriteRune(r)
	}
	return line.String()
}

// isPlain reports whether s has only ASCII letters and digits and some others,
// and at least one of them.
func isPlain(s, others string) bool {
	special := func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune(others, r))
	}
	return s != "" && !strings.ContainsFunc(s, special)
}
