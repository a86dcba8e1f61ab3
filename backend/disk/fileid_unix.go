//go:build linux || darwin

package disk

import (
	"errors"
	"syscall"
)

// A FileID identifies a file among all files of this machine.
type FileID struct{ device, inode uint64 }

// Identify returns the FileID of the file at a path. The journal's store calls it
// before each commit, so it makes one system call and, unlike os.Stat, allocates
// no FileInfo.
func Identify(path string) (FileID, error) {
	var s syscall.Stat_t
	err := syscall.Stat(path, &s)
	for errors.Is(err, syscall.EINTR) { // as os.Stat does
		err = syscall.Stat(path, &s)
	}
	if err != nil {
		return FileID{}, err
	}
	return FileID{uint64(s.Dev), s.Ino}, nil
}

// Same reports whether both identify the same file.
func (a FileID) Same(b FileID) bool { return a == b }
