package sample

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"signalbox/backend/broadcast"
	"signalbox/backend/example"
)

// An upstream is a simulated SSE server. Its events have ids, it keeps a few of
// them for clients that resume, and it can treat a connection badly. An event
// that it no longer keeps is lost to the feed, which must notice that.
type upstream struct {
	name   string // of the feed that follows it
	path   string // below SamplePath
	colour int
	keep   int // how many events it keeps
	// next returns the next event and the time until then.
	next func(now time.Time) (event, data string, pause time.Duration)
	// behave returns how it treats its nth connection, counted from 1; nil means
	// always well.
	behave func(n int64) behaviour

	closing <-chan struct{} // closed when the program ends

	connections atomic.Int64

	mu      sync.Mutex
	epoch   string  // begins every id; a new one at each start, because nothing is stored
	frames  []frame // the newest
	number  int64   // of the next event
	closed  chan struct{}
	changed broadcast.Broadcast
}

// A behaviour is how an upstream treats one connection. The zero value treats it
// well.
type behaviour struct {
	busy        bool          // it answers 503
	closeAfter  time.Duration // it closes the stream; 0 means never
	silentAfter time.Duration // it sends nothing more, not even a heartbeat; 0 means never
}

// A frame is an event as it is sent.
type frame struct {
	number int64
	text   string
}

const (
	heartbeatInterval = 5 * time.Second
	retryTime         = 2 * time.Second
	retryAfterSeconds = 6 // of a 503
	writeTimeout      = 10 * time.Second
)

// open makes it ready for connections.
func (u *upstream) open(now time.Time) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.epoch = strconv.FormatInt(now.UnixMilli(), 36)
	u.frames, u.number = nil, 1
	u.closed = make(chan struct{})
}

// run makes events until ctx ends, and then closes all connections.
func (u *upstream) run(ctx context.Context) {
	defer close(u.closed)
	for {
		event, data, pause := u.next(time.Now())
		if !example.Sleep(ctx, pause) {
			return
		}
		u.mu.Lock()
		id := u.epoch + "-" + strconv.FormatInt(u.number, 10)
		u.frames = append(u.frames, frame{u.number, fmt.Sprintf("id: %s\nevent: %s\ndata: %s\n\n", id, event, data)})
		u.frames = u.frames[max(0, len(u.frames)-u.keep):]
		u.number++
		u.mu.Unlock()
		u.changed.Notify()
	}
}

// after returns the frames after a number, and the number of the last one.
func (u *upstream) after(number int64) (string, int64) {
	u.mu.Lock()
	defer u.mu.Unlock()
	var b strings.Builder
	for _, f := range u.frames {
		if f.number > number {
			b.WriteString(f.text)
		}
	}
	return b.String(), u.number - 1
}

// resume returns the number that a Last-Event-ID stands for, or that of the
// newest event for an id that it never gave.
func (u *upstream) resume(lastEventID string) int64 {
	u.mu.Lock()
	defer u.mu.Unlock()
	if digits, ok := strings.CutPrefix(lastEventID, u.epoch+"-"); ok {
		if n, err := strconv.ParseInt(digits, 10, 64); err == nil && n > 0 && n < u.number {
			return n
		}
	}
	return u.number - 1
}

// ServeHTTP serves one connection.
func (u *upstream) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	var b behaviour
	if n := u.connections.Add(1); u.behave != nil {
		b = u.behave(n)
	}
	if b.busy {
		w.Header().Set("Retry-After", strconv.Itoa(retryAfterSeconds))
		http.Error(w, "Busy. Try again later.", http.StatusServiceUnavailable)
		return
	}
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	place := u.resume(req.Header.Get("Last-Event-ID"))
	out := http.NewResponseController(w)
	send := func(s string) bool {
		// A writer without deadlines, as in tests, returns an error here.
		_ = out.SetWriteDeadline(time.Now().Add(writeTimeout))
		_, err := w.Write([]byte(s))
		return err == nil && out.Flush() == nil
	}
	if !send(fmt.Sprintf("retry: %d\n\n", retryTime.Milliseconds())) {
		return
	}
	u.mu.Lock()
	closed := u.closed
	u.mu.Unlock()
	timeToClose, timeToFallSilent := timer(b.closeAfter), timer(b.silentAfter)
	heartbeat := time.NewTicker(heartbeatInterval)
	defer heartbeat.Stop()
	for {
		changed, _ := u.changed.Wait()
		text, last := u.after(place)
		if text != "" && !send(text) {
			return
		}
		place = last
		select {
		case <-req.Context().Done():
			return
		case <-closed:
			return
		case <-u.closing:
			return
		case <-timeToClose:
			return
		case <-timeToFallSilent:
			select {
			case <-req.Context().Done():
			case <-closed:
			case <-u.closing:
			case <-timeToClose:
			}
			return
		case <-changed:
		case <-heartbeat.C:
			if !send(": still here\n\n") {
				return
			}
		}
	}
}

// timer returns a channel that fires after d, and never where d is 0.
func timer(d time.Duration) <-chan time.Time {
	if d == 0 {
		return nil
	}
	return time.After(d)
}
