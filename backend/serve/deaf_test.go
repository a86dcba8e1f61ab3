package serve

import (
	"net/http"
	"net/http/httptest"
	"sync"
)

// A deafWriter is like Wails' asset server: it cannot flush, has no deadlines,
// and nobody cancels the request.
type deafWriter struct {
	header http.Header
	mu     sync.Mutex
	b      []byte
	err    error
	got    chan struct{}
}

func newGet(path string) *http.Request { return httptest.NewRequest("GET", "wails://wails"+path, nil) }

func (w *deafWriter) Header() http.Header { return w.header }
func (w *deafWriter) WriteHeader(int)     {}

func (w *deafWriter) Write(b []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.err != nil {
		return 0, w.err
	}
	w.b = append(w.b, b...)
	w.got <- struct{}{}
	return len(b), nil
}

func (w *deafWriter) text() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return string(w.b)
}

func (w *deafWriter) fail(err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.err = err
}
