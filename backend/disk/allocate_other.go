//go:build !linux

package disk

import "os"

// Allocate reserves disk blocks for the first size bytes of f, which then has at
// least this length.
func Allocate(f *os.File, size int64) error { return writeRandom(f, size) }

// allocatedBytes returns how much space a file uses on the disk, in bytes.
func allocatedBytes(info os.FileInfo) int64 { return info.Size() }
