package stream

import (
	"context"
	"strings"
	"testing"
	"time"

	"signalbox/backend/journal"
)

// stored returns a journal with n messages of a channel x, none of them in
// memory.
func stored(t *testing.T, n int, data string) *journal.Journal {
	t.Helper()
	dir := t.TempDir()
	j := openJournal(t, dir)
	r := start(t, j, nil)
	for range n {
		r.publish("x", data)
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	return openJournal(t, dir)
}

// stopped subscribes from the oldest message on, over a connection with a small
// buffer, and reads nothing.
func (r *running) stopped() (read func([]byte) (int, error)) {
	r.t.Helper()
	conn := r.dial("/events/x?after=0 HTTP/1.1")
	if err := conn.SetReadBuffer(4096); err != nil {
		r.t.Fatal(err)
	}
	return conn.Read
}

func (c *catchUp) holders() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.pages)
}

// readAll reads n messages from the oldest on, and leaves.
func (r *running) readAll(n int, data string) {
	r.t.Helper()
	ctx, cancel := context.WithCancel(r.t.Context())
	defer cancel()
	for e, err := range r.events(ctx, "/events/x?after=0") {
		if err != nil || e.Data != data {
			r.t.Fatalf("%.20q, %v", e.Data, err)
		}
		if n--; n == 0 {
			return
		}
	}
	r.t.Fatalf("the stream ended %d messages early", n)
}

func TestManyWhoCatchUpShareTheMemoryAndNobodyWaitsForTheSlow(t *testing.T) {
	const limit, slow, messages = 32 << 20, 60, 1000
	data := strings.Repeat("x", 16<<10)
	r := start(t, stored(t, messages, data), func(o *Options) { o.MaxCatchUp, o.WriteTimeout = limit, time.Minute })
	for range slow {
		r.stopped()
	}
	// They hold what they do not take.
	await(t, 20*time.Second, "all of them are stopped in a page", func() bool { return r.catchUp.holders() == slow })
	if used := r.catchUp.memory.Used(); used > limit {
		t.Errorf("they hold %d bytes", used)
	}
	start := time.Now()
	r.readAll(messages, data)
	if d := time.Since(start); d > 20*time.Second {
		t.Errorf("another client needs %v for the same", d)
	}
	await(t, 10*time.Second, "one less catches up", func() bool { return r.catchUp.streams.Load() == slow })
}

func TestWhoHoldsALargeMessageIsCutOffWhereOthersWaitForTheMemory(t *testing.T) {
	const size = 12 << 20
	data := strings.Repeat("x", size)
	r := start(t, stored(t, 1, data), func(o *Options) { o.MaxCatchUp, o.WriteTimeout = 1<<20, time.Second })
	// It takes something all the time, and would need minutes for all of it.
	read := r.stopped()
	go func() {
		buffer := make([]byte, 4<<10)
		for {
			if _, err := read(buffer); err != nil {
				return
			}
			time.Sleep(10 * time.Millisecond)
		}
	}()
	await(t, 10*time.Second, "it holds the message", func() bool { return r.catchUp.holders() == 1 })
	r.readAll(1, data)
	await(t, 20*time.Second, "the slow one has gone", func() bool { return r.Clients() == 0 })
}

func TestStreamsThatHaveCaughtUpHoldNothing(t *testing.T) {
	const clients, messages = 40, 100
	data := strings.Repeat("x", 10_000)
	r := start(t, stored(t, messages, data), nil)
	before := inUse()
	for range clients {
		n := 0
		for e, err := range r.events(t.Context(), "/events/x?after=0") {
			if err != nil || e.Data != data {
				t.Fatal(err)
			}
			if n++; n == messages {
				break
			}
		}
	}
	await(t, 10*time.Second, "all have caught up", func() bool { return r.catchUp.streams.Load() == 0 })
	if used := r.catchUp.memory.Used(); used != 0 {
		t.Errorf("%d bytes are held", used)
	}
	if n := r.Clients(); n != clients {
		t.Errorf("%d clients", n)
	}
	// A reader of this test has a buffer of its own; the messages are a megabyte.
	if now := inUse(); now > before+clients*300<<10 {
		t.Errorf("%d KiB for each client", (now-before)/clients>>10)
	}
}
