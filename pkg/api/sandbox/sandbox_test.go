package sandbox_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"altadnc-bulk/pkg/api"
	"altadnc-bulk/pkg/api/sandbox"
)

func TestSmoke(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sb, err := sandbox.New(sandbox.Options{Limit: 2})
		if err != nil {
			t.Fatal(err)
		}
		c, err := api.New(api.Config{BaseURL: "https://api.altahq.com/v1", Token: "tok", Transport: sandbox.Transport(sb)})
		if err != nil {
			t.Fatal(err)
		}
		id := api.Identifier{Type: api.Email, Value: "ada.lovell@example.com"}
		for range 3 {
			a, err := c.Remove(context.Background(), id)
			t.Logf("%+v %v", a, err)
		}
		time.Sleep(time.Minute)
		p, a, err := c.List(context.Background(), api.ListRequest{Limit: 3})
		t.Logf("%+v %+v %v", p, a, err)
	})
}
