//go:build unix

package cli

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
)

// A disk is a small file system in a mount namespace of its own, which a
// process holds open.
type disk struct {
	holder *exec.Cmd
	path   string                     // the path outside of its boxes
	in     interface{ Close() error } // closed, the holder ends
}

// mountDisk is what the holder runs: it mounts, says so, and waits for the end
// of its input.
const mountDisk = `mount -t tmpfs -o size="$1" none "$2" && echo mounted && cat`

// disk SIZE DIR makes DIR a disk of that size, such as 8m, for the boxes whose
// data folder is in it, and sets $DISK to where the script itself finds it: to
// fill it, or to look at it. Guard it with [disk], for not every machine allows
// it.
func (s *story) disk(args []string) {
	args = s.flags("disk SIZE DIR", 2, args, nil)
	dir := s.MkAbs(args[1])
	s.Check(os.MkdirAll(dir, 0o700))
	d, err := makeDisk(args[0], dir)
	s.Check(err)
	s.disks[dir] = d
	s.Setenv("DISK", d.path)
}

func makeDisk(size, dir string) (*disk, error) {
	cmd := exec.Command("unshare", "--map-root-user", "--mount", "sh", "-c", mountDisk, "sh", size, dir)
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	var why strings.Builder
	cmd.Stderr = &why
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	d := &disk{cmd, fmt.Sprintf("/proc/%d/root%s", cmd.Process.Pid, dir), in}
	if line, err := bufio.NewReader(out).ReadString('\n'); err != nil || line != "mounted\n" {
		d.remove()
		return nil, fmt.Errorf("a small disk cannot be mounted here: %s", why.String())
	}
	return d, nil
}

// enter is what a command that works in a folder is started with to find the
// disk.
func (d *disk) enter(dir string) []string {
	return []string{"nsenter", "--target", fmt.Sprint(d.holder.Process.Pid), "--user", "--mount", "--preserve-credentials", "--wdns=" + dir}
}

func (d *disk) remove() {
	d.in.Close()
	d.holder.Wait()
}

// fill-disk DIR fills what is left of a disk with the file ballast, as another
// program does.
func (s *story) fillDisk(args []string) {
	args = s.flags("fill-disk DIR", 1, args, nil)
	f, err := os.OpenFile(filepath.Join(s.mounted(args[0]).path, "ballast"), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	s.Check(err)
	defer f.Close()
	for size := 1 << 20; size > 0; {
		if _, err = f.Write(make([]byte, size)); err != nil {
			size /= 2
		}
	}
	if !errors.Is(err, syscall.ENOSPC) {
		s.Fatalf("fill %s: %v", args[0], err)
	}
}

// mounted returns the disk in a folder.
func (s *story) mounted(dir string) *disk {
	d, ok := s.disks[s.MkAbs(dir)]
	if !ok {
		s.Fatalf("%s is no disk", dir)
	}
	return d
}

// remount ro|rw DIR makes a disk read-only, as a kernel does that meets an error
// on it, or one that can be written again. No box may have files open on it.
func (s *story) remount(args []string) {
	args = s.flags("remount ro|rw DIR", 2, args, nil)
	// With bind the mount changes and its options stay: among those are ids that
	// are not in the namespace of a user who is not root.
	argv := append(s.mounted(args[1]).enter("/"), "mount", "-o", "remount,bind,"+args[0], s.MkAbs(args[1]))
	if out, err := exec.Command(argv[0], argv[1:]...).CombinedOutput(); err != nil {
		s.Fatalf("remount %s: %v\n%s", args[1], err, out)
	}
}

// damage FILE TEXT overwrites the page of a database that TEXT lies on, as a
// disk does that loses a block.
func (s *story) damage(args []string) {
	args = s.flags("damage FILE TEXT", 2, args, nil)
	const page = 4096
	at := strings.Index(s.ReadFile(args[0]), args[1])
	if at < page {
		s.Fatalf("%s is not in %s, or in its head", args[1], args[0])
	}
	f, err := os.OpenFile(s.MkAbs(args[0]), os.O_WRONLY, 0)
	s.Check(err)
	defer f.Close()
	_, err = f.WriteAt(make([]byte, page), int64(at/page*page))
	s.Check(err)
}

// disksWork reports whether this machine lets us mount a small disk.
var disksWork = sync.OnceValue(func() bool {
	dir, err := os.MkdirTemp("", "disk")
	if err != nil {
		return false
	}
	defer os.Remove(dir)
	d, err := makeDisk("1m", dir)
	if err != nil {
		return false
	}
	d.remove()
	return true
})

// condition answers [disk] and [keyring]: whether those can be made here.
func condition(name string) (bool, error) {
	switch name {
	case "disk":
		return disksWork(), nil
	case "keyring":
		return keyringsWork(), nil
	}
	return false, fmt.Errorf("unknown condition %q", name)
}
