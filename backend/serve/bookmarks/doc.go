// Package bookmarks answers the requests for bookmarks: it lists, adds, changes
// and removes them, as docs/api.md has it.
//
// Read bookmarks.go.
package bookmarks
