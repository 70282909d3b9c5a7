package api

import (
	"context"
	"errors"
	"io"
	"net"
	"net/url"
	"testing"
	"testing/synctest"
	"time"
)

// TestEveryConnectionEnds: a server that lets no connection come about costs no
// more than the time of one request, or as long as the caller wants; and nothing
// counts as sent. (On this fake time the dialler is the test's: its own limit, for
// each address, is shorter.)
func TestEveryConnectionEnds(t *testing.T) {
	direct := func(*url.URL) (*url.URL, error) { return nil, nil }
	proxy := func(*url.URL) (*url.URL, error) { return url.Parse("http://proxy.example.com:3128") }
	for name, c := range map[string]struct {
		proxy func(*url.URL) (*url.URL, error)
		dials bool
		took  time.Duration
	}{
		"dialling":         {direct, false, DefaultTimeout},
		"TLS":              {direct, true, dialTimeout},
		"a proxy":          {proxy, false, DefaultTimeout},
		"a proxy's tunnel": {proxy, true, DefaultTimeout},
	} {
		for _, wanted := range []time.Duration{time.Hour, 3 * time.Second} {
			t.Run(name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					transport, over := newTransport(c.proxy), make(chan struct{})
					defer synctest.Wait()
					defer close(over)
					transport.DialContext = func(context.Context, string, string) (net.Conn, error) {
						if !c.dials {
							<-over
							return nil, errors.New("over")
						}
						client, server := net.Pipe()
						go io.Copy(io.Discard, server)
						go func() { <-over; server.Close() }()
						return client, nil
					}
					client, err := New(Config{BaseURL: "https://api.example.com/v1", Token: NewToken("test-token"), Transport: transport})
					if err != nil {
						t.Fatal(err)
					}
					ctx, cancel := context.WithTimeout(t.Context(), wanted)
					defer cancel()
					began := time.Now()
					_, err = client.Remove(ctx, Identifier{Email, "ada.lovell@example.com"})
					fail, _ := errors.AsType[*Error](err)
					if fail == nil || fail.Kind != Network || fail.Sent {
						t.Errorf("got %v", err)
					}
					if took := time.Since(began); took != min(c.took, wanted) {
						t.Errorf("took %s", took)
					}
				})
			})
		}
	}
}
