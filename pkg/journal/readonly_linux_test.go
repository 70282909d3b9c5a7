package journal

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"golang.org/x/sys/unix"
)

// withoutRoot runs f without the rights that let root write everywhere. They
// are those of a thread, so f must not start goroutines.
func withoutRoot(t *testing.T, dirs []string, f func()) {
	if os.Getuid() == 0 {
		for _, dir := range dirs {
			must(t, os.Chown(dir, 65534, 65534))
		}
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		unix.SetfsuidRetUid(65534)
		defer unix.SetfsuidRetUid(0)
	}
	f()
}

func TestReadOnlyFolder(t *testing.T) {
	path := newPath(t)
	whole := sixty(t)
	dir := filepath.Dir(path)
	must(t, os.WriteFile(path, whole, 0o644))
	must(t, os.Chmod(dir, 0o555))
	defer os.Chmod(dir, 0o755)
	withoutRoot(t, []string{filepath.Dir(dir), dir, path}, func() {
		if _, err := Open(path, testIdentity); !errors.Is(err, fs.ErrPermission) {
			t.Errorf("Open = %v", err)
		}
		j, err := Open(filepath.Join(dir, "new.journal"), testIdentity)
		if err != nil {
			t.Fatal(err)
		}
		if err := j.Begin(testRun); !errors.Is(err, fs.ErrPermission) {
			t.Errorf("Begin = %v", err)
		}
		v, err := Load(path, &testIdentity)
		if err != nil {
			t.Fatalf("Load = %v", err)
		}
		v.Close()
		if h, err := Holder(path); h != nil || err != nil {
			t.Errorf("Holder = %v, %v", h, err)
		}
	})
	if files, _ := os.ReadDir(dir); len(files) != 1 || string(readFile(t, path)) != string(whole) {
		t.Errorf("something was changed: %v", files)
	}
}
