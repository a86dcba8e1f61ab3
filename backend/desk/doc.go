// Package desk is the application's side of its window: size and place, and
// what only a desktop can do. The data does not pass here: the window fetches
// it from the same HTTP handler as every browser, so that one screen is
// written, and tested, once.
package desk
