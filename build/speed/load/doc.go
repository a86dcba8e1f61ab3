// Package load is the load generator: it publishes to a server and subscribes
// to it, and counts. It speaks HTTP by hand, over sockets that Go's poller does
// not know, and serves all connections of one kind from one epoll loop. On a
// machine with few cores a goroutine for each connection would take from the
// server what is to be measured. Therefore it is for Linux.
//
// It promises to count only what came whole, and to say how much of the CPU it
// took itself.
//
// Read payload.go (what is sent), conn.go (a connection), stream.go (what comes
// back on one), subscribers.go, publishers.go, cpu.go.
package load
