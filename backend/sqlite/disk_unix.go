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

// A fileID tells a file from every other one on this machine.
type fileID struct{ device, inode uint64 }

// identify returns which file lies at a path. It is done before each commit, and
// os.Stat would make several things of it that nobody needs.
func identify(path string) (fileID, error) {
	var s syscall.Stat_t
	if err := syscall.Stat(path, &s); err != nil {
		return fileID{}, err
	}
	return fileID{uint64(s.Dev), s.Ino}, nil
}

func (a fileID) same(b fileID) bool { return a == b }
