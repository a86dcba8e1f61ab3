// Package health knows how a feed's connection is doing.
//
// A Monitor is told what happens on one feed's connections, and answers at any
// moment with a live.Health. It learns what is usual for the feed from the feed
// alone, and finds a connection that is quiet for longer than usual, or dead.
// It opens no connection and writes nothing: whoever calls Check acts on what
// it returns.
//
// Durations are measured by the monotonic clock. A time of day that is shown is
// counted back from the present one, so a countdown and a silence stay right
// however the system's clock jumps.
//
// Begin with monitor.go (the state and the current attempt), then activity.go
// (bytes, comments and messages; quiet and dead connections), silence.go (what
// silence is usual), uptime.go (the last 24 hours), and rate.go (messages a
// second).
package health
