package sqlite_test

import (
	"os"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"

	"signalbox/backend/journal"
)

func TestAFullDiskKeepsWhatItHasAndGoesOnWithSpaceAgain(t *testing.T) {
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=6m"); err != nil {
		t.Skipf("a small disk cannot be made here: %v", err)
	}
	t.Cleanup(func() { syscall.Unmount(dir, syscall.MNT_DETACH) })
	ballast := filepath.Join(dir, "ballast")
	if err := os.WriteFile(ballast, make([]byte, 1<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	fullDisk(t, filepath.Join(dir, "data"), func(*journal.Journal) {
		if err := os.Remove(ballast); err != nil {
			t.Fatal(err)
		}
	})
}

func TestADiskThatIsFullFromTheStartIsSaidInASentence(t *testing.T) {
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=16k"); err != nil {
		t.Skipf("a small disk cannot be made here: %v", err)
	}
	t.Cleanup(func() { syscall.Unmount(dir, syscall.MNT_DETACH) })
	refused(t, dir, "disk_full")
}

func TestAFolderThatCannotBeWrittenIsSaidInASentence(t *testing.T) {
	closed, full := filepath.Join(t.TempDir(), "closed"), t.TempDir()
	if err := os.Mkdir(closed, 0o500); err != nil {
		t.Fatal(err)
	}
	if err := open(t, full).Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(filepath.Join(full, "signalbox.db"), 0o400); err != nil {
		t.Fatal(err)
	}
	if os.Geteuid() == 0 {
		// Permissions mean nothing to root, so this thread goes on as nobody;
		// it is thrown away afterwards.
		done := make(chan struct{})
		go func() {
			defer close(done)
			runtime.LockOSThread()
			if err := syscall.Setfsuid(65534); err != nil {
				t.Error(err)
				return
			}
			refusedToWrite(t, closed, full)
		}()
		<-done
		return
	}
	refusedToWrite(t, closed, full)
}

func refusedToWrite(t *testing.T, closed, full string) {
	refused(t, closed, "read_only")
	refused(t, filepath.Join(closed, "new"), "read_only")
	refused(t, full, "read_only")
}
