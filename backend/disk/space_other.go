//go:build !linux && !darwin && !windows

package disk

// Space returns false: it is not implemented for this system.
func Space(string) (free, total int64, ok bool) { return 0, 0, false }
