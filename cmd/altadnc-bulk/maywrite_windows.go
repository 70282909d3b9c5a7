package main

import "os"

// mayWrite looks whether there is such a file or folder. Whether it may be written
// to is known on Windows only by trying.
func mayWrite(path string) error {
	_, err := os.Stat(path)
	return err
}
