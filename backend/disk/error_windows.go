package disk

import (
	"syscall"

	"golang.org/x/sys/windows"
)

// Package syscall has numbers of its own for ENOSPC and the like on Windows.
// No call of the system returns them.
var (
	fullErrors = []syscall.Errno{windows.ERROR_DISK_FULL, windows.ERROR_HANDLE_DISK_FULL, windows.ERROR_DISK_QUOTA_EXCEEDED}
	// ERROR_ACCESS_DENIED is fs.ErrPermission already.
	readOnlyErrors = []syscall.Errno{windows.ERROR_WRITE_PROTECT}
	lockedErrors   = []syscall.Errno{windows.ERROR_SHARING_VIOLATION, windows.ERROR_LOCK_VIOLATION}
)
