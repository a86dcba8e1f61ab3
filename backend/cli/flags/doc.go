// Package flags reads the values of the settings: from the flags of a command,
// from the environment, or from the configuration file, in this order. It makes
// the flags from the descriptions in package setting. It explains a wrong command
// line and suggests a right one.
//
// It knows no command; the commands are in package cli.
//
// Read settings.go first, then file.go (the configuration file), then usage.go
// with suggest.go (wrong command lines).
package flags
