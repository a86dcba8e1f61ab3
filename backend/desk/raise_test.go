package desk

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestASecondStartRaisesTheWindowOfTheFirst(t *testing.T) {
	short, err := os.MkdirTemp("", "box") // t.TempDir has the test's name in its path
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(short) })
	t.Setenv("XDG_RUNTIME_DIR", short)
	long := filepath.Join(t.TempDir(), strings.Repeat("long", 30))
	if err := os.MkdirAll(long, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, folder := range []string{short, long} {
		if Raise(folder) {
			t.Error("nobody has the folder open, and a window was raised")
		}
		raised := make(chan struct{}, 2) // one for each second start
		for range 2 {                    // the second time over the socket of the first, which was not removed
			stop, err := ListenForRaise(folder, func() { raised <- struct{}{} })
			if err != nil {
				t.Fatal(err)
			}
			if !Raise(folder) {
				t.Error("the window was not raised")
			}
			<-raised
			info, err := os.Stat(raiseSocket(folder))
			if err != nil || info.Mode().Perm() != 0o600 {
				t.Errorf("the socket: %v, %v", info, err)
			}
			stop()
			if Raise(folder) {
				t.Error("a closed window was raised")
			}
		}
	}
}
