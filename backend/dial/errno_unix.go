//go:build !windows

package dial

import "syscall"

var (
	refusedErrors     = []syscall.Errno{syscall.ECONNREFUSED}
	unreachableErrors = []syscall.Errno{syscall.EHOSTUNREACH, syscall.ENETUNREACH}
	resetErrors       = []syscall.Errno{syscall.ECONNRESET, syscall.EPIPE, syscall.ECONNABORTED}
	networkTimeouts   = []syscall.Errno{syscall.ETIMEDOUT}
)
