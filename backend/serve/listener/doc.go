// Package listener bounds the connections of the local server: all of them,
// those of one address, and those that carry streams.
//
// A connection above a limit is still accepted for a moment where there is room
// for it: a monitor gets its answer, and everybody else learns why there is no
// other. Connections that wait for another request are closed to make room.
//
// A Listener wraps a net.Listener. ConnContext and ConnState are hooks of
// http.Server that connect its requests with the connections counted here.
//
// Read listener.go first, then conn.go.
package listener
