//go:build !windows

package disk

import "syscall"

var (
	fullErrors     = []syscall.Errno{syscall.ENOSPC, syscall.EDQUOT}
	readOnlyErrors = []syscall.Errno{syscall.EROFS}
	sharingErrors  []syscall.Errno
)
