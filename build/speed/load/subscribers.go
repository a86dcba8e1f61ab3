package load

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// Subscribers are clients with one stream each.
type Subscribers struct {
	// Events is the number of events received by all clients.
	Events atomic.Int64
	// Paused stops all reading.
	Paused atomic.Bool

	loop    *loop
	streams []*subscriber
	timing  atomic.Bool // whether delays are collected

	mu     sync.Mutex
	delays []time.Duration
	err    error // the first stream that ended
}

type subscriber struct {
	*stream
	carry []byte        // the end of the last data, which may hold a part of a stamp
	heard time.Time     // when data was last received
	quiet time.Duration // longest time without data
}

// Subscribe connects n clients and waits for their response headers. At the first
// error it returns the error with the clients that are connected.
func Subscribe(t Target, path string, n int) (*Subscribers, error) {
	l, err := newLoop()
	if err != nil {
		return nil, err
	}
	s := &Subscribers{loop: l}
	for i := range n {
		st, e := open(t, path, s.count)
		if e == nil {
			s.streams = append(s.streams, &subscriber{stream: st, heard: time.Now()})
			e = l.add(st.fd, i)
		}
		if e != nil {
			err = fmt.Errorf("%d of %d clients: %w", i, n, e)
			break
		}
	}
	go l.run(s.ready, s.idle)
	return s, err
}

// Len returns how many clients there are.
func (s *Subscribers) Len() int { return len(s.streams) }

func (s *Subscribers) count(data []byte) {
	s.Events.Add(int64(bytes.Count(data, []byte{mark})))
}

func (s *Subscribers) ready(i int) {
	c := s.streams[i]
	now := time.Now()
	c.quiet, c.heard = max(c.quiet, now.Sub(c.heard)), now
	err := c.receive(s.loop.buffer, s.loop.plain, func(b []byte) error {
		return c.feed(b, func(data []byte) {
			s.count(data)
			if s.timing.Load() {
				s.time(c, data, now)
			}
		})
	})
	if err != nil { // closed, or the loop would spin
		c.Close()
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.err == nil && !errors.Is(err, io.EOF) {
			s.err = err
		}
		if s.err == nil {
			s.err = errors.New("the server ended a stream")
		}
	}
}

func (s *Subscribers) idle() int {
	for s.Paused.Load() {
		select {
		case <-s.loop.done:
			return 0
		case <-time.After(10 * time.Millisecond):
		}
	}
	return 50
}

// time records the delay of each event in data.
func (s *Subscribers) time(c *subscriber, data []byte, now time.Time) {
	got := append(c.carry, data...)
	for at := 0; ; at++ {
		i := bytes.IndexByte(got[at:], mark)
		if i < 0 {
			break
		}
		at += i
		if at < stampSize {
			continue
		}
		// A chunk size can split a stamp. Such an event is skipped.
		if ns, err := strconv.ParseInt(string(got[at-stampSize:at]), 10, 64); err == nil {
			s.delays = append(s.delays, time.Duration(now.UnixNano()-ns))
		}
	}
	// Without the mark, which would be seen twice.
	rest := got[bytes.LastIndexByte(got, mark)+1:]
	c.carry = append(got[:0], rest[max(0, len(rest)-stampSize):]...)
}

// Delays collects the delays of all events, from stamp to arrival, for the given
// time. Then it closes the subscribers.
func (s *Subscribers) Delays(length time.Duration) []time.Duration {
	s.delays = make([]time.Duration, 0, int(length.Seconds()*250_000))
	s.timing.Store(true)
	time.Sleep(length)
	s.timing.Store(false)
	s.Close() // ends the goroutine that appends
	return s.delays
}

// WaitFor waits until all clients together have received so many events. It fails
// if they do not arrive in time: a server that loses events is not fast.
func (s *Subscribers) WaitFor(events int64, limit time.Duration) error {
	for end := time.Now().Add(limit); s.Events.Load() < events; time.Sleep(200 * time.Microsecond) {
		if err := s.Err(); err != nil {
			return err
		}
		if time.Now().After(end) {
			return fmt.Errorf("%d of %d events arrived", s.Events.Load(), events)
		}
	}
	return nil
}

// Err returns the error of the first stream that the server ended.
func (s *Subscribers) Err() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.err
}

// Close closes all streams. It may be called again.
func (s *Subscribers) Close() {
	select {
	case <-s.loop.done:
		return
	default:
	}
	s.loop.end()
	for _, c := range s.streams {
		c.Close()
	}
}

// LongestSilence returns the longest time for which a client received nothing.
// Call it after Close.
func (s *Subscribers) LongestSilence() time.Duration {
	longest, now := time.Duration(0), time.Now()
	for _, c := range s.streams {
		longest = max(longest, c.quiet, now.Sub(c.heard))
	}
	return longest
}

// Busy returns a function that returns the share of one core that the loop has
// used since its last call.
func (s *Subscribers) Busy() func() float64 { return busy(&s.loop.thread) }
