package api_test

import (
	"strings"
	"testing"
	"time"

	"altadnc-bulk/pkg/api"
)

func TestNewRefuses(t *testing.T) {
	const token = "not-to-be-seen"
	for name, c := range map[string]struct {
		cfg  api.Config
		want []string // each within the error; none: accepted
	}{
		"production":          {api.Config{BaseURL: "https://api.altahq.com/v1", Token: api.NewToken(token)}, nil},
		"slash at the end":    {api.Config{BaseURL: "https://api.altahq.com/v1/", Token: api.NewToken(token)}, nil},
		"http to localhost":   {api.Config{BaseURL: "http://localhost:8080/v1", Token: api.NewToken(token)}, nil},
		"http to LOCALHOST":   {api.Config{BaseURL: "http://LOCALHOST:8080/v1", Token: api.NewToken(token)}, nil},
		"http to 127.0.0.2":   {api.Config{BaseURL: "http://127.0.0.2", Token: api.NewToken(token)}, nil},
		"http to ::1":         {api.Config{BaseURL: "http://[::1]:8080", Token: api.NewToken(token)}, nil},
		"https to loopback":   {api.Config{BaseURL: "https://127.0.0.1", Token: api.NewToken(token)}, nil},
		"http to a host":      {api.Config{BaseURL: "http://api.altahq.com/v1", Token: api.NewToken(token)}, []string{`plain http to "api.altahq.com": use https`}},
		"http to an address":  {api.Config{BaseURL: "http://192.0.2.1", Token: api.NewToken(token)}, []string{"plain http"}},
		"http to a lookalike": {api.Config{BaseURL: "http://localhost.example.com", Token: api.NewToken(token)}, []string{"plain http"}},
		"http to 127 lookal.": {api.Config{BaseURL: "http://127.0.0.1.example.com", Token: api.NewToken(token)}, []string{"plain http"}},
		"http to all zeros":   {api.Config{BaseURL: "http://0.0.0.0", Token: api.NewToken(token)}, []string{"plain http"}},
		"http after the @":    {api.Config{BaseURL: "http://localhost@example.com", Token: api.NewToken(token)}, []string{"user name"}},
		"a password":          {api.Config{BaseURL: "https://me:" + token + "@api.altahq.com", Token: api.NewToken(token)}, []string{"user name", `"api.altahq.com"`}},
		"a broken password":   {api.Config{BaseURL: "https://me:" + token + "%zz@api.altahq.com", Token: api.NewToken(token)}, []string{"base URL"}},
		"no scheme":           {api.Config{BaseURL: "api.altahq.com/v1", Token: api.NewToken(token)}, []string{`scheme ""`}},
		"ftp":                 {api.Config{BaseURL: "ftp://api.altahq.com", Token: api.NewToken(token)}, []string{`scheme "ftp"`}},
		"no host":             {api.Config{BaseURL: "https:///v1", Token: api.NewToken(token)}, []string{"no host"}},
		"port only":           {api.Config{BaseURL: "https://:443/v1", Token: api.NewToken(token)}, []string{"no host"}},
		"opaque":              {api.Config{BaseURL: "https:api.altahq.com", Token: api.NewToken(token)}, []string{"no host"}},
		"a query":             {api.Config{BaseURL: "https://api.altahq.com/v1?token=" + token, Token: api.NewToken(token)}, []string{"with ? or #"}},
		"a fragment":          {api.Config{BaseURL: "https://api.altahq.com/v1#" + token, Token: api.NewToken(token)}, []string{"with ? or #"}},
		"a control character": {api.Config{BaseURL: "https://api.altahq.com/\n", Token: api.NewToken(token)}, []string{"cannot be parsed"}},
		"a line end":          {api.Config{BaseURL: "https://api.altahq.com", Token: api.NewToken(token + "\n")}, []string{"API token has a character at position 15"}},
		"quotes":              {api.Config{BaseURL: "https://api.altahq.com", Token: api.NewToken(`"` + token + `"`)}, []string{"API token has a character at position 1 "}},
		"part of a token":     {api.Config{BaseURL: "https://api.altahq.com", Token: api.NewToken("e")}, []string{"API token has fewer than 8 characters"}},
		"a word for loopback": {api.Config{BaseURL: "http://127.0.0.1", Token: api.NewToken("any")}, nil},
		"two words":           {api.Config{BaseURL: "https://api.altahq.com", Token: api.NewToken("Bearer " + token)}, []string{"API token has a character at position 7"}},
		"other letters":       {api.Config{BaseURL: "https://api.altahq.com", Token: api.NewToken(token + "ü")}, []string{"API token"}},
		"header in account":   {api.Config{BaseURL: "https://api.altahq.com", Token: api.NewToken(token), AccountID: "1\r\nX: y"}, []string{`account id "1\r\nX: y"`}},
		"blank in account":    {api.Config{BaseURL: "https://api.altahq.com", Token: api.NewToken(token), AccountID: "1 "}, []string{"account id"}},
		"header in agent":     {api.Config{BaseURL: "https://api.altahq.com", Token: api.NewToken(token), UserAgent: "a\x00"}, []string{"user agent"}},
		"everything at once": {api.Config{AccountID: "\t", UserAgent: "\n", Timeout: -time.Second},
			[]string{"base URL is missing", "API token is missing", "account id", "user agent", "timeout -1s"}},
	} {
		t.Run(name, func(t *testing.T) {
			client, err := api.New(c.cfg)
			if (err == nil) != (len(c.want) == 0) || (err == nil) != (client != nil) {
				t.Fatalf("got %v", err)
			}
			for _, want := range c.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("error %q lacks %q", err, want)
				}
			}
			if err != nil && strings.Contains(err.Error(), token) {
				t.Errorf("secret in %q", err)
			}
		})
	}
}

func TestIsLoopback(t *testing.T) {
	for url, want := range map[string]bool{
		"http://127.0.0.1:80/v1": true, "http://localhost": true, "https://[::1]": true, "http://[::ffff:127.0.0.1]": true,
		"https://api.altahq.com": false, "http://0.0.0.0": false, "http://127.0.0.1.example.com": false, "": false, ":": false, "127.0.0.1": false,
	} {
		if got := api.IsLoopback(url); got != want {
			t.Errorf("%q: %v", url, got)
		}
	}
}

func TestSameBase(t *testing.T) {
	for spelled, want := range map[string]string{
		"https://api.altahq.com/v1":        "https://api.altahq.com/v1",
		" https://API.AltaHQ.com:443/v1//": "https://api.altahq.com/v1",
		"HTTPS://api.altahq.com/V1/":       "https://api.altahq.com/V1",
		"https://api.altahq.com:8443/v1":   "https://api.altahq.com:8443/v1",
		"https://api.altahq.com/a%2Fb/":    "https://api.altahq.com/a%2Fb",
		"http://localhost:8080/v1":         "http://127.0.0.1:8080/v1",
		"http://LocalHost:80":              "http://127.0.0.1",
		"http://[::1]:8080/v1":             "http://127.0.0.1:8080/v1",
		"http://127.1.2.3:8080/v1/":        "http://127.0.0.1:8080/v1",
		"https://[2001:db8::1]:8443/v1":    "https://[2001:db8::1]:8443/v1",
		"sandbox":                          "sandbox",
		"http://%zz":                       "http://%zz",
	} {
		if got := api.SameBase(spelled); got != want {
			t.Errorf("%q: %q, want %q", spelled, got, want)
		}
	}
}
