// Package flags reads what the settings are set to: from the flags of a command,
// from the environment, or from the configuration file, in this order. It makes
// the flags from the descriptions in package setting, and says what is wrong
// with a command line and what was probably meant.
//
// It knows no command; package cli has those.
//
// Read settings.go first, then file.go (the configuration file), and usage.go
// with suggest.go (wrong command lines).
package flags
