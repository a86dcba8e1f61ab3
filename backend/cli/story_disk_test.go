//go:build unix

package cli

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
)

// A disk is a small file system in a mount namespace of its own, which a
// process holds open.
type disk struct {
	holder *exec.Cmd
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
	s.Setenv("DISK", fmt.Sprintf("/proc/%d/root%s", d.holder.Process.Pid, dir))
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
	d := &disk{cmd, in}
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

// condition answers [disk]: whether small disks can be made here.
func condition(name string) (bool, error) {
	if name == "disk" {
		return disksWork(), nil
	}
	return false, fmt.Errorf("unknown condition %q", name)
}
