// Package live holds the words of Signalbox: message, position, source, feed,
// gap, health and the rest. One word per thing, the same here, in SQL, in
// JSON, in TypeScript and on screen.
//
// It imports nothing but the standard library and does nothing: every other
// package speaks in these types, so whatever stood here would be known
// everywhere.
package live
