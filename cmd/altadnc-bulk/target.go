package main

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"altadnc-bulk/pkg/api"
	"altadnc-bulk/pkg/journal"
	"altadnc-bulk/pkg/worker/pace"
)

// defaultBaseURL is where the API is served, see its reference.
const defaultBaseURL = "https://api.altahq.com/v1"

// apiFlags are the flags of every command that makes requests.
type apiFlags struct {
	baseURL      string
	accountID    string
	tokenFile    string
	rate         pace.Rate
	workers      int
	timeout      time.Duration
	maxAttempts  int
	maxQuotaWait time.Duration
	maxOutage    time.Duration
	maxDuration  time.Duration
	sandbox      bool

	tokenless bool // nothing will be sent
}

func (f *apiFlags) register(cmd *cobra.Command) {
	fl := cmd.Flags()
	fl.StringVar(&f.baseURL, "base-url", "", "base `URL` of the API (else ALTA_BASE_URL, else "+defaultBaseURL+")")
	fl.StringVar(&f.accountID, "account-id", "", "account `ID`, for users with several accounts (else ALTA_ACCOUNT_ID)")
	fl.StringVar(&f.tokenFile, "token-file", "", "`file` that holds the API token (else ALTA_API_TOKEN)")
	fl.Float64Var(&f.rate.PerMinute, "rate", pace.Default, "`N` requests a minute, at most 98; any number to a loopback address, 0 for unpaced")
	fl.Float64Var(&f.rate.Reserve, "reserve", 0, "leave `N` requests a minute to the account's other integrations")
	fl.IntVar(&f.rate.Burst, "burst", 80, "send up to `N` requests at once if the API shows that the minute is unused; 0 always spaces them evenly")
	fl.IntVar(&f.workers, "workers", 4, "at most `N` requests under way at once")
	fl.DurationVar(&f.timeout, "timeout", 30*time.Second, "time for one request")
	fl.IntVar(&f.maxAttempts, "max-attempts", 5, "count a request as failed after `N` attempts")
	fl.DurationVar(&f.maxQuotaWait, "max-quota-wait", 10*time.Minute, "stop when the API asks to wait longer than this")
	fl.DurationVar(&f.maxOutage, "max-outage", 15*time.Minute, "wait up to this long for an API or a network that does not answer, then stop")
	fl.DurationVar(&f.maxDuration, "max-duration", 0, "stop cleanly after this time (exit 10); 0 for no limit")
	fl.BoolVar(&f.sandbox, "sandbox", false, "serve a copy of the API on this machine and use that: no token, nothing real")
}

// target is where requests go and how.
type target struct {
	config   api.Config
	identity journal.Identity
}

// sandboxIdentity is the base URL that the journal of a sandbox run names. The
// port of a sandbox changes with each run, and the journal must not.
const sandboxIdentity = "sandbox"

// resolve checks the flags and the environment together and reports every
// problem at once.
func (f *apiFlags) resolve(a *app) (target, error) {
	if f.sandbox {
		return f.sandboxTarget()
	}
	base := strings.TrimRight(cmp.Or(f.baseURL, a.getenv("ALTA_BASE_URL"), defaultBaseURL), "/")
	account := cmp.Or(f.accountID, a.getenv("ALTA_ACCOUNT_ID"))
	token, tokenErr := f.token(a)
	t := target{
		config:   f.clientConfig(base, account, token),
		identity: journal.Identity{BaseURL: api.SameBase(base), AccountID: account},
	}
	probe := t.config
	if f.tokenless {
		tokenErr, probe.Token = nil, api.NewToken("none-needed")
	}
	problems := append(f.problems(api.IsLoopback(base)), tokenErr)
	if tokenErr == nil {
		_, err := api.New(probe)
		problems = append(problems, err)
	}
	return t, errors.Join(problems...)
}

