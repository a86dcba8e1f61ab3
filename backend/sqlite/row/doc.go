// Package row turns rows of the table messages into messages.
//
// Streams read many rows, so RangeColumns are few, and ScanRange takes what the driver
// returns. Pages read few rows, and PageColumns can cut long texts to previews.
//
// Read row.go.
package row
