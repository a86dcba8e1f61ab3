package example

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// A remote is an SSE server as there are many outside: its events have ids, it
// remembers a few of them for those who come back, and it has its moods. What
// it forgets is gone, which a feed then has to notice.
type remote struct {
	name   string // of the feed
	path   string
	colour int
	keeps  int // how many events it remembers
	// produce says how long it is until the next event, and what that is.
	produce func(now time.Time) (event, data string, pause time.Duration)
	// mood says how it treats its nth connection, from 1; nil is always well.
	mood func(n int64) mood

	hungUp <-chan struct{} // closed when the program ends

	connections atomic.Int64

	mu    sync.Mutex
	epoch string  // of the ids; new with each start, for it has no store
	kept  []frame // the newest
	next  int64   // the number of the next event
	moved chan struct{}
	over  chan struct{} // closed when it is shut down
}

// A mood is how a remote treats one connection. The zero mood is a good one.
type mood struct {
	busy   bool          // answers 503
	closes time.Duration // closes the stream after so long
	stalls time.Duration // sends nothing from then on, not even a heartbeat
}

type frame struct {
	number int64
	text   string
}

const (
	remoteBeat  = 5 * time.Second
	remoteRetry = 2 * time.Second
	// remoteBusy is what Retry-After says.
	remoteBusy = 6
)

// open makes it ready for connections.
func (r *remote) open(now time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.epoch = strconv.FormatInt(now.UnixMilli(), 36)
	r.kept, r.next = nil, 1
	r.moved, r.over = make(chan struct{}), make(chan struct{})
}

// run produces events until ctx ends, and then ends all connections.
func (r *remote) run(ctx context.Context) {
	defer close(r.over)
	for {
		event, data, pause := r.produce(time.Now())
		if !wait(ctx, pause) {
			return
		}
		r.mu.Lock()
		id := r.epoch + "-" + strconv.FormatInt(r.next, 10)
		r.kept = append(r.kept, frame{r.next, fmt.Sprintf("id: %s\nevent: %s\ndata: %s\n\n", id, event, data)})
		r.kept = r.kept[max(0, len(r.kept)-r.keeps):]
		r.next++
		close(r.moved)
		r.moved = make(chan struct{})
		r.mu.Unlock()
	}
}

// after returns the frames after a number, the number of the last, and a
// channel that is closed when there is more.
func (r *remote) after(number int64) (string, int64, <-chan struct{}) {
	r.mu.Lock()
	defer r.mu.Unlock()
	var b strings.Builder
	for _, f := range r.kept {
		if f.number > number {
			b.WriteString(f.text)
		}
	}
	return b.String(), r.next - 1, r.moved
}

// resume returns the number that a Last-Event-ID stands for; that of the
// newest event where it stands for nothing here.
func (r *remote) resume(lastEventID string) int64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	if digits, ok := strings.CutPrefix(lastEventID, r.epoch+"-"); ok {
		if n, err := strconv.ParseInt(digits, 10, 64); err == nil && n > 0 && n < r.next {
			return n
		}
	}
	return r.next - 1
}

// ServeHTTP is one connection.
func (r *remote) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	var m mood
	if n := r.connections.Add(1); r.mood != nil {
		m = r.mood(n)
	}
	if m.busy {
		w.Header().Set("Retry-After", strconv.Itoa(remoteBusy))
		http.Error(w, "Busy. Try again later.", http.StatusServiceUnavailable)
		return
	}
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	place := r.resume(req.Header.Get("Last-Event-ID"))
	out := http.NewResponseController(w)
	send := func(s string) bool {
		// Not every writer has a deadline; one on TCP has.
		_ = out.SetWriteDeadline(time.Now().Add(10 * time.Second))
		_, err := w.Write([]byte(s))
		return err == nil && out.Flush() == nil
	}
	if !send(fmt.Sprintf("retry: %d\n\n", remoteRetry.Milliseconds())) {
		return
	}
	r.mu.Lock()
	over := r.over
	r.mu.Unlock()
	closes, stalls := after(m.closes), after(m.stalls)
	beat := time.NewTicker(remoteBeat)
	defer beat.Stop()
	for {
		text, last, moved := r.after(place)
		if text != "" && !send(text) {
			return
		}
		place = last
		select {
		case <-req.Context().Done():
			return
		case <-over:
			return
		case <-r.hungUp:
			return
		case <-closes:
			return
		case <-stalls:
			select {
			case <-req.Context().Done():
			case <-over:
			case <-r.hungUp:
			case <-closes:
			}
			return
		case <-moved:
		case <-beat.C:
			if !send(": still here\n\n") {
				return
			}
		}
	}
}

// after returns a channel that rings after d, and never where d is 0.
func after(d time.Duration) <-chan time.Time {
	if d == 0 {
		return nil
	}
	return time.After(d)
}
