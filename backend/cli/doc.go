// Package cli is Signalbox on the command line: its subcommands, their help,
// and where their settings come from: flags first, then the environment, then
// the configuration file.
//
// A flag, its variable and its key in the file share one name: --addr,
// SIGNALBOX_ADDR, addr. A key that the file misspells stops the start with its
// line: a setting that is silently ignored is worse than none.
package cli
