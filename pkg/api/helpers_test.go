package api_test

import (
	"errors"
	"testing"

	"go.uber.org/goleak"

	"altadnc-bulk/pkg/api"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// kindOf returns the class of err, zero for nil and -1 for an error of another
// make.
func kindOf(err error) api.Kind {
	if err == nil {
		return 0
	}
	if e, ok := errors.AsType[*api.Error](err); ok {
		return e.Kind
	}
	return -1
}
