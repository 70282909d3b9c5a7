package sandbox_test

import (
	"errors"
	"testing"

	"go.uber.org/goleak"

	"altadnc-bulk/pkg/api"
	"altadnc-bulk/pkg/api/sandbox"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func mustNew(t *testing.T, opts sandbox.Options) *sandbox.Sandbox {
	t.Helper()
	s, err := sandbox.New(opts)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func email(value string) api.Identifier { return api.Identifier{Type: api.Email, Value: value} }

func kindOf(err error) api.Kind {
	if err == nil {
		return 0
	}
	if e, ok := errors.AsType[*api.Error](err); ok {
		return e.Kind
	}
	return -1
}

func mustParse(t *testing.T, s string) sandbox.Fault {
	t.Helper()
	f, err := sandbox.ParseFault(s)
	if err != nil {
		t.Fatal(err)
	}
	return f
}
