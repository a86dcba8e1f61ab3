package sqlite

import (
	"errors"
	"os"
	"syscall"
)

// allocate gives a file that many bytes of the disk.
func allocate(f *os.File, size int64) error {
	err := syscall.Fallocate(int(f.Fd()), 0, 0, size)
	if errors.Is(err, syscall.EOPNOTSUPP) {
		return writeAll(f, size)
	}
	return err
}

// allocated returns how much of the disk a file takes.
func allocated(info os.FileInfo) int64 {
	if s, ok := info.Sys().(*syscall.Stat_t); ok {
		return s.Blocks * 512
	}
	return info.Size()
}
