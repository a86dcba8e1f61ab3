package serve

import (
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"signalbox/backend/journal"
)

// stored returns a journal with so many messages of a channel x, none of them
// in memory.
func stored(t *testing.T, n int, data string) *journal.Journal {
	t.Helper()
	dir := t.TempDir()
	j := openJournal(t, dir)
	s := start(t, func(c *Config) { c.Journal = j })
	for range n {
		s.publish("x", data)
	}
	if err := s.stop(); err != nil {
		t.Fatal(err)
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	return openJournal(t, dir)
}

// resume subscribes from the oldest message on, over a connection with a small
// buffer, and reads nothing.
func (r *running) resume() net.Conn {
	r.t.Helper()
	conn := r.dial()
	if err := conn.(*net.TCPConn).SetReadBuffer(4096); err != nil {
		r.t.Fatal(err)
	}
	fmt.Fprint(conn, "GET /events/x?after=0 HTTP/1.1\r\nHost: localhost\r\n\r\n")
	return conn
}

func (c *catching) holders() int {
	c.holding.Lock()
	defer c.holding.Unlock()
	return len(c.since)
}

func TestManyWhoCatchUpShareTheMemoryAndNobodyWaitsForTheSlow(t *testing.T) {
	const most, slow, messages = 32 << 20, 60, 1000
	data := strings.Repeat("x", 16<<10)
	j := stored(t, messages, data)
	s := start(t, func(c *Config) { c.Journal, c.MaxCatchUp, c.WriteTimeout = j, most, time.Minute })
	for range slow {
		s.resume()
	}
	// They hold what they do not take.
	await(t, 20*time.Second, "all of them are stopped in a page", func() bool { return s.catching.holders() == slow })
	if used := s.catching.inUse(); used > most {
		t.Errorf("they hold %d bytes", used)
	}
	begun := time.Now()
	rd := s.open(t.Context(), "/events/x?after=0")
	for range messages {
		if e, err := rd.next(); err != nil || e.data != data {
			t.Fatal(err)
		}
	}
	if d := time.Since(begun); d > 20*time.Second {
		t.Errorf("another client needs %v for the same", d)
	}
	rd.close()
	await(t, 10*time.Second, "one less catches up", func() bool { return s.catching.streams.Load() == slow })
}

func TestWhoHoldsALargeMessageIsCutOffWhereOthersWaitForTheMemory(t *testing.T) {
	const size = 12 << 20
	j := stored(t, 1, strings.Repeat("x", size))
	s := start(t, func(c *Config) { c.Journal, c.MaxCatchUp, c.WriteTimeout = j, 1<<20, time.Second })
	// It takes something all the time, and would need minutes for all of it.
	slow := s.resume()
	go func() {
		buffer := make([]byte, 4<<10)
		for {
			if _, err := slow.Read(buffer); err != nil {
				return
			}
			time.Sleep(10 * time.Millisecond)
		}
	}()
	await(t, 10*time.Second, "it holds the message", func() bool { return s.catching.holders() == 1 })
	rd := s.open(t.Context(), "/events/x?after=0")
	if e, err := rd.next(); err != nil || len(e.data) != size {
		t.Fatal(err)
	}
	await(t, 20*time.Second, "the slow one has gone", func() bool { return s.Clients() == 1 })
}

func TestStreamsThatHaveCaughtUpHoldNothing(t *testing.T) {
	const clients, messages = 40, 100
	data := strings.Repeat("x", 10_000)
	j := stored(t, messages, data)
	s := start(t, func(c *Config) { c.Journal = j })
	before := inUse()
	for range clients {
		rd := s.open(t.Context(), "/events/x?after=0")
		for range messages {
			if e, err := rd.next(); err != nil || e.data != data {
				t.Fatal(err)
			}
		}
	}
	await(t, 10*time.Second, "all have caught up", func() bool { return s.catching.streams.Load() == 0 })
	if used := s.catching.inUse(); used != 0 {
		t.Errorf("%d bytes are held", used)
	}
	// A reader of this test has 64 KiB; the messages are a megabyte.
	if now := inUse(); now > before+clients*300<<10 {
		t.Errorf("%d KiB for each client", (now-before)/clients>>10)
	}
}
