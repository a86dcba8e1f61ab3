package disk_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime"
	"syscall"
	"testing"

	"signalbox/backend/disk"
)

func TestTheSystemsErrorNumbersAreRecognised(t *testing.T) {
	type numbers struct{ full, readOnly, locked []syscall.Errno }
	want := numbers{full: []syscall.Errno{syscall.ENOSPC, syscall.EDQUOT}, readOnly: []syscall.Errno{syscall.EROFS, syscall.EACCES, syscall.EPERM}}
	if runtime.GOOS == "windows" {
		want = numbers{full: []syscall.Errno{112, 39, 1295}, readOnly: []syscall.Errno{19, 5}, locked: []syscall.Errno{32, 33}}
	}
	for _, c := range []struct {
		name    string
		is      func(error) bool
		numbers []syscall.Errno
	}{{"full", disk.IsFull, want.full}, {"read-only", disk.IsReadOnly, want.readOnly}, {"locked", disk.IsLocked, want.locked}} {
		for _, n := range c.numbers {
			if err := fmt.Errorf("save: %w", &os.PathError{Op: "write", Path: "x", Err: n}); !c.is(err) {
				t.Errorf("%v (%d) is not recognised as %s", n, int(n), c.name)
			}
		}
		if c.is(errors.New("something else")) || c.is(nil) || c.is(fs.ErrNotExist) {
			t.Errorf("another error is recognised as %s", c.name)
		}
	}
}
