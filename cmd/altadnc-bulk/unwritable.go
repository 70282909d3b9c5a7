package main

import (
	"errors"
	"io/fs"
	"path/filepath"
	"syscall"
)

// diskCode is the exit code of a file that cannot be written. A folder that is not
// there or not ours is configuration; a full or failing disk is trouble that
// passes.
func diskCode(err error) int {
	if isMisplaced(err) || isForbidden(err) {
		return exitUsage
	}
	return exitTrouble
}

func isMisplaced(err error) bool {
	return errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR)
}

func isForbidden(err error) bool {
	return errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.EROFS)
}

func isFull(err error) bool {
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) || errors.Is(err, syscall.EFBIG)
}

// unwritableHint says what to do about a journal that cannot be written for this
// cause.
func unwritableHint(err error) string {
	const why = "; no request is sent that cannot be recorded"
	switch {
	case isMisplaced(err):
		return "the folder does not exist: create it, or choose another place with --journal" + why
	case isForbidden(err):
		return "let this user write there, or choose another place with --journal" + why
	case isFull(err):
		return "make room on the disk" + why
	}
	return "check the disk, or choose another place with --journal" + why
}

// warnUnwritable warns of a journal that a run could not write. It writes nothing.
func (c *caller) warnUnwritable(journal string) {
	if err := unwritable(journal); err != nil {
		c.log.Warn("the journal cannot be written: a run would end before sending anything", "journal", journal, "why", err, "hint", unwritableHint(err))
	}
}

// unwritable says why a journal and its lock could not be written, nil if nothing
// is known to be in the way. A file that is not there takes a folder that is
// writable.
func unwritable(journal string) error {
	for _, path := range []string{journal, journal + ".lock"} {
		err := mayWrite(path)
		if errors.Is(err, fs.ErrNotExist) {
			err = mayWrite(filepath.Dir(path))
		}
		if err != nil {
			return err
		}
	}
	return nil
}
