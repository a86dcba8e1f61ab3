// Package secretstest has a keyring for tests. It holds secrets in memory, and
// can refuse every question or leave it without an answer.
//
// Read keyring.go.
package secretstest
