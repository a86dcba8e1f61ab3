// Package secrets keeps the tokens, passwords and secret headers of feeds.
//
// They lie in the system's keyring, or in a file that only the user can read
// where the keyring does not take them. They are in no settings, no log and no
// error. They are stored with the scheme, host and port that they were entered
// for (Origin), and whoever sends them compares: a feed whose address was
// changed must not take its token elsewhere.
//
// A keyring that does not answer, or refuses, says nothing about what it holds.
// So Get returns an error then, and never "no secrets". The keyring may ask the
// user for a password: it is asked one question at a time, waited for a few
// seconds, and left alone for minutes after a refusal.
//
// Begin with store.go, then keyring.go, file.go, and merge.go and edit.go
// (which secrets a feed has after an edit).
package secrets
