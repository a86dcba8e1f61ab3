// Package decimal compares numbers as JSON writes them, digit by digit and without
// rounding.
//
// Read decimal.go.
package decimal
