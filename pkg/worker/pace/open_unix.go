//go:build !windows

package pace

import "syscall"

// openFlags keep an open from following a link in the last place of a path, so
// that no other file is overwritten, and from waiting for the other end of a
// pipe.
const openFlags = syscall.O_NOFOLLOW | syscall.O_NONBLOCK
