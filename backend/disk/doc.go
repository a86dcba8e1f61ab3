// Package disk is what Signalbox asks of the disk that its data folder is on.
//
//   - IsFull, IsReadOnly and IsLocked recognise the error numbers of Linux,
//     macOS and Windows.
//   - Space returns how much of the disk is free.
//   - A Reserve is a file that holds some space until the disk is full.
//   - Identify tells whether a path still leads to the same file.
//   - WriteFile replaces a small file atomically.
//
// What one system cannot do has a file of its own for each system: a name that
// ends in _linux, _unix, _windows or _other. Read reserve.go first; the rest are
// short functions.
package disk
