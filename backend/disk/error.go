package disk

import (
	"errors"
	"io/fs"
	"slices"
	"syscall"
)

// IsFull reports whether a write failed because the disk is full, or the
// user's quota on it is used up.
func IsFull(err error) bool { return isAny(err, fullErrors) }

// IsReadOnly reports whether a file could not be opened or written because of
// its permissions, or because its disk is read-only.
func IsReadOnly(err error) bool {
	return errors.Is(err, fs.ErrPermission) || isAny(err, readOnlyErrors)
}

// IsLocked reports whether another program has the file open and does not share
// it. Only Windows has such errors.
func IsLocked(err error) bool { return isAny(err, sharingErrors) }

func isAny(err error, numbers []syscall.Errno) bool {
	return slices.ContainsFunc(numbers, func(n syscall.Errno) bool { return errors.Is(err, n) })
}
