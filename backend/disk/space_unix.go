//go:build linux || darwin

package disk

import "syscall"

// Space returns how many bytes of the disk with dir are free for this user,
// and how many it has; false where the system does not say.
func Space(dir string) (free, total int64, ok bool) {
	var s syscall.Statfs_t
	if err := syscall.Statfs(dir, &s); err != nil {
		return 0, 0, false
	}
	return int64(s.Bavail) * int64(s.Bsize), int64(s.Blocks) * int64(s.Bsize), true
}
