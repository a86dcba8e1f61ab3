// Package health observes the connections of a feed.
//
// A Monitor receives every event of one feed's connections and returns a
// live.Health at any moment. It learns the usual silence of the feed from the
// feed alone, and detects a connection that is quiet for longer than usual, or
// dead. It opens no connection and writes nothing: the caller of Check acts on
// the Verdict.
//
// Durations are measured with the monotonic clock. A time of day for the screen
// is counted back from the present time, so countdowns and silences stay correct
// when the system's clock jumps.
//
// Read monitor.go first (the state and the present attempt), then report.go (the
// live.Health of it), activity.go (bytes, comments and messages; quiet and dead
// connections), silence.go (the usual silence), uptime.go (the last 24 hours),
// and rate.go (messages a second).
package health
