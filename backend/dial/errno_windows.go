package dial

import (
	"syscall"

	"golang.org/x/sys/windows"
)

// On Windows, the network returns these numbers. Package syscall also has
// ECONNREFUSED and the like there, but with numbers that Go made up.
var (
	refusedErrors     = []syscall.Errno{windows.WSAECONNREFUSED}
	unreachableErrors = []syscall.Errno{windows.WSAEHOSTUNREACH, windows.WSAENETUNREACH}
	resetErrors       = []syscall.Errno{windows.WSAECONNRESET, windows.WSAECONNABORTED}
	networkTimeouts   = []syscall.Errno{windows.WSAETIMEDOUT}
)
