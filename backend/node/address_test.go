package node

import (
	"net"
	"os"
	"syscall"
	"testing"
)

func TestAPortInUseIsRecognisedOnWindowsToo(t *testing.T) {
	for errno, want := range map[syscall.Errno]bool{
		syscall.EADDRINUSE: true, 10048: true, 10013: true, // WSAEADDRINUSE, WSAEACCES
		syscall.EACCES: false, syscall.EADDRNOTAVAIL: false, 10049: false, // WSAEADDRNOTAVAIL
	} {
		err := &net.OpError{Op: "listen", Net: "tcp", Err: os.NewSyscallError("bind", errno)}
		if inUse(err) != want {
			t.Errorf("%d: %v", int(errno), !want)
		}
	}
}
