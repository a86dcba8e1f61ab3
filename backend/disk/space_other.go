//go:build !linux && !darwin && !windows

package disk

// Space returns false: this system has no call for it.
func Space(string) (free, total int64, ok bool) { return 0, 0, false }
