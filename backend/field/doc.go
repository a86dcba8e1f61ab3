// Package field reads single values in the data of messages: the text of the
// value at a path, digit for digit, and all values of a message in order. It reads
// JSON from the front and builds no tree, so that it also reads the beginning of
// a text that was cut.
//
// Read path.go first, then walk.go.
package field
