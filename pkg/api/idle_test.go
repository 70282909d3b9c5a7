package api

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"testing"
	"testing/synctest"
	"time"
)

// wire is a network in memory, for fake time: what is written on one end can be
// read on the other after a delay. It is a listener, and counts connections.
type wire struct {
	delay    time.Duration
	accepted chan net.Conn
	dials    int
}

func (w *wire) Accept() (net.Conn, error) {
	conn, ok := <-w.accepted
	if !ok {
		return nil, net.ErrClosed
	}
	return conn, nil
}

func (w *wire) Close() error   { close(w.accepted); return nil }
func (w *wire) Addr() net.Addr { return &net.TCPAddr{} }

// dial takes a round trip, as TCP does.
func (w *wire) dial(context.Context, string, string) (net.Conn, error) {
	w.dials++
	time.Sleep(2 * w.delay)
	client, near := net.Pipe()
	far, server := net.Pipe()
	go w.carry(near, far)
	go w.carry(far, near)
	w.accepted <- server
	return client, nil
}

// carry brings what comes out of one end to the other, and its close.
func (w *wire) carry(from, to net.Conn) {
	type parcel struct {
		due  time.Time
		data []byte
	}
	parcels := make(chan parcel, 100)
	go func() {
		defer to.Close()
		for p := range parcels {
			time.Sleep(time.Until(p.due))
			to.Write(p.data)
		}
		time.Sleep(w.delay)
	}()
	defer close(parcels)
	for {
		data := make([]byte, 4096)
		n, err := from.Read(data)
		if err != nil {
			return
		}
		parcels <- parcel{time.Now().Add(w.delay), data[:n]}
	}
}

// Servers close idle connections after a time of their own. Whatever that is, and
// whatever the pace, no request meets it.
func TestIdleConnectionsAreNotTrusted(t *testing.T) {
	const requests = 15
	for _, idle := range []time.Duration{200, 300, 400, 500, 600, 618, 650, 700, 1000, 2000, 2069, 3900, 4000, 5000, 6000} {
		for _, perMinute := range []float64{97, 29, 15} {
			for _, roundTrip := range []time.Duration{0, 100} {
				name := fmt.Sprintf("closed after %dms, %v a minute, round trip %dms", idle, perMinute, roundTrip)
				synctest.Test(t, func(t *testing.T) {
					network := &wire{delay: roundTrip * time.Millisecond / 2, accepted: make(chan net.Conn, 1)}
					client := serveOver(t, network, idle*time.Millisecond)
					next := time.Now()
					for range requests {
						next = next.Add(time.Duration(float64(time.Minute) / perMinute))
						time.Sleep(time.Until(next))
						if _, err := client.Remove(t.Context(), Identifier{Type: Email, Value: "ada@example.com"}); err != nil {
							t.Fatalf("%s: %v", name, err)
						}
					}
				})
			}
		}
	}
}

// Requests that follow each other at once share a connection.
func TestBusyConnectionsAreUsedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		network := &wire{delay: 20 * time.Millisecond, accepted: make(chan net.Conn, 1)}
		client := serveOver(t, network, 5*time.Second)
		for range 80 {
			if _, err := client.Remove(t.Context(), Identifier{Type: Email, Value: "ada@example.com"}); err != nil {
				t.Fatal(err)
			}
			time.Sleep(25 * time.Millisecond)
		}
		if network.dials != 1 {
			t.Errorf("80 requests took %d connections", network.dials)
		}
	})
}

// serveOver returns a client of a server that confirms everything and closes
// connections that are idle for as long.
func serveOver(t *testing.T, network *wire, idle time.Duration) *Client {
	server := &http.Server{IdleTimeout: idle, Handler: http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})}
	go server.Serve(network)
	client, err := New(Config{BaseURL: "http://127.0.0.1/v1", Token: NewToken("token")})
	if err != nil {
		t.Fatal(err)
	}
	client.transport.(*http.Transport).DialContext = network.dial
	t.Cleanup(func() {
		client.CloseIdleConnections()
		server.Close()
		time.Sleep(time.Minute) // until the network has come to rest
	})
	return client
}
