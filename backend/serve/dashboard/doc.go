// Package dashboard serves the dashboard's files and signs browsers in.
//
// The dashboard is a page that uses the HTTP API as any program can. Whoever is
// not signed in gets a page that asks for the token (signin.go); the window is
// always signed in. The pages allow nothing that this server does not serve
// (policy in dashboard.go).
package dashboard
