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
	// Events counts what has come to all clients together.
	Events atomic.Int64
	// Paused keeps them from reading anything.
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
	carry []byte    // the end of what came last, where a stamp may have been split
	heard time.Time // when something last came
	quiet time.Duration
}

// Subscribe connects n clients and returns once each has the head of its
// stream. Where some cannot connect, it returns those that could and the first
// error.
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
	if err != nil { // the loop must not turn for it
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

// time notes the delay of each event in data, from its stamp to now.
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
		// A stamp with the size of a chunk in its middle is no number.
		if ns, err := strconv.ParseInt(string(got[at-stampSize:at]), 10, 64); err == nil {
			s.delays = append(s.delays, time.Duration(now.UnixNano()-ns))
		}
	}
	// The mark itself is left out, or it would be seen twice.
	rest := got[bytes.LastIndexByte(got, mark)+1:]
	c.carry = append(got[:0], rest[max(0, len(rest)-stampSize):]...)
}

// Delays collects for so long the time from the stamp of each event to its
// arrival.
func (s *Subscribers) Delays(length time.Duration) []time.Duration {
	s.delays = make([]time.Duration, 0, int(length.Seconds()*250_000))
	s.timing.Store(true)
	time.Sleep(length)
	s.timing.Store(false)
	s.Close() // nothing is appended from here on
	return s.delays
}

// WaitFor waits until so many events have come to all together. What is lost
// must not count as fast, so it fails where they do not come.
func (s *Subscribers) WaitFor(events int64, limit time.Duration) error {
	for end := time.Now().Add(limit); s.Events.Load() < events; time.Sleep(200 * time.Microsecond) {
		if err := s.Err(); err != nil {
			return err
		}
		if time.Now().After(end) {
			return fmt.Errorf("%d of %d deliveries came", s.Events.Load(), events)
		}
	}
	return nil
}

// Err returns why a stream ended that nobody closed.
func (s *Subscribers) Err() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.err
}

// Close ends all streams. It may be called twice.
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

// LongestSilence returns how long the client heard nothing that heard nothing
// for longest. Only after Close.
func (s *Subscribers) LongestSilence() time.Duration {
	longest, now := time.Duration(0), time.Now()
	for _, c := range s.streams {
		longest = max(longest, c.quiet, now.Sub(c.heard))
	}
	return longest
}

// Busy returns the share of one core that the loop's thread has taken between
// two calls of the function that it returns.
func (s *Subscribers) Busy() func() float64 { return busy(&s.loop.thread) }
