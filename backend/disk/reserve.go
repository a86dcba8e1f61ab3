package disk

import (
	"crypto/rand"
	"errors"
	"io"
	"os"
)

const (
	// maxReserve has room for the database's log: 4 MiB and a large batch.
	maxReserve = 16 << 20
	// A reserve is at most one part of the disk in diskParts.
	diskParts = 16
	// minReserve is enough to delete a few hundred messages.
	minReserve = 256 << 10
)

// A Reserve is a file that occupies space on the disk. Deleting messages needs
// space too, for the database's log. On a full disk the file is removed, so that
// older messages can be deleted until there is room for the file again. Its
// methods must not be called from two goroutines at once.
type Reserve struct {
	path string
	want int64 // bytes
	size int64 // bytes of the file when it was last made
}

// NewReserve returns the reserve at path in the folder dir. It does not make the
// file.
func NewReserve(dir, path string) Reserve {
	size := int64(maxReserve)
	if _, total, ok := Space(dir); ok {
		size = max(min(size, total/diskParts), minReserve)
	}
	return Reserve{path: path, want: size, size: size}
}

// Size returns the size of the file in bytes; after Release, its last size.
func (r *Reserve) Size() int64 { return r.size }

// Make makes the file if it does not exist. It first allocates a quarter more
// than it keeps: if only the reserve itself were free, the next message would
// fill the disk and the file would be removed again.
func (r *Reserve) Make() error {
	if info, err := os.Stat(r.path); err == nil && info.Size() == r.want && allocatedBytes(info) >= r.want {
		return nil
	}
	err := r.write(r.want)
	if err == nil {
		r.size = r.want
	}
	return err
}

// MakeSmaller halves the size until the disk has room for the file. It reports
// whether it made one.
func (r *Reserve) MakeSmaller() bool {
	for size := r.want / 2; size >= minReserve; size /= 2 {
		if r.write(size) == nil {
			r.size = size
			return true
		}
	}
	return false
}

func (r *Reserve) write(size int64) error {
	f, err := os.OpenFile(r.path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	err = Allocate(f, size+size/4)
	if err == nil {
		err = f.Truncate(size)
	}
	err = errors.Join(err, f.Close())
	if err != nil {
		os.Remove(r.path)
	}
	return err
}

// Release removes the file, and reports whether there was one.
func (r *Reserve) Release() bool { return os.Remove(r.path) == nil }

// writeRandom writes random bytes. Zeros would not occupy the disk: a file system
// may compress them or leave them out.
func writeRandom(f *os.File, size int64) error {
	_, err := io.CopyN(f, rand.Reader, size)
	return err
}
