// Package httpapi reads the requests and writes the answers of the local
// server's HTTP API.
//
// Every error is answered as {"error": {…}} with the HTTP status of its code
// (error.go). Every body has a limit of its own, and all larger bodies have a
// budget together (body.go). Query parameters that cannot be read are refused,
// not ignored (query.go).
//
// Read response.go first, then error.go and body.go.
package httpapi
