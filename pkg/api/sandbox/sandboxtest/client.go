package sandboxtest

import (
	"net/http"
	"testing"

	"altadnc-bulk/pkg/api"
)

// Client returns a client that asks h, see [Transport].
func Client(t testing.TB, h http.Handler) *api.Client {
	t.Helper()
	return ClientOver(t, Transport(h))
}

// ClientOver returns a client whose requests go through transport.
func ClientOver(t testing.TB, transport http.RoundTripper) *api.Client {
	t.Helper()
	c, err := api.New(api.Config{BaseURL: "https://api.example.com/v1", Token: api.NewToken("test-token"), Transport: transport})
	if err != nil {
		t.Fatal(err)
	}
	return c
}
