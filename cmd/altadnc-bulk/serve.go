package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strconv"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"altadnc-bulk/pkg/api"
	"altadnc-bulk/pkg/api/sandbox"
)

// served is a sandbox that listens.
type served struct {
	url    string
	server *http.Server
	failed chan error
}

// serveSandbox serves the sandbox of --sandbox on a free loopback port.
func serveSandbox() (*served, error) {
	return serve("127.0.0.1:0", sandbox.Options{})
}

func serve(address string, opts sandbox.Options) (*served, error) {
	handler, err := sandbox.New(opts)
	if err != nil {
		return nil, err
	}
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("sandbox: %w", err)
	}
	s := &served{
		url:    "http://" + listener.Addr().String() + "/v1",
		server: &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second},
		failed: make(chan error, 1),
	}
	go func() { s.failed <- s.server.Serve(listener) }()
	return s, nil
}

func (s *served) close() { s.server.Close() }

// sandboxFlags are the flags of the sandbox command.
type sandboxFlags struct {
	listen  string
	list    string
	token   string
	account string
	limit   int
	window  time.Duration
	kind    string
	faults  []string
}

func (a *app) sandboxCommand() *cobra.Command {
	f := &sandboxFlags{}
	cmd := &cobra.Command{
		Use:   "sandbox",
		Short: "Serve the Alta API locally, for trials and tests",
		Long: `sandbox serves the documented endpoints of /dnc/communication-opt-outs on this
machine, with the account's quota and, on request, with the faults that a
network or an API can have. Nothing leaves the machine. It runs until it is
interrupted.

A fault is an action, its value and its conditions:

    ACTION[=VALUE][,every=N][,share=F][,seed=N][,first=N][,identifier=ID]

| action | what the sandbox does |
| --- | --- |
| drop-before | closes the connection, nothing removed |
| drop-after | removes, then closes the connection |
| delay=3s | waits first |
| 400, 401, 403, 500 | answers so, nothing removed |
| 429[=SECONDS] | answers 429, with that Retry-After, 60, or =none |
| html | answers with a web page, as a captive portal does |
| redirect[=URL] | answers with a redirect |
| garbage | removes, then answers with broken JSON |

| condition | which requests |
| --- | --- |
| every=N | every Nth |
| share=0.1 | one in ten, by chance |
| seed=N | another choice of these |
| first=N | the first N only |
| identifier=ID | those that name ID; comes last |`,
		Example: `  altadnc-bulk sandbox --listen 127.0.0.1:8080
  altadnc-bulk sandbox --limit 20 --window 10s --fault drop-after,share=0.05
  export ALTA_API_TOKEN=any
  altadnc-bulk remove --base-url http://127.0.0.1:8080/v1 list.csv`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return f.run(a) },
	}
	fl := cmd.Flags()
	fl.StringVar(&f.listen, "listen", "127.0.0.1:8080", "loopback `address` to listen on; port 0 takes a free one")
	fl.StringVar(&f.list, "list", "", "JSONL `file` with the opt-outs to start with (default: a built-in list)")
	fl.StringVar(&f.token, "token", "", "the only bearer `token` to accept (default: any)")
	fl.StringVar(&f.account, "account-id", "", "the `ID` that x-account-id must have (default: any or none)")
	fl.IntVar(&f.limit, "limit", 100, "`N` requests a window; -1 for no quota")
	fl.DurationVar(&f.window, "window", time.Minute, "length of the quota's window")
	fl.StringVar(&f.kind, "window-kind", "fixed", "`kind` of window: fixed, sliding, token-bucket")
	fl.StringArrayVar(&f.faults, "fault", nil, "misbehave with this `fault`, see above; repeat the flag for more")
	return cmd
}

func (f *sandboxFlags) run(a *app) error {
	opts, err := f.options()
	if err != nil {
		return &exitError{code: exitUsage, err: err, hint: "see: altadnc-bulk sandbox --help"}
	}
	opts.Log = func(r sandbox.Request) {
		fmt.Fprintf(a.stderr, "%s %s %s %s: %s\n", zoned(r.Time, time.TimeOnly), r.Method, r.Identifier.Type, printable(r.Identifier.Value), requestText(r))
	}
	s, err := serve(f.listen, opts)
	if err != nil {
		return err
	}
	defer s.close()
	fmt.Fprintf(a.stdout, "%s\n", s.url)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	select {
	case <-ctx.Done():
		return nil
	case err := <-s.failed:
		return &exitError{code: exitTrouble, err: fmt.Errorf("sandbox: %w", err)}
	}
}

func (f *sandboxFlags) options() (sandbox.Options, error) {
	opts := sandbox.Options{Token: f.token, AccountID: f.account, Limit: f.limit, Window: f.window}
	var problems []error
	host, _, err := net.SplitHostPort(f.listen)
	if err != nil || !api.IsLoopback("http://"+net.JoinHostPort(host, "1")) {
		problems = append(problems, fmt.Errorf("--listen %q: a loopback address with a port, such as 127.0.0.1:8080; the sandbox is for this machine alone", f.listen))
	}
	if opts.Kind, err = sandbox.ParseWindowKind(f.kind); err != nil {
		problems = append(problems, fmt.Errorf("--window-kind: %w", err))
	}
	for _, text := range f.faults {
		fault, err := sandbox.ParseFault(text)
		if err != nil {
			problems = append(problems, fmt.Errorf("--fault: %w", err))
		}
		opts.Faults = append(opts.Faults, fault)
	}
	if f.list != "" {
		if opts.List, err = readOptOuts(f.list); err != nil {
			problems = append(problems, fmt.Errorf("--list: %w", err))
		}
	}
	return opts, errors.Join(problems...)
}

func readOptOuts(path string) ([]api.OptOut, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	list, err := sandbox.ReadList(file)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if list == nil {
		list = []api.OptOut{} // an empty list, not the default one
	}
	return list, nil
}

// requestText words what the sandbox did with a request.
func requestText(r sandbox.Request) string {
	text := "dropped"
	if r.Status > 0 {
		text = strconv.Itoa(r.Status)
	}
	if r.Applied {
		text += ", list changed"
	}
	if r.Fault != "" {
		text += ", fault " + string(r.Fault)
	}
	return text
}
