package main

import "os"

// mayWrite checks that there is such a file or folder. On Windows, only trying
// shows whether it may be written to.
func mayWrite(path string) error {
	_, err := os.Stat(path)
	return err
}
