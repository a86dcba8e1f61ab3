//go:build !(linux && desktop && production)

package desk

// withoutEGL does nothing: only WebKitGTK loads a graphics driver by itself.
func withoutEGL() {}
