package disk

import "golang.org/x/sys/windows"

// Space returns how many bytes of the disk with dir are free for this user,
// and how many it has; false where the system does not say.
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
