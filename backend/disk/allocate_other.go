//go:build !linux

package disk

import "os"

// Allocate gives a file at least size bytes of the disk.
func Allocate(f *os.File, size int64) error { return writeRandom(f, size) }

// allocated returns how many bytes of the disk a file takes.
func allocated(info os.FileInfo) int64 { return info.Size() }
