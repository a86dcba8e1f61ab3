//go:build linux || darwin

package disk

import "syscall"

// Space returns how many bytes this user may still write on the disk with dir,
// and the size of the disk; false if the system does not report them.
func Space(dir string) (free, total int64, ok bool) {
	var s syscall.Statfs_t
	if err := syscall.Statfs(dir, &s); err != nil {
		return 0, 0, false
	}
	return int64(s.Bavail) * int64(s.Bsize), int64(s.Blocks) * int64(s.Bsize), true
}
