// Package load is the load generator. It publishes to a server, subscribes to it,
// and counts messages. It writes and parses HTTP by hand and serves all publishers
// from one epoll loop and all subscribers from another, because a goroutine for
// each connection would use CPU that the server needs. It works on Linux only.
//
// It counts a message only when its receipt or its event has arrived, and it
// reports its own share of the CPU.
//
// Read payload.go (what is sent), conn.go (a connection), stream.go (the response
// of a subscription), loop.go, subscribers.go, publishers.go, cpu.go.
package load
