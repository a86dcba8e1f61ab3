// Package english writes durations, sizes and the errors of the system in English,
// as parts of the sentences of package live.
//
// Read units.go first, then cause.go.
package english
