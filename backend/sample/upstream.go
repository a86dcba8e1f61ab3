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

// An upstream is a simulated SSE server. Its events have ids, and it keeps the
// last few for clients that resume. It can refuse, close or silence a connection.
// An event that it no longer keeps is lost to the feed, which must detect that.
type upstream struct {
	name   string // of the feed that follows it
	path   string // below SamplePath
	colour int
	keep   int // how many events it keeps
	// next returns the next event and the time until then.
	next func(now time.Time) (event, data string, pause time.Duration)
	// behave returns the behaviour on the nth connection, counted from 1; nil
	// means the zero behaviour on all.
	behave func(n int64) behaviour

	closing <-chan struct{} // closed when the program ends

	connections atomic.Int64

	mu      sync.Mutex
	epoch   string  // the start of every id; a new one at each start, because nothing is stored
	frames  []frame // the newest
	number  int64   // of the next event
	closed  chan struct{}
	changed broadcast.Broadcast
}

// A behaviour is how an upstream serves one connection. The zero value serves it
// without a fault.
type behaviour struct {
	busy        bool          // the answer is 503
	closeAfter  time.Duration // the stream is closed; 0 means never
	silentAfter time.Duration // nothing more is sent, not even a heartbeat; 0 means never
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

// open makes the upstream ready for connections.
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

// after returns the frames after a number, and the newest event's number.
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

// resume returns the number in a Last-Event-ID. For an id that the upstream did
// not send it returns the newest event's number.
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
	sent := u.resume(req.Header.Get("Last-Event-ID"))
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
		text, last := u.after(sent)
		if text != "" && !send(text) {
			return
		}
		sent = last
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

// timer returns a channel that fires after d, or never if d is 0.
func timer(d time.Duration) <-chan time.Time {
	if d == 0 {
		return nil
	}
	return time.After(d)
}
