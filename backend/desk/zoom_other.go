//go:build !(linux && desktop && production)

package desk

// SetZoom does nothing: on Windows, WebView2 has a zoom of its own.
func SetZoom(percent int) {}
