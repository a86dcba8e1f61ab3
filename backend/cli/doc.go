// Package cli is Signalbox on the command line: its subcommands and their help.
// Package flags reads the settings of a command from its flags, the environment
// and the configuration file, and explains a wrong command line.
//
// Errors are printed for a person: a sentence, and a line with what to do. The
// exit code is 1 for an error, and 2 for a wrong command line or configuration.
//
// Read cli.go first, then start.go and serve.go, then publish.go with
// publishrequest.go and publishlines.go, then tail.go with printer.go, and export.go.
// Package remote connects them with the running Signalbox.
package cli
