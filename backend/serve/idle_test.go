package serve

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"signalbox/backend/live"
)

// A listenerEnd is a client's connection without a network and without a
// goroutine or a buffer of its own, so that what is weighed is the server. It
// asks once, and counts what it is sent.
type listenerEnd struct {
	beats    atomic.Int32
	messages *atomic.Int64 // of all clients

	mu      sync.Mutex
	changed *sync.Cond
	request []byte
	expired bool
	closed  bool
}

func newListenerEnd(path string, messages *atomic.Int64) *listenerEnd {
	e := &listenerEnd{messages: messages, request: []byte("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n")}
	e.changed = sync.NewCond(&e.mu)
	return e
}

func (e *listenerEnd) Read(b []byte) (int, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for {
		switch {
		case e.closed:
			return 0, io.EOF
		case e.expired:
			return 0, os.ErrDeadlineExceeded
		case len(e.request) > 0:
			n := copy(b, e.request)
			e.request = e.request[n:]
			return n, nil
		}
		e.changed.Wait()
	}
}

// Write is what the client receives: whole lines.
func (e *listenerEnd) Write(b []byte) (int, error) {
	e.beats.Add(int32(bytes.Count(append([]byte("\n"), b...), []byte("\n:\n"))))
	e.messages.Add(int64(bytes.Count(b, []byte("\ndata: "))))
	return len(b), nil
}

func (e *listenerEnd) Close() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.closed = true
	e.changed.Broadcast()
	return nil
}

func (e *listenerEnd) SetReadDeadline(t time.Time) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	// net/http takes a time long ago to interrupt a read; others never come here.
	e.expired = !t.IsZero() && t.Before(time.Now())
	e.changed.Broadcast()
	return nil
}
func (e *listenerEnd) SetWriteDeadline(time.Time) error { return nil }
func (e *listenerEnd) SetDeadline(t time.Time) error    { return e.SetReadDeadline(t) }
func (e *listenerEnd) LocalAddr() net.Addr              { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 1} }
func (e *listenerEnd) RemoteAddr() net.Addr             { return e.LocalAddr() }

// inUse returns what the heap and the stacks hold.
func inUse() uint64 {
	runtime.GC()
	runtime.GC() // what the first has finalised
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc + m.StackInuse
}

// TestManyIdleClientsAreLightAndAllOfThemBeat is about 10,000 clients, as many as
// the default limits allow. The race detector allows only 8,000 goroutines; with
// it there are fewer, unweighed.
func TestManyIdleClientsAreLightAndAllOfThemBeat(t *testing.T) {
	clients := 10_000
	if raceDetector {
		clients = 1_500
	}
	s := newServer(t, func(c *Config) { c.Heartbeat = 2 * time.Second })
	if _, err := s.publisher.Source(t.Context(), "x"); err != nil {
		t.Fatal(err)
	}
	l := &pipes{conns: make(chan net.Conn), closed: make(chan struct{})}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(ctx, l) }()

	before := inUse()
	var messages atomic.Int64
	ends := make([]*listenerEnd, clients)
	for i := range ends {
		ends[i] = newListenerEnd("/events/x", &messages)
		l.conns <- ends[i]
	}
	await(t, 60*time.Second, "all clients", func() bool { return s.Clients() == clients })
	each := (inUse() - before) / uint64(clients)
	t.Logf("%d clients, %d bytes each", clients, each)
	if each > 20<<10 && !raceDetector {
		t.Errorf("an idle client takes %d bytes", each)
	}
	start := make([]int32, clients)
	for i, e := range ends {
		start[i] = e.beats.Load()
	}
	await(t, 60*time.Second, "two beats to each client", func() bool {
		for i, e := range ends {
			if e.beats.Load()-start[i] < 2 {
				return false
			}
		}
		return true
	})
	const published = 20
	for i := range published {
		if _, err := s.publishDraft(t.Context(), "x", live.Draft{Data: fmt.Sprint(i)}); err != nil {
			t.Fatal(err)
		}
	}
	await(t, 60*time.Second, "all messages", func() bool { return messages.Load() == int64(published*clients) })
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if s.Clients() != 0 {
		t.Errorf("%d clients are left", s.Clients())
	}
}

// await waits for what nobody announces.
func await(t *testing.T, limit time.Duration, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(limit); !ok(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%s: not within %v", what, limit)
		}
	}
}