// sandboxTarget leaves the address open: the sandbox is not listening yet.
func (f *apiFlags) sandboxTarget() (target, error) {
	var problems []error
	for _, flag := range []struct{ name, value string }{{"--base-url", f.baseURL}, {"--token-file", f.tokenFile}} {
		if flag.value != "" {
			problems = append(problems, fmt.Errorf("--sandbox and %s exclude each other; leave one of them out", flag.name))
		}
	}
	return target{
		config:   f.clientConfig("", f.accountID, api.NewToken("sandbox")),
		identity: journal.Identity{BaseURL: sandboxIdentity, AccountID: f.accountID},
	}, errors.Join(append(problems, f.problems(true)...)...)
}

func (f *apiFlags) clientConfig(base, account string, token api.Token) api.Config {
	return api.Config{BaseURL: base, Token: token, AccountID: account, Timeout: f.timeout, UserAgent: "altadnc-bulk/" + version()}
}

func (f *apiFlags) problems(loopback bool) []error {
	var problems []error
	bad := func(is bool, format string, args ...any) {
		if is {
			problems = append(problems, fmt.Errorf(format, args...))
		}
	}
	rate, reserve := f.rate.PerMinute, f.rate.Reserve
	bad(!(rate >= 0) || rate > 0 && rate < 1, "--rate %v: at least 1 request a minute, such as 97", rate)
	bad(!loopback && rate > pace.Most, "--rate %v: at most %d requests a minute, so that no window of 60 seconds ever sees 100", rate, pace.Most)
	bad(!loopback && rate == 0, "--rate 0: unpaced only toward a loopback address; the API allows 100 requests a minute, so use at most %d", pace.Most)
	bad(!(reserve >= 0), "--reserve %v: a number of requests a minute, such as 30", reserve)
	bad(rate >= 1 && reserve >= 0 && !f.rate.Enough(), "--reserve %v: leaves less than one of --rate's %v requests a minute; use at most %v", reserve, rate, rate-1)
	bad(f.rate.Burst < 0, "--burst %d: a number of requests, such as 80; 0 always spaces them evenly", f.rate.Burst)
	bad(f.workers < 1 || f.workers > 256, "--workers %d: between 1 and 256", f.workers)
	bad(f.timeout <= 0, "--timeout %s: must be positive, such as 30s", f.timeout)
	bad(f.maxAttempts < 1, "--max-attempts %d: at least 1", f.maxAttempts)
	bad(f.maxQuotaWait <= 0, "--max-quota-wait %s: must be positive, such as 10m", f.maxQuotaWait)
	bad(f.maxOutage <= 0, "--max-outage %s: must be positive, such as 15m", f.maxOutage)
	bad(f.maxDuration < 0, "--max-duration %s: must be positive, such as 6h; leave it out for no limit", f.maxDuration)
	return problems
}

// openToAll reports whether every user of this machine can read a file, as far as
// its mode says.
func openToAll(path string) bool {
	info, err := os.Stat(path)
	return err == nil && runtime.GOOS != "windows" && info.Mode().IsRegular() && info.Mode().Perm()&0o004 != 0
}

// token returns the API token. There is no flag for it, because command lines
// are visible to every user of a machine.
func (f *apiFlags) token(a *app) (api.Token, error) {
	if f.tokenFile == "" {
		token := strings.TrimSpace(a.getenv("ALTA_API_TOKEN"))
		if token == "" {
			return api.Token{}, errors.New("no API token: give a file that holds it with --token-file, or set ALTA_API_TOKEN; to try without one, use --sandbox")
		}
		return api.NewToken(token), nil
	}
	content, err := os.ReadFile(f.tokenFile)
	if openToAll(f.tokenFile) {
		a.warn("--token-file %s can be read by every user of this machine; chmod o-r it", f.tokenFile)
	}
	if err == nil { // editors and shells of Windows mark what they write, or write UTF-16
		content, _, err = transform.Bytes(unicode.BOMOverride(transform.Nop), content)
	}
	if err != nil {
		return api.Token{}, fmt.Errorf("--token-file: %w; give a file that holds the API token", err)
	}
	token := strings.TrimSpace(string(content))
	if token == "" {
		return api.Token{}, fmt.Errorf("--token-file %s: the file is empty; put the API token from the Alta dashboard in it", f.tokenFile)
	}
	return api.NewToken(token), nil
}
