package console

import (
	"net/http"
	"strconv"
	"time"

	"signalbox/backend/serve/httpapi"
)

const (
	// bellInterval is the least time between two answers to the same screen: 30
	// a second at most. A screen that has waited longer is answered at once.
	bellInterval = time.Second / 30
	// bellTimeout is after what time the bell answers without a change, so that
	// a dead connection is noticed.
	bellTimeout = 20 * time.Second
)

// Bell answers GET /api/bell?seen=… when something has changed since the
// version that the screen has seen, and at once without one.
func (c *Console) Bell(w http.ResponseWriter, r *http.Request) error {
	seen := r.URL.Query().Get("seen")
	timeout := time.NewTimer(bellTimeout)
	defer timeout.Stop()
	start := time.Now()
	for {
		wait := c.watch()
		if seen == "" {
			return writeBell(w, wait.version)
		}
		if wait.version != seen {
			if d := bellInterval - time.Since(start); d > 0 && !c.sleep(r, d) {
				return r.Context().Err()
			}
			return writeBell(w, c.watch().version)
		}
		select {
		case <-wait.messages:
		case <-wait.changes:
		case <-wait.feeds:
		case <-timeout.C:
			return writeBell(w, wait.version)
		case <-c.server.Done():
			return writeBell(w, wait.version)
		case <-r.Context().Done():
			return r.Context().Err()
		}
	}
}

func writeBell(w http.ResponseWriter, version string) error {
	return httpapi.WriteJSON(w, http.StatusOK, map[string]string{"bell": version})
}

// A watch is a version, and the channels that are closed when it changes.
type watch struct {
	version                  string
	messages, changes, feeds <-chan struct{}
}

// watch takes the channels before the version, so that no change slips in
// between.
func (c *Console) watch() (w watch) {
	w.messages, _ = c.journal.Changed()
	c.server.CheckSources()
	c.checkStore()
	var own, feeds int64
	w.changes, own = c.changes.Wait()
	w.feeds, feeds = c.feeds.Changed()
	w.version = strconv.FormatInt(c.journal.Last(), 10) + "." + strconv.FormatInt(own+feeds, 10)
	return w
}

// sleep waits, or until the server shuts down. It is false where the screen has
// left.
func (c *Console) sleep(r *http.Request, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-c.server.Done():
	case <-r.Context().Done():
		return false
	}
	return true
}
