package console

import (
	"net/http"
	"strconv"
	"time"

	"signalbox/backend/serve/httpapi"
)

const (
	// answerInterval is the least time between two answers to the same screen: 30
	// a second at most. A screen that has waited longer is answered at once.
	answerInterval = time.Second / 30
	// answerTimeout is how long WaitForChange waits if nothing changes, so that a
	// dead connection is noticed.
	answerTimeout = 20 * time.Second
)

// WaitForChange answers GET /api/bell?seen=… as soon as the version of what the
// screens show differs from seen, and at once if the request has no seen.
func (c *Console) WaitForChange(w http.ResponseWriter, r *http.Request) error {
	seen := r.URL.Query().Get("seen")
	timeout := time.NewTimer(answerTimeout)
	defer timeout.Stop()
	start := time.Now()
	for {
		wait := c.watch()
		if seen == "" {
			return c.writeVersion(w, wait.version)
		}
		if wait.version != seen {
			if d := answerInterval - time.Since(start); d > 0 && !c.sleep(r, d) {
				return r.Context().Err()
			}
			return c.writeVersion(w, c.watch().version)
		}
		select {
		case <-wait.messages:
		case <-wait.changes:
		case <-wait.feeds:
		case <-timeout.C:
			return c.writeVersion(w, wait.version)
		case <-c.server.Done():
			return c.writeVersion(w, wait.version)
		case <-r.Context().Done():
			return r.Context().Err()
		}
	}
}

// writeVersion answers with the version and the journal's epoch: after a restart
// with another data folder the numbers of the version mean other messages.
func (c *Console) writeVersion(w http.ResponseWriter, version string) error {
	return httpapi.WriteJSON(w, http.StatusOK, map[string]string{"bell": version, "epoch": c.journal.Epoch()})
}

// A watch is a version of what the screens show, and the channels that are closed
// when it changes.
type watch struct {
	version                  string
	messages, changes, feeds <-chan struct{}
}

// watch gets the channels before the version, so that no change between the two
// is missed.
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

// sleep waits for d, or until the server shuts down. It returns false if the
// screen has closed its connection.
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
