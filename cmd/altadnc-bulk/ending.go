package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"altadnc-bulk/pkg/api"
	"altadnc-bulk/pkg/reader"
)

// watchers are told how a command ends, besides the person: a program that reads
// standard output, a collector of metrics, a monitor.
type watchers struct {
	json        bool
	metricsFile string
	pingURL     string
}

func (w *watchers) register(cmd *cobra.Command) {
	fl := cmd.Flags()
	fl.BoolVar(&w.json, "json", false, "print the result as one JSON object")
	fl.StringVar(&w.metricsFile, "metrics-file", "", "write metrics for node_exporter's textfile collector to this `file`")
	fl.StringVar(&w.pingURL, "ping-url", "", "notify a monitor such as healthchecks.io: POST to `URL`/start, and at the end to URL/<exit code> with the summary")
}

// watchersOf returns the watchers of a command that may have ended before its
// flags were used. A dry run is nobody's night: only its JSON matters.
func watchersOf(cmd *cobra.Command) watchers {
	value := func(name string) string {
		if f := cmd.Flags().Lookup(name); f != nil {
			return f.Value.String()
		}
		return ""
	}
	w := watchers{json: value("json") == "true"}
	if value("dry-run") != "true" {
		w.metricsFile, w.pingURL = value("metrics-file"), value("ping-url")
	}
	return w
}

// failure is the result of a command that ended before it had another.
type failure struct {
	ExitCode int    `json:"exit_code"`
	Error    string `json:"error"`
	Hint     string `json:"hint,omitempty"`
}

// write writes nothing: a person reads about a failure on stderr.
func (failure) write(table) {}

// end reports how cmd ended, to the person and to its watchers, and returns the
// exit code. If a report cannot be delivered, success becomes trouble, except
// for a monitor, which notices on its own.
func (a *app) end(cmd *cobra.Command, err error) (code int) {
	e := &exitError{}
	if err != nil {
		e = asExit(err)
	}
	var list *reader.ListError
	if errors.As(err, &list) && len(list.Flags) > 0 {
		e.hint = "if this is what you mean, type:\n" + waysOut(cmd, list.Flags)
	}
	a.complain(e)
	if asked, _ := cmd.Flags().GetBool("help"); asked && err == nil {
		return exitOK // nothing began, whatever the environment says of watchers
	}
	a.environment(cmd) // a command line that was not understood has not asked it
	w, r := watchersOf(cmd), a.told
	var told error
	if w.json && r == nil && e.err != nil {
		told = a.print(failure{e.code, e.err.Error(), e.hint}, true)
	}
	subject := strings.Join(cmd.Flags().Args(), " ")
	if w.metricsFile != "" {
		if err := writeMetrics(w.metricsFile, subject, cmp.Or(e.code, exitIf(told)), r); err != nil {
			told = errors.Join(told, fmt.Errorf("--metrics-file: %w; its folder must exist and be writable", err))
		}
	}
	if told != nil {
		a.complain(&exitError{err: told})
	}
	code = cmp.Or(e.code, exitIf(told))
	if w.pingURL != "" {
		a.ping(w.pingURL, fmt.Sprint(code), pingBody(r, code))
	}
	return code
}

// exitIf is the exit code for a report that could not be delivered.
func exitIf(err error) int {
	if err != nil {
		return exitTrouble
	}
	return exitOK
}

// complain says on stderr what went wrong, and what to do about it.
func (a *app) complain(e *exitError) {
	if e.err != nil {
		for problem := range strings.Lines(e.err.Error()) {
			a.say("altadnc-bulk: " + strings.TrimSuffix(problem, "\n"))
		}
	}
	if e.hint != "" {
		a.say("  " + strings.ReplaceAll(e.hint, "\n", "\n  "))
	}
}

// warn says on stderr what is odd, and ends nothing.
func (a *app) warn(format string, args ...any) {
	a.say("altadnc-bulk: warning: " + fmt.Sprintf(format, args...))
}

// say says something on stderr to a person.
func (a *app) say(text string) {
	fmt.Fprintln(a.stderr, wrap(printable(text), widthOf(a.stderr), 4))
}

// pingStart notifies the monitor of cmd that its work begins.
func (a *app) pingStart(cmd *cobra.Command) {
	if w := watchersOf(cmd); w.pingURL != "" {
		a.ping(w.pingURL, "start", "")
	}
}

// pingBody is the summary, which names no identifier. An error may quote a
// list: it stays on this machine.
func pingBody(r result, code int) string {
	if r == nil {
		return fmt.Sprintf("exit code %d: %s\n", code, exitMeaning(code))
	}
	if r, ok := r.(interface{ nameless() result }); ok {
		return text(r.nameless(), 0)
	}
	return text(r, 0)
}

// pingTime bounds a ping, of which there are two tries.
const pingTime = 5 * time.Second

// ping notifies a monitor, see https://healthchecks.io/docs/http_api/. Nothing
// depends on it: what goes wrong is a warning.
func (a *app) ping(base, path, body string) {
	u, err := pingTarget(base, path)
	if err == nil {
		if err = post(u, body); err != nil {
			err = post(u, body)
		}
	}
	if err == nil {
		return
	}
	var inner *url.Error // repeats the URL, which is a secret of its own
	if errors.As(err, &inner) {
		err = inner.Err
	}
	a.warn("--ping-url: the monitor was not notified: %s", err)
}

func pingTarget(base, path string) (string, error) {
	u, err := url.Parse(base)
	if err != nil {
		return "", err
	}
	if u.Host == "" || u.Scheme != "https" && (u.Scheme != "http" || !api.IsLoopback(base)) {
		return "", errors.New("must be an https URL, such as https://hc-ping.com/<uuid>; plain http is for loopback addresses only")
	}
	return u.JoinPath(path).String(), nil
}

func post(to, body string) error {
	ctx, cancel := context.WithTimeout(context.Background(), pingTime)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, to, strings.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "text/plain; charset=utf-8")
	req.Header.Set("User-Agent", "altadnc-bulk/"+version())
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode/100 != 2 {
		return fmt.Errorf("answered %s", resp.Status)
	}
	return nil
}
