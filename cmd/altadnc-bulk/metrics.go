package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// writeMetrics writes the summary in Prometheus' text format for node_exporter's
// textfile collector. The file is replaced at once, as the collector asks for:
// it may read at any moment.
func writeMetrics(path string, v *removeSummary) error {
	var b strings.Builder
	b.WriteString("# HELP altadnc_entries Entries of the list by outcome, as the last run left them.\n# TYPE altadnc_entries gauge\n")
	for _, m := range []struct {
		outcome string
		n       int64
	}{
		{"removed", v.Removed}, {"not_found", v.NotFound}, {"failed", v.Failed}, {"duplicate", v.Duplicate},
		{"skipped", v.Skipped}, {"protected", v.Protected}, {"open", v.Open},
	} {
		fmt.Fprintf(&b, "altadnc_entries{outcome=%q} %d\n", m.outcome, m.n)
	}
	gauge := func(name, help string, value any) {
		fmt.Fprintf(&b, "# HELP %s %s\n# TYPE %s gauge\n%s %v\n", name, help, name, name, value)
	}
	gauge("altadnc_unsure", "Entries of the last run whose outcome is marked unsure.", v.Unsure)
	gauge("altadnc_requests", "Requests that the last run sent.", v.Requests)
	gauge("altadnc_exit_code", "Exit code of the last run.", v.ExitCode)
	gauge("altadnc_last_run_timestamp_seconds", "When the last run ended, in Unix time.", v.Ended.Unix())
	gauge("altadnc_last_run_duration_seconds", "How long the last run took.", v.Ended.Sub(v.Started).Seconds())
	return replaceFile(path, b.String())
}

// replaceFile puts content in the place of path in one step. It is on the disk
// before it has the name, so that no power cut leaves half of it.
func replaceFile(path, content string) error {
	tmp, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*")
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name())
	_, err = tmp.WriteString(content)
	if err == nil {
		err = tmp.Chmod(0o644) // the collector is another user
	}
	if err == nil {
		err = tmp.Sync()
	}
	if err := errors.Join(err, tmp.Close()); err != nil {
		return err
	}
	if err := os.Rename(tmp.Name(), path); err != nil {
		return err
	}
	return syncFolder(filepath.Dir(path))
}

// syncFolder makes names in a folder durable, which Windows does by itself.
func syncFolder(path string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	folder, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}
