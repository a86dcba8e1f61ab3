// Package disk adapts file operations that differ between Linux, macOS and
// Windows, for the disk with Signalbox's data folder.
//
//   - IsFull, IsReadOnly and IsLocked recognise the error numbers of each system.
//   - Space returns how much of the disk is free.
//   - A Reserve is a file that occupies some space until the disk is full.
//   - Identify returns which file is at a path.
//   - WriteFile replaces a small file atomically.
//
// A function that differs between systems has a file for each, which ends in
// _linux, _unix, _windows or _other. Read reserve.go first, then error.go and
// writefile.go.
package disk
