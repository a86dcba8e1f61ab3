// Package budget bounds an amount that many requests share, such as bytes of
// memory.
//
// Each request has a limit of its own, but many requests within that limit
// could still exhaust the memory together. So they reserve from a Budget first.
// If it is used up, a request waits in line for a moment and is then refused.
//
// Read budget.go.
package budget
