package journal

import "io/fs"

// openFlags and waitFlags are empty: they concern what Unix systems call links and
// pipes.
const openFlags, waitFlags = 0, 0

// noteHolder ignores an error: here a locked file refuses writes through any
// other handle, and the note is only for people.
func noteHolder(d disk, path string, locked fs.FileInfo, text []byte) error {
	_ = overwrite(d, path, locked, text)
	return nil
}
