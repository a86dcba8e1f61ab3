//go:build bindings

package desk

// Bindings is set in the build that writes frontend/wailsjs: it runs main up
// to the window, so nothing may be opened before.
const Bindings = true
