// Package desk is the application's side of its window: the window's size and zoom,
// how GTK draws, how a second start raises it, and the pages before or instead of
// the dashboard.
//
// The data does not pass through here. The window fetches it from the same HTTP
// handler as every browser, so there is one set of screens to write and to
// test.
//
// Read size.go first, then zoom.go and raise.go, migration.go (the page during a long migration) and
// starterror.go (the page of a start that failed) with page.go and chinese.go, then graphics.go,
// and export.go (messages as a file).
package desk
