package main

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
)

func (a *app) manCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "man FOLDER",
		Short: "Write the man pages of all commands and topics",
		Long: `man writes what help prints as man pages: one for each command into FOLDER/man1,
one for each topic into FOLDER/man7. Existing pages of the same name are
overwritten. The pages carry the date in SOURCE_DATE_EPOCH, or else the version's,
so two builds of one version write the same.`,
		Example: `  altadnc-bulk man ~/.local/share/man
  man altadnc-bulk-remove`,
		Args: oneArgument("FOLDER", "where man looks for pages, such as ~/.local/share/man"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return writeManPages(cmd.Root(), args[0], manDate(a.getenv("SOURCE_DATE_EPOCH")))
		},
	}
}

// manDate returns the date that man pages bear: that of the seconds since 1970 in
// epoch, else of the commit that was built; "" if neither is known.
func manDate(epoch string) string {
	if seconds, err := strconv.ParseInt(epoch, 10, 64); err == nil {
		return time.Unix(seconds, 0).UTC().Format(time.DateOnly)
	}
	info, _ := debug.ReadBuildInfo()
	if info == nil {
		return ""
	}
	for _, setting := range info.Settings {
		if setting.Key == "vcs.time" {
			date, _, _ := strings.Cut(setting.Value, "T")
			return date
		}
	}
	return ""
}

// writeManPages writes the pages of a command and of all below it, and those of
// the topics.
func writeManPages(root *cobra.Command, folder, date string) error {
	for _, section := range []string{"man1", "man7"} {
		if err := os.MkdirAll(filepath.Join(folder, section), 0o755); err != nil {
			return manError(err)
		}
	}
	for todo := []*cobra.Command{root}; len(todo) > 0; todo = todo[1:] {
		for _, sub := range todo[0].Commands() {
			if sub.IsAvailableCommand() {
				todo = append(todo, sub)
			}
		}
		p := newHelpPage(todo[0])
		name := strings.ReplaceAll(p.name, " ", "-")
		text := manHead(name, "1", date, p.short) + ".SH SYNOPSIS\n" + roffText(p.usage) + "\n.SH DESCRIPTION\n" +
			markdownRoff([]byte(p.about+"\n\n"+p.sections))
		if err := os.WriteFile(filepath.Join(folder, "man1", name+".1"), []byte(text), 0o644); err != nil {
			return manError(err)
		}
	}
	for _, t := range topics() {
		name := root.Name() + "-" + t.name
		text := manHead(name, "7", date, t.short) + ".SH DESCRIPTION\n" + markdownRoff(t.page)
		if err := os.WriteFile(filepath.Join(folder, "man7", name+".7"), []byte(text), 0o644); err != nil {
			return manError(err)
		}
	}
	return nil
}

// manHead begins a man page: text is set ragged, and no word is hyphenated.
func manHead(name, section, date, short string) string {
	return fmt.Sprintf(".TH %q %s %q %q \"altadnc-bulk manual\"\n.nh\n.ad l\n.SH NAME\n%s \\- %s\n",
		strings.ToUpper(name), section, date, "altadnc-bulk "+version(), roffText(name), roffText(short))
}

func manError(err error) error {
	return usageError("give a folder that can be written to, such as ~/.local/share/man", "man pages: %w", err)
}
