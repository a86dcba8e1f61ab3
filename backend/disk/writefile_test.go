package disk_test

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"signalbox/backend/disk"
)

func TestWriteFileReplacesContentAndPermissions(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "address")
	for _, c := range []struct {
		content string
		perm    os.FileMode
	}{{"one", 0o644}, {"two, which is longer", 0o600}, {"", 0o600}, {"three", 0o644}} {
		if err := disk.WriteFile(path, []byte(c.content), c.perm); err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(path)
		if err != nil || string(got) != c.content {
			t.Errorf("the file has %q, not %q: %v", got, c.content, err)
		}
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if runtime.GOOS != "windows" && info.Mode().Perm() != c.perm {
			t.Errorf("its permissions are %v, not %v", info.Mode().Perm(), c.perm)
		}
	}
	left, err := os.ReadDir(dir)
	if err != nil || len(left) != 1 {
		t.Errorf("%d files are left, not 1: %v", len(left), err)
	}
}

func TestAWriteFileThatFailsLeavesTheOldContent(t *testing.T) {
	if runtime.GOOS == "windows" || os.Getuid() == 0 {
		t.Skip("this user may write everywhere")
	}
	dir := t.TempDir()
	path := filepath.Join(dir, "secrets.json")
	if err := disk.WriteFile(path, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o500); err != nil {
		t.Fatal(err)
	}
	defer os.Chmod(dir, 0o700)
	if err := disk.WriteFile(path, []byte("new"), 0o600); err == nil {
		t.Error("a read-only folder was written to")
	}
	if got, err := os.ReadFile(path); err != nil || string(got) != "old" {
		t.Errorf("the file has %q: %v", got, err)
	}
}
