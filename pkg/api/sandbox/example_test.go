package sandbox_test

import (
	"context"
	"errors"
	"fmt"

	"altadnc-bulk/pkg/api"
	"altadnc-bulk/pkg/api/sandbox"
	"altadnc-bulk/pkg/api/sandbox/sandboxtest"
)

// An answer that gets lost leaves it open whether the entry is still there.
func Example() {
	lost, err := sandbox.ParseFault("drop-after,first=1,identifier=ada.lovell@example.com")
	if err != nil {
		fmt.Println(err)
		return
	}
	s, err := sandbox.New(sandbox.Options{Faults: []sandbox.Fault{lost}})
	if err != nil {
		fmt.Println(err)
		return
	}
	client, err := api.New(api.Config{BaseURL: "https://api.example.com/v1", Token: api.NewToken("any-token"), Transport: sandboxtest.Transport(s)})
	if err != nil {
		fmt.Println(err)
		return
	}
	for range 2 {
		_, err := client.Remove(context.Background(), api.Identifier{Type: api.Email, Value: "ada.lovell@example.com"})
		if e, ok := errors.AsType[*api.Error](err); ok {
			fmt.Println(e.Kind)
		}
	}
	// Output:
	// no answer
	// not on the list
}
