package disk

import (
	"syscall"

	"golang.org/x/sys/windows"
)

// Package syscall also has ENOSPC and the like on Windows, but with numbers that
// Go made up: Windows never returns them.
var (
	fullErrors = []syscall.Errno{windows.ERROR_DISK_FULL, windows.ERROR_HANDLE_DISK_FULL, windows.ERROR_DISK_QUOTA_EXCEEDED}
	// IsReadOnly recognises ERROR_ACCESS_DENIED too: it matches fs.ErrPermission.
	readOnlyErrors = []syscall.Errno{windows.ERROR_WRITE_PROTECT}
	sharingErrors  = []syscall.Errno{windows.ERROR_SHARING_VIOLATION, windows.ERROR_LOCK_VIOLATION}
)
