package disk

import "golang.org/x/sys/windows"

// Space returns how many bytes this user may still write on the disk with dir,
// and the size of the disk; false if the system does not report them.
func Space(dir string) (free, total int64, ok bool) {
	path, err := windows.UTF16PtrFromString(dir)
	if err != nil {
		return 0, 0, false
	}
	var available, all uint64
	if err := windows.GetDiskFreeSpaceEx(path, &available, &all, nil); err != nil {
		return 0, 0, false
	}
	return int64(available), int64(all), true
}
