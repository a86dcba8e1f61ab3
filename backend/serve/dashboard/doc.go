// Package dashboard serves the dashboard's files and signs browsers in.
//
// The dashboard is a page that uses the HTTP API as any program can. A browser
// that is not signed in gets a page that asks for the token; the window is
// always signed in. The pages may load only files of this server (policy in
// dashboard.go).
//
// Read dashboard.go first, then signin.go.
package dashboard
