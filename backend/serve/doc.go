// Package serve is the local server: publish, subscribe, look back, and the
// API of the console, as docs/api.md has it.
//
// The same handler answers on TCP, where it is guarded, and in the window,
// which nobody else can reach.
package serve
