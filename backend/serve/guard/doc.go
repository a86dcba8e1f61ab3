// Package guard decides who may use the local server.
//
// The server listens where every program of the machine, and every web page in
// its browser, can reach it. Three checks stand in between:
//
//   - The Host header must name this server (host.go). That stops DNS
//     rebinding: a name of the attacker's that suddenly means 127.0.0.1 makes
//     the attacker's page "same origin", but the name still stands in Host.
//   - The page of another site may not send requests, unless its origin is
//     allowed (origin.go). That stops pages that need no answer: any page may
//     fetch, post a form, or name an image.
//   - The console needs a token, or a session that was opened with it, on
//     loopback too (token.go, session.go): any program of any user of the
//     machine can connect there. Publishing and subscribing need none unless
//     the user demands it, so that a tutorial's one line works.
//
// docs/safety.md lists the attacks and the tests that check the defences.
//
// Read guard.go first, then host.go, origin.go with refused.go (the pages that were
// refused, which the user can allow), token.go and session.go; ownurl.go recognises a feed that follows this server itself.
package guard
