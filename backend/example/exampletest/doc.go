// Package exampletest has the tools that the tests of packages example and sample
// share: a real history in fake time, and streams over a handler.
//
// It imports neither of the two packages, so their own tests can use it.
//
// Read rig.go.
package exampletest
