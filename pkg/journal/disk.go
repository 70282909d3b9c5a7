package journal

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
)

// disk is what the journal asks of a file system. Tests have one that fails.
type disk interface {
	open(path string) (file, error)   // to read and write; fs.ErrNotExist
	create(path string) (file, error) // to read and write; fs.ErrExist
	place(from, to string) error      // renames a file; fs.ErrExist
	syncFolder(path string) error     // of the file at path
	stat(path string) (fs.FileInfo, error)
	openLock(path string) (file, error) // a lock file that is there; no link, no pipe
}

// file is what the journal asks of an open file.
type file interface {
	io.ReaderAt
	io.WriterAt
	Stat() (fs.FileInfo, error)
	Sync() error
	Truncate(size int64) error
	Close() error
}

// osDisk is the disk of the machine.
type osDisk struct{}

func (osDisk) open(path string) (file, error) {
	return asFile(os.OpenFile(path, os.O_RDWR|waitFlags, 0))
}

func (osDisk) openLock(path string) (file, error) {
	return asFile(os.OpenFile(path, os.O_RDWR|openFlags, 0))
}

// openToRead opens a regular file, and does not wait if it is not one.
func openToRead(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|waitFlags, 0)
	if err != nil {
		return nil, err
	}
	if _, err := fileSize(f); err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", path, err), f.Close())
	}
	return f, nil
}

func (osDisk) create(path string) (file, error) {
	return asFile(os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600))
}

// asFile keeps a nil *os.File from becoming a file that is not nil.
func asFile(f *os.File, err error) (file, error) {
	if err != nil {
		return nil, err
	}
	return f, nil
}

// place renames a file, and writes nothing over.
func (osDisk) place(from, to string) error {
	if _, err := os.Lstat(to); !errors.Is(err, fs.ErrNotExist) {
		return cmp.Or(err, error(&fs.PathError{Op: "create", Path: to, Err: fs.ErrExist}))
	}
	return os.Rename(from, to)
}

// createFree creates the first of the files NAME-1, NAME-2 and so on that is not
// there.
func createFree(d disk, name string) (file, string, error) {
	for n := 1; ; n++ {
		path := fmt.Sprintf("%s-%d", name, n)
		if f, err := d.create(path); !errors.Is(err, fs.ErrExist) {
			return f, path, err
		}
	}
}

// syncFolder makes the name of a new file durable. Windows has no such call; its
// file systems log the creation of names on their own.
func (osDisk) syncFolder(path string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}

func (osDisk) stat(path string) (fs.FileInfo, error) { return os.Stat(path) }

// resolve follows symbolic links, so that two names of a journal share a lock.
// The file itself need not exist.
func resolve(path string) (string, error) {
	real, err := filepath.EvalSymlinks(path)
	if errors.Is(err, fs.ErrNotExist) {
		if _, err := os.Lstat(path); err == nil {
			return "", fmt.Errorf("%s: a symbolic link to a file that does not exist", path)
		}
		return path, nil
	}
	return real, err
}
