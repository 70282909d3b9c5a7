package reader

import (
	"io"
	"strings"
	"testing"

	"altadnc-bulk/pkg/reader/canonical"
)

func TestCompleted(t *testing.T) {
	list := "phone\n+1 415 555 0123\n(415) 555-0124\n0049 30 2312511\nnone of them\n"
	l, err := New(strings.NewReader(list), "list", Options{Values: canonical.Rules{Region: "US"}})
	if err != nil {
		t.Fatal(err)
	}
	for {
		e, err := l.Read()
		if err == io.EOF {
			return
		}
		if want := e.Raw == "(415) 555-0124"; e.Completed != want {
			t.Errorf("%q: completed is %t, refused for %v", e.Raw, e.Completed, e.Refusal)
		}
	}
}
