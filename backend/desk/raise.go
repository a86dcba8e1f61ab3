package desk

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net"
	"os"
	"path/filepath"
	"time"
)

// A second start with the same data folder cannot open the history. It raises the
// window of the first start instead, through a socket that only the user can
// reach.

// maxSocketPath is the longest path that every system allows for a socket.
const maxSocketPath = 100

// raiseTimeout is how long a second start waits for the first one. A program that
// hangs does not answer.
const raiseTimeout = 2 * time.Second

// raiseSocket returns the path of the socket of a data folder.
func raiseSocket(folder string) string {
	if abs, err := filepath.Abs(folder); err == nil {
		folder = abs
	}
	path := filepath.Join(folder, "window.sock")
	if len(path) <= maxSocketPath {
		return path
	}
	dir := os.Getenv("XDG_RUNTIME_DIR")
	if dir == "" {
		dir = os.TempDir()
	}
	sum := sha256.Sum256([]byte(folder))
	return filepath.Join(dir, "signalbox-"+hex.EncodeToString(sum[:8])+".sock")
}

// ListenForRaise calls raise for each second start with a data folder, until the
// returned function is called. The caller has the folder's history open, so no
// other window listens.
func ListenForRaise(folder string, raise func()) (stop func(), err error) {
	path := raiseSocket(folder)
	// A start that was killed has left its socket.
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	l, err := net.Listen("unix", path)
	if err != nil {
		return nil, err
	}
	if err := os.Chmod(path, 0o600); err != nil {
		l.Close()
		return nil, err
	}
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return // closed
			}
			raise()
			_, _ = c.Write([]byte("raised\n")) // the second start ends without it as well
			c.Close()
		}
	}()
	return func() { l.Close() }, nil
}

// Raise raises the window that has a data folder open, and reports whether there
// is one.
func Raise(folder string) bool {
	c, err := net.DialTimeout("unix", raiseSocket(folder), raiseTimeout)
	if err != nil {
		return false
	}
	defer c.Close()
	if err := c.SetReadDeadline(time.Now().Add(raiseTimeout)); err != nil {
		return false
	}
	n, _ := c.Read(make([]byte, 1))
	return n == 1
}
