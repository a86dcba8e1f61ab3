// Package output is where a command writes what it was asked for: standard output,
// or a file that gets its name only when it is complete, so that nobody takes a part
// for the whole.
//
// Read output.go first, then progress.go.
package output
