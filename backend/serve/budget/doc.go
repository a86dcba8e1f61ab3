// Package budget bounds what many requests hold together, such as bytes of
// memory.
//
// A single request that is too large is refused by its own limit. Many requests
// that are each small enough can still use up the memory together. They reserve
// from a Budget instead: where it is used up, a request waits in line for a
// moment and is then refused, because the alternative is the end of the program.
package budget
