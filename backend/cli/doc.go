// Package cli is Signalbox on the command line: its subcommands and their help.
// Package flags reads the settings of a command from its flags, the environment
// and the configuration file, and says what is wrong with a command line.
//
// Errors are printed for a person: a sentence, and a line with what to do. The
// exit code is 1 for an error, and 2 for a wrong command line or configuration.
//
// Read cli.go first (Main and the commands), then serve.go, publish.go with
// publishlines.go and publishrequest.go, and tail.go with printer.go. server.go is
// the running Signalbox that publish and tail talk to.
package cli
