package disk

import (
	"crypto/rand"
	"errors"
	"io"
	"os"
)

const (
	// maxReserve takes all that the database's log may hold beyond the database
	// file: 4 MiB and a large batch.
	maxReserve = 16 << 20
	// diskPart limits the reserve on a small disk to that part of it.
	diskPart = 16
	// minReserve is enough to delete a few hundred messages.
	minReserve = 256 << 10
)

// A Reserve is a file that holds space on the disk. Deleting messages needs
// space as well, for the database's log. So on a full disk the file is
// removed: then older messages can still be deleted, until the file can be made
// again. One goroutine at a time may use it.
type Reserve struct {
	path string
	want int64 // bytes
	size int64 // bytes that there was room for when the file was last made
}

// NewReserve returns the reserve at path in the folder dir, without making the
// file.
func NewReserve(dir, path string) Reserve {
	size := int64(maxReserve)
	if _, total, ok := Space(dir); ok {
		size = max(min(size, total/diskPart), minReserve)
	}
	return Reserve{path: path, want: size, size: size}
}

// Size returns how many bytes it holds, or held before it was released.
func (r *Reserve) Size() int64 { return r.size }

// Make makes the file if it is not there. It first allocates a quarter more
// than it keeps: if no more than the reserve were free, the next message would
// release it again.
func (r *Reserve) Make() error {
	if info, err := os.Stat(r.path); err == nil && info.Size() == r.want && allocated(info) >= r.want {
		return nil
	}
	err := r.write(r.want)
	if err == nil {
		r.size = r.want
	}
	return err
}

// MakeSmaller makes the largest file that there is room for, by halving the
// size. It reports whether there was room for any.
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

// writeRandom writes bytes that no file system can compress.
func writeRandom(f *os.File, size int64) error {
	_, err := io.CopyN(f, rand.Reader, size)
	return err
}
