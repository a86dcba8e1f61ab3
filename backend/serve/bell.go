package serve

import (
	"net/http"
	"strconv"
	"time"
)

const (
	// bellPause is the least time that a caller waits who has heard a bell
	// before: it makes 30 answers a second at most. Whoever waits longer than
	// that for news is told at once.
	bellPause = time.Second / 30
	// bellTime is after what time the doorbell answers in any case, so that a
	// dead connection is noticed.
	bellTime = 20 * time.Second
)

// bell waits until something moves beyond what the caller has seen. It is a
// long poll and not a stream, because WebView2 hands the window whole answers
// only.
func (s *Server) bell(w http.ResponseWriter, r *http.Request) error {
	seen := r.URL.Query().Get("seen")
	until := time.NewTimer(bellTime)
	defer until.Stop()
	begun := time.Now()
	for {
		moved, changed, feeds, bell := s.listen()
		if seen == "" {
			return answer(w, http.StatusOK, map[string]string{"bell": bell})
		}
		if bell != seen {
			if rest := bellPause - time.Since(begun); rest > 0 && !sleep(r, rest, s.ending) {
				return r.Context().Err()
			}
			_, _, _, bell = s.listen()
			return answer(w, http.StatusOK, map[string]string{"bell": bell})
		}
		select {
		case <-moved:
		case <-changed:
		case <-feeds:
		case <-until.C:
			return answer(w, http.StatusOK, map[string]string{"bell": bell})
		case <-s.ending:
			return answer(w, http.StatusOK, map[string]string{"bell": bell})
		case <-r.Context().Done():
			return r.Context().Err()
		}
	}
}

// listen returns the bell, and what is closed when it changes: taken before
// the bell, so that nothing slips in between.
func (s *Server) listen() (moved, changed, feeds <-chan struct{}, bell string) {
	moved, _ = s.j.Moved()
	s.noticeSources()
	stats := s.j.Stats()
	if s.fault.changed(stats.Trouble()) {
		s.changes.ring()
	}
	changed, own := s.changes.wait()
	feeds, theirs := s.config().Feeds.Changed()
	return moved, changed, feeds, strconv.FormatInt(s.j.Last(), 10) + "." + strconv.FormatInt(own+theirs, 10)
}

// sleep waits, and reports whether the caller is still there.
func sleep(r *http.Request, d time.Duration, ending <-chan struct{}) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ending:
	case <-r.Context().Done():
		return false
	}
	return true
}
