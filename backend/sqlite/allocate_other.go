//go:build !linux

package sqlite

import "os"

// allocate gives a file that many bytes of the disk.
func allocate(f *os.File, size int64) error { return writeAll(f, size) }

// allocated returns how much of the disk a file takes.
func allocated(info os.FileInfo) int64 { return info.Size() }
