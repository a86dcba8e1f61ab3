// Package remote connects a command with a running Signalbox: where it listens, which
// token and certificate it has, and how it refuses a request.
//
// Read remote.go.
package remote
