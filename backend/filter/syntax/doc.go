// Package syntax parses the text of a filter into a tree, and writes a tree as
// text. Package filter has the language and says what a tree means.
//
// Read tree.go first, then parse.go, term.go, field.go and word.go.
package syntax
