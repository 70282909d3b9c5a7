//go:build !windows

package journal

import "os"

func noteHolder(path string, note []byte) error { return os.WriteFile(path, note, 0o600) }
