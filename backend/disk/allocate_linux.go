package disk

import (
	"errors"
	"os"
	"syscall"
)

// Allocate gives a file at least size bytes of the disk.
func Allocate(f *os.File, size int64) error {
	err := syscall.Fallocate(int(f.Fd()), 0, 0, size)
	if errors.Is(err, syscall.EOPNOTSUPP) {
		return writeRandom(f, size)
	}
	return err
}

// allocated returns how many bytes of the disk a file takes.
func allocated(info os.FileInfo) int64 {
	if s, ok := info.Sys().(*syscall.Stat_t); ok {
		return s.Blocks * 512
	}
	return info.Size()
}
