//go:build linux || darwin

package sqlite

import "syscall"

// diskSpace returns how much of the disk is free for us, and how much there is.
func diskSpace(dir string) (free, total int64, ok bool) {
	var s syscall.Statfs_t
	if err := syscall.Statfs(dir, &s); err != nil {
		return 0, 0, false
	}
	return int64(s.Bavail) * int64(s.Bsize), int64(s.Blocks) * int64(s.Bsize), true
}
