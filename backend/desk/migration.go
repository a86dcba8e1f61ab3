package desk

import (
	"encoding/json"
	"net/http"
	"sync"
)

// A MigrationPage is the page that the window shows while the history of an older
// version is migrated. That lasts minutes for many millions of messages. After
// Finish it passes all requests on to the dashboard. Its methods may be called
// from any goroutine.
type MigrationPage struct {
	Chinese Catalogue // for the page of an error

	mu    sync.Mutex
	state migrationState
	next  http.Handler // nil until Finish
}

// A migrationState is the answer to the page's requests.
type migrationState struct {
	Done  int64 `json:"done"`  // messages
	Total int64 `json:"total"` // messages
	Ready bool  `json:"ready"` // the page must reload
}

// Progress sets the count of migrated messages and of all messages.
func (p *MigrationPage) Progress(done, total int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.state.Done, p.state.Total = done, total
}

// Finish makes page replace this one at its next poll. After an error, the page of
// StartError replaces it.
func (p *MigrationPage) Finish(page http.Handler, err error) {
	if err != nil {
		page = StartError(err, p.Chinese)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.next, p.state.Ready = page, true
}

// ServeHTTP answers the requests of the window.
func (p *MigrationPage) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	state, next := p.state, p.next
	p.mu.Unlock()
	w.Header().Set("Cache-Control", "no-store")
	switch {
	case r.URL.Path == "/opening":
		w.Header().Set("Content-Type", "application/json")
		// An error means that the window was closed.
		_ = json.NewEncoder(w).Encode(state)
	case next != nil:
		next.ServeHTTP(w, r)
	default:
		migrationPage.write(w, r, nil)
	}
}

var migrationPage = newPlainPage("migration.html", "migration.js")
