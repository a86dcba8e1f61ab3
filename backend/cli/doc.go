// Package cli is Signalbox on the command line: its subcommands, their help,
// and the three places where settings come from. A flag comes before the
// environment, the environment before the configuration file.
//
// A flag, its variable and its key in the file share one name, which follows
// from package setting: --addr, SIGNALBOX_ADDR, addr. An unknown key stops the
// start with its line, because a setting that is silently ignored is worse than
// none. An unknown flag gets a suggestion.
//
// Read cli.go first (Main and the commands), then settings.go (flags and the
// environment), config.go (the file), serve.go, publish.go with
// publishlines.go and publishrequest.go, and tail.go (the commands), server.go (the running Signalbox that publish and tail talk
// to), and usage.go with suggest.go (what is wrong with a command line).
package cli
