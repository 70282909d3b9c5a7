//go:build !windows

package journal

import (
	"io/fs"
	"syscall"
)

// openFlags keep an open from following a link in the last place of a path, and
// from waiting for somebody at the other end of a pipe.
const openFlags = syscall.O_NOFOLLOW | syscall.O_NONBLOCK

// waitFlags are those of openFlags for a path whose links are followed.
const waitFlags = syscall.O_NONBLOCK

func noteHolder(d disk, path string, locked fs.FileInfo, text []byte) error {
	return overwrite(d, path, locked, text)
}
