package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"
)

// metrics are samples in Prometheus' text format. The samples of one name are
// kept together, as the format asks for.
type metrics struct{ families []*family }

type family struct{ name, help, samples string }

// measured is a result that has metrics of its own.
type measured interface{ measure(m *metrics) }

// add adds a sample. labels are names and values by turns.
func (m *metrics) add(name, help string, value any, labels ...string) {
	i := slices.IndexFunc(m.families, func(f *family) bool { return f.name == name })
	if i < 0 {
		i = len(m.families)
		m.families = append(m.families, &family{name: name, help: help})
	}
	escape := strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`)
	var pairs []string
	for pair := range slices.Chunk(labels, 2) {
		pairs = append(pairs, fmt.Sprintf(`%s="%s"`, pair[0], escape.Replace(strings.ToValidUTF8(pair[1], "\uFFFD"))))
	}
	m.families[i].samples += fmt.Sprintf("%s{%s} %v\n", name, strings.Join(pairs, ","), value)
}

func (m *metrics) write(w io.Writer) error {
	var b strings.Builder
	for _, f := range m.families {
		fmt.Fprintf(&b, "# HELP %s %s\n# TYPE %s gauge\n%s", f.name, f.help, f.name, f.samples)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// exit adds how work on list ended.
func (m *metrics) exit(list string, code int, ended time.Time) {
	m.add("altadnc_exit_code", "Exit code of the last run.", code, "list", list)
	m.add("altadnc_last_run_timestamp_seconds", "When the last run ended, in Unix time.", ended.Unix(), "list", list)
}

// run adds what a run over list took.
func (m *metrics) run(list string, requests int64, started, ended time.Time) {
	m.add("altadnc_requests", "Requests that the last run sent.", requests, "list", list)
	m.add("altadnc_last_run_duration_seconds", "How long the last run took.", ended.Sub(started).Seconds(), "list", list)
}

// writeMetrics writes how work on subject ended, with the metrics of its result
// if there is one, for node_exporter's textfile collector. The file is replaced
// at once, as the collector asks for: it may read at any moment.
func writeMetrics(path, subject string, code int, r result) error {
	m := &metrics{}
	if r, ok := r.(measured); ok {
		r.measure(m)
	}
	m.exit(cmp.Or(subject, "-"), code, time.Now())
	if err := ownMetrics(path); err != nil {
		return err
	}
	return replaceFile(path, 0o644, m.write) // the collector is another user
}

// ownMetrics makes sure that nothing is replaced but metrics of this program.
func ownMetrics(path string) error {
	if info, err := os.Lstat(path); err != nil || !info.Mode().IsRegular() {
		return nil // replaceFile judges it
	}
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	start, err := io.ReadAll(io.LimitReader(f, int64(len(metricsStart))))
	if err == nil && len(start) > 0 && string(start) != metricsStart {
		err = fmt.Errorf("%s exists and does not hold metrics of altadnc-bulk", path)
	}
	return err
}

// metricsStart is how a file of metrics begins.
const metricsStart = "# HELP altadnc_"

// replaceFile puts what write writes in the place of path in one step, or leaves
// path as it is. It is on the disk before it has the name, so that no power cut
// leaves half of it.
func replaceFile(path string, mode os.FileMode, write func(io.Writer) error) error {
	if there, err := os.Lstat(path); err == nil && !there.Mode().IsRegular() {
		return fmt.Errorf("%s exists and is not a regular file (a link, a pipe, a device)", path)
	}
	tmp, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*")
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name())
	err = write(tmp)
	if err == nil {
		err = tmp.Chmod(mode)
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

// syncFolder makes names in a folder durable, which Windows does on its own.
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
