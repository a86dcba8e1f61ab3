package disk

import (
	"errors"
	"os"
	"syscall"
)

// Allocate reserves disk blocks for the first size bytes of f, which then has at
// least this length.
func Allocate(f *os.File, size int64) error {
	err := syscall.Fallocate(int(f.Fd()), 0, 0, size)
	if errors.Is(err, syscall.EOPNOTSUPP) {
		return writeRandom(f, size)
	}
	return err
}

// allocatedBytes returns how much space a file uses on the disk, in bytes.
func allocatedBytes(info os.FileInfo) int64 {
	if s, ok := info.Sys().(*syscall.Stat_t); ok {
		return s.Blocks * 512
	}
	return info.Size()
}
