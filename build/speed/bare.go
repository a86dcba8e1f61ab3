package main

import (
	"fmt"
	"io"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
)

// ringSize is how many frames the bare server holds. A reader that is
// further behind misses some: the load generator would count fewer.
const ringSize = 1 << 17

// A bare server is the yardstick: what net/http alone can do. It encodes a
// frame once, fans it out from a ring in memory, wakes its readers by closing
// a channel, and stores nothing.
type bare struct {
	mu   sync.Mutex
	last int64 // the number of the newest frame
	ring [ringSize]atomic.Pointer[[]byte]
	news atomic.Pointer[state]
}

// A state is how far the ring is filled, and what is closed when it goes on.
type state struct {
	last int64
	next chan struct{}
}

func newBare() http.Handler {
	b := &bare{}
	b.news.Store(&state{next: make(chan struct{})})
	mux := http.NewServeMux()
	mux.HandleFunc("POST /channels/{channel}/messages", b.publish)
	mux.HandleFunc("GET /events/{source}", b.events)
	return mux
}

func (b *bare) publish(w http.ResponseWriter, r *http.Request) {
	data, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	frame := make([]byte, 0, len(data)+32)
	b.mu.Lock()
	b.last++
	n := b.last
	frame = append(frame, "id: bare."...)
	frame = strconv.AppendInt(frame, n, 10)
	frame = append(frame, "\ndata: "...)
	frame = append(frame, data...)
	frame = append(frame, "\n\n"...)
	b.ring[n%ringSize].Store(&frame)
	close(b.news.Swap(&state{last: n, next: make(chan struct{})}).next)
	b.mu.Unlock()
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusCreated)
	fmt.Fprintf(w, "{\"position\":\"bare.%d\",\"id\":\"bare.%d\"}\n", n, n)
}

func (b *bare) events(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/event-stream")
	flusher := w.(http.Flusher)
	at := b.news.Load().last
	flusher.Flush()
	for {
		now := b.news.Load()
		if now.last == at {
			select {
			case <-now.next:
			case <-r.Context().Done():
				return
			}
			continue
		}
		if b.write(w, at, now.last) != nil {
			return
		}
		flusher.Flush()
		at = now.last
	}
}

var portions = sync.Pool{New: func() any { p := make([]byte, 0, 64<<10); return &p }}

// write writes the frames after one number up to another, gathered.
func (b *bare) write(w io.Writer, after, through int64) error {
	pooled := portions.Get().(*[]byte)
	defer portions.Put(pooled)
	p := (*pooled)[:0]
	for n := max(after, through-ringSize) + 1; n <= through; n++ {
		frame := *b.ring[n%ringSize].Load()
		if len(p)+len(frame) > cap(p) {
			if _, err := w.Write(p); err != nil {
				return err
			}
			p = p[:0]
		}
		p = append(p, frame...)
	}
	_, err := w.Write(p)
	return err
}

// source is a remote server whose stream goes as fast as it is read: blocks
// of events with ids of their own.
func source() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		text := string(payload(0))
		var b []byte
		for n := int64(1); r.Context().Err() == nil; {
			for b = b[:0]; len(b) < 60<<10; n++ {
				b = append(b, "id: "...)
				b = strconv.AppendInt(b, n, 10)
				b = append(b, "\ndata: "...)
				b = append(b, text...)
				b = append(b, "\n\n"...)
			}
			if _, err := w.Write(b); err != nil {
				return
			}
		}
	})
}
