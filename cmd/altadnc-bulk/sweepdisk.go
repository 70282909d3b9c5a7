package main

import (
	"io"
	"os"
)

// disk is what a sweep asks of a file system to change its folders. Tests have one
// whose power fails.
type disk interface {
	mkdir(path string) error                       // nil if it is there
	create(path string, flag int) (newFile, error) // to write
	rename(from, to string) error
	remove(path string) error
	syncFolder(path string) error
}

// newFile is a file that is being written.
type newFile interface {
	io.WriteCloser
	Sync() error
}

// osDisk is the disk of the machine.
type osDisk struct{}

func (osDisk) mkdir(path string) error { return os.MkdirAll(path, 0o700) }

func (osDisk) create(path string, flag int) (newFile, error) {
	return os.OpenFile(path, os.O_CREATE|os.O_WRONLY|flag, 0o600)
}

func (osDisk) rename(from, to string) error { return os.Rename(from, to) }

func (osDisk) remove(path string) error { return os.Remove(path) }

func (osDisk) syncFolder(path string) error { return syncFolder(path) }
