// Package secrets stores the tokens, passwords and secret headers of feeds.
//
// It stores them in the system's keyring or, if the keyring refuses, in a file
// that only the user can read. No settings, log or error contains them. They are
// stored with the scheme, host and port for which they were entered (Origin).
// The sender must compare: a feed whose address was changed must not send its
// token to another server.
//
// A keyring that does not answer or refuses may still have secrets. So Get
// returns an error then, never "no secrets". A keyring may ask the user for a
// password. So it is asked one question at a time, has a few seconds to answer,
// and is not asked for minutes after a refusal.
//
// Read store.go first, then keyring.go, file.go, and merge.go and edit.go (the
// secrets of a feed after an edit).
package secrets
